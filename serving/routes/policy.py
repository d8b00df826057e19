"""What ops decide: seen, changed, and taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, Final

import orjson
from anyio import to_thread
from fastapi import APIRouter, Header, Path, Query, Request, Response

from features.words import Words
from model.policy_schema import DIALECT, policy_schema
from serving.body import read_json_body
from serving.openapi import problems, request_body
from serving.policy.answers import (
    OnePolicyVersionOut,
    PolicyVersionsOut,
    PublishedOut,
    Why,
    move_answer,
    published_answer,
    version_answer,
)
from serving.policy.changes import Asked, Changed, Changes
from serving.policy.policies import Policies
from serving.policy.preconditions import expected_tags, is_known
from serving.policy.previews import Previews
from serving.policy.refusals import refused_in_words
from serving.principal import Asking, Principal, needs
from serving.problems import Problem
from serving.routes.as_json import JSON, as_json
from serving.service import Service
from serving.settings import Settings

SCHEMA = "application/schema+json"
MAX_DOCUMENT_BYTES = 256 * 1024
_IfMatch = Annotated[str | None, Header(max_length=4000, description="The ETag of the policy.")]
_IfMatchNeeded = Annotated[
    str | None,
    Header(max_length=4000, description="Needed: the ETag of the policy that was changed, or `*`."),
]
_IfNoneMatch = Annotated[str | None, Header(max_length=4000, description="The ETag you have.")]
_WhyQuery = Annotated[Why, Query(description="Why; kept with the version.")]
_Limit = Annotated[int, Query(ge=1, le=1000)]
_Below = Annotated[int | None, Query(ge=1, le=2**53, description="Only versions below this one.")]
_Number = Annotated[int, Path(ge=1, le=2**53)]
_CHANGED = {200: {"model": PublishedOut}, **problems(400, 401, 403, 408, 409, 412, 413, 415, 422)}

_IF_MATCH: Final = Words(
    "send the policy's ETag as `If-Match`", "请以 `If-Match` 发送当前策略的 ETag"
)


def router(
    service: Service, policies: Policies, previews: Previews, settings: Settings
) -> APIRouter:
    """The routes under `/v1/policy`."""
    routes = APIRouter(prefix="/v1/policy")
    _add_reading(routes, policies)
    _add_changes(routes, Changes(policies, previews, service.now), settings)
    return routes


def _add_changes(routes: APIRouter, changes: Changes, settings: Settings) -> None:
    """What takes the scope `ops`."""
    small = replace(settings, max_body_bytes=min(MAX_DOCUMENT_BYTES, settings.max_body_bytes))

    @routes.put(
        "",
        summary="Publish a policy",
        dependencies=[needs("ops")],
        responses={**_CHANGED, **problems(428, 503)},
        openapi_extra=request_body("PolicyIn"),
    )
    async def publish(
        request: Request, asking: Asking, if_match: _IfMatchNeeded = None, why: _WhyQuery = ""
    ) -> Response:
        """In force with the next refresh of every worker. `version` of the body is not looked at.

        `If-Match` is the ETag of the policy that the change was made to. A document that decides
        the same under the same name changes nothing.
        """
        if if_match is None:
            raise Problem(428, "if-match-required", _IF_MATCH)
        asked = Asked(await read_json_body(request, small), asking.name, expected_tags(if_match))
        return await _changed(partial(changes.publish, asked, why), asking)

    @routes.post(
        "/rollback",
        summary="Bring an earlier version back into force",
        dependencies=[needs("ops")],
        responses={**_CHANGED, **problems(404, 503)},
        openapi_extra=request_body("RollbackIn"),
    )
    async def rollback(request: Request, asking: Asking, if_match: _IfMatch = None) -> Response:
        """Without `version`: the one that was in force before. `If-Match` is honoured if sent."""
        asked = Asked(await read_json_body(request, small), asking.name, expected_tags(if_match))
        return await _changed(partial(changes.rollback, asked), asking)


async def _changed(change: Callable[[], Changed], asking: Principal) -> Response:
    """The answer to a change that is made off the event loop, or why it is refused."""
    found = await to_thread.run_sync(refused_in_words, change, asking.tag)
    told = published_answer(found.standing, found.warnings)
    return as_json(told, headers={"ETag": found.standing.etag})


def _add_reading(routes: APIRouter, policies: Policies) -> None:
    """What the scope `read` suffices for."""

    @routes.get(
        "",
        summary="The policy in force",
        dependencies=[needs("read")],
        responses={
            200: {"content": {JSON: {"schema": {"$ref": "#/components/schemas/PolicyIn"}}}},
            304: {"description": "It is the one that `If-None-Match` names."},
            **problems(401, 403, 503),
        },
    )
    async def policy(if_none_match: _IfNoneMatch = None) -> Response:
        """The whole document, every default filled in; `ETag` is what a change must name."""
        standing = await to_thread.run_sync(policies.standing)
        headers = {"ETag": standing.etag, "Cache-Control": "no-cache"}
        if is_known(standing.etag, if_none_match):
            return Response(status_code=304, headers=headers)
        return as_json(standing.policy.document(), headers=headers)

    @routes.get(
        "/schema",
        summary="What a policy may say, as JSON Schema",
        dependencies=[needs("read")],
        responses={200: {"content": {SCHEMA: {}}}, **problems(401, 403)},
    )
    async def schema() -> Response:
        """JSON Schema 2020-12 with every bound; what holds between fields it cannot say."""
        told = {"$schema": DIALECT, "title": "Fendan policy", **policy_schema()}
        return Response(orjson.dumps(told), media_type=SCHEMA)

    @routes.get(
        "/versions",
        summary="Who changed what, when and why",
        dependencies=[needs("read")],
        responses={200: {"model": PolicyVersionsOut}, **problems(401, 403, 422, 503)},
    )
    async def versions(limit: _Limit = 100, below: _Below = None) -> Response:
        """Newest first, each with what differs from the one before it."""
        return as_json(await to_thread.run_sync(_history, policies, limit, below))

    @routes.get(
        "/versions/{version}",
        summary="One version of the policy",
        dependencies=[needs("read")],
        responses={200: {"model": OnePolicyVersionOut}, **problems(401, 403, 404, 422, 503)},
    )
    async def version(version: _Number, asking: Asking) -> Response:
        """The whole document, who made it, when and why."""
        found = await to_thread.run_sync(
            refused_in_words, lambda: policies.store.version(version), asking.tag
        )
        return as_json({**version_answer(found), "policy": found.policy.document()})


def _history(policies: Policies, limit: int, below: int | None) -> dict[str, Any]:
    return {
        "in_force": policies.standing().policy.version,
        "source": policies.source(),
        "versions": [version_answer(each) for each in policies.store.versions(limit, below)],
        "moves": [move_answer(each) for each in policies.store.moves(limit)],
    }

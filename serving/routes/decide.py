"""Plans, scores, and the decisions that were made."""

from __future__ import annotations

from typing import Annotated, Any, Final

import orjson
from anyio import to_thread
from fastapi import APIRouter, Header, Path, Request, Response

from features.words import Words
from serving.answering import version
from serving.answers import DecisionOut, RefreshOut, ScoreOut
from serving.body import read_json_body
from serving.decisions.log import Logged
from serving.decisions.refusals import NO_DECISION
from serving.openapi import problems, request_body
from serving.principal import needs
from serving.problems import Problem
from serving.routes.as_json import JSON
from serving.service import Service
from serving.settings import Settings

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        description="The same key and body get the stored answer; another body is refused.",
    ),
]

_BAD_KEY: Final = Words(
    "an Idempotency-Key is printable ASCII", "Idempotency-Key 须为可打印的 ASCII 字符"
)


def router(service: Service, settings: Settings) -> APIRouter:
    """The routes under `/v1`."""
    routes = APIRouter(prefix="/v1")

    @routes.post(
        "/refresh",
        summary="One plan for the whole queue",
        dependencies=[needs("refresh")],
        responses={200: {"model": RefreshOut}, **problems(400, 401, 403, 408, 413, 415, 422, 503)},
        openapi_extra=request_body("RefreshIn"),
    )
    async def refresh(request: Request, idempotency_key: IdempotencyKey = None) -> Response:
        """Called by the ticket system every few minutes with all open tickets and agents.

        Every ticket sent is in exactly one of `assignments`, `unassigned`, `rejected`. The
        decision is logged before it is answered. Past `deadline_ms` a simpler plan comes.
        """
        body = await read_json_body(request, settings)
        return Response(await service.refresh(body, usable(idempotency_key)), media_type=JSON)

    @routes.post(
        "/score",
        summary="Risk and the four dimensions, no plan",
        dependencies=[needs("refresh")],
        responses={200: {"model": ScoreOut}, **problems(400, 401, 403, 408, 413, 415, 422, 503)},
        openapi_extra=request_body("ScoreIn"),
    )
    async def score(request: Request) -> Response:
        """Each ticket as it is; with agents, the candidates ranked. Nothing is logged."""
        body = await read_json_body(request, settings)
        return Response(await service.score(body), media_type=JSON)

    @routes.get(
        "/decisions/{refresh_id}",
        summary="A decision as it was logged",
        dependencies=[needs("read")],
        responses={200: {"model": DecisionOut}, **problems(401, 403, 404, 503)},
    )
    async def decision(refresh_id: Annotated[str, Path(max_length=64)]) -> Response:
        """The request with personal numbers masked, the answer to the byte, versions, timings."""
        logged = await to_thread.run_sync(service.log.get, refresh_id)
        if logged is None:
            raise Problem(404, "no-such-decision", NO_DECISION)
        return Response(_record(logged), media_type=JSON)

    return routes


def usable(key: str | None) -> str | None:
    """The key, or Problem 400."""
    if key is not None and not (key.isascii() and key.isprintable()):
        raise Problem(400, "bad-idempotency-key", _BAD_KEY)
    return key


def _record(logged: Logged) -> bytes:
    record: dict[str, Any] = {
        "refresh_id": logged.refresh_id,
        "created_at": logged.created_at,
        "policy": version(logged.policy),
        "model": version(logged.model),
        "timings_ms": logged.timings_ms,
        "request": orjson.Fragment(logged.request),
        "answer": orjson.Fragment(logged.answer),
    }
    return orjson.dumps(record)

"""The API keys, and the audit of every change that somebody made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Path, Query, Request, Response

from serving.access.keys import KeyBook, UnknownKeyError
from serving.access.shapes import (
    AuditOut,
    KeyOut,
    KeysOut,
    NewKeyOut,
    change_answer,
    key_answer,
    parse_key,
)
from serving.audit import Change, changes
from serving.body import read_json_body
from serving.openapi import problems, request_body
from serving.principal import Asking, needs
from serving.problems import Problem
from serving.routes.as_json import as_json
from serving.settings import Settings
from serving.store import Store

_REFUSALS = (401, 403, 503)
_Limit = Annotated[int, Query(ge=1, le=1_000, description="So many changes at most.")]
_KeyId = Annotated[str, Path(max_length=40)]


def router(store: Store, book: KeyBook, settings: Settings) -> APIRouter:
    """`/v1/keys` and `/v1/audit`."""
    routes = APIRouter(prefix="/v1", dependencies=[needs("admin")])
    asked = _Asked(store, book, settings)
    routes.get(
        "/keys",
        summary="The API keys",
        responses={200: {"model": KeysOut}, **problems(*_REFUSALS)},
    )(asked.listed)
    routes.post(
        "/keys",
        summary="Make an API key",
        status_code=201,
        responses={201: {"model": NewKeyOut}, **problems(400, 408, 413, 415, 422, *_REFUSALS)},
        openapi_extra=request_body("KeyIn"),
    )(asked.made)
    routes.delete(
        "/keys/{key_id}",
        summary="Revoke an API key",
        responses={200: {"model": KeyOut}, **problems(404, 422, *_REFUSALS)},
    )(asked.revoked)
    routes.get(
        "/audit",
        summary="Who changed what, newest first",
        responses={200: {"model": AuditOut}, **problems(422, *_REFUSALS)},
    )(asked.audit)
    return routes


@dataclass(frozen=True, slots=True)
class _Asked:
    """What each route does; the documentation of a route is its method's."""

    store: Store
    book: KeyBook
    settings: Settings

    async def listed(self) -> Response:
        """All that were ever made, with what each may do; no secrets."""
        keys = await to_thread.run_sync(self.book.all)
        return as_json({"keys": [key_answer(key, self.book.now()) for key in keys]})

    async def made(self, request: Request, asking: Asking) -> Response:
        """Its secret is in the answer, this once. It opens what its scopes say, at once."""
        asked = parse_key(await read_json_body(request, self.settings))
        lasting = None if asked.expires_days is None else timedelta(days=asked.expires_days)
        scopes = frozenset(asked.scopes)
        new = await to_thread.run_sync(
            self.book.create, asked.name, scopes, lasting, asking.name, asked.agent_id
        )
        return as_json({"key": key_answer(new.key, self.book.now()), "secret": new.text}, 201)

    async def revoked(self, key_id: _KeyId, asking: Asking) -> Response:
        """From the next request on it opens nothing, in every worker; there is no way back."""
        try:
            key = await to_thread.run_sync(self.book.revoke, key_id, asking.name)
        except UnknownKeyError as error:
            raise Problem(404, "no-such-key", error.said) from error
        return as_json(key_answer(key, self.book.now()))

    async def audit(self, limit: _Limit = 100) -> Response:
        """Keys, policy, overrides, forgetting: everything that somebody changed."""
        found = await to_thread.run_sync(_changes, self.store, limit)
        return as_json({"changes": [change_answer(change) for change in found]})


def _changes(store: Store, limit: int) -> list[Change]:
    with store.transaction() as connection:
        return changes(connection, limit)

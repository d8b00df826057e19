"""A person's choice against the plan, and what it would bring."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Final

import anyio
from anyio import to_thread
from fastapi import APIRouter, Path, Query, Request, Response

from serving.body import read_json_body
from serving.decisions.answers import MadeOut, OverridesOut, TriedMoveOut
from serving.decisions.moves_tried import MovesTried, TriedMove, tried_answer
from serving.decisions.override_log import Override
from serving.decisions.overrides import Overrides, Wish
from serving.decisions.shapes import OverrideIn, TriedMoveIn
from serving.openapi import body_of, problems
from serving.principal import Asking, needs
from serving.requests import PRINTABLE
from serving.routes.as_json import as_json
from serving.routes.decide import IdempotencyKey, usable
from serving.settings import Settings
from serving.small_body import parsed

_MOST: Final = 500
_AT_ONCE: Final = 2  # moves tried: each keeps one core busy
_REFUSALS: Final = problems(400, 401, 403, 408, 409, 413, 415, 422, 503)
_Ended = Annotated[bool, Query(description="Also those that hold no longer.")]
_Limit = Annotated[int, Query(ge=1, le=_MOST)]
_OverrideId = Annotated[str, Path(max_length=64, pattern=PRINTABLE)]


def router(overrides: Overrides, moves: MovesTried, settings: Settings) -> APIRouter:
    """The routes under `/v1/overrides`."""
    routes = APIRouter(prefix="/v1/overrides")
    asked = _Asked(overrides, moves, settings)
    routes.post(
        "/preview",
        summary="What giving a ticket to somebody would bring",
        dependencies=[needs("read")],
        responses={200: {"model": TriedMoveOut}, **_REFUSALS},
        openapi_extra=body_of(TriedMoveIn),
    )(asked.preview)
    routes.post(
        "",
        status_code=201,
        summary="Give a ticket to somebody, against the plan",
        dependencies=[needs("ops")],
        responses={201: {"model": MadeOut}, **_REFUSALS},
        openapi_extra=body_of(OverrideIn),
    )(asked.make)
    routes.get(
        "",
        summary="The choices of people",
        dependencies=[needs("read")],
        responses={200: {"model": OverridesOut}, **problems(401, 403, 422, 503)},
    )(asked.listed)
    routes.delete(
        "/{override_id}",
        status_code=204,
        summary="Let the plan decide again",
        dependencies=[needs("ops", "work")],
        responses=problems(401, 403, 404, 422, 503),
    )(asked.end)
    return routes


@dataclass(frozen=True, slots=True)
class _Asked:
    """What each route does; the documentation of a route is its method's."""

    overrides: Overrides
    moves: MovesTried
    settings: Settings
    few: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(_AT_ONCE))

    async def preview(self, request: Request) -> Response:
        """The risk of both queues before and after, on the last desk seen; nothing is changed.

        The plan and the choices of people are taken as carried out, nothing else is planned anew. A
        move that hard rules forbid is answered too: `objections` name them.
        """
        asked = parsed(TriedMoveIn, await read_json_body(request, self.settings))
        move = TriedMove(asked.ticket_id, asked.agent_id, asked.refresh_id)
        tried = await to_thread.run_sync(self.moves.look, move, limiter=self.few)
        return as_json(tried_answer(tried))

    async def make(
        self, request: Request, who: Asking, idempotency_key: IdempotencyKey = None
    ) -> Response:
        """The next plans keep to it until it is ended, or the ticket system moves the ticket.

        Hard rules hold for people too: what they forbid is refused with 409.
        """
        asked = parsed(OverrideIn, await read_json_body(request, self.settings))
        wish = Wish(
            who.name, asked.ticket_id, asked.agent_id, asked.reason, asked.pinned,
            asked.refresh_id, usable(idempotency_key),
        )  # fmt: skip
        made = await to_thread.run_sync(self.overrides.make, wish)
        return as_json({**override_answer(made.override), "against": list(made.against)}, 201)

    async def listed(self, ended: _Ended = False, limit: _Limit = 100) -> Response:
        """Those that hold, oldest first; with `ended` the last of all, newest first."""
        if ended:
            found = await to_thread.run_sync(self.overrides.latest, limit)
        else:
            found = (await to_thread.run_sync(self.overrides.standing))[:limit]
        return as_json({"overrides": [override_answer(each) for each in found]})

    async def end(self, override_id: _OverrideId, who: Asking) -> Response:
        """From the next refresh on. One that has ended stays ended.

        What it had replaced holds again, unless the ticket system has moved the ticket since.

        With `work` alone, those that oneself handed back.
        """
        await to_thread.run_sync(self.overrides.end, override_id, who)
        return Response(status_code=204)


def override_answer(one: Override) -> dict[str, Any]:
    """The override as `OverrideOut`."""
    return {
        "override_id": one.override_id,
        "created_at": one.created_at,
        "who": one.who,
        "ticket_id": one.ticket_id,
        "refresh_id": one.refresh_id,
        "agent_id": one.agent_id,
        "previous_agent_id": one.previous_agent_id,
        "pinned": one.pinned,
        "reason": one.reason,
        "ended_at": one.ended_at,
        "handed_back": one.handed_back,
    }

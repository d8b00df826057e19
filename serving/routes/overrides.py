"""A person's choice against the plan, and what it would bring."""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeVar

import anyio
import orjson
from anyio import to_thread
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from serving.body import read_json_body
from serving.decisions.answers import MadeOut, OverridesOut, TriedMoveOut
from serving.decisions.moves_tried import MovesTried, TriedMove, tried_answer
from serving.decisions.override_log import Override
from serving.decisions.overrides import Overrides, Wish
from serving.openapi import problems
from serving.principal import Asking, needs
from serving.requests import PRINTABLE, Id
from serving.routes.decide import JSON, IdempotencyKey, usable
from serving.settings import Settings
from serving.small_body import parsed

Shape = TypeVar("Shape", bound=BaseModel)
_MOST: Final = 500
Words = Annotated[str, StringConstraints(min_length=1, max_length=2_000, pattern=r"\S")]
"""Why a person wants something: never blank."""
_AT_ONCE: Final = 2  # moves tried: each keeps one core busy


class OverrideIn(BaseModel):
    """Who shall have a ticket (null: nobody), and why; `pinned` holds until it is ended."""

    model_config = ConfigDict(extra="forbid", strict=True)

    ticket_id: Id
    agent_id: Id | None
    reason: Words
    pinned: bool = True
    refresh_id: Id | None = Field(
        None, description="The decision that is overruled; the last one where it is left out."
    )


class TriedMoveIn(BaseModel):
    """Who might have a ticket."""

    model_config = ConfigDict(extra="forbid", strict=True)

    ticket_id: Id
    agent_id: Id
    refresh_id: Id | None = Field(
        None, description="The decision that was seen; the move is tried on the last one."
    )


def router(overrides: Overrides, moves: MovesTried, settings: Settings) -> APIRouter:
    """The routes under `/v1/overrides`."""
    routes = APIRouter(prefix="/v1/overrides")
    _preview(routes, moves, settings)

    @routes.post(
        "",
        status_code=201,
        summary="Give a ticket to somebody, against the plan",
        dependencies=[needs("ops")],
        responses={
            201: {"model": MadeOut},
            **problems(400, 401, 403, 408, 409, 413, 415, 422, 503),
        },
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {JSON: {"schema": OverrideIn.model_json_schema()}},
            }
        },
    )
    async def make(
        request: Request, who: Asking, idempotency_key: IdempotencyKey = None
    ) -> Response:
        """The next plans keep to it until it is ended, or the ticket system moves the ticket.

        Hard rules hold for people too: what they forbid is refused with 409.
        """
        asked = parsed(OverrideIn, await read_json_body(request, settings))
        wish = Wish(
            who.name, asked.ticket_id, asked.agent_id, asked.reason, asked.pinned,
            asked.refresh_id, usable(idempotency_key),
        )  # fmt: skip
        made = await to_thread.run_sync(overrides.make, wish)
        answer = {**override_answer(made.override), "against": list(made.against)}
        return Response(orjson.dumps(answer), 201, media_type=JSON)

    @routes.get(
        "",
        summary="The choices of people",
        dependencies=[needs("read")],
        responses={200: {"model": OverridesOut}, **problems(401, 403, 422, 503)},
    )
    async def listed(
        ended: Annotated[bool, Query(description="Also those that hold no longer.")] = False,
        limit: Annotated[int, Query(ge=1, le=_MOST)] = 100,
    ) -> Response:
        """Those that hold, oldest first; with `ended` the last of all, newest first."""
        if ended:
            found = await to_thread.run_sync(overrides.latest, limit)
        else:
            found = (await to_thread.run_sync(overrides.standing))[:limit]
        return Response(
            orjson.dumps({"overrides": [override_answer(each) for each in found]}), media_type=JSON
        )

    @routes.delete(
        "/{override_id}",
        status_code=204,
        summary="Let the plan decide again",
        dependencies=[needs("ops", "work")],
        responses=problems(401, 403, 404, 422, 503),
    )
    async def end(
        override_id: Annotated[str, Path(max_length=64, pattern=PRINTABLE)], who: Asking
    ) -> Response:
        """From the next refresh on. One that has ended stays ended.

        What it had replaced holds again, unless the ticket system has moved the ticket since.

        With `work` alone, those that oneself handed back.
        """
        await to_thread.run_sync(overrides.end, override_id, who)
        return Response(status_code=204)

    return routes


def _preview(routes: APIRouter, moves: MovesTried, settings: Settings) -> None:
    few = anyio.CapacityLimiter(_AT_ONCE)

    @routes.post(
        "/preview",
        summary="What giving a ticket to somebody would bring",
        dependencies=[needs("read")],
        responses={
            200: {"model": TriedMoveOut},
            **problems(400, 401, 403, 408, 409, 413, 415, 422, 503),
        },
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {JSON: {"schema": TriedMoveIn.model_json_schema()}},
            }
        },
    )
    async def preview(request: Request) -> Response:
        """The risk of both queues before and after, on the last desk seen; nothing is changed.

        The plan and the choices of people are taken as carried out, nothing else is planned anew. A
        move that hard rules forbid is answered too: `objections` name them.
        """
        asked = parsed(TriedMoveIn, await read_json_body(request, settings))
        move = TriedMove(asked.ticket_id, asked.agent_id, asked.refresh_id)
        tried = await to_thread.run_sync(moves.look, move, limiter=few)
        return Response(orjson.dumps(tried_answer(tried)), media_type=JSON)


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

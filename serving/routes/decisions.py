"""Decisions found again: the latest, and by ticket."""

from __future__ import annotations

from typing import Annotated, Any, Final

import orjson
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Path, Query, Response

from features.words import Words
from serving.answering import version
from serving.decisions import lists as decision_lists
from serving.decisions.answers import DecisionsOut, ReplayOut
from serving.decisions.lists import Brief, TicketNews
from serving.decisions.refusals import NO_DECISION
from serving.decisions.replays import Replays, replay_answer
from serving.openapi import problems
from serving.principal import needs
from serving.problems import Problem
from serving.requests import PRINTABLE, fault_at
from serving.rounding import share
from serving.routes.as_json import JSON, as_json
from serving.store import Store

_Ticket = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=200,
        pattern=PRINTABLE,
        description="What was news of this ticket.",
    ),
]
_Limit = Annotated[int, Query(ge=1, le=100)]
_Before = Annotated[
    int | None, Query(ge=0, le=2**62, description="The `next` of the page before: go on there.")
]
_Records = Annotated[
    bool, Query(description="With a ticket: its part of each answer too, reasons and all.")
]

_WITH_TICKET: Final = Words("goes with `ticket_id` only", "只能与 `ticket_id` 一起使用")


def router(store: Store, replays: Replays) -> APIRouter:
    """`GET /v1/decisions` and `POST /v1/decisions/{refresh_id}/replay`."""
    one_at_a_time = CapacityLimiter(1)  # a replay works as hard as a refresh, and is less urgent
    routes = APIRouter(prefix="/v1", dependencies=[needs("read")])

    @routes.get(
        "/decisions",
        summary="The latest decisions, or what was news of one ticket",
        responses={200: {"model": DecisionsOut}, **problems(401, 403, 422, 503)},
    )
    async def decisions(
        ticket_id: _Ticket = None,
        limit: _Limit = 20,
        before: _Before = None,
        records: _Records = False,
    ) -> Response:
        """Newest first. A ticket that only stays where it is makes no news."""
        if records and ticket_id is None:
            fault = fault_at("/query/records", _WITH_TICKET)
            raise Problem(422, "invalid-parameter", _WITH_TICKET, (fault,))
        answer = await to_thread.run_sync(_listed, store, ticket_id, limit, before, records)
        return Response(answer, media_type=JSON)

    @routes.post(
        "/decisions/{refresh_id}/replay",
        summary="Make a decision again, and tell what differs",
        responses={
            200: {"model": ReplayOut, "description": "Same or not."},
            **problems(401, 403, 404, 422, 503),
        },
    )
    async def replay(
        refresh_id: Annotated[str, Path(max_length=64, pattern=PRINTABLE)],
    ) -> Response:
        """From the stored request, policy, model version, history and what was done before."""
        found = await to_thread.run_sync(replays.replay, refresh_id, limiter=one_at_a_time)
        if found is None:
            raise Problem(404, "no-such-decision", NO_DECISION)
        return as_json(replay_answer(found))

    return routes


def _listed(
    store: Store, ticket_id: str | None, limit: int, before: int | None, records: bool
) -> bytes:
    if ticket_id is None:
        briefs = decision_lists.latest(store, limit, before)
        return _page([_brief(each) for each in briefs], [b.seq for b in briefs], limit)
    found = decision_lists.of_ticket(store, ticket_id, limit, before, records=records)
    return _page([_news(each, records) for each in found], [n.seq for n in found], limit)


def _page(items: list[dict[str, Any]], seqs: list[int], limit: int) -> bytes:
    more = seqs[-1] if len(seqs) == limit else None
    return orjson.dumps({"decisions": items, "next": more})


def _brief(one: Brief) -> dict[str, Any]:
    return {
        "refresh_id": one.refresh_id,
        "created_at": one.created_at,
        "as_of": one.as_of,
        "policy": version(one.policy),
        "model": version(one.model),
        "degraded": list(one.degraded),
        "summary": one.summary,
    }


def _news(one: TicketNews, records: bool) -> dict[str, Any]:
    told, said = one.told, one.told.placement
    return {
        "refresh_id": told.refresh_id,
        "as_of": told.as_of,
        "policy": version(told.policy),
        "model": version(told.model),
        "ticket_id": said.ticket_id,
        "action": said.action,
        "agent_id": said.agent_id,
        "previous_agent_id": said.previous_agent_id,
        "risk_timeout": None if said.risk_timeout is None else share(said.risk_timeout),
        "propensity": None if said.propensity is None else share(said.propensity),
        **({"record": one.record} if records else {}),
    }

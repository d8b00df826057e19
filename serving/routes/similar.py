"""Solved cases like a ticket or a text."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import orjson
from anyio import to_thread
from fastapi import APIRouter, Query, Response

from features.history import History
from features.words import Words
from model.similar import (
    FEW,
    MOST,
    SimilarCase,
    UnknownTicketError,
    like_text,
    like_ticket,
)
from serving.answers import SimilarOut
from serving.openapi import problems
from serving.principal import needs
from serving.problems import Problem
from serving.requests import fault_at
from serving.routes.as_json import as_json
from serving.service import Service
from serving.similar import similar_answer

_Ticket = Annotated[str | None, Query(min_length=1, max_length=200, description="A known ticket.")]
_Text = Annotated[
    str | None,
    Query(min_length=1, max_length=4000, description="What a customer says; it is not kept."),
]
_Category = Annotated[
    str | None, Query(max_length=200, description="Of the text: its cases come first.")
]
_Limit = Annotated[int, Query(ge=1, le=MOST)]


def router(service: Service) -> APIRouter:
    """`GET /v1/similar`."""
    routes = APIRouter(prefix="/v1", dependencies=[needs("read")])

    @routes.get(
        "/similar",
        summary="Solved cases like a ticket or a text, and how they were solved",
        responses={200: {"model": SimilarOut}, **problems(401, 403, 404, 422, 503)},
    )
    async def similar(
        ticket_id: _Ticket = None,
        text: _Text = None,
        category: _Category = None,
        limit: _Limit = FEW,
    ) -> Response:
        """Either `ticket_id`, of the history or of the last refresh, or `text`.

        Cases of the same category come first, the likest first. Only what was solved by now
        counts. No complaint text is in the answer: none is kept.
        """
        _check(ticket_id, text, category)
        return await to_thread.run_sync(_similar, service, ticket_id, text, category, limit)

    return routes


def _check(ticket_id: str | None, text: str | None, category: str | None) -> None:
    if (ticket_id is None) == (text is None):
        what = (
            Words("neither was sent", "两者都未发送")
            if text is None
            else Words("both were sent", "两者都已发送")
        )
        faults = tuple(fault_at(f"/query/{name}", what) for name in ("ticket_id", "text"))
        said = Words(
            f"send either `ticket_id` or `text`; {what.en}",
            f"请发送 `ticket_id` 或 `text` 之一；{what.zh}",
        )
        raise Problem(422, "invalid-parameter", said, faults)
    if category is not None and text is None:
        only = Words("goes with `text` only", "只能与 `text` 一起使用")
        said = Words(
            "a ticket has a category of its own; send `category` with `text` only",
            "工单已有自己的类别；`category` 只能与 `text` 一起发送",
        )
        raise Problem(422, "invalid-parameter", said, (fault_at("/query/category", only),))


def _similar(
    service: Service, ticket_id: str | None, text: str | None, category: str | None, limit: int
) -> Response:
    history, now = service.desks.current().desk.history, service.now()
    try:
        if text is not None:
            cases = like_text(history, now, text, category, limit)
        else:
            cases = _like_ticket(service, history, now, ticket_id or "", limit)
    except UnknownTicketError as error:
        raise Problem(404, "no-such-ticket", error.said) from error
    return as_json(similar_answer(now, cases))


def _like_ticket(
    service: Service, history: History, now: datetime, ticket_id: str, limit: int
) -> tuple[SimilarCase, ...]:
    """Of a ticket that no event told of, by what the last refresh said. Raises as `like_ticket`."""
    try:
        return like_ticket(history, now, ticket_id, limit)
    except UnknownTicketError:
        last = service.latest()
        sent = () if last is None else orjson.loads(last.request)["tickets"]
        found = next((t for t in sent if t["ticket_id"] == ticket_id), None)
        if found is None:
            raise
        return like_text(history, now, found.get("text") or "", found["category"], limit)

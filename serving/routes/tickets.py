"""What a customer may know of a ticket."""

from __future__ import annotations

from typing import Annotated, Final

from anyio import to_thread
from fastapi import APIRouter, Path, Response

from features.words import Words
from serving.decisions.answers import StatusOut
from serving.decisions.ticket_status import Board, past, status_answer
from serving.openapi import problems
from serving.principal import needs
from serving.problems import Problem
from serving.requests import PRINTABLE
from serving.routes.as_json import as_json
from serving.service import Service

_UNKNOWN: Final = Words("no ticket of this id is known", "没有该编号的工单")


def router(service: Service) -> APIRouter:
    """`GET /v1/tickets/{ticket_id}/status`."""
    routes = APIRouter(prefix="/v1/tickets", dependencies=[needs("read")])
    board = Board(service.latest_id, service.latest)

    @routes.get(
        "/{ticket_id:path}/status",
        summary="Where a ticket stands, for its customer",
        responses={200: {"model": StatusOut}, **problems(401, 403, 404, 422, 503)},
    )
    async def status(
        ticket_id: Annotated[str, Path(max_length=200, pattern=PRINTABLE)],
    ) -> Response:
        """By the last refresh; else by the history. Nothing of the desk is told."""
        return await to_thread.run_sync(_status, service, board, ticket_id)

    return routes


def _status(service: Service, board: Board, ticket_id: str) -> Response:
    found = board.find(ticket_id)
    if found is None:
        found = past(service.desks.current().desk.history, ticket_id, service.now())
    if found is None:
        raise Problem(404, "no-such-ticket", _UNKNOWN)
    return as_json(status_answer(found))

"""`/console/floor`."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from serving.console.asked import Asked
from serving.console.board import Boards
from serving.console.floor import View, view_of
from serving.console.shell import Page, Shell
from serving.console.visit import Visit
from serving.decisions.earlier import Readings
from serving.decisions.override_log import standing

PAGE = Page("floor", hangs_on=("overrides",))


def router(shell: Shell) -> APIRouter:
    """The route of the page."""
    routes = APIRouter(prefix="/console", include_in_schema=False)
    readings, boards = Readings(shell.store), Boards(shell.plans)

    def view(visit: Visit) -> View | None:
        board = boards.latest()
        if board is None:
            return None
        now, day = shell.service.now(), readings.day(board.plan.as_of)
        with shell.store.transaction() as connection:
            choices = standing(connection)
        return view_of(board, visit.language, now, Asked.of(visit), day, choices)

    @routes.get("/floor")
    async def floor(request: Request) -> Response:
        return await shell.show(request, PAGE, view)

    return routes

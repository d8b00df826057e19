"""`/console/floor`."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from serving.console.floor import ROWS_SHOWN, View, view_of
from serving.console.plan import Plan
from serving.console.shell import Page, Shell, latest
from serving.console.visit import Visit
from serving.decisions.override_log import standing

PAGE = Page("floor")


def router(shell: Shell) -> APIRouter:
    """The route of the page."""
    routes = APIRouter(prefix="/console", include_in_schema=False)

    def view(plan: Plan, visit: Visit) -> View:
        limit = None if visit.asked("rows") == "all" else ROWS_SHOWN
        now = shell.service.now()
        with shell.store.transaction() as connection:
            choices = standing(connection)
        return view_of(plan, visit.language, now, visit.asked("agent") or None, limit, choices)

    @routes.get("/floor")
    async def floor(request: Request) -> Response:
        return await shell.show(request, PAGE, latest(shell, view))

    return routes

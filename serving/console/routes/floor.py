"""`/console/floor`."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from serving.console.floor import View, view_of
from serving.console.plan import Plan
from serving.console.rows import Asked
from serving.console.shell import Page, Shell, latest
from serving.console.visit import Visit
from serving.decisions.earlier import Readings
from serving.decisions.override_log import standing

PAGE = Page("floor")


def router(shell: Shell) -> APIRouter:
    """The route of the page."""
    routes = APIRouter(prefix="/console", include_in_schema=False)
    readings = Readings(shell.store)

    def view(plan: Plan, visit: Visit) -> View:
        now, day = shell.service.now(), readings.day(plan.as_of)
        with shell.store.transaction() as connection:
            choices = standing(connection)
        return view_of(plan, visit.language, now, Asked.of(visit), day, choices)

    @routes.get("/floor")
    async def floor(request: Request) -> Response:
        return await shell.show(request, PAGE, latest(shell, view))

    return routes

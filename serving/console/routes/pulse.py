"""`/console/pulse`."""

from __future__ import annotations

from datetime import UTC

from fastapi import APIRouter, Request, Response

from serving.console.pulse import NOTHING_YET, asked_of, view_of
from serving.console.shell import Nothing, Page, Shell
from serving.console.visit import Visit
from serving.pulse.pulse import UnknownNameError
from serving.pulse.source import PulseSource

PAGE = Page("pulse")


def router(shell: Shell, source: PulseSource) -> APIRouter:
    """The route of the page."""
    routes = APIRouter(prefix="/console", include_in_schema=False)

    def view(visit: Visit) -> object:
        try:
            found = source.pulse(asked_of(visit))
        except UnknownNameError as error:
            raise Nothing("no_such_name") from error
        return NOTHING_YET if found is None else view_of(found, visit.language)

    @routes.get("/pulse")
    async def pulse(request: Request) -> Response:
        hour = shell.service.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M")
        return await shell.show(request, PAGE, view, hour)

    return routes

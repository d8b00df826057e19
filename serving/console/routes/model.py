"""`/console/model`."""

from __future__ import annotations

import time
from typing import Final

from fastapi import APIRouter, Request, Response

from model.registry import NoSuchVersionError
from serving.console.model import VERSIONS_SHOWN, View, view_of
from serving.console.shell import Nothing, Page, Shell
from serving.console.visit import Visit
from serving.models.registered import KEPT_SECONDS
from serving.models.told import Teller

PAGE = Page("model")
_DIGITS: Final = 9


def router(shell: Shell, teller: Teller) -> APIRouter:
    """The route of the page."""
    routes = APIRouter(prefix="/console", include_in_schema=False)

    def view(visit: Visit) -> View:
        limit = None if visit.asked("rows") == "all" else VERSIONS_SHOWN
        try:
            told = teller.tell(_number(visit.asked("version")))
        except NoSuchVersionError:
            raise Nothing("no_version") from None
        return view_of(told, visit.language, may_move=visit.principal.may("ops"), limit=limit)

    @routes.get("/model")
    async def model(request: Request) -> Response:
        # the registry tells nobody when it changes, so the page is made anew now and then
        return await shell.show(request, PAGE, view, str(time.monotonic() // KEPT_SECONDS))

    return routes


def _number(asked: str) -> int | None:
    """The version that the address names, None for none. Raises Nothing."""
    if not asked:
        return None
    if asked.isascii() and asked.isdigit() and len(asked) <= _DIGITS:
        return int(asked)
    raise Nothing("no_version")

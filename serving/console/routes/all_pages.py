"""The pages of the console, in the order of the menu, and the routers that show them."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter, FastAPI

from serving.console.routes import floor, model, pages, sign_in
from serving.console.shell import Shell
from serving.working import Working

PAGES = (floor.PAGE, model.PAGE)


def routers(working: Working, app: FastAPI) -> Iterator[APIRouter]:
    """Every router of the console."""
    shell = Shell(working.service, working.store, PAGES)
    yield pages.router(shell, app)
    yield sign_in.router(shell, working.door, working.settings)
    yield floor.router(shell)
    yield model.router(shell, working.teller)

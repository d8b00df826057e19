"""The pages of the console, in the order of the menu, and the routers that show them."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter, FastAPI

from serving.console.routes import floor, pages, pulse, sign_in
from serving.console.shell import Shell
from serving.pulse.source import PulseSource
from serving.working import Working

PAGES = (floor.PAGE, pulse.PAGE)


def routers(working: Working, app: FastAPI, pulses: PulseSource) -> Iterator[APIRouter]:
    """Every router of the console."""
    shell = Shell(working.service, working.store, PAGES)
    yield pages.router(shell, app)
    yield sign_in.router(shell, working.door, working.settings)
    yield floor.router(shell)
    yield pulse.router(shell, pulses)

"""The pages of the console, in the order of the menu, and the routers that show them."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter, FastAPI

from serving.access.links import LinkBook
from serving.console.routes import (
    floor,
    model,
    pages,
    policy,
    pulse,
    queue,
    sign_in,
    status,
    ticket,
)
from serving.console.shell import Shell
from serving.working import Working

PAGES = (floor.PAGE, queue.PAGE, ticket.PAGE, pulse.PAGE, policy.PAGE, model.PAGE)


def shell_of(working: Working) -> Shell:
    """What is around every page."""
    return Shell(working.service, working.store, working.plans, PAGES)


def routers(shell: Shell, working: Working, app: FastAPI) -> Iterator[APIRouter]:
    """Every router of the console."""
    yield pages.router(shell, app)
    yield sign_in.router(shell, working.door, working.settings)
    yield floor.router(shell)
    yield queue.router(shell)
    yield ticket.router(shell)
    yield pulse.router(shell, working.pulses)
    yield policy.router(shell, working.policies, working.watches)
    yield model.router(shell, working.teller)
    yield status.router(shell, LinkBook(working.store, working.edge.now), working.door)

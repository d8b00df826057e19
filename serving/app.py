"""The composition of the service: the app from its parts, and the parts from the settings."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version

from anyio import to_thread
from fastapi import APIRouter, FastAPI

from model.dispatch import Desk
from serving import openapi, problems
from serving.access.keys import KeyBook
from serving.access.links import LinkBook
from serving.access.reach import reach_of
from serving.console.routes import all_pages as console
from serving.console.trouble import Trouble
from serving.decisions.log import DecisionLog
from serving.decisions.moves_tried import MovesTried
from serving.decisions.overrides import Overrides
from serving.decisions.replays import Replays
from serving.desks import DeskFactory, Making
from serving.events.intake import Intake
from serving.gate import Gate
from serving.policy.previews import Previews
from serving.routes import (
    customers,
    decide,
    decisions,
    events,
    hand_backs,
    health,
    keys,
    links,
    model,
    overrides,
    policy,
    policy_preview,
    policy_release,
    pulse,
    similar,
    tickets,
)
from serving.server import run
from serving.service import Edge
from serving.settings import Settings
from serving.store import Store
from serving.swap import Watch
from serving.telemetry import log_to, say
from serving.traces import Traces
from serving.waiting import BODIES, Held
from serving.working import Given, Working

_ABOUT = (
    "Who should take which complaint ticket, in which order, and why. Times are RFC 3339 with "
    "an offset; durations carry their unit in the name; probabilities and scores lie in [0, 1]."
)


def create_app(
    settings: Settings,
    desk: Making | DeskFactory,
    log: DecisionLog | None = None,
    edge: Edge | None = None,
    store: Store | None = None,
    traces: Traces | None = None,
) -> FastAPI:
    """The service as an ASGI app.

    Args:
        settings: where it runs; `settings.store_url` is used when no `store` is given.
        desk: makes the desk (policy, model, history) when the app starts, and again when another
            model is due; while it fails, the app answers without a model where `Making.bare`
            is given, 503 in its words otherwise, and asks again.
        log: the decision log, of the store by default.
        edge: clocks and ids, the machine's own by default.
        store: closed with the app.
        traces: where spans go; as the environment says by default.

    Raises:
        StoreError: the store's URL cannot be used.
    """
    working = Working.of(settings, desk, Given(log, edge, store, traces))
    app = FastAPI(
        title="Fendan",
        version=_version(),
        description=_ABOUT,
        lifespan=partial(_life, working),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # its own spans and logs tell paths, queries and messages: ids, and complaint texts
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    for router in _routers(working):
        app.include_router(router)
    shell = console.shell_of(working)
    for router in console.routers(shell, working, app):
        app.include_router(router)
    telemetry = working.telemetry
    held = Held(BODIES * settings.max_body_bytes, telemetry)
    door, traces = working.door, working.traces
    told, in_words = telemetry.refused.labels, Trouble(shell).page
    app.add_middleware(
        Gate, door=door, telemetry=telemetry, held=held, traces=traces, in_words=in_words
    )
    app.state.source, app.state.swap = working.source, working.swap
    problems.install(app, lambda problem: told(problem.code).inc(), in_words)
    openapi.install(app)
    return app


@asynccontextmanager
async def _life(working: Working, _: FastAPI) -> AsyncIterator[None]:
    missing = await to_thread.run_sync(working.readiness.missing)
    for part, reason in missing.items():
        say("started without", logging.WARNING, part=part, reason=reason)
    await to_thread.run_sync(working.policies.announce)

    def each_second() -> None:
        working.telemetry.here()
        working.hourly.look()

    watch = Watch(working.swap, working.source, each_second)
    watch.start()
    yield
    watch.stop()
    await to_thread.run_sync(working.traces.close)
    await to_thread.run_sync(working.store.close)


def _routers(working: Working) -> Iterator[APIRouter]:
    settings, service, store = working.settings, working.service, working.store
    yield decide.router(service, settings)
    version = working.source.making.version
    replays = Replays(store, version, working.live, working.source.current)
    yield decisions.router(store, replays)
    choices = Overrides(service, store)
    yield overrides.router(choices, MovesTried(service, store), settings)
    yield hand_backs.router(choices, settings)
    yield similar.router(service)
    yield tickets.router(service)
    yield links.router(LinkBook(store, working.edge.now), settings)
    yield customers.router(service, store)
    intake = Intake(working.events, service.now, working.telemetry)
    yield events.router(intake, settings, working.telemetry)
    previews = Previews(working.source, working.log, service.last_moment)
    yield policy.router(service, working.policies, previews, settings)
    yield policy_preview.router(previews, settings)
    yield policy_release.router(working.watches)
    yield keys.router(store, KeyBook(store, working.edge.now), settings)
    yield pulse.router(working.pulses)
    yield model.router(working.models, working.teller, settings)
    yield health.router(working.readiness, working.telemetry)


def serve(
    settings: Settings, desk: Making | DeskFactory, announce: Callable[[str], None] | None = None
) -> None:
    """Serve until told to stop; requests under way are answered first.

    Args:
        settings: where to listen, with how many workers.
        desk: makes the desk, in each worker; with more than one worker it must be picklable (a
            function of a module, or `functools.partial` of one).
        announce: told once where the service is; standard error by default.

    Raises:
        FendanError: the port cannot be had, the address needs a key, or the store's URL is wrong.
    """
    reach = reach_of(settings, Edge().now())  # a wrong URL is told here, not by every worker
    run(settings, partial(_build, settings, desk), announce or _tell, reach)


def _build(settings: Settings, desk: Making | DeskFactory) -> FastAPI:
    log_to(settings.level)
    gc.set_threshold(100_000, 50, 100)
    making = desk if isinstance(desk, Making) else Making(desk)
    return create_app(settings, replace(making, desk=partial(_settled, making.desk)))


def _settled(make: DeskFactory) -> Desk:
    """The desk, and all that is loaded with it out of the garbage collector's sight.

    A refresh makes a million small objects that all die together: looking through the model's
    and the libraries' objects again and again for them doubled the time of reading a body.
    """
    desk = make()
    if not gc.get_freeze_count():  # later ones are made while requests are answered: none waits
        gc.collect()
    gc.freeze()
    return desk


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _version() -> str:
    try:
        return installed_version("fendan")
    except PackageNotFoundError:
        return "0"

"""The composition of the service: the app from its parts, and the parts from the settings."""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version

from anyio import to_thread
from fastapi import FastAPI

from model.dispatch import Desk
from serving import openapi, problems
from serving.access.auth import Door
from serving.access.keys import KeyBook
from serving.access.reach import reach_of
from serving.decisions.log import DecisionLog
from serving.decisions.overrides import Overrides
from serving.decisions.replays import Replays
from serving.decisions.turns import Turns
from serving.desks import DeskFactory, DeskSource, Making, Part
from serving.events.intake import Intake
from serving.events.live_history import LiveHistory
from serving.events.log import EventLog
from serving.gate import Gate
from serving.policy.policies import Policies, PublishedPolicy
from serving.policy.previews import Previews
from serving.policy.store import PolicyStore
from serving.readiness import Readiness
from serving.routes import (
    customers,
    decide,
    decisions,
    events,
    health,
    keys,
    overrides,
    pages,
    policy,
    policy_preview,
    similar,
    tickets,
)
from serving.server import run
from serving.service import Edge, Service
from serving.settings import Settings
from serving.store import Store
from serving.swap import Swap, Watch
from serving.telemetry import Telemetry, log_to, say
from serving.traces import NoTraces, Traces
from serving.waiting import BODIES, Held

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
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
        settings: where it runs; `settings.store_url` is used when no `log` is given.
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
    store = store or Store.open(settings.store_url)
    log = log or DecisionLog(store)
    telemetry, edge = Telemetry(), edge or Edge()
    door = Door(settings, store, edge.now, edge.clock)
    event_log = EventLog(store)
    policies = Policies(PolicyStore(store), settings.policy)
    live = LiveHistory(event_log)
    parts: tuple[Part, ...] = (live, PublishedPolicy(policies))
    source, traces = DeskSource(desk, store.marks, parts), traces or traces_of(os.environ)
    service = Service(source, log, telemetry, edge, Turns(store))
    swap = Swap(source, service.latest_snapshot, telemetry)
    readiness = Readiness(source, log.check, lambda: swap.note)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        missing = await to_thread.run_sync(readiness.missing)
        for part, reason in missing.items():
            say("started without", logging.WARNING, part=part, reason=reason)
        await to_thread.run_sync(policies.announce)
        watch = Watch(swap, source, telemetry.here)
        watch.start()
        yield
        watch.stop()
        await to_thread.run_sync(traces.close)
        await to_thread.run_sync(store.close)

    app = FastAPI(
        title="Fendan",
        version=_version(),
        description=_ABOUT,
        lifespan=life,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # its own spans and logs tell paths, queries and messages: ids, and complaint texts
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.include_router(decide.router(service, settings))
    replays = Replays(store, source.making.version, live, service.desks.current)
    app.include_router(decisions.router(store, replays))
    app.include_router(overrides.router(Overrides(service, store), settings))
    app.include_router(similar.router(service))
    app.include_router(tickets.router(service))
    app.include_router(customers.router(service, store))
    intake = Intake(event_log, service.now, telemetry)
    app.include_router(events.router(intake, settings, telemetry))
    previews = Previews(source, log)
    app.include_router(policy.router(service, policies, previews, settings))
    app.include_router(policy_preview.router(previews, settings))
    app.include_router(keys.router(store, KeyBook(store, edge.now), settings))
    app.include_router(health.router(readiness, telemetry))
    app.include_router(pages.router(service, app))
    held = Held(BODIES * settings.max_body_bytes, telemetry)
    app.add_middleware(Gate, door=door, telemetry=telemetry, held=held, traces=traces)
    app.state.source, app.state.swap = source, swap
    problems.install(app, lambda problem: telemetry.refused.labels(problem.code).inc())
    openapi.install(app)
    return app


def serve(
    settings: Settings, desk: Making | DeskFactory, announce: Callable[[str], None] | None = None
) -> None:
    """Serve until told to stop; requests under way are answered first.

    Args:
        settings: where to listen, with how many workers.
        desk: makes the desk, in each worker; with more than one worker it must be picklable (a
            function of a module, or `functools.partial` of one).
        announce: told once where the service is; standard error by default.
        desk_of: as for `create_app`, and picklable like `desk`.
        simulate: as in `create_app`; picklable, since it runs in a process of its own.

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


def traces_of(environment: Mapping[str, str]) -> Traces:
    """Traces as the environment wants them, by OpenTelemetry's own variables."""
    off = environment.get("OTEL_SDK_DISABLED", "").lower() == "true"
    if off or not any(environment.get(name) for name in _ENDPOINTS):
        return NoTraces()
    from serving.otel import exporting  # noqa: PLC0415  # a quarter of a second, where it is wanted

    return exporting()


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _version() -> str:
    try:
        return installed_version("fendan")
    except PackageNotFoundError:
        return "0"

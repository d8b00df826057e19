"""The parts of one running service, made once from its settings."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from serving.access.auth import Door
from serving.console.plan import Plans
from serving.decisions.log import DecisionLog
from serving.decisions.turns import Turns
from serving.desks import DeskFactory, DeskSource, Making
from serving.events.live_history import LiveHistory
from serving.events.log import EventLog
from serving.models.registered import Models
from serving.models.told import Teller
from serving.models.way import way_of
from serving.policy.policies import Policies, PublishedPolicy
from serving.policy.store import PolicyStore
from serving.policy.watches import Watches
from serving.pulse.hourly import Hourly
from serving.pulse.source import PulseSource
from serving.readiness import Readiness
from serving.service import Edge, Service
from serving.settings import Settings
from serving.store import Store
from serving.swap import Swap
from serving.telemetry import Telemetry
from serving.traces import NoTraces, Traces

_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


@dataclass(frozen=True, slots=True)
class Given:
    """What a caller may put in the place of a part: tests do; None takes the usual one.

    `log` is the decision log, `edge` clocks and ids, `store` is closed with the app, `traces` say
    where spans go.
    """

    log: DecisionLog | None = None
    edge: Edge | None = None
    store: Store | None = None
    traces: Traces | None = None


@dataclass(frozen=True, slots=True)
class Working:
    """The parts, joined: who decides on what, from which store, under which policy."""

    settings: Settings
    edge: Edge
    store: Store
    log: DecisionLog
    telemetry: Telemetry
    traces: Traces
    door: Door
    events: EventLog
    live: LiveHistory
    policies: Policies
    source: DeskSource
    service: Service
    swap: Swap
    readiness: Readiness
    plans: Plans
    pulses: PulseSource
    hourly: Hourly
    watches: Watches
    models: Models
    teller: Teller

    @classmethod
    def of(cls, settings: Settings, desk: Making | DeskFactory, given: Given) -> Working:
        """The parts as the settings want them.

        Raises:
            StoreError: the store's URL cannot be used.
        """
        store = given.store or Store.open(settings.store_url)
        log, edge = given.log or DecisionLog(store), given.edge or Edge()
        telemetry, events = Telemetry(), EventLog(store)
        policies, live = Policies(PolicyStore(store), settings.policy), LiveHistory(events)
        source = DeskSource(desk, store.marks, (live, PublishedPolicy(policies)))
        service = Service(source, log, telemetry, edge, Turns(store))
        swap = Swap(source, service.latest_snapshot, telemetry)
        readiness = Readiness(source, log.check, lambda: swap.note)
        models, plans = Models(source.making.models, store, edge.now), Plans(service)
        pulses = PulseSource(service, plans)
        return cls(
            settings=settings,
            edge=edge,
            store=store,
            log=log,
            telemetry=telemetry,
            traces=given.traces or traces_of(os.environ),
            door=Door(settings, store, edge.now, edge.clock),
            events=events,
            live=live,
            policies=policies,
            source=source,
            service=service,
            swap=swap,
            readiness=readiness,
            plans=plans,
            pulses=pulses,
            hourly=Hourly(pulses, source, telemetry),
            watches=Watches(service, policies, store),
            models=models,
            teller=Teller(models, service, store, readiness, way_of(settings)),
        )


def traces_of(environment: Mapping[str, str]) -> Traces:
    """Traces as the environment wants them, by OpenTelemetry's own variables."""
    off = environment.get("OTEL_SDK_DISABLED", "").lower() == "true"
    if off or not any(environment.get(name) for name in _ENDPOINTS):
        return NoTraces()
    from serving.otel import exporting  # noqa: PLC0415  # a quarter of a second, where it is wanted

    return exporting()

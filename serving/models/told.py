"""All that is told of the models at once: what the page shows and `GET /v1/model` answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from features.errors import ModelError
from features.stream import NEVER
from model.decision import Version
from model.desk import ServedDesk
from model.runs import ModelVersion
from serving.desks import Current
from serving.models.alarm import Alarm, Seen
from serving.models.alarms import alarms
from serving.models.cards import Card
from serving.models.input_watch import InputWatch
from serving.models.inputs import Inputs
from serving.models.live import Live, last_told, level_of, live_of, told
from serving.models.registered import Models, NoRegistryError, Shown
from serving.models.way import Way
from serving.readiness import Readiness
from serving.service import Service
from serving.store import Store

LIVE_SECONDS: Final = 60.0
"""How long the live figures are kept: verdicts come by the hour."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of the models.

    `shown` is None without a registry. `champion` and `other` are the cards side by side: None
    where there is no such version or its run cannot be read. `live` is None before the first
    decision, or where no desk answers. `zone` is that of the desk's clock, UTC where none answers.
    """

    served: Version | None
    shown: Shown | None
    champion: Card | None
    other: Card | None
    live: Live | None
    inputs: Inputs
    alarms: tuple[Alarm, ...]
    way: Way
    zone: str


class Teller:
    """Puts together what is told. It blocks: call it off the event loop."""

    def __init__(
        self,
        models: Models,
        service: Service,
        store: Store,
        readiness: Readiness,
        way: Way,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._models, self._service, self._store = models, service, store
        self._readiness, self._way, self._clock = readiness, way, clock
        self._inputs = InputWatch(store)
        self._lock = threading.Lock()
        self._live: tuple[float, Version, Live | None] | None = None

    def tell(self, number: int | None = None) -> Told:
        """The champion beside the version of a number; without one beside the challenger.

        Raises:
            NoSuchVersionError: the registry has no such version.
            StoreError: the store does not answer.
        """
        current = self._current()
        shown = self._shown()
        other = _other(shown, number)
        champion = self._card(shown.champion if shown else None)
        beside = self._card(other)
        live = None if current is None else self._lately(current)
        served = None if current is None else current.desk.model
        inputs = self._inputs_of(current, live, shown)
        seen = Seen(
            now=live.until if live else self._service.now(),
            served=served or Version("", 0),
            missing=self._readiness.missing(),
            notes=self._readiness.notes(),
            shown=shown,
            champion=champion,
            other=beside,
            live=live,
            inputs=inputs,
        )
        zone = "UTC" if current is None else current.desk.policy.timezone
        return Told(served, shown, champion, beside, live, inputs, alarms(seen), self._way, zone)

    def _current(self) -> Current | None:
        try:
            return self._service.desks.current()
        except ModelError:
            return None  # readiness says why

    def _shown(self) -> Shown | None:
        try:
            return self._models.shown()
        except NoRegistryError:
            return None

    def _card(self, version: ModelVersion | None) -> Card | None:
        return None if version is None else self._models.card(version)

    def _lately(self, current: Current) -> Live | None:
        """The live figures, at most `LIVE_SECONDS` old."""
        with self._lock:
            known, now = self._live, self._clock()
            model = current.desk.model
            if known is None or known[1] != model or now - known[0] >= LIVE_SECONDS:
                known = self._live = (now, model, self._asked(current))
            return known[2]

    def _inputs_of(self, current: Current | None, live: Live | None, shown: Shown | None) -> Inputs:
        """Of the model that answers, whichever is champion."""
        desk = None if current is None else current.desk
        if live is None:
            return Inputs("few")
        if not isinstance(desk, ServedDesk) or shown is None:
            return Inputs("no_reference")
        number = desk.model.version
        card = self._card(next((v for v in shown.versions if v.version == number), None))
        return self._inputs.tell(desk, card.reference if card else None, live.until)

    def _asked(self, current: Current) -> Live | None:
        last = last_told(self._store)
        if last is None:
            return None
        history = current.desk.history
        end = history.span[1]
        until = last if end == NEVER else max(last, end)
        found = live_of(told(self._store, until), history, current.desk.model, until)
        return replace(found, level=level_of(current.desk, until))


def _other(shown: Shown | None, number: int | None) -> ModelVersion | None:
    if shown is None:
        return None
    if number is not None:
        return shown.find(number)
    if shown.challenger != shown.champion:
        return shown.challenger
    return next((v for v in shown.versions if v != shown.champion), None)

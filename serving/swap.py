"""A new model, taken up while the old one serves.

Each worker watches by itself: every `EVERY_SECONDS` it asks the registry which model is due, and
at once where `Marks.model` moved. Another one is loaded (its bytes checked, nothing unpickled),
brought up to the store's history and policy, warmed, and asked about the latest snapshot; only
where nothing is held against its predictions (`model.sane`) does it serve, from one request to
the next. All of it is on a thread of its own that yields to requests. What was not sane
is never tried again; what could not be loaded is after `AGAIN_SECONDS`.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from features.errors import FendanError, ModelError
from features.snapshot import Snapshot
from model.decision import Version
from model.sane import objection
from serving.desks import Current, DeskSource
from serving.telemetry import Telemetry, say, warn
from serving.yielding import short_turns, yield_to_requests

EVERY_SECONDS: Final = 15.0
AGAIN_SECONDS: Final = 300.0
_TICK_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Refused:
    """A version that was not taken up, why, and when it may be tried again."""

    version: Version
    why: str
    again_at: float


class Swap:
    """Looks for another model and takes it up; `look` is one look, whoever calls it."""

    def __init__(
        self,
        source: DeskSource,
        latest: Callable[[], Snapshot | None],
        telemetry: Telemetry,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source, self._latest, self._telemetry = source, latest, telemetry
        self._clock = clock
        self._refused: dict[Version, Refused] = {}
        self.note = ""

    def look(self) -> None:
        """Take up another model where one is due; never raises."""
        served = self._source.served()
        if served is None:
            return
        try:
            due = None if self._source.making.due is None else self._source.making.due()
            if due is None and not self._source.lacking:
                return
            if due == served.desk.model:
                self.note = ""
            elif due is None or self._may_try(due):
                with short_turns():
                    self._take(served, due)
        except Exception as error:  # noqa: BLE001 - the watch outlives whatever a registry does
            self._failed(error)

    def _may_try(self, due: Version) -> bool:
        known = self._refused.get(due)
        return known is None or self._clock() >= known.again_at

    def _take(self, served: Current, due: Version | None) -> None:
        begun = self._clock()
        try:
            prepared = self._source.prepared(self._source.making.desk())
        except ModelError as error:
            if due is not None:
                self._refuse(due, str(error), "not_loaded", self._clock() + AGAIN_SECONDS)
                return
            raise
        found = prepared.desk.model
        if found == served.desk.model:  # the registry went down meanwhile, and the disk answered
            return
        snapshot = self._latest()
        against = "" if snapshot is None else objection(prepared.desk, served.desk, snapshot)
        if against:
            self._refuse(found, against, "not_sane", float("inf"))
            return
        self._source.swap(prepared)
        self.note = ""
        self._telemetry.swaps.labels("taken").inc()
        self._telemetry.model_version.set(found.version)
        say(
            "model swapped",
            version=found.version,
            before=served.desk.model.version,
            seconds=round(self._clock() - begun, 1),
        )

    def _refuse(self, version: Version, why: str, outcome: str, again_at: float) -> None:
        self._refused[version] = Refused(version, why, again_at)
        self.note = f"{version.name} version {version.version} was not taken up: {why}"
        self._telemetry.swaps.labels(outcome).inc()
        say("model not taken up", logging.ERROR, version=version.version, reason=why)

    def _failed(self, error: Exception) -> None:
        self._telemetry.swaps.labels("not_asked").inc()
        if not self.note:
            warn("no model can be taken up", error)
        words = str(error) if isinstance(error, FendanError) else type(error).__name__
        self.note = f"no other model can be taken up now: {words}"


class Watch:
    """The thread that looks: now and then, at a phase of its own, or when it is asked to."""

    def __init__(
        self, swap: Swap, source: DeskSource, each_tick: Callable[[], None] = lambda: None
    ) -> None:
        self._swap, self._source, self._each_tick = swap, source, each_tick
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="model watch", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End; a model that is being loaded is left alone."""
        self._ended.set()

    def _run(self) -> None:
        # workers that start together should not all load together
        next_at = time.monotonic() + EVERY_SECONDS * random.uniform(0.3, 1.0)  # noqa: S311
        mark = self._source.model_mark
        yielding = False
        while not self._ended.wait(_TICK_SECONDS):
            self._each_tick()
            if not yielding and self._source.served() is not None and not self._source.lacking:
                yield_to_requests()
                yielding = True
            moved, mark = self._source.model_mark != mark, self._source.model_mark
            if moved or time.monotonic() >= next_at:
                self._swap.look()
                next_at = time.monotonic() + EVERY_SECONDS

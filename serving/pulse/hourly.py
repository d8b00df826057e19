"""What jumped, told to the metrics once an hour, so that no scrape has to work it out."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Final

from serving.desks import DeskSource
from serving.metrics import PULSE_FIGURES, Telemetry
from serving.pulse.source import PulseSource
from serving.telemetry import warn

EVERY_SECONDS: Final = 3600.0
FIRST_SECONDS: Final = 60.0
"""After the start: the first requests are not held up by it."""


class Hourly:
    """`look` is called every second or so, by the thread that yields to requests."""

    def __init__(
        self,
        source: PulseSource,
        desks: DeskSource,
        telemetry: Telemetry,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source, self._desks, self._telemetry = source, desks, telemetry
        self._clock, self._next_at = clock, clock() + FIRST_SECONDS

    def look(self) -> None:
        """Count the alarms by figure, once it is time. Never raises: the thread has other work."""
        if self._clock() < self._next_at or self._desks.served() is None:
            return
        self._next_at = self._clock() + EVERY_SECONDS
        try:
            found: Counter[str] = Counter(each.figure for each in self._source.alarms())
        except Exception as error:  # noqa: BLE001 - an hour without the count is no reason to end
            warn("the pulse's alarms are not counted", error)
            return
        for figure in PULSE_FIGURES:
            self._telemetry.pulse_alarms.labels(figure).set(found[figure])

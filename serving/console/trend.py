"""The floor's figures against a day before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np

from serving.console.clock import day_and_time
from serving.decisions.earlier import Day, Reading

_STEP: Final = timedelta(minutes=30)
_LEAST: Final = 3  # readings that make a line


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, its difference to a day before (None without), and its line, evenly in time."""

    value: float
    change: float | None
    line: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """Open tickets and expected timeouts; `yesterday` is the moment compared with, as written.

    The lines reach `hours` back, 24 once the desk has been refreshed for that long.
    """

    open: Figure
    expected: Figure
    yesterday: str
    hours: int


def trend_of(summary: dict[str, Any], as_of: datetime, day: Day) -> Trend:
    """The figures of a decision's summary against the day before `as_of`."""
    before = day.yesterday
    present = Reading(0, as_of, summary["open"], summary["expected_timeouts"])
    known = [*(r for r in day.readings if r.as_of < as_of), present]
    moments = [r.as_of for r in known]
    zone = as_of.tzinfo
    return Trend(
        open=Figure(
            present.open,
            None if before is None else present.open - before.open,
            _line(moments, [r.open for r in known]),
        ),
        expected=Figure(
            present.expected_timeouts,
            None if before is None else present.expected_timeouts - before.expected_timeouts,
            _line(moments, [r.expected_timeouts for r in known]),
        ),
        yesterday="" if before is None else day_and_time(before.as_of, zone),
        hours=round((as_of - min(moments)) / timedelta(hours=1)),
    )


def _line(moments: Sequence[datetime], values: Sequence[float]) -> tuple[float, ...]:
    """Values every half hour from the first moment to the last; nothing where there are too few."""
    if len(moments) < _LEAST:
        return ()
    seconds = np.array([m.timestamp() for m in moments])
    steps = max(round((seconds[-1] - seconds[0]) / _STEP.total_seconds()), 1)
    order = np.argsort(seconds, kind="stable")
    wanted = np.linspace(seconds.min(), seconds.max(), steps + 1)
    found = np.interp(wanted, seconds[order], np.array(values, np.float64)[order])
    return tuple(found.round(2).tolist())

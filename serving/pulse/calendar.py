"""The desk's days and weeks: where they begin in its own time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from features.picture import micros_of
from features.stream import Ints

By = Literal["day", "week"]
_DAYS: Final = {"day": 1, "week": 7}


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """Days or weeks in a row: number i is `[edges[i], edges[i + 1])` in µs; `edges` is (n + 1,)."""

    edges: Ints

    def __len__(self) -> int:
        return self.edges.size - 1

    @property
    def whole(self) -> Span:
        """All of it as one."""
        return Span(self.edges[[0, -1]])

    def from_(self, first: int) -> Span:
        """Without what ended before a moment."""
        return Span(self.edges[max(int(np.searchsorted(self.edges, first, "right")) - 1, 0) :])


def span_before(now: datetime, zone: str, by: By, count: int, back: int = 0) -> Span:
    """The last `count` whole days or weeks (from Monday) before the one that `now` is in.

    `back` leaves out so many more before them. A day has 23 or 25 hours when clocks change.

    >>> from features.picture import moment_of
    >>> span = span_before(datetime.fromisoformat("2026-03-04T10:00+08:00"), "Asia/Shanghai", "week", 2)
    >>> [f"{moment_of(int(edge)):%m-%d %H:%M}" for edge in span.edges]
    ['02-15 16:00', '02-22 16:00', '03-01 16:00']
    """  # noqa: E501 - an example is one line
    last = pd.Timestamp(now.astimezone(ZoneInfo(zone)).date())
    if by == "week":
        last -= pd.Timedelta(days=last.weekday())
    last -= pd.Timedelta(days=back * _DAYS[by])
    days = pd.date_range(end=last, periods=count + 1, freq=f"{_DAYS[by]}D")
    first_of_two = np.ones(days.size, bool)
    local = days.tz_localize(zone, ambiguous=first_of_two, nonexistent="shift_forward")
    return Span(np.asarray(local.tz_convert("UTC").as_unit("us").asi8, np.int64))


def so_far(now: datetime, zone: str, by: By) -> Span:
    """The day or week that `now` is in, until now: `[its begin, now]`."""
    begin = span_before(now, zone, by, 1).edges[-1]
    return Span(np.array([begin, micros_of(now) + 1]))

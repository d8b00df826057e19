"""Moments of tickets, searchable: the last moment at or before a time, for many at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Int = NDArray[np.int64]
Bool = NDArray[np.bool_]
Float = NDArray[np.float64]

NEVER: Final = int(np.iinfo(np.int64).max)
"""The time (µs since 1970, UTC) of what has not happened."""

HOUR_US: Final = 3_600_000_000
MINUTE_US: Final = 60_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Moments `(ticket[i], time_us[i])`, sorted by ticket, then time; both (m,) int64."""

    ticket: Int
    time_us: Int

    @classmethod
    def of(cls, ticket: NDArray[Any], time_us: NDArray[Any]) -> Moments:
        """The same moments, sorted; moments of one ticket at one time keep their order."""
        order = np.lexsort((time_us, ticket))
        return cls(ticket[order].astype(np.int64), time_us[order].astype(np.int64))

    def last_at(self, ticket: NDArray[Any], time_us: NDArray[Any]) -> Int:
        """Row of the last moment in `(-inf, time_us]` of each ticket; -1 where there is none.

        >>> line = Moments.of(np.array([0, 0, 1]), np.array([10, 20, 15]))
        >>> line.last_at(np.array([0, 0, 0, 1]), np.array([9, 10, 99, 14])).tolist()
        [-1, 0, 1, -1]
        """
        if self.ticket.size == 0:
            return np.full(np.shape(ticket), -1, dtype=np.int64)
        clock = np.unique(self.time_us)
        width = clock.size + 1
        key = self.ticket * width + np.searchsorted(clock, self.time_us, side="right")
        asked = np.asarray(ticket, dtype=np.int64) * width
        asked = asked + np.searchsorted(clock, time_us, side="right")
        row = np.searchsorted(key, asked, side="right") - 1
        return np.where((row >= 0) & (self.ticket[row] == ticket), row, -1).astype(np.int64)

    def first_after(self, ticket: NDArray[Any], time_us: NDArray[Any]) -> Int:
        """Time of the first moment in `(time_us, inf)` of each ticket; `NEVER` where none.

        >>> line = Moments.of(np.array([0, 0]), np.array([10, 20]))
        >>> line.first_after(np.array([0, 0, 0]), np.array([5, 10, 20])).tolist()[:2]
        [10, 20]
        """
        if self.ticket.size == 0:
            return np.full(np.shape(ticket), NEVER, dtype=np.int64)
        last = self.last_at(ticket, time_us)
        start = np.searchsorted(self.ticket, ticket, side="left")
        row = np.where(last >= 0, last + 1, start)
        inside = row < self.ticket.size
        safe = np.where(inside, row, 0)
        same = inside & (self.ticket[safe] == ticket)
        return np.where(same, self.time_us[safe], NEVER).astype(np.int64)


def first_per_ticket(ticket: NDArray[Any], time_us: NDArray[Any], tickets: int) -> Int:
    """(tickets,) the earliest moment of each ticket, `NEVER` where it has none."""
    first = np.full(tickets, NEVER, dtype=np.int64)
    np.minimum.at(first, ticket, time_us)
    return first


def rfc3339(time_us: int) -> str:
    """A time in µs since 1970 as RFC 3339 in UTC, to the second.

    >>> rfc3339(0)
    '1970-01-01T00:00:00Z'
    """
    moment = datetime.fromtimestamp(time_us // 1_000_000, tz=UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

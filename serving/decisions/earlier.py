"""What earlier decisions counted, found by the desk's moment without reading them whole.

Decisions are numbered as they were made, and the moments they are of (`as_of`) rise with their
numbers: so a moment is found by halving, from the first bytes of a few answers. Where a desk
went back in time what is found may be too little, never of another day.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from serving.decisions.head import HEAD, moment_of_head
from serving.decisions.lists import ends_of
from serving.store import Store
from serving.tables import DECISIONS

DAY: Final = timedelta(hours=24)
NEAR: Final = timedelta(hours=1)
"""How far from the moment asked about a decision may lie to stand for it."""
MOST: Final = 48
"""Decisions read of a day: one in half an hour."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a decision counted: open tickets, and how many of them it expects to time out."""

    seq: int
    as_of: datetime
    open: int
    expected_timeouts: float


@dataclass(frozen=True, slots=True)
class Day:
    """The 24 hours before a moment: the decision at their beginning, and some since, in order.

    `yesterday` is None where none lies within `NEAR` of it.
    """

    yesterday: Reading | None = None
    readings: tuple[Reading, ...] = ()


class Readings:
    """Readings of a store; what was read once is kept, so that a refresh costs one or two more."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._known: dict[int, Reading] = {}
        self._last: tuple[datetime, Day] | None = None

    def day(self, until: datetime) -> Day:
        """The 24 hours before `until`. Raises StoreError."""
        with self._lock:
            if self._last is None or self._last[0] != until:
                with self._store.transaction() as connection:
                    self._last = until, self._day(connection, until)
            return self._last[1]

    def _day(self, connection: sa.Connection, until: datetime) -> Day:
        start = until - DAY
        first = first_from(connection, start)
        near = [self._read(connection, seq) for seq in _beside(connection, first)]
        closest = min(near, key=lambda r: abs(r.as_of - start), default=None)
        since = [self._read(connection, seq) for seq in _some_from(connection, first)]
        self._known = {r.seq: r for r in (*near, *since)}
        is_near = closest is not None and abs(closest.as_of - start) <= NEAR
        inside = tuple(r for r in since if start <= r.as_of <= until)
        return Day(closest if is_near else None, inside)

    def _read(self, connection: sa.Connection, seq: int) -> Reading:
        if seq in self._known:
            return self._known[seq]
        query = sa.select(DECISIONS.c.answer).where(DECISIONS.c.seq == seq)
        head, summary = ends_of(zlib.decompress(connection.execute(query).scalar_one()))
        as_of = datetime.fromisoformat(head["as_of"])
        return Reading(seq, as_of, summary["open"], summary["expected_timeouts"])


def first_from(connection: sa.Connection, moment: datetime) -> int:
    """The number from which on decisions are of `moment` or later; above all, where none is.

    Reads the heads of about log2(n) of n decisions.

    Raises:
        StoreError: a stored answer cannot be read.
    """
    seq = DECISIONS.c.seq
    ends = connection.execute(sa.select(sa.func.min(seq), sa.func.max(seq))).one()
    low, high = int(ends[0] or 0), int(ends[1] or -1)
    while low <= high:
        middle = (low + high) // 2
        query = sa.select(seq, HEAD).where(seq >= middle).order_by(seq).limit(1)
        row = connection.execute(query).one()
        if moment_of_head(row.head, row.seq) < moment:
            low = int(row.seq) + 1
        else:
            high = middle - 1
    return low


def _beside(connection: sa.Connection, first: int) -> Iterator[int]:
    """The numbers of the decisions before and from `first` on, where there are."""
    seq = DECISIONS.c.seq
    query = sa.select(
        sa.select(sa.func.max(seq)).where(seq < first).scalar_subquery(),
        sa.select(sa.func.min(seq)).where(seq >= first).scalar_subquery(),
    )
    return (each for each in connection.execute(query).one() if each is not None)


def _some_from(connection: sa.Connection, first: int) -> list[int]:
    """Numbers from `first` on, at most `MOST` of them, evenly; mostly the same the next time."""
    seq = DECISIONS.c.seq
    count = connection.execute(sa.select(sa.func.count()).where(seq >= first)).scalar_one()
    stride = 1
    while count > MOST * stride:
        stride *= 2
    query = sa.select(seq).where(seq >= first, seq % stride == 0).order_by(seq)
    return list(connection.execute(query).scalars())

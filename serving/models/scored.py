"""Some of what was scored lately, as the model saw it: read again from the logged requests."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import sqlalchemy as sa

from features.errors import SnapshotError
from features.picture import instants_of, micros_of
from features.snapshot import Snapshot
from features.stream import Floats, Ints
from model.desk import ServedDesk
from model.drift import LONGEST
from serving.decisions.earlier import first_from
from serving.schemas import parse_refresh
from serving.store import Store
from serving.tables import DECISIONS

WINDOW: Final = timedelta(days=7)
MOST_REFRESHES: Final = 48
LEAST_REFRESHES: Final = 4
MOST_READ: Final = 20_000
"""Tickets in the requests that are read: about two seconds of work."""
ROWS: Final = 2_000
_BREATH: Final = 2.0
"""Rests between two requests, in times of the work on one: who waits for an answer goes first."""


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Looks at open tickets, one a row: `x` (n, p), and of each the refresh and the ticket, (n,).

    `since` and `until` are the moments of the first and the last refresh, None without any.
    """

    names: tuple[str, ...]
    x: Floats
    refresh: Ints
    ticket: Ints
    since: datetime | None
    until: datetime | None


def scored(store: Store, desk: ServedDesk, until: datetime) -> Scored:
    """Evenly chosen tickets of evenly chosen refreshes of the `WINDOW` before a moment.

    Big desks are looked at less often. What was told since of a past moment is known, as it was
    to training. Raises StoreError.
    """
    names = desk.bundle.encoder.names
    parts: list[Floats] = []
    refreshes: list[int] = []
    tickets: list[str] = []
    moments: list[datetime] = []
    begun = time.thread_time()
    numbers, read = _numbers(store, until), 0
    wanted = -(-ROWS // max(len(numbers), 1))
    for snapshot in _snapshots(store, numbers):
        rows = _some(snapshot, wanted)
        parts.append(desk.inputs(snapshot, rows).values)
        refreshes += [len(moments)] * rows.size
        tickets += [snapshot.tickets[row].ticket_id for row in rows.tolist()]
        moments.append(snapshot.as_of)
        read += len(snapshot.tickets)
        if read > MOST_READ and len(moments) >= LEAST_REFRESHES:
            break
        begun = _rested(begun)
    return Scored(
        names=names,
        x=np.concatenate(parts) if parts else np.zeros((0, len(names))),
        refresh=np.array(refreshes, np.int64),
        ticket=np.unique(np.array(tickets, dtype=object), return_inverse=True)[1],
        since=min(moments, default=None),
        until=max(moments, default=None),
    )


def _rested(begun: float) -> float:
    time.sleep(_BREATH * (time.thread_time() - begun))
    return time.thread_time()


def _numbers(store: Store, until: datetime) -> list[int]:
    """Numbers near which a decision is read, in an order in which every beginning is even."""
    with store.transaction() as connection:
        first = first_from(connection, until - WINDOW)
        last = connection.execute(sa.select(sa.func.max(DECISIONS.c.seq))).scalar()
    if last is None or last < first:
        return []
    chosen = np.unique(np.linspace(first, last, MOST_REFRESHES).astype(np.int64))
    return [int(chosen[n]) for n in _spread(chosen.size)]


def _spread(n: int) -> Ints:
    """0 to n - 1, each beginning of it spread evenly (van der Corput).

    >>> _spread(5).tolist()
    [0, 4, 2, 1, 3]
    """
    bits = max(int(n - 1).bit_length(), 1)
    order = [int(f"{k:0{bits}b}"[::-1], 2) for k in range(2**bits)]
    return np.array([k for k in order if k < n], np.int64)


def _snapshots(store: Store, numbers: list[int]) -> Iterator[Snapshot]:
    """The desks of the decisions at or after each number; one that cannot be read is left out."""
    seq = DECISIONS.c.seq
    for number in numbers:
        query = sa.select(DECISIONS.c.request).where(seq >= number).order_by(seq).limit(1)
        with store.transaction() as connection:
            body = connection.execute(query).scalar()
        if body is None:
            continue
        try:
            snapshot, _ = parse_refresh(zlib.decompress(body))
        except (SnapshotError, zlib.error):
            continue
        yield snapshot


def _some(snapshot: Snapshot, wanted: int) -> Ints:
    """Rows of tickets that are not forgotten ones, evenly."""
    created = instants_of([ticket.created_at for ticket in snapshot.tickets])
    rows = np.flatnonzero(micros_of(snapshot.as_of) - created <= LONGEST)
    chosen = np.linspace(0, max(rows.size - 1, 0), min(wanted, rows.size)).astype(np.int64)
    return np.asarray(rows[chosen], np.int64)

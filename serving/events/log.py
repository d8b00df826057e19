"""The history in the store: every event durable before it is acknowledged, each once.

All writers mark `events` first and so come one after the other: what an event is numbered with
(`seq`) rises in the order in which events become visible, also on PostgreSQL, and whether an id
is there already cannot change between the look and the writing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd
import sqlalchemy as sa
from numpy.typing import NDArray

from features.ledger import without_texts
from serving.events.forgotten import Forgotten
from serving.events.masking import masked
from serving.events.rows import COLUMNS, NAMES, column_of, frame_of, rows_of
from serving.store import Store, mark
from serving.tables import EVENTS

AT_ONCE: Final = 20_000
"""Events written in one transaction, and read in one page."""
_ASKED: Final = 10_000  # ids in one query: both databases take more
_STORED: Final = (*NAMES, "received_at")

Progress = Callable[[str, int, int | None], None]
"""Told the stage, how many are done and of how many."""


@dataclass(frozen=True, slots=True)
class Since:
    """Events in the form of a history, oldest number first, and the number of the last one."""

    events: pd.DataFrame
    seq: int


class EventLog:
    """The events of a store. Its methods block: call them off the event loop."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def append(self, events: pd.DataFrame, received_at: datetime) -> NDArray[np.bool_]:
        """Keep conformed events with distinct ids durably; which of them were new, shape `(n,)`.

        Signals and wording are read off the texts before these are masked. All are kept or none.

        Raises:
            StoreError: they could not be kept.
        """
        if events.empty:
            return np.zeros(0, bool)
        typed = without_texts(events)
        told = typed.assign(text=events["text"].to_numpy())
        ready = masked(told)
        with self.store.transaction() as connection:
            mark(connection, "events")
            known = _known(connection, ready["event_id"])
            new = ~ready["event_id"].isin(known).to_numpy(bool)
            fresh = Forgotten.read(connection).clean(ready[new].reset_index(drop=True))
            _write(connection, list(rows_of(fresh, received_at)))
        return new

    def load(
        self, events: pd.DataFrame, received_at: datetime, progress: Progress
    ) -> tuple[int, int]:
        """As `append`, of any number of events in several transactions.

        Returns:
            How many were new, and how many were there already.

        Raises:
            StoreError: some could not be kept; what came before them is, and doing it all again
                goes on from there.
        """
        fresh = 0
        for start in range(0, len(events), AT_ONCE):
            some = events.iloc[start : start + AT_ONCE].reset_index(drop=True)
            fresh += int(self.append(some, received_at).sum())
            progress("store", start + len(some), len(events))
        return fresh, len(events) - fresh

    def since(self, seq: int = 0, until: int | None = None) -> Since:
        """The events numbered in `(seq, until]`, without their texts. Raises StoreError."""
        parts = [Since(frame_of([]), seq), *self._pages(seq, until, texts=False)]
        events = [part.events for part in parts if len(part.events)]
        whole = pd.concat(events, ignore_index=True) if events else parts[0].events
        return Since(whole, parts[-1].seq)

    def with_texts(self) -> Iterator[pd.DataFrame]:
        """All events with their masked texts, page by page. Raises StoreError."""
        for page in self._pages(0, None, texts=True):
            yield page.events

    def forgotten(self) -> Forgotten:
        """Who is forgotten. Raises StoreError."""
        with self.store.transaction() as connection:
            return Forgotten.read(connection)

    def count(self) -> int:
        """How many events there are. Raises StoreError."""
        with self.store.transaction() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(EVENTS)).scalar_one()

    def _pages(self, seq: int, until: int | None, *, texts: bool) -> Iterator[Since]:
        """Page by page, each a short look: nothing is held up, and none is cut by a time limit."""
        columns = [
            column_of(name) if texts or name != "text" else sa.null().label(name)
            for name in COLUMNS
        ]
        query = sa.select(*columns, EVENTS.c.seq).order_by(EVENTS.c.seq).limit(AT_ONCE)
        if until is not None:
            query = query.where(EVENTS.c.seq <= until)
        while True:
            with self.store.transaction() as connection:
                rows = connection.execute(query.where(EVENTS.c.seq > seq)).all()
            if not rows:
                return
            seq = rows[-1].seq
            yield Since(frame_of([tuple(row)[:-1] for row in rows]), seq)
            if len(rows) < AT_ONCE:
                return


def _known(connection: sa.Connection, event_ids: pd.Series) -> set[str]:
    """Those of the ids that are in the store."""
    ids = event_ids.tolist()
    known: set[str] = set()
    for start in range(0, len(ids), _ASKED):
        some = ids[start : start + _ASKED]
        query = sa.select(EVENTS.c.event_id).where(EVENTS.c.event_id.in_(some))
        known.update(connection.execute(query).scalars())
    return known


def _write(connection: sa.Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        _copy(connection, rows)
    else:
        connection.execute(EVENTS.insert(), [dict(zip(_STORED, row, strict=True)) for row in rows])


def _copy(connection: sa.Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """PostgreSQL's COPY: several times as quick as inserting."""
    driver: Any = connection.connection.driver_connection
    into = f"COPY {EVENTS.name} ({', '.join(_STORED)}) FROM STDIN"
    try:
        with driver.cursor() as cursor, cursor.copy(into) as copy:
            for row in rows:
                copy.write_row(row)
    except connection.dialect.loaded_dbapi.Error as error:
        raise sa.exc.DBAPIError(into, None, error) from error

"""What is not kept for ever: texts, and decisions with all that hangs on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from features.picture import micros_of
from serving.audit import Change, Facts, note
from serving.events.logged_requests import amend_requests, without_texts
from serving.store import Store
from serving.tables import DECISIONS, EVENTS, METADATA

_AT_ONCE: Final = 5_000
_DECISIONS_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Limits:
    """Texts of events before `texts_before` go, and decisions made before `decisions_before`."""

    texts_before: datetime | None = None
    decisions_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Dropped:
    """How many texts of events, requests with texts, and decisions went."""

    texts: int
    requests: int
    decisions: int


def drop_old(store: Store, limits: Limits, who: str, at: datetime) -> Dropped:
    """Drop what is older than the limits; signals, wording and facts of events stay.

    In small steps, so that nobody waits for it; a step that is done stays done.

    Raises:
        StoreError: the store cannot be read or written.
    """
    decisions = _drop_decisions(store, limits.decisions_before) if limits.decisions_before else 0
    texts = requests = 0
    if limits.texts_before:
        texts = _drop_texts(store, micros_of(limits.texts_before))
        requests, _ = amend_requests(store, without_texts, before=limits.texts_before)
    facts: Facts = {"texts": texts, "requests": requests, "decisions": decisions}
    with store.transaction() as connection:
        note(connection, Change(at, who, "retention", facts))
    return Dropped(texts, requests, decisions)


def _drop_texts(store: Store, before_us: int) -> int:
    seq, dropped = EVENTS.c.seq, 0
    old = sa.and_(EVENTS.c.text.is_not(None), EVENTS.c.time_us < before_us)
    query = sa.select(seq).where(old).order_by(seq).limit(_AT_ONCE)
    last = 0
    while True:
        with store.transaction() as connection:
            found = list(connection.execute(query.where(seq > last)).scalars())
            if not found:
                return dropped
            connection.execute(EVENTS.update().where(seq.in_(found)).values(text=None))
        dropped, last = dropped + len(found), found[-1]


def _drop_decisions(store: Store, before: datetime) -> int:
    own = DECISIONS.c
    query = sa.select(own.refresh_id).where(own.created_at < before).order_by(own.seq)
    hanging = [
        key.parent
        for table in METADATA.sorted_tables
        for key in table.foreign_keys
        if key.column is own.refresh_id
    ]
    dropped = 0
    while True:
        with store.transaction() as connection:
            found = list(connection.execute(query.limit(_DECISIONS_AT_ONCE)).scalars())
            if not found:
                return dropped
            for column in hanging:
                connection.execute(sa.delete(column.table).where(column.in_(found)))
            connection.execute(DECISIONS.delete().where(own.refresh_id.in_(found)))
        dropped += len(found)

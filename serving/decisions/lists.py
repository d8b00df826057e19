"""Decisions found again: the latest ones, and what was news of one ticket."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from model.decision import Version
from serving.audit import zoned
from serving.decisions.placement_log import Told, told_of
from serving.store import Store
from serving.tables import DECISIONS, PLACEMENTS


@dataclass(frozen=True, slots=True)
class Brief:
    """A decision without its tickets; `summary` and `degraded` as they were answered."""

    seq: int
    refresh_id: str
    created_at: datetime
    as_of: str
    policy: Version
    model: Version
    degraded: tuple[str, ...]
    summary: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TicketNews:
    """What a decision said of a ticket; `record` is its part of the answer, where asked for."""

    seq: int
    told: Told
    record: Mapping[str, Any] | None = None


def latest(store: Store, limit: int, before: int | None = None) -> list[Brief]:
    """The last decisions, those numbered below `before`, newest first. Raises StoreError."""
    query = sa.select(DECISIONS).order_by(DECISIONS.c.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(DECISIONS.c.seq < before)
    with store.transaction() as connection:
        return [_brief(row) for row in connection.execute(query)]


def of_ticket(
    store: Store, ticket_id: str, limit: int, before: int | None = None, *, records: bool = False
) -> list[TicketNews]:
    """What was news of a ticket, numbered below `before`, newest first.

    With `records` each comes with its part of the stored answer; that reads whole answers.

    Raises:
        StoreError: the store cannot be read.
    """
    told = PLACEMENTS.c
    columns = [
        *PLACEMENTS.c,
        DECISIONS.c.policy_name,
        DECISIONS.c.policy_version,
        DECISIONS.c.model_name,
        DECISIONS.c.model_version,
        *([DECISIONS.c.answer] if records else []),
    ]
    query = (
        sa.select(*columns)
        .join_from(PLACEMENTS, DECISIONS, told.refresh_id == DECISIONS.c.refresh_id)
        .where(told.ticket_id == ticket_id)
        .order_by(told.seq.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(told.seq < before)
    with store.transaction() as connection:
        return [_news(row, records=records) for row in connection.execute(query)]


def record_of(answer: bytes, ticket_id: str) -> Mapping[str, Any] | None:
    """What an answer says of a ticket: its assignment, or why it has none."""
    told = orjson.loads(answer)
    for part in ("assignments", "unassigned", "rejected"):
        for record in told[part]:
            if record["ticket_id"] == ticket_id:
                found: Mapping[str, Any] = record
                return found
    return None


def _news(row: sa.Row[Any], *, records: bool) -> TicketNews:
    record = record_of(zlib.decompress(row.answer), row.ticket_id) if records else None
    return TicketNews(row.seq, told_of(row), record)


def _brief(row: sa.Row[Any]) -> Brief:
    head, summary = ends_of(zlib.decompress(row.answer))
    return Brief(
        seq=row.seq,
        refresh_id=row.refresh_id,
        created_at=zoned(row.created_at),
        as_of=head["as_of"],
        policy=Version(row.policy_name, row.policy_version),
        model=Version(row.model_name, row.model_version),
        degraded=tuple(head["degraded"]),
        summary=summary,
    )


def ends_of(answer: bytes) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """What stands before the tickets of an answer, and its summary, the tickets left unread.

    Inside a JSON text a quote is written with a backslash, so neither mark can stand in one.

    >>> ends_of(b'{"as_of":"x","assignments":[],"queues":{},"summary":{"open":0}}')
    ({'as_of': 'x'}, {'open': 0})
    """
    head = answer[: answer.index(b',"assignments":')] + b"}"
    tail = answer[answer.rindex(b',"summary":') + len(b',"summary":') : -1]
    return orjson.loads(head), orjson.loads(tail)

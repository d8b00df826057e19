"""The audit: every change that somebody made, in the transaction that makes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import orjson
import sqlalchemy as sa

from serving.tables import AUDIT

Facts = dict[str, str | int | float | bool | None]


@dataclass(frozen=True, slots=True)
class Change:
    """Who changed what, when; `about` are its facts, without secrets and personal data."""

    at: datetime
    who: str
    what: str
    about: Facts


def note(connection: sa.Connection, change: Change) -> None:
    """Keep a change."""
    about = orjson.dumps(change.about).decode()
    row = {"created_at": change.at, "who": change.who, "what": change.what, "about": about}
    connection.execute(AUDIT.insert().values(row))


def changes(connection: sa.Connection, limit: int = 100) -> list[Change]:
    """The last changes, newest first."""
    query = sa.select(AUDIT).order_by(AUDIT.c.seq.desc()).limit(limit)
    return [
        Change(zoned(row.created_at), row.who, row.what, orjson.loads(row.about))
        for row in connection.execute(query)
    ]


def zoned(moment: datetime) -> datetime:
    """A moment read from the store, in UTC: SQLite keeps no offset; what went in was UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

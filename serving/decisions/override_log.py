"""The choices of people against the plan, as rows.

Of a ticket at most one choice of who shall have it holds, and beside it that some agents do not
want it; nobody is chosen and unwilling at once. What is written ends what it contradicts, at the
same moment; when a person takes it back, that holds again (`revive`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from features.picture import micros_of, moment_of
from model.underway import Move
from serving.audit import zoned
from serving.store import mark
from serving.tables import OVERRIDES


@dataclass(frozen=True, slots=True)
class Override:
    """A person gave a ticket to an agent (None: to nobody), and why.

    It was chosen on what the decision `refresh_id` saw at `at`, the desk's own time, when
    `previous_agent_id` had the ticket. A `pinned` one holds until it has `ended_at`, another
    rests as a move of the plan does. One that is `handed_back` says that `previous_agent_id` does
    not want it, whoever else may have it; it holds until somebody gives it to them all the same.
    """

    override_id: str
    created_at: datetime
    who: str
    ticket_id: str
    refresh_id: str
    agent_id: str | None
    previous_agent_id: str | None
    at: datetime
    pinned: bool
    reason: str
    ended_at: datetime | None = None
    handed_back: bool = False

    @property
    def move(self) -> Move:
        """What it says of the ticket."""
        return Move(self.agent_id, self.previous_agent_id, self.at)


def write(connection: sa.Connection, override: Override) -> None:
    """Keep an override; those that it contradicts end."""
    mark(connection, "overrides")
    against = [
        o.override_id for o in standing(connection, override.ticket_id) if _clash(override, o)
    ]
    _set_end(connection, against, override.created_at)
    row = {
        "override_id": override.override_id,
        "created_at": override.created_at,
        "who": override.who,
        "ticket_id": override.ticket_id,
        "refresh_id": override.refresh_id,
        "agent_id": override.agent_id,
        "previous_agent_id": override.previous_agent_id,
        "at_us": micros_of(override.at),
        "pinned": override.pinned,
        "reason": override.reason,
        "ended_at": override.ended_at,
        "handed_back": override.handed_back,
    }
    connection.execute(OVERRIDES.insert().values(row))


def find(connection: sa.Connection, override_id: str) -> Override | None:
    """The override of an id, or None."""
    row = connection.execute(_of(OVERRIDES.c.override_id == override_id)).one_or_none()
    return None if row is None else _override(row)


def standing(connection: sa.Connection, ticket_id: str | None = None) -> tuple[Override, ...]:
    """Those that have not ended, of all tickets or of one, oldest first."""
    query = _of(OVERRIDES.c.ended_at.is_(None)).order_by(OVERRIDES.c.seq)
    if ticket_id is not None:
        query = query.where(OVERRIDES.c.ticket_id == ticket_id)
    return tuple(_override(row) for row in connection.execute(query))


def latest(connection: sa.Connection, limit: int) -> tuple[Override, ...]:
    """The last ones, ended or not, newest first."""
    query = sa.select(OVERRIDES).order_by(OVERRIDES.c.seq.desc()).limit(limit)
    return tuple(_override(row) for row in connection.execute(query))


def of_ticket(connection: sa.Connection, ticket_id: str, limit: int) -> tuple[Override, ...]:
    """The last ones about a ticket, ended or not, newest first."""
    query = _of(OVERRIDES.c.ticket_id == ticket_id).order_by(OVERRIDES.c.seq.desc()).limit(limit)
    return tuple(_override(row) for row in connection.execute(query))


def end(connection: sa.Connection, override_ids: Collection[str], at: datetime) -> None:
    """Let them hold no longer; what has ended stays as it ended."""
    if override_ids:
        mark(connection, "overrides")
        _set_end(connection, override_ids, at.astimezone(UTC))


def revive(connection: sa.Connection, taken_back: Override) -> tuple[Override, ...]:
    """Let those hold again that ended with what is taken back, but for what people said since.

    They end with the next refresh where the ticket system has moved the ticket meanwhile.
    """
    told = OVERRIDES.c
    own = sa.select(told.seq).where(told.override_id == taken_back.override_id).scalar_subquery()
    query = _of(
        (told.ticket_id == taken_back.ticket_id)
        & (told.ended_at == taken_back.created_at)
        & (told.seq < own)
    )
    ended = [_override(row) for row in connection.execute(query.order_by(told.seq))]
    now = standing(connection, taken_back.ticket_id)
    found = tuple(
        one for one in ended if _clash(taken_back, one) and not any(_clash(one, o) for o in now)
    )
    if found:
        mark(connection, "overrides")
        those = told.override_id.in_([one.override_id for one in found])
        connection.execute(OVERRIDES.update().where(those).values(ended_at=None))
    return tuple(replace(one, ended_at=None) for one in found)


def _clash(one: Override, other: Override) -> bool:
    """Whether two overrides of a ticket cannot hold both."""
    if one.handed_back and other.handed_back:
        return one.previous_agent_id == other.previous_agent_id
    if one.handed_back or other.handed_back:
        back, choice = (one, other) if one.handed_back else (other, one)
        return choice.agent_id == back.previous_agent_id
    return True


def _set_end(connection: sa.Connection, override_ids: Collection[str], at: datetime) -> None:
    those = OVERRIDES.c.override_id.in_(sorted(override_ids)) & OVERRIDES.c.ended_at.is_(None)
    connection.execute(OVERRIDES.update().where(those).values(ended_at=at))


def _of(which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(OVERRIDES).where(which)


def _override(row: sa.Row[Any]) -> Override:
    return Override(
        override_id=row.override_id,
        created_at=zoned(row.created_at),
        who=row.who,
        ticket_id=row.ticket_id,
        refresh_id=row.refresh_id or "",
        agent_id=row.agent_id,
        previous_agent_id=row.previous_agent_id,
        at=moment_of(row.at_us),
        pinned=row.pinned,
        reason=row.reason,
        ended_at=None if row.ended_at is None else zoned(row.ended_at),
        handed_back=row.handed_back,
    )

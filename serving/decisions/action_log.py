"""What was told to be done, kept with its decision: so that nobody is chased every five minutes.

Only refreshes of an earlier `as_of` count, so the same request gives the same answer again; and
what counted is stored with each decision, so that it can be replayed.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime

import orjson
import sqlalchemy as sa

from features.picture import micros_of, moment_of
from model.decision import NextAction
from model.policy import Policy
from model.spent import Deed, Spent, deed, horizons
from serving.tables import ACTIONS, SPENT


@dataclass(frozen=True, slots=True)
class Acted:
    """The actions of one decision, as of when, and what had been done before."""

    as_of: datetime
    actions: tuple[NextAction, ...]
    spent: Spent


def write(connection: sa.Connection, refresh_id: str, acted: Acted) -> None:
    """Keep what a decision told to do; its own row must be there."""
    spent = zlib.compress(orjson.dumps(acted.spent.to_json()), 1)
    connection.execute(SPENT.insert().values(refresh_id=refresh_id, spent=spent))
    at_us = micros_of(acted.as_of)
    rows = [
        {
            "refresh_id": refresh_id,
            "at_us": at_us,
            "action": name,
            "ticket_id": ticket_id,
            "target": target,
            "saves": action.saves,
        }
        for action in acted.actions
        for name, ticket_id, target in [deed(action)]
    ]
    if rows:
        connection.execute(ACTIONS.insert(), rows)


def deeds(
    connection: sa.Connection, policy: Policy, as_of: datetime
) -> list[tuple[Deed, datetime]]:
    """The deeds before `as_of`, each once a moment, as far back as `horizons` reaches."""
    told = ACTIONS.c
    reach = [
        sa.and_(told.action == name, told.at_us >= micros_of(since))
        for name, since in horizons(policy, as_of).items()
    ]
    query = (
        sa.select(told.action, told.ticket_id, told.target, told.at_us)
        .where(told.at_us < micros_of(as_of), sa.or_(*reach))
        .distinct()
    )
    return [
        ((row.action, row.ticket_id, row.target), moment_of(row.at_us))
        for row in connection.execute(query)
    ]


def spent_before(connection: sa.Connection, refresh_id: str) -> Spent:
    """What was stored with a decision; nothing where none is."""
    query = sa.select(SPENT.c.spent).where(SPENT.c.refresh_id == refresh_id)
    stored = connection.execute(query).scalar_one_or_none()
    return Spent() if stored is None else Spent.of_json(orjson.loads(zlib.decompress(stored)))

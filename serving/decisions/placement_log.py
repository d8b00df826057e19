"""What a decision said of a ticket that was news, kept with it: looked up by ticket.

A plan of 2,000 tickets tells most of them to stay where they are. News is who gets a ticket, who
gets it instead, and that it waits, is with nobody or makes no sense when the last word about it
was another. The last words are this process's own: where several decide for one desk, a wait
can be told twice. That a ticket was sent to somebody is told once whoever decides, since what was
sent before comes from the store (`model.underway`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from features.picture import micros_of, moment_of
from model.decision import Assignment, Decision, Explored, Version
from model.placements import Placements
from model.policy import Policy
from model.underway import MOVING, Move, placed_rows, rest_began
from serving.tables import DECISIONS, PLACEMENTS

_AT_ONCE: Final = 10_000  # rows in memory when many are read

Word = tuple[str, str | None]
"""What was said of a ticket: `with`, `hold`, `unassigned` or `rejected`, and the agent."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A ticket's news: the action, or `unassigned` or `rejected`, its agent and timeout risk.

    `propensity` is the chance with which the agent was drawn; None where no lot was.
    """

    ticket_id: str
    action: str
    agent_id: str | None = None
    previous_agent_id: str | None = None
    risk_timeout: float | None = None
    propensity: float | None = None


@dataclass(frozen=True, slots=True)
class News:
    """The news of a decision, and all its last words."""

    placements: tuple[Placement, ...] = ()
    words: Mapping[str, Word] = field(default_factory=dict)


def news(decision: Decision, sent: Mapping[str, Move], words: Mapping[str, Word]) -> News:
    """What is new in a decision after the last `words` and what was `sent` before."""
    told = decision.assignments
    found, now = [], dict[str, Word]()
    for row, (ticket, action, agent, source) in enumerate(placed_rows(told)):
        word = ("hold" if action == "hold" else "with", agent)
        now[ticket] = word
        if _is_news(action, word, words.get(ticket), sent.get(ticket)):
            drawn = _explored(told, row)
            risk, chance = _timeout(told, row), None if drawn is None else drawn.propensity
            found.append(Placement(ticket, action, agent, source, risk, chance))
    for other in _others(decision):
        now[other.ticket_id] = (other.action, None)
        if words.get(other.ticket_id) != now[other.ticket_id]:
            found.append(other)
    return News(tuple(found), now)


def _is_news(action: str, word: Word, last: Word | None, sent: Move | None) -> bool:
    if action in MOVING:
        return sent is None or sent.agent_id != word[1]
    if last is None:  # nothing was said of it here: to stay is no news
        return action == "hold"
    return word != last


def _others(decision: Decision) -> Iterator[Placement]:
    for u in decision.unassigned:
        yield Placement(u.ticket_id, "unassigned", None, u.previous_agent_id, u.risk.timeout)
    placed = {u.ticket_id for u in decision.unassigned}
    for r in decision.rejected:
        if r.code != "duplicate_ticket_id" and r.ticket_id not in placed:
            yield Placement(r.ticket_id, "rejected")


def _timeout(them: Sequence[Assignment], row: int) -> float:
    """Without making a record for it."""
    return float(them.timeout[row] if isinstance(them, Placements) else them[row].risk.timeout)


def _explored(them: Sequence[Assignment], row: int) -> Explored | None:
    if isinstance(them, Placements):
        return None if them.explored is None else them.explored[row]
    return them[row].explored


def write(
    connection: sa.Connection, refresh_id: str, at: datetime, them: Iterable[Placement]
) -> None:
    """Keep the news of a decision; its own row must be there."""
    at_us = micros_of(at)
    rows = [
        {
            "refresh_id": refresh_id,
            "at_us": at_us,
            "ticket_id": each.ticket_id,
            "action": each.action,
            "agent_id": each.agent_id,
            "previous_agent_id": each.previous_agent_id,
            "risk_timeout": each.risk_timeout,
            "propensity": each.propensity,
        }
        for each in them
    ]
    if rows:
        connection.execute(PLACEMENTS.insert(), rows)


def moves(
    connection: sa.Connection, policy: Policy, as_of: datetime, having: Mapping[str, str | None]
) -> list[tuple[str, Move]]:
    """The tickets sent to somebody before `as_of` that still rest, in the order of telling.

    Only the tickets of `having` count, which says who has each: one that is where it was sent last
    has arrived, and is left out.
    """
    told = PLACEMENTS.c
    query = (
        sa.select(told.ticket_id, told.agent_id, told.previous_agent_id, told.at_us)
        .where(
            told.at_us > micros_of(rest_began(policy, as_of)),
            told.at_us < micros_of(as_of),
            told.action.in_(MOVING),
        )
        .order_by(told.at_us, told.seq)
    )
    rows = [tuple(row) for row in connection.execute(query) if row[0] in having]
    last = {ticket: agent for ticket, agent, _, _ in rows}
    return [
        (ticket, Move(agent, source, moment_of(at_us)))
        for ticket, agent, source, at_us in rows
        if having[ticket] != last[ticket]
    ]


@dataclass(frozen=True, slots=True)
class Told:
    """A placement with the decision that told it: its id, moment, policy and model."""

    refresh_id: str
    as_of: datetime
    policy: Version
    model: Version
    placement: Placement


def between(
    connection: sa.Connection, since: datetime | None, until: datetime | None
) -> Iterator[Told]:
    """The news of the decisions as of `[since, until)`, in the order of telling, read in pieces."""
    told = PLACEMENTS.c
    query: sa.Select[Any] = (
        sa.select(
            *PLACEMENTS.c,
            DECISIONS.c.policy_name,
            DECISIONS.c.policy_version,
            DECISIONS.c.model_name,
            DECISIONS.c.model_version,
        )
        .join_from(PLACEMENTS, DECISIONS, told.refresh_id == DECISIONS.c.refresh_id)
        .order_by(told.seq)
    )
    if since is not None:
        query = query.where(told.at_us >= micros_of(since))
    if until is not None:
        query = query.where(told.at_us < micros_of(until))
    for row in connection.execute(query).yield_per(_AT_ONCE):
        yield told_of(row)


def told_of(row: sa.Row[Any]) -> Told:
    """A row of a placement joined with its decision."""
    return Told(
        row.refresh_id,
        moment_of(row.at_us),
        Version(row.policy_name, row.policy_version),
        Version(row.model_name, row.model_version),
        Placement(
            row.ticket_id,
            row.action,
            row.agent_id,
            row.previous_agent_id,
            row.risk_timeout,
            row.propensity,
        ),
    )

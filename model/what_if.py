"""What a person's move of a ticket would bring, before it is made: the risk of both queues.

The desk is looked at as if the plan had been carried out, and again as if the ticket had gone to
the other agent instead. Risk hangs on what an agent holds and in which order, so the other tickets
of both queues change with it. Nothing else is planned anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import numpy as np

from features.snapshot import Snapshot
from model.amended import amended
from model.assessment import Desk, RiskLike
from model.columns import Bools, Ints
from model.decision import Eta
from model.overruling import Objections, objections, place_of
from model.screen import screen
from model.underway import Move, Underway

MOST_CHANGED: Final = 20
"""Tickets told of each queue."""


@dataclass(frozen=True, slots=True)
class Change:
    """A number before and after the move."""

    before: float
    after: float


@dataclass(frozen=True, slots=True)
class TicketChange:
    """Probabilities that a ticket misses its promise, and that it is escalated."""

    ticket_id: str
    timeout: Change
    escalation: Change


@dataclass(frozen=True, slots=True)
class QueueChange:
    """An agent's queue: its open tickets, and how many of them are expected to time out.

    `tickets` are those in it both before and after, the most changed first, at most
    `MOST_CHANGED`; `capacity` is in tickets.
    """

    agent_id: str
    capacity: int
    open_before: int
    open_after: int
    expected_timeouts: Change
    tickets: tuple[TicketChange, ...]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A move and its effect; `previous_agent_id` has the ticket by the plan, None for nobody.

    `queues` are of the one who gives, where there is one, and of the one who takes.
    """

    ticket: TicketChange
    eta_before: Eta
    eta_after: Eta
    agent_id: str
    previous_agent_id: str | None
    objections: Objections
    queues: tuple[QueueChange, ...]


def what_if(
    desk: Desk, snapshot: Snapshot, told: Underway, ticket_id: str, agent_id: str
) -> WhatIf:
    """What moving a ticket of a snapshot to an agent of it would bring.

    Args:
        desk: assesses.
        snapshot: the desk as it was seen last.
        told: what the plan and people sent where, taken as arrived.
        ticket_id: the ticket, wherever it is by then.
        agent_id: who shall have it; hard rules against that are told, not obeyed.

    Raises:
        SnapshotError: the snapshot has no such sound ticket, or no such agent.
    """
    whole = desk.complete(screen(snapshot).snapshot)
    row = place_of([t.ticket_id for t in whole.tickets], ticket_id, "ticket")
    move = Move(agent_id, whole.tickets[row].agent_id, snapshot.as_of)
    against = objections(desk, snapshot, ticket_id, move)
    moved = replace(told, chosen={**told.chosen, ticket_id: move})
    sides = tuple(_Side.of(desk, amended(whole, each).snapshot) for each in (told, moved))
    before, after = sides
    previous = before.snapshot.tickets[row].agent_id
    listed = {agent.agent_id for agent in whole.agents}
    agents = [a for a in dict.fromkeys((previous, agent_id)) if a is not None and a in listed]
    return WhatIf(
        ticket=_changes(sides, np.array([row]))[0],
        eta_before=before.eta(row),
        eta_after=after.eta(row),
        agent_id=agent_id,
        previous_agent_id=previous,
        objections=against,
        queues=tuple(_queue(sides, a, row, desk.policy.default_capacity) for a in agents),
    )


@dataclass(frozen=True, slots=True)
class _Side:
    """The desk before or after the move; both have the same tickets in the same order."""

    snapshot: Snapshot
    risk: RiskLike

    @classmethod
    def of(cls, desk: Desk, snapshot: Snapshot) -> _Side:
        return cls(snapshot, desk.assess(snapshot).as_is())

    def held_by(self, agent_id: str) -> Bools:
        """(n_t,) whether the agent has each ticket."""
        return np.array([t.agent_id == agent_id for t in self.snapshot.tickets], bool)

    def eta(self, row: int) -> Eta:
        hours = self.risk.eta_p50_hours[row], self.risk.eta_p90_hours[row]
        p50, p90 = (self.snapshot.as_of + timedelta(hours=float(h)) for h in hours)
        return Eta(p50, p90)


_Sides = tuple[_Side, ...]
"""Before and after."""


def _queue(sides: _Sides, agent_id: str, row: int, otherwise: int) -> QueueChange:
    """The queue of an agent; `row` is the moved ticket, which is told apart."""
    held = tuple(side.held_by(agent_id) for side in sides)
    others = held[0] & held[1]
    others[row] = False
    agent = next(a for a in sides[0].snapshot.agents if a.agent_id == agent_id)
    return QueueChange(
        agent_id=agent_id,
        capacity=otherwise if agent.capacity is None else agent.capacity,
        open_before=int(np.count_nonzero(held[0])),
        open_after=int(np.count_nonzero(held[1])),
        expected_timeouts=_change(
            [side.risk.timeout[them].sum() for side, them in zip(sides, held, strict=True)]
        ),
        tickets=_changes(sides, _most_changed(sides, np.flatnonzero(others))),
    )


def _most_changed(sides: _Sides, rows: Ints) -> Ints:
    gap = np.abs(sides[1].risk.timeout[rows] - sides[0].risk.timeout[rows])
    return rows[np.argsort(-gap, kind="stable")[:MOST_CHANGED]]


def _changes(sides: _Sides, rows: Ints) -> tuple[TicketChange, ...]:
    names = [sides[0].snapshot.tickets[row].ticket_id for row in rows.tolist()]
    timeout = zip(*(side.risk.timeout[rows].tolist() for side in sides), strict=True)
    escalation = zip(*(side.risk.escalation[rows].tolist() for side in sides), strict=True)
    return tuple(
        TicketChange(name, _change(late), _change(up))
        for name, late, up in zip(names, timeout, escalation, strict=True)
    )


def _change(numbers: Sequence[float]) -> Change:
    before, after = numbers
    return Change(float(before), float(after))

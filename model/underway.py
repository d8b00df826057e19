"""What was told before and may not have arrived yet: own last moves, people's choices.

A plan that is carried out late shows its old owners once more, and a plan that did not know would
move every ticket back: so what was told is remembered, and the plan is made of the snapshot as it
will be when all of it has arrived (`model.amended`).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from model.decision import Action, Assignment, Decision
from model.placements import Placements
from model.policy import Policy

Told = TypeVar("Told")
"""What is kept of a ticket."""
MOVING: Final = ("assign", "reassign")
"""The actions that send a ticket to somebody."""


@dataclass(frozen=True, slots=True)
class Move:
    """A ticket was sent to an agent at a moment; `source` was shown to have it then.

    `earlier` are agents it had been sent to shortly before: such a move may still arrive. A
    person can also choose nobody: then `agent_id` is None.
    """

    agent_id: str | None
    source: str | None
    at: datetime
    earlier: tuple[str | None, ...] = ()


Moves = Iterable[tuple[str, Move]]
"""Ticket id and move, in the order in which they were told."""


@dataclass(frozen=True, slots=True)
class Underway:
    """Own last moves and people's choices, by ticket id; what `spent` keeps of them.

    `handed_back` are tickets that agents, the `source` of each move, do not want.
    """

    sent: Mapping[str, Move] = field(default_factory=dict)
    chosen: Mapping[str, Move] = field(default_factory=dict)
    handed_back: Mapping[str, tuple[Move, ...]] = field(default_factory=dict)

    def about(self, tickets: Container[str]) -> Underway:
        """The same, of some tickets only."""
        return Underway(
            _of(self.sent, tickets), _of(self.chosen, tickets), _of(self.handed_back, tickets)
        )

    def to_json(self) -> dict[str, object]:
        """As JSON values; `of_json` reads them back."""
        return {
            "sent": _listed(self.sent.items()),
            "chosen": _listed(self.chosen.items()),
            "handed_back": _listed(
                (t, back) for t, each in self.handed_back.items() for back in each
            ),
        }

    @classmethod
    def of_json(cls, stored: Mapping[str, Any]) -> Underway:
        """What `to_json` gave; older releases knew of no tickets handed back."""
        back = together(_read(stored.get("handed_back", ())))
        return cls(dict(_read(stored["sent"])), dict(_read(stored["chosen"])), back)


def together(moves: Moves) -> dict[str, tuple[Move, ...]]:
    """Moves by ticket, in their order."""
    found: dict[str, tuple[Move, ...]] = {}
    for ticket, move in moves:
        found[ticket] = (*found.get(ticket, ()), move)
    return found


NOTHING: Final = Underway()
"""Everything told has arrived."""


def new_moves(decision: Decision, known: Mapping[str, Move]) -> list[tuple[str, Move]]:
    """The tickets that a decision sends to somebody, but for those that `known` moves sent there.

    A move that is told again, because it has not arrived, rests no longer for that.
    """
    return [
        (ticket, Move(agent, source, decision.as_of))
        for ticket, action, agent, source in placed_rows(decision.assignments)
        if action in MOVING and (ticket not in known or known[ticket].agent_id != agent)
    ]


def placed_rows(them: Sequence[Assignment]) -> Iterator[tuple[str, Action, str, str | None]]:
    """Ticket id, action, agent and who had it, of each; of columns no record is made for it."""
    if isinstance(them, Placements):
        return zip(them.ticket_id, them.action, them.agent_id, them.previous_agent_id, strict=True)
    return ((a.ticket_id, a.action, a.agent_id, a.previous_agent_id) for a in them)


def last_moves(moves: Moves, policy: Policy, as_of: datetime) -> dict[str, Move]:
    """The last move of each ticket among those before `as_of` that still rest, and the earlier.

    Moves at `as_of` or later do not count, so that the same request gives the same answer again.
    """
    since, found = rest_began(policy, as_of), dict[str, Move]()
    for ticket, move in moves:
        if since < move.at < as_of:
            before = found.get(ticket)
            earlier = () if before is None else (*before.earlier, before.agent_id)
            found[ticket] = replace(move, earlier=earlier)
    return found


def rest_began(policy: Policy, as_of: datetime) -> datetime:
    """Moves told after this moment still count."""
    return as_of - timedelta(minutes=policy.moves.rest_minutes)


def _of(told: Mapping[str, Told], tickets: Container[str]) -> dict[str, Told]:
    return {ticket: move for ticket, move in told.items() if ticket in tickets}


def _listed(told: Moves) -> list[list[object]]:
    return [
        [ticket, move.agent_id, move.source, move.at.isoformat(), list(move.earlier)]
        for ticket, move in sorted(told, key=lambda each: each[0])
    ]


def _read(listed: Iterable[Any]) -> Iterator[tuple[str, Move]]:
    for ticket, agent, source, at, earlier in listed:
        yield ticket, Move(agent, source, datetime.fromisoformat(at), tuple(earlier))

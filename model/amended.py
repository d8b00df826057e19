"""A snapshot as it will be when everything told has arrived: the one that is planned.

A ticket that was sent to somebody less than the policy's `moves.rest_minutes` ago, and that is
still shown with whom it was taken from, is planned as theirs: there it rests. A choice of a person
is planned the same way, and is pinned. A ticket that its agent hands back is planned as nobody's,
and for anybody but them: also once somebody else has had it.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from features.snapshot import Agent, Snapshot, Ticket
from model.underway import NOTHING, Move, Underway

_WITH_AN_OWNER: Final = ("unassigned", "assigned", "in_progress", "reopened")
"""States in which a hand-over begins anew; the others go on whoever has the ticket."""


@dataclass(frozen=True, slots=True)
class Amended:
    """A snapshot as it will be when everything told has arrived, and the tickets that rest."""

    snapshot: Snapshot
    resting: frozenset[str] = frozenset()


def amended(snapshot: Snapshot, underway: Underway) -> Amended:
    """The snapshot with choices and own moves that it does not show yet.

    Those for agents of whom it knows nothing wait until it does.
    """
    if underway == NOTHING:
        return Amended(snapshot)
    desk = _Desk.of(snapshot)
    changed: dict[str, Ticket] = {}
    resting: set[str] = set()
    for ticket in snapshot.tickets:
        arrived, rests = _arrived(ticket, underway, desk)
        if arrived is not ticket:
            changed[ticket.ticket_id] = arrived
        if rests:
            resting.add(ticket.ticket_id)
    return Amended(_with(snapshot, changed), frozenset(resting))


@dataclass(frozen=True, slots=True)
class _Desk:
    """Who is known, nobody (None) among them, and who works on which ticket now."""

    agents: Sequence[Agent]
    people: frozenset[str | None]
    in_hand: frozenset[tuple[str, str | None]]

    @classmethod
    def of(cls, snapshot: Snapshot) -> _Desk:
        people = frozenset({None, *(agent.agent_id for agent in snapshot.agents)})
        in_hand = frozenset((agent.agent_id, agent.working_on) for agent in snapshot.agents)
        return cls(snapshot.agents, people, in_hand)


def _arrived(ticket: Ticket, underway: Underway, desk: _Desk) -> tuple[Ticket, bool]:
    """A ticket once all that was told of it has arrived, and whether it rests there.

    A person's choice goes before what agents handed back, and that before the plan's own moves.
    """
    name = ticket.ticket_id
    backs, choice = underway.handed_back.get(name, ()), underway.chosen.get(name)
    barred = {back.source for back in backs}
    free, move = _barred(ticket, barred), underway.sent.get(name)
    if move is not None and (move.agent_id not in desk.people or move.agent_id in barred):
        move = None
    if choice is not None and choice.agent_id in desk.people and holds(choice, ticket):
        return _chosen(free, choice, desk.agents), False
    if any(is_handed_back(back, ticket) for back in backs):
        if move is not None and _not_yet_moved(move, ticket):
            return replace(_moved(free, move.agent_id, move.at), pinned=False), True
        return _released(free, backs), False
    if move is not None and _is_underway(move, ticket, desk.in_hand):
        return _moved(free, move.agent_id, move.at), True
    return free, False


def holds(choice: Move, ticket: Ticket) -> bool:
    """Whether a choice still stands: the ticket system has not moved the ticket since.

    It has where the ticket is with a third one, or came back to whom it was taken from.
    """
    return ticket.agent_id == choice.agent_id or _not_yet_moved(choice, ticket)


def is_handed_back(back: Move, ticket: Ticket) -> bool:
    """Whether a hand-back is still to be carried out: nobody else was given the ticket since.

    With whom it was shown before, or was to go before (`earlier`), it may be shown still.
    """
    before = ticket.assigned_at is not None and ticket.assigned_at <= back.at
    return before or ticket.agent_id in (None, back.source, *back.earlier)


def is_given_again(back: Move, ticket: Ticket) -> bool:
    """Whether somebody has given a ticket, pinned, to the agent who had handed it back."""
    since = ticket.assigned_at
    pinned = ticket.pinned and ticket.agent_id == back.source
    return pinned and since is not None and since > back.at


def _is_underway(move: Move, ticket: Ticket, in_hand: Container[tuple[str, str | None]]) -> bool:
    """Still shown as before the move, or as an earlier one; but who works on it now keeps it."""
    if move.source is not None and (move.source, ticket.ticket_id) in in_hand:
        return False
    return ticket.agent_id != move.agent_id and _not_yet_moved(move, ticket)


def _not_yet_moved(told: Move, ticket: Ticket) -> bool:
    since = ticket.assigned_at
    unmoved = ticket.agent_id == told.source and (since is None or since <= told.at)
    return unmoved or ticket.agent_id in told.earlier


def _moved(ticket: Ticket, agent_id: str | None, at: datetime) -> Ticket:
    """The ticket as it is after the hand-over."""
    again = ticket.reassignments or 0
    moved = replace(
        ticket,
        agent_id=agent_id,
        assigned_at=at,
        reassignments=again + 1 if ticket.agent_id is not None else ticket.reassignments,
    )
    if ticket.state in _WITH_AN_OWNER:
        moved = replace(moved, state="assigned", state_since=max(at, ticket.state_since or at))
    return moved


def _barred(ticket: Ticket, agents: Collection[str | None]) -> Ticket:
    """The ticket, for anybody but some agents."""
    if not agents:
        return ticket
    excluded = {*ticket.excluded_agents, *filter(None, agents)}
    return replace(ticket, excluded_agents=tuple(sorted(excluded)))


def _released(ticket: Ticket, backs: Iterable[Move]) -> Ticket:
    """A ticket handed back: no longer with who has it, where that is who does not want it."""
    back = next((each for each in backs if each.source == ticket.agent_id), None)
    if back is None:
        return ticket
    if ticket.state in _WITH_AN_OWNER:
        since = max(back.at, ticket.state_since or back.at)
        ticket = replace(ticket, state="unassigned", state_since=since)
    return replace(ticket, agent_id=None, assigned_at=None, pinned=False)


def _chosen(ticket: Ticket, choice: Move, agents: Sequence[Agent]) -> Ticket:
    if choice.agent_id is None:
        nobody = tuple(sorted({*ticket.excluded_agents, *(a.agent_id for a in agents)}))
        return replace(ticket, agent_id=None, pinned=False, excluded_agents=nobody)
    if ticket.agent_id != choice.agent_id:
        ticket = _moved(ticket, choice.agent_id, choice.at)
    return replace(ticket, pinned=True)


def _with(snapshot: Snapshot, changed: Mapping[str, Ticket]) -> Snapshot:
    """The snapshot with changed tickets, in the queues of those who have them now."""
    tickets = tuple(changed.get(t.ticket_id, t) for t in snapshot.tickets)
    agents = tuple(_requeued(agent, changed) for agent in snapshot.agents)
    return replace(snapshot, tickets=tickets, agents=agents)


def _requeued(agent: Agent, changed: Mapping[str, Ticket]) -> Agent:
    if agent.queue is None:
        return agent
    kept = [t for t in agent.queue if t not in changed or changed[t].agent_id == agent.agent_id]
    gained = [name for name, t in changed.items() if t.agent_id == agent.agent_id]
    queue = (*kept, *(name for name in gained if name not in kept))
    return agent if queue == agent.queue else replace(agent, queue=queue)

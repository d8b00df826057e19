"""A snapshot as it will be when everything told has arrived: the one that is planned.

A ticket that was sent to somebody less than the policy's `moves.rest_minutes` ago, and that is
still shown with whom it was taken from, is planned as theirs: there it rests. A choice of a person
is planned the same way, and is pinned. A ticket that its agent hands back is planned as nobody's,
and for anybody but them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    in_hand = {(agent.agent_id, agent.working_on) for agent in snapshot.agents}
    people = {None, *(agent.agent_id for agent in snapshot.agents)}
    changed: dict[str, Ticket] = {}
    resting: set[str] = set()
    for ticket in snapshot.tickets:
        name = ticket.ticket_id
        back, choice = underway.handed_back.get(name), underway.chosen.get(name)
        move = underway.sent.get(name)
        if move is not None and move.agent_id not in people:
            move = None
        if back is not None and is_handed_back(back, ticket):
            onward = _onward(move, back, ticket)
            changed[name] = _released(ticket, back, onward)
            resting |= set() if onward is None else {name}
        elif choice is not None and choice.agent_id in people and holds(choice, ticket):
            changed[name] = _chosen(ticket, choice, snapshot.agents)
        elif move is not None and _is_underway(move, ticket, in_hand):
            changed[name] = _moved(ticket, move.agent_id, move.at)
            resting.add(name)
    return Amended(_with(snapshot, changed), frozenset(resting))


def holds(choice: Move, ticket: Ticket) -> bool:
    """Whether a choice still stands: the ticket system has not moved the ticket since.

    It has where the ticket is with a third one, or came back to whom it was taken from.
    """
    return ticket.agent_id == choice.agent_id or _not_yet_moved(choice, ticket)


def is_handed_back(back: Move, ticket: Ticket) -> bool:
    """Whether a hand-back still stands: the ticket system has not moved it to somebody else since.

    With whom it was shown before, or was to go before (`earlier`), it may be shown still.
    """
    before = ticket.assigned_at is not None and ticket.assigned_at <= back.at
    return before or ticket.agent_id in (None, back.source, *back.earlier)


def _is_underway(move: Move, ticket: Ticket, in_hand: set[tuple[str, str | None]]) -> bool:
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


def _onward(move: Move | None, back: Move, ticket: Ticket) -> Move | None:
    """The plan's own move of a ticket handed back to somebody else, which has not arrived yet."""
    if move is None or move.agent_id == back.source or not _not_yet_moved(move, ticket):
        return None
    return move


def _released(ticket: Ticket, back: Move, onward: Move | None) -> Ticket:
    """A ticket handed back: with whom it was sent on to, else no longer with who had it."""
    barred = {*ticket.excluded_agents, *filter(None, (back.source,))}
    free = replace(ticket, excluded_agents=tuple(sorted(barred)))
    if onward is not None:
        return replace(_moved(free, onward.agent_id, onward.at), pinned=False)
    if ticket.agent_id != back.source:
        return free
    if ticket.state in _WITH_AN_OWNER:
        since = max(back.at, ticket.state_since or back.at)
        free = replace(free, state="unassigned", state_since=since)
    return replace(free, agent_id=None, assigned_at=None, pinned=False)


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

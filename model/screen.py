"""Tickets that make no sense are told apart, with their fault; the good rest is planned.

A ticket is rejected for the first of `CHECKS` that it fails. A state that needs an owner without
one (`assigned`, no `agent_id`) is no fault: the ticket is with nobody.

An agent cannot be rejected in the answer, so agents' faults are mended on the safe side and
reported in `Decision.agent_faults`: of two agents with one id the first counts, and a working
window that does not end after its start is no working time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from features.errors import SnapshotError
from features.events import AGENT_STATUSES, TICKET_STATES
from features.snapshot import Agent, Snapshot, Ticket, Window
from model.decision import AgentFault, Rejected

Check = Callable[[Ticket, datetime], bool]


@dataclass(frozen=True, slots=True)
class Screened:
    """The sound part of a request, sorted by id, and what was wrong with the rest.

    `owners` are who has each ticket as far as the caller knows: of the snapshot, once it is
    complete.
    """

    snapshot: Snapshot
    rejected: tuple[Rejected, ...]
    refused: tuple[Ticket, ...]
    agent_faults: tuple[AgentFault, ...]
    owners: tuple[str | None, ...] = ()


def _before(moment: datetime | None, other: datetime | None) -> bool:
    return moment is not None and other is not None and moment < other


def _negative(count: int | None) -> bool:
    return count is not None and count < 0


CHECKS: Final[tuple[tuple[str, str, Check], ...]] = (
    ("unknown_state", "state", lambda t, _: t.state not in TICKET_STATES),
    ("created_after_as_of", "created_at", lambda t, now: now < t.created_at),
    ("due_before_created", "due_at", lambda t, _: _before(t.due_at, t.created_at)),
    (
        "state_since_before_created",
        "state_since",
        lambda t, _: _before(t.state_since, t.created_at),
    ),
    ("state_since_after_as_of", "state_since", lambda t, now: _before(now, t.state_since)),
    ("assigned_before_created", "assigned_at", lambda t, _: _before(t.assigned_at, t.created_at)),
    ("assigned_after_as_of", "assigned_at", lambda t, now: _before(now, t.assigned_at)),
    ("negative_count", "reassignments", lambda t, _: _negative(t.reassignments)),
    ("negative_count", "reopenings", lambda t, _: _negative(t.reopenings)),
    ("negative_count", "contacts_72h", lambda t, _: _negative(t.contacts_72h)),
)
"""(code, field at fault, whether ticket and `as_of` show it), in the order they are tried."""


def screen(snapshot: Snapshot) -> Screened:
    """The snapshot without its senseless parts, tickets and agents sorted by id.

    Sorting makes the plan independent of the order of the request. Pointers of rejected tickets
    count in the order of the request: `/tickets/<index>/<field>`.

    Raises:
        SnapshotError: `as_of` has no zone.
    """
    if snapshot.as_of.tzinfo is None:
        raise SnapshotError("the time has no zone", where="as_of", remedy="add an offset")
    sound: dict[str, Ticket] = {}
    rejected: list[Rejected] = []
    refused: list[Ticket] = []
    for index, ticket in enumerate(snapshot.tickets):
        fault = _fault(ticket, snapshot.as_of, sound)
        if fault is None:
            sound[ticket.ticket_id] = ticket
        else:
            rejected.append(Rejected(ticket.ticket_id, fault[0], f"/tickets/{index}/{fault[1]}"))
            refused.append(ticket)
    agents, faults = _sound_agents(snapshot.agents)
    tickets = tuple(sound[key] for key in sorted(sound))
    clean = replace(snapshot, tickets=tickets, agents=agents)
    return Screened(clean, tuple(rejected), tuple(refused), faults)


def _fault(ticket: Ticket, as_of: datetime, seen: dict[str, Ticket]) -> tuple[str, str] | None:
    if ticket.ticket_id in seen:
        return "duplicate_ticket_id", "ticket_id"
    for code, name, shows in CHECKS:
        if shows(ticket, as_of):
            return code, name
    return None


def _sound_agents(agents: tuple[Agent, ...]) -> tuple[tuple[Agent, ...], tuple[AgentFault, ...]]:
    sound: dict[str, Agent] = {}
    faults: list[AgentFault] = []
    for index, agent in enumerate(agents):
        where = f"/agents/{index}"
        if agent.agent_id in sound:
            faults.append(AgentFault(agent.agent_id, "duplicate_agent_id", f"{where}/agent_id"))
            continue
        if agent.status not in AGENT_STATUSES:  # unknown is not available: no ticket goes there
            faults.append(AgentFault(agent.agent_id, "unknown_status", f"{where}/status"))
        windows = agent.availability or ()
        kept = tuple(window for window in windows if window.start < window.end)
        faults.extend(_window_faults(agent.agent_id, windows, where))
        sound[agent.agent_id] = agent if kept == windows else replace(agent, availability=kept)
    return tuple(sound[key] for key in sorted(sound)), tuple(faults)


def _window_faults(agent_id: str, windows: tuple[Window, ...], where: str) -> list[AgentFault]:
    return [
        AgentFault(agent_id, "window_ends_before_start", f"{where}/availability/{at}/end")
        for at, window in enumerate(windows)
        if window.end <= window.start
    ]

"""The desk at one moment, as a ticket system knows it: tickets, agents, and the time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

AttributeValue = str | float | int | bool | None


@dataclass(frozen=True, slots=True)
class Party:
    """Another department asked for its part of a ticket; `done_at` is None while it is open."""

    party: str
    requested_at: datetime | None = None
    due_at: datetime | None = None
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """An open ticket. None means "not sent": the history answers, else a stated prior."""

    ticket_id: str
    category: str
    created_at: datetime
    state: str
    customer_id: str | None = None
    subcategory: str | None = None
    region: str | None = None
    channel: str | None = None
    priority: str | None = None
    language: str | None = None
    due_at: datetime | None = None
    state_since: datetime | None = None
    agent_id: str | None = None
    assigned_at: datetime | None = None
    pinned: bool = False
    excluded_agents: tuple[str, ...] = ()
    reassignments: int | None = None
    reopenings: int | None = None
    contacts_72h: int | None = None
    customer_margin_90d: float | None = None
    customer_level: str | None = None
    text: str | None = None
    parties: tuple[Party, ...] | None = None
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Window:
    """Working time `[start, end)`."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Agent:
    """A person (or a queue) who can own tickets. `skills=None` means any category.

    `skills_sent` is False where the caller said nothing of skills: then the history answers.
    """

    agent_id: str
    status: str
    team: str | None = None
    tier: int | None = None
    region: str | None = None
    languages: tuple[str, ...] | None = None
    skills: tuple[str, ...] | None = None
    capacity: int | None = None
    availability: tuple[Window, ...] | None = None
    queue: tuple[str, ...] | None = None
    working_on: str | None = None
    joined_at: datetime | None = None
    skills_sent: bool = True


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Tickets and agents at `as_of`.

    `complete` says that these are all open tickets of the desk, so that backlog and load are
    counted on them; otherwise both come from the history.
    """

    as_of: datetime
    tickets: tuple[Ticket, ...]
    agents: tuple[Agent, ...] = ()
    complete: bool = True

"""Tickets and agents as columns: one row per (ticket, moment), from a snapshot or from history.

Training looks at many past moments, serving at one. Both fill the same columns: what a
snapshot says wins, what it does not say is read from the history as of the same moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.attributes import Attribute
from features.history import History
from features.lately import lately
from features.queues import Ahead, Remembered
from features.stream import DAY, HOUR, MICRO, NEVER, Floats, Ints
from features.text import SIGNALS
from features.timeline import NAMED_FACTS, STATUS
from features.wording import Wording

CONTACT_WINDOW: Final = 72 * HOUR
MARGIN_WINDOW: Final = 90 * DAY
TIME_FACTS: Final = (
    "created",
    "due",
    "state_since",
    "assigned_at",
    "party_due",
    "party_since",
)
LOADS: Final = ("open", "started", "parked")


@dataclass(frozen=True, slots=True)
class TicketView:
    """Columns of shape `(n,)`; codes are those of `History.names`, times microseconds.

    `owned` tells a ticket with an owner the history has never seen (owner -1) from one without.
    `backlog` holds open tickets of the desk and of the ticket's category at the moment.
    """

    at: Ints
    ticket: Ints
    owner: Ints
    owned: NDArray[np.bool_]
    status: Ints
    named: Mapping[str, Ints]
    times: Mapping[str, Ints]
    reassignments: Floats
    reopenings: Floats
    contacts_72h: Floats
    margin_90d: Floats
    signals: NDArray[np.bool_]
    wording: Wording
    backlog: Mapping[str, Ints]
    attributes: Mapping[str, Attribute]

    def __len__(self) -> int:
        return self.at.size


@dataclass(frozen=True, slots=True)
class AgentView:
    """Columns of shape `(m,)` for agents at moments; unknown numbers are NaN.

    `load` counts open tickets, started and parked ones, and those past their promised time;
    `queue` tells how many of them come before a ticket.
    """

    at: Ints
    agent: Ints
    team: Ints
    capacity: Floats
    shift_left_hours: Floats
    tenure_days: Floats
    load: Mapping[str, Ints]
    queue: Ahead
    alone: list[Floats] = field(default_factory=list, init=False, compare=False, repr=False)
    """What hangs on the agents alone, once a frame was built of them (`features.frame`)."""

    def __len__(self) -> int:
        return self.at.size


@dataclass(frozen=True, slots=True)
class PairView:
    """Pairs of rows: ticket `t[i]` as if agent `a[i]` had it (`a` -1: nobody).

    `moved` is True where the pair would change the ticket's owner.
    """

    tickets: TicketView
    agents: AgentView
    t: Ints
    a: Ints
    moved: NDArray[np.bool_]

    @property
    def at(self) -> Ints:
        """The moment of each pair."""
        return self.tickets.at[self.t]

    def of_agent(self, column: Ints, missing: int = -1) -> Ints:
        """An integer column of the agents, taken to the pairs."""
        if not column.size:
            return np.full(self.a.shape, missing, np.int64)
        return np.where(self.a >= 0, column[np.maximum(self.a, 0)], missing)

    @property
    def category(self) -> Ints:
        """The category of each pair's ticket, -1 unknown."""
        return self.tickets.named["category"][self.t]

    @property
    def agent(self) -> Ints:
        """The agent's code in the history, -1 for nobody and for an unknown agent."""
        return self.of_agent(self.agents.agent)


def tickets_at(history: History, tickets: Ints, at: Ints) -> TicketView:
    """Tickets (codes) as the history knew them at the given moments."""
    line = history.timeline
    row = history.row(tickets, at)
    known, place = row >= 0, np.maximum(row, 0)

    def fact(name: str, missing: int) -> Ints:
        if not len(line):
            return np.full(at.shape, missing, np.int64)
        return np.where(known, line.facts[name][place], missing)

    named = {name: fact(name, -1) for name in NAMED_FACTS}
    owner = fact("owner", -1)
    return TicketView(
        at=at,
        ticket=tickets,
        owner=owner,
        owned=owner >= 0,
        status=fact("status", STATUS["unassigned"]),
        named=named,
        times={name: fact(name, NEVER) for name in TIME_FACTS},
        reassignments=np.maximum(history.count("assignment", "ticket", tickets, at) - 1.0, 0.0),
        reopenings=history.count("reopening", "ticket", tickets, at).astype(np.float64),
        contacts_72h=contacts_of(history, tickets, named["customer"], at),
        margin_90d=margin_of(history, named["customer"], at),
        signals=signals_of(history, tickets, at),
        wording=Wording(line.sketches, fact("wording", -1)),
        backlog=backlog_of(history, named["category"], at),
        attributes={name: _taken(column, known, place) for name, column in line.attributes.items()},
    )


def _taken(column: Attribute, known: NDArray[np.bool_], place: Ints) -> Attribute:
    missing = np.nan if column.numeric else -1
    if not column.values.size:
        return Attribute(np.full(known.shape, missing), column.names)
    return Attribute(np.where(known, column.values[place], missing), column.names)


@lately
def contacts_of(history: History, tickets: Ints, customers: Ints, at: Ints) -> Floats:
    """Contacts in `(at - 72 h, at]`: of the customer, or of the ticket where nobody is known."""
    by_customer = history.count("contact", "customer", customers, at, CONTACT_WINDOW)
    by_ticket = history.count("contact", "ticket", tickets, at, CONTACT_WINDOW)
    return np.where(customers >= 0, by_customer, by_ticket).astype(np.float64)


@lately
def margin_of(history: History, customers: Ints, at: Ints) -> Floats:
    """Contributed gross margin in `(at - 90 d, at]`; NaN where none was ever booked."""
    total = history.total("margin", "amount", "customer", customers, at, MARGIN_WINDOW) / MICRO
    booked = history.count("margin", "customer", customers, at) > 0
    return np.where(booked, total, np.nan)


def signals_of(history: History, tickets: Ints, at: Ints) -> NDArray[np.bool_]:
    """Whether each signal was ever seen in the ticket's texts, shape `(n, 4)`."""
    seen = history.stream("signal", "ticket")
    span, found = seen.span(tickets, at), np.empty((tickets.size, len(SIGNALS)), bool)
    for place, name in enumerate(SIGNALS):
        found[:, place] = seen.over(name, span) > 0
    return found


def backlog_of(history: History, categories: Ints, at: Ints) -> dict[str, Ints]:
    """Open tickets of the desk, those nobody owns, and those of the category."""
    desk = np.zeros_like(at)
    return {
        "desk_open": _open(history, "open", "desk", desk, at),
        "desk_unassigned": _open(history, "unassigned", "desk", desk, at),
        "category_open": _open(history, "open", "category", categories, at),
    }


@lately
def _open(history: History, which: str, by: str, keys: Ints, at: Ints) -> Ints:
    return history.total("load", which, by, keys, at)


def agents_at(history: History, agents: Ints, at: Ints) -> AgentView:
    """Agents (codes) as the history knew them at the given moments."""
    staff = history.staff
    row = staff.row(agents, at)
    ends = staff.times("shift_end", row)
    on_shift = (ends != NEVER) & (ends > at)
    return AgentView(
        at=at,
        agent=agents,
        team=staff.codes("team", row),
        capacity=capacity_of(history, agents, at),
        shift_left_hours=np.where(on_shift, (np.where(on_shift, ends, at) - at) / HOUR, np.nan),
        tenure_days=tenure_of(history, agents, at),
        load=load_of(history, agents, at),
        queue=Remembered(history.queues, agents, at),
    )


def capacity_of(history: History, agents: Ints, at: Ints) -> Floats:
    """How many tickets the agent can hold: what the desk says, else the most ever held.

    NaN for an agent of whom neither is known.
    """
    said = history.staff.numbers("capacity", history.staff.row(agents, at))
    load = history.stream("load", "agent")
    if not load.times.size:
        return said
    begin, end = load.span(agents, at)
    most = history.most_held[np.maximum(end - 1, 0)]
    held = np.where(end > begin, np.maximum(most, 1.0), np.nan)
    return np.where(np.isnan(said), held, said)


def tenure_of(history: History, agents: Ints, at: Ints) -> Floats:
    """Days since the agent's first ticket; NaN before it."""
    stream = history.stream("assignment", "agent")
    seen = stream.count(agents, at) > 0
    if not stream.times.size:
        return np.full(at.shape, np.nan)
    first = stream.times[np.minimum(stream.starts[np.maximum(agents, 0)], stream.times.size - 1)]
    return np.where(seen, (at - first) / DAY, np.nan)


def load_of(history: History, agents: Ints, at: Ints) -> dict[str, Ints]:
    """Open tickets of each agent by what state they are in, and those past due."""
    loads = {name: history.total("load", name, "agent", agents, at) for name in LOADS}
    loads["overdue"] = history.total("overdue", "open", "agent", agents, at)
    return loads

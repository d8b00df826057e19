"""What a caller left out of a snapshot, taken from the history as of its moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, tzinfo
from functools import partial
from operator import attrgetter
from typing import Any, Final, TypeVar

import numpy as np

from features.codes import Names
from features.history import History
from features.lately import remembered
from features.picture import TICKET_ATTRIBUTES, micros_of
from features.replay import instant, party_at, past_agents
from features.snapshot import Agent, Snapshot, Ticket
from features.stream import Ints
from features.view import TicketView, tickets_at

Thing = TypeVar("Thing", Ticket, Agent)
Lookup = Callable[[int], Any]
"""The fact of a row, None where the history does not know it."""

AGENT_FACTS: Final = ("team", "tier", "region", "languages", "capacity", "skills")


def complete(snapshot: Snapshot, history: History) -> Snapshot:
    """The snapshot with the facts that rules and people need and the caller did not send.

    Tickets: owner (unless said to be unassigned), promised time, since when in the state,
    customer and level, subcategory, region, channel, priority, language, parties. Agents:
    `AGENT_FACTS`, and skills where none were sent: null was, and means any category. Nothing that
    was sent is changed, and what nobody knows stays None.
    """
    if not len(history.ledger.pile):
        return snapshot
    moment, zone = micros_of(snapshot.as_of), snapshot.as_of.tzinfo or UTC
    return replace(
        snapshot,
        tickets=_tickets(history, snapshot.tickets, moment, zone),
        agents=_agents_lately(history, snapshot, moment),
    )


def _tickets(
    history: History, tickets: tuple[Ticket, ...], moment: int, zone: tzinfo
) -> tuple[Ticket, ...]:
    rows, codes = _known(history.names["ticket"], [t.ticket_id for t in tickets])
    if not rows.size:
        return tickets
    view = tickets_at(history, codes, np.full(codes.size, moment))
    return _filled(tickets, rows, _ticket_facts(history, view, zone))


def _agents_lately(history: History, snapshot: Snapshot, moment: int) -> tuple[Agent, ...]:
    """Of an incomplete snapshot they are remembered: the next ticket is asked with the same."""
    agents = snapshot.agents
    if snapshot.complete:
        return _agents(history, agents, moment)
    asked = ("complete", moment, agents)
    return remembered(history, asked, lambda: _agents(history, agents, moment))


def _agents(history: History, agents: tuple[Agent, ...], moment: int) -> tuple[Agent, ...]:
    rows, codes = _known(history.names["agent"], [a.agent_id for a in agents])
    described = past_agents(history, codes, moment, UTC)  # of the facts none is a time
    return _filled(agents, rows, {name: partial(_of, described, name) for name in AGENT_FACTS})


def _known(names: Names, ids: Sequence[str]) -> tuple[Ints, Ints]:
    """The rows whose id the history knows, and their codes."""
    codes = names.codes(ids)
    rows = np.flatnonzero(codes >= 0).astype(np.int64)
    return rows, codes[rows]


def _of(agents: Sequence[Agent], name: str, place: int) -> object:
    return getattr(agents[place], name)


def _ticket_facts(history: History, view: TicketView, zone: tzinfo) -> dict[str, Lookup]:
    names = history.names
    named = {
        "customer_id" if name == "customer" else name: names[name].names(codes).__getitem__
        for name, codes in view.named.items()
        if name != "category"
    }
    times = {
        "due_at": partial(_moment, view.times["due"], zone),
        "state_since": partial(_moment, view.times["state_since"], zone),
        "assigned_at": partial(_moment, view.times["assigned_at"], zone),
    }
    labels = {
        name: column.names.names(column.values.astype(np.int64)).__getitem__
        for name, column in view.attributes.items()
        if name in TICKET_ATTRIBUTES and column.names is not None
    }
    owners = {"agent_id": names["agent"].names(view.owner).__getitem__}
    return named | times | labels | owners | {"parties": party_at(history, view, zone)}


def _moment(times: Ints, zone: tzinfo, row: int) -> datetime | None:
    return instant(times[row], zone)


def _known_not_to_be(thing: Ticket | Agent) -> tuple[str, ...]:
    """Facts that are not missing though None: an unassigned ticket's owner, skills sent as null."""
    if isinstance(thing, Agent):
        return ("skills",) if thing.skills_sent else ()
    return ("agent_id", "assigned_at") if thing.state == "unassigned" else ()


def _filled(things: Sequence[Thing], rows: Ints, facts: Mapping[str, Lookup]) -> tuple[Thing, ...]:
    """The things, those at `rows` with the facts that they lack, asked for by place in `rows`.

    All fields are read and set at once: `dataclasses.replace` would take half the time.
    """
    whole = list(things)
    if not rows.size:
        return tuple(whole)
    names = [field.name for field in fields(whole[0])]
    read, lookups = attrgetter(*names), [(names.index(n), n, of) for n, of in facts.items()]
    for place, row in enumerate(rows.tolist()):
        thing = whole[row]
        values, settled, changed = list(read(thing)), _known_not_to_be(thing), False
        for at, name, of in lookups:
            if values[at] is None and name not in settled:
                values[at] = of(place)
                changed |= values[at] is not None
        if changed:
            whole[row] = type(thing)(*values)
    return tuple(whole)

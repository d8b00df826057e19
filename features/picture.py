"""A snapshot as columns: what the caller says wins, the history fills in the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any, Final, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.attributes import Attribute
from features.codes import Names
from features.history import History
from features.lately import remembered
from features.queues import Counted, turn_of
from features.snapshot import Agent, AttributeValue, Snapshot, Ticket, Window
from features.stream import DAY, HOUR, NEVER, Floats, Ints
from features.text import signals
from features.timeline import NAMED_FACTS, STATUS, parked
from features.view import (
    AgentView,
    TicketView,
    agents_at,
    backlog_of,
    contacts_of,
    margin_of,
    tickets_at,
)

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
Thing = TypeVar("Thing", Ticket, Agent)
SHIFT: Final = 12 * HOUR
TICKET_ATTRIBUTES: Final = ("customer_level", "language")
"""Fields of a ticket that an event log carries among its attributes."""


def micros_of(moment: datetime) -> int:
    """Microseconds since 1970 in UTC, exactly.

    >>> micros_of(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000000
    """
    return (moment - EPOCH) // timedelta(microseconds=1)


def moment_of(micros: int) -> datetime:
    """The inverse of `micros_of`."""
    return EPOCH + timedelta(microseconds=micros)


def instants_of(moments: Sequence[datetime | None], missing: int = NEVER) -> Ints:
    """`micros_of` of many, `missing` for None, shape `(n,)`.

    By way of float seconds, in half the time: until the year 2242 a float tells microseconds
    apart.

    >>> instants_of([datetime(2199, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)]).tolist()
    [7258118399999999]
    """
    seconds = np.array([np.nan if m is None else m.timestamp() for m in moments], np.float64)
    told = ~np.isnan(seconds)
    found = np.full(seconds.shape, missing, np.int64)
    found[told] = np.rint(seconds[told] * 1e6)
    return found


def tickets_of(snapshot: Snapshot, history: History) -> TicketView:
    """The snapshot's tickets, in their order; codes are those of the history."""
    tickets = snapshot.tickets
    names = history.names
    at = np.full(len(tickets), micros_of(snapshot.as_of), np.int64)
    past = tickets_at(history, names["ticket"].codes([t.ticket_id for t in tickets]), at)
    said = {name: _column(tickets, _field(name)) for name in NAMED_FACTS}
    named = {
        name: np.where(_given(said[name]), names[name].codes(said[name]), past.named[name])
        for name in NAMED_FACTS
    }
    owners, texts = _column(tickets, "agent_id"), _column(tickets, "text")
    status = np.array([STATUS[t.state] for t in tickets], np.int64)
    owner = names["agent"].codes(owners)
    times = _times(tickets, past, past.owner == owner, past.status == status)
    contacts = contacts_of(history, past.ticket, named["customer"], at)
    margin = margin_of(history, named["customer"], at)
    return TicketView(
        at=at,
        ticket=past.ticket,
        owner=owner,
        owned=_given(owners),
        status=status,
        named=named,
        times=times,
        reassignments=_numbers(tickets, "reassignments", past.reassignments),
        reopenings=_numbers(tickets, "reopenings", past.reopenings),
        contacts_72h=_numbers(tickets, "contacts_72h", contacts),
        margin_90d=_numbers(tickets, "customer_margin_90d", margin),
        signals=past.signals | signals(texts),
        wording=past.wording.with_texts(texts),
        backlog=(
            _backlog(tickets, owners)
            if snapshot.complete
            else backlog_of(history, named["category"], at)
        ),
        attributes=_attributes(tickets, past),
    )


def agents_of(snapshot: Snapshot, history: History, tickets: TicketView) -> AgentView:
    """The snapshot's agents, in their order; loads count its tickets when it is complete.

    Tenure is counted from the agent's first ticket, as in training; `joined_at` stands in for
    an agent whom the history does not know.
    """
    if snapshot.complete:
        return _agents(snapshot, history, tickets)
    asked = ("agents_of", micros_of(snapshot.as_of), snapshot.agents)
    return remembered(history, asked, lambda: _agents(snapshot, history, tickets))


def _agents(snapshot: Snapshot, history: History, tickets: TicketView) -> AgentView:
    agents = snapshot.agents
    at = np.full(len(agents), micros_of(snapshot.as_of), np.int64)
    past = agents_at(history, history.names["agent"].codes([a.agent_id for a in agents]), at)
    teams = [a.team for a in agents]
    team = history.ledger.team_names.codes(teams)
    joined = instants_of([a.joined_at for a in agents])
    owner = _owner_rows(snapshot)
    tenure = np.where(joined != NEVER, (at - np.where(joined == NEVER, at, joined)) / DAY, np.nan)
    return AgentView(
        at=at,
        agent=past.agent,
        team=np.where(_given(teams), team, past.team),
        capacity=_numbers(agents, "capacity", past.capacity),
        shift_left_hours=_shift_left(agents, past, at),
        tenure_days=np.where(np.isnan(past.tenure_days), tenure, past.tenure_days),
        load=_load(owner, len(agents), tickets) if snapshot.complete else _sent_load(agents, past),
        queue=_queue(owner, len(agents), tickets) if snapshot.complete else past.queue,
    )


def _field(name: str) -> str:
    return "customer_id" if name == "customer" else name


def _column(things: Sequence[Thing], name: str) -> list[Any]:
    return list(map(attrgetter(name), things))


def _given(values: Iterable[object]) -> NDArray[np.bool_]:
    return np.array([value is not None for value in values], bool)


def _numbers(things: Sequence[Thing], name: str, otherwise: Floats) -> Floats:
    numbers = np.array(_column(things, name), np.float64)  # None becomes NaN
    return np.where(np.isnan(numbers), otherwise, numbers)


def _times(
    tickets: Sequence[Ticket],
    past: TicketView,
    same_owner: NDArray[np.bool_],
    same_state: NDArray[np.bool_],
) -> dict[str, Ints]:
    """When things happened; the history's word on owner and state counts only for the same ones."""
    sent = {
        "created": instants_of(_column(tickets, "created_at")),
        "due": instants_of(_column(tickets, "due_at")),
        "state_since": instants_of(_column(tickets, "state_since")),
        "assigned_at": instants_of(_column(tickets, "assigned_at")),
    }
    known = dict(past.times)
    known["assigned_at"] = np.where(same_owner, known["assigned_at"], NEVER)
    known["state_since"] = np.where(same_state, known["state_since"], NEVER)
    times = {n: np.where(sent[n] != NEVER, sent[n], known[n]) for n in sent}
    since = np.where(times["state_since"] != NEVER, times["state_since"], times["assigned_at"])
    times["state_since"] = np.where(since != NEVER, since, times["created"])
    asked = _given([t.parties for t in tickets])
    pending = [[p for p in t.parties if p.done_at is None] if t.parties else () for t in tickets]
    since_party = instants_of(
        [_first(p.requested_at for p in ps) if ps else None for ps in pending]
    )
    due_party = instants_of([_first(p.due_at for p in ps) if ps else None for ps in pending])
    times["party_since"] = np.where(asked, since_party, past.times["party_since"])
    times["party_due"] = np.where(asked, due_party, past.times["party_due"])
    return times


def _first(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def _backlog(tickets: Sequence[Ticket], owners: Sequence[str | None]) -> dict[str, Ints]:
    """Open tickets counted on a complete snapshot."""
    n = len(tickets)
    _, category, per_category = np.unique(
        np.array([t.category for t in tickets], object).astype("str"),
        return_inverse=True,
        return_counts=True,
    )
    return {
        "desk_open": np.full(n, n, np.int64),
        "desk_unassigned": np.full(n, n - int(_given(owners).sum()), np.int64),
        "category_open": per_category[category].astype(np.int64),
    }


def _shift_left(agents: Sequence[Agent], past: AgentView, at: Ints) -> Floats:
    """Hours until the last window of the present shift ends, its pauses included.

    Windows that start within 12 h belong to the shift. NaN for who is off shift, as the history
    has it: whose status is offline, or who has no such window.
    """
    ends = [
        max((micros_of(w.end) for w in a.availability or () if _in_shift(w, at[0])), default=NEVER)
        for a in agents
    ]
    on_shift = [e != NEVER and a.status != "offline" for a, e in zip(agents, ends, strict=True)]
    left = np.where(on_shift, (np.array(ends, np.float64) - at) / HOUR, np.nan)
    return np.where(_given([a.availability for a in agents]), left, past.shift_left_hours)


def _in_shift(window: Window, at: int) -> bool:
    return micros_of(window.start) < at + SHIFT and micros_of(window.end) > at


def _load(owner: Ints, agents: int, tickets: TicketView) -> dict[str, Ints]:
    """What each agent holds, counted on a complete snapshot."""
    late = (tickets.times["due"] != NEVER) & (tickets.times["due"] <= tickets.at)
    kinds = {
        "open": np.ones(owner.size, bool),
        "started": tickets.status == STATUS["in_progress"],
        "parked": parked(tickets.status),
        "overdue": late,
    }
    return {
        name: np.bincount(owner[kind & (owner >= 0)], minlength=agents).astype(np.int64)
        for name, kind in kinds.items()
    }


def _queue(owner: Ints, agents: int, tickets: TicketView) -> Counted:
    """The order of work in each agent's queue, counted on a complete snapshot."""
    turn = turn_of(tickets.times["due"], tickets.times["created"])
    return Counted.of(owner, turn, agents)


def _owner_rows(snapshot: Snapshot) -> Ints:
    """The agent row of each ticket's owner, -1 with nobody and with a stranger."""
    place = {agent.agent_id: i for i, agent in enumerate(snapshot.agents)}
    owners = (t.agent_id for t in snapshot.tickets)
    return np.array([-1 if a is None else place.get(a, -1) for a in owners], np.int64)


def _sent_load(agents: Sequence[Agent], past: AgentView) -> dict[str, Ints]:
    """The history's load, but for the length of the queue where it is sent."""
    queues = np.array([len(a.queue or ()) for a in agents], np.int64)
    sent = _given([a.queue for a in agents])
    return {**past.load, "open": np.where(sent, queues, past.load["open"])}


def _attributes(tickets: Sequence[Ticket], past: TicketView) -> dict[str, Attribute]:
    sent = [_sent_attributes(ticket) for ticket in tickets]
    names = sorted({name for one in sent for name in one} | set(past.attributes))
    return {
        name: _merged([one.get(name) for one in sent], past.attributes.get(name)) for name in names
    }


def _sent_attributes(ticket: Ticket) -> dict[str, AttributeValue]:
    own = dict(ticket.attributes)
    sent = zip(TICKET_ATTRIBUTES, _of_ticket(ticket), strict=True)
    return own | {name: value for name, value in sent if value is not None}


_of_ticket: Final = attrgetter(*TICKET_ATTRIBUTES)


def _merged(sent: Sequence[AttributeValue], past: Attribute | None) -> Attribute:
    """What was sent, else what the history says, in the history's kind of value."""
    given = _given(sent)
    if past is not None and not given.any():
        return past
    texts = any(isinstance(v, str) for v in sent)
    if past.numeric if past else not texts:
        known = past.values if past else np.full(len(sent), np.nan)
        return Attribute(np.where(given, _as_numbers(sent, texts), known), None)
    said = [None if v is None else str(v) for v in sent]
    if past is None or past.names is None:
        names = Names.of_few(said)
        return Attribute(names.codes(said), names)
    codes, known = past.names.codes(said), past.values.astype(np.int64)
    if (codes >= 0)[given].all():
        return Attribute(np.where(given, codes, known), past.names)
    labels = np.where(given, np.array(said, object), past.names.names(known)).tolist()
    names = Names.of_few(labels)
    return Attribute(names.codes(labels), names)


def _as_numbers(sent: Sequence[AttributeValue], texts: bool) -> Floats:
    """NaN for what is no number; a text may be one."""
    if not texts:
        return np.array([np.nan if v is None else float(v) for v in sent], np.float64)
    numbers = pd.to_numeric(pd.Series(list(sent), dtype=object), errors="coerce")
    return np.asarray(numbers.to_numpy(np.float64), np.float64)

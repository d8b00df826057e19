"""What can be counted: each kind of happening as times, integer values and keys.

A new kind is one function and one line in `KINDS`. A function takes the timeline (and what
else the ledger has) and gives `Happenings`; the history turns them into streams by any of
the keys in `KEYS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np

from features.hands import in_progress, worked
from features.ledger import ATTRIBUTE, Ledger
from features.queues import Queues, turn_of
from features.stream import DAY, HOUR, MICRO, NEVER, Ints
from features.text import SIGNALS
from features.timeline import FOREVER, PARKED, STATUS, TYPE, Bools, Timeline


@dataclass(frozen=True)
class Happenings:
    """Times (microseconds) with the ticket row each belongs to and whole-number values.

    `rows` are timeline rows (-1: none); `keys` override the keys that a row would give, with
    codes of `Ledger.names`, such as the agent who held the ticket before.
    """

    times: Ints
    rows: Ints
    values: Mapping[str, Ints] = field(default_factory=dict)
    keys: Mapping[str, Ints] = field(default_factory=dict)

    @cached_property
    def by_time(self) -> Ints:
        """Their stable order by time: every key's stream begins with it."""
        return np.argsort(self.times, kind="stable")


WAITING: Final = ("waiting_customer", "internal_collaboration")
"""The states in which somebody else is at work, so that no agent can move the ticket."""


def _of_type(line: Timeline, *types: str) -> Ints:
    return np.flatnonzero(np.isin(line.type, [TYPE[name] for name in types]))


def _at_rows(line: Timeline, rows: Ints) -> Happenings:
    return Happenings(line.time[rows], rows)


def events(ledger: Ledger) -> Happenings:
    """Every event of a ticket: its activity."""
    return _at_rows(ledger.timeline, np.arange(len(ledger.timeline)))


def contacts(ledger: Ledger) -> Happenings:
    """The customer contacts the centre: a complaint, or again about one."""
    return _at_rows(ledger.timeline, _of_type(ledger.timeline, "ticket.created", "ticket.contact"))


def arrivals(ledger: Ledger) -> Happenings:
    """A complaint arrives."""
    return _at_rows(ledger.timeline, _of_type(ledger.timeline, "ticket.created"))


def changes(ledger: Ledger) -> Happenings:
    """A fact of an open ticket changes: the customer calls again, or what it is about moves."""
    line = ledger.timeline
    changed = np.isin(line.type, [TYPE["ticket.contact"], TYPE["ticket.reopened"]])
    for name in ("category", "priority", "due"):
        changed |= (line.facts[name] != line.before(name)) & ~line.first_rows()
    return _at_rows(line, np.flatnonzero(changed))


def reopenings(ledger: Ledger) -> Happenings:
    """A closed ticket is opened again; the agent is the one who had closed it."""
    return _at_rows(ledger.timeline, _of_type(ledger.timeline, "ticket.reopened"))


def escalations(ledger: Ledger) -> Happenings:
    """A ticket goes to a higher tier, a regulator or the public."""
    return _at_rows(ledger.timeline, _of_type(ledger.timeline, "ticket.escalated"))


def signals(ledger: Ledger) -> Happenings:
    """Signals in what the customer wrote; one value per kind of signal, 0 or 1."""
    line = ledger.timeline
    bits, rows = line.signals, np.flatnonzero(line.signals)
    values = {name: (bits[rows] >> place) & 1 for place, name in enumerate(SIGNALS)}
    return Happenings(line.time[rows], rows, values)


def assignments(ledger: Ledger) -> Happenings:
    """The ticket gets an owner, or another one."""
    line = ledger.timeline
    owner, before = line.facts["owner"], line.before("owner")
    return _at_rows(line, np.flatnonzero((owner >= 0) & (owner != before)))


def hand_overs(ledger: Ledger) -> Happenings:
    """An owned ticket goes to somebody else (or to nobody); the agent is the one who had it."""
    line = ledger.timeline
    before = line.before("owner")
    rows = np.flatnonzero((before >= 0) & (line.facts["owner"] != before) & line.open)
    return Happenings(line.time[rows], rows, {}, {"agent": before[rows]})


def closures(ledger: Ledger) -> Happenings:
    """An open ticket is resolved or closed; `log_hours`: ln(hours with its last owner)."""
    line = ledger.timeline
    rows = np.flatnonzero(~line.open & (line.before("status") != STATUS["closed"]))
    begun = line.facts["assigned_at"][rows]
    begun = np.where(begun == NEVER, line.facts["created"][rows], begun)
    hours = np.maximum(line.time[rows] - begun, 0) / HOUR
    logs = np.rint(np.log(hours + 0.1) * MICRO).astype(np.int64)
    return Happenings(line.time[rows], rows, {"log_hours": logs})


def verdicts(ledger: Ledger) -> Happenings:
    """A promise is known to be kept or broken: `tickets` judged and how many `late`.

    Known broken when `due_at` passes on an open ticket, kept when it is resolved in time, and not
    judged again when it comes back after that; a desk's own `sla_met` overrides. A later statement
    corrects the first one: it adds no ticket, only the difference, to the agent and category that
    the first one was about.
    """
    line = ledger.timeline
    due, closed = line.facts["due"], ~line.open
    breach = np.maximum(line.time, due)
    judged = (due == NEVER) | _came_back_after(line, due)
    late_rows = np.flatnonzero(~judged & ~closed & (breach < line.end))
    own = line.sla_met
    ending = closed & (line.before("status") != STATUS["closed"])
    closing_rows = np.flatnonzero((ending & ~judged) | (closed & (own >= 0)))
    late_at_closing = np.where(
        own[closing_rows] >= 0, own[closing_rows] == 0, line.time[closing_rows] > due[closing_rows]
    )
    rows = np.concatenate([late_rows, closing_rows])
    times = np.concatenate([breach[late_rows], line.time[closing_rows]])
    late = np.concatenate([np.ones(late_rows.size, np.int64), late_at_closing.astype(np.int64)])
    order = np.lexsort((times, line.ticket[rows]))
    rows, times, late = rows[order], times[order], late[order]
    fresh = np.diff(line.ticket[rows], prepend=-1) != 0
    change = np.where(fresh, late, late - np.roll(late, 1))
    about = rows[np.maximum.accumulate(np.where(fresh, np.arange(rows.size), 0))]
    return Happenings(times, about, {"tickets": fresh.astype(np.int64), "late": change})


def _came_back_after(line: Timeline, due: Ints) -> Bools:
    """The rows of each ticket from the first reopening on that came after its promise passed."""
    back = np.cumsum((line.type == TYPE["ticket.reopened"]) & (line.time > due) & (due != NEVER))
    before = np.where(line.first_rows(), back, 0)
    return back > np.maximum.accumulate(before)


def load(ledger: Ledger) -> Happenings:
    """Open tickets as signed steps: a total over `(-inf, t]` is the level at `t`."""
    line = ledger.timeline
    rows, end = _spells(line)
    status = line.facts["status"][rows]
    parked = np.isin(status, PARKED)
    started = status == STATUS["in_progress"]
    values = {
        "open": np.ones(rows.size, np.int64),
        "started": started.astype(np.int64),
        "parked": parked.astype(np.int64),
        "unassigned": (line.facts["owner"][rows] < 0).astype(np.int64),
    }
    return _steps(line.time[rows], end, rows, values)


def queues(ledger: Ledger) -> Queues:
    """Who held which open ticket when, and its turn in the order of deadlines."""
    line = ledger.timeline
    rows, end = _spells(line, ("owner", "status", "due"))
    turn = turn_of(line.facts["due"][rows], line.facts["created"][rows])
    owner = line.facts["owner"][rows]
    return Queues.of(owner, line.time[rows], end, turn, len(ledger.names["agent"]))


def _spells(
    line: Timeline, facts: tuple[str, ...] = ("owner", "status", "category")
) -> tuple[Ints, Ints]:
    """Rows at which one of an open ticket's facts changed, and when that ended.

    What happens in between (most events do not change these) would only step down and up.
    """
    changed = line.first_rows()
    for name in facts:
        changed |= np.diff(line.facts[name], prepend=-2) != 0
    rows = np.flatnonzero(changed)
    following = np.append(rows[1:], 0)
    same = np.append(np.diff(line.ticket[rows]) == 0, False)[: rows.size]
    end = np.where(same, line.time[following[: rows.size]], FOREVER)
    still = line.open[rows]
    return rows[still], end[still]


def visits(ledger: Ledger) -> Happenings:
    """An agent's hands leave a ticket: microseconds `worked`, and `visits`, 1 where that was all.

    It was where the ticket is closed or waits for others then; one that lost its agent goes on.
    """
    line, staff = ledger.timeline, ledger.staff
    rows, left, end = in_progress(line)
    over = np.isin(line.facts["status"][left], [*PARKED, STATUS["closed"]]) & (left >= 0)
    done, told = over.astype(np.int64), (staff.told.agent, staff.told.time, staff.status)
    time = worked((line.facts["owner"][rows], line.time[rows], end, done), told)
    rows, end, time, done = (column[left >= 0] for column in (rows, end, time, done))
    return Happenings(end, rows, {"worked": time, "visits": done})


def stays(ledger: Ledger) -> Happenings:
    """A row of a ticket's life ends: how long (microseconds) it was in which state."""
    line = ledger.timeline
    rows = np.flatnonzero(line.end != FOREVER)
    lasted, status = line.end[rows] - line.time[rows], line.facts["status"][rows]
    values = {name: np.where(status == code, lasted, 0) for name, code in STATUS.items()}
    return Happenings(line.end[rows], rows, values)


def waits(ledger: Ledger) -> Happenings:
    """A wait for somebody else ends: its length (microseconds) by state, and half its square (h²).

    A wait counts as 30 days at most, so that a forgotten ticket does not stand for many.
    """
    line = ledger.timeline
    rows, end = _spells(line, ("status",))
    ended = (end != FOREVER) & np.isin(line.facts["status"][rows], [STATUS[n] for n in WAITING])
    rows, end = rows[ended], end[ended]
    lasted = np.minimum(end - line.time[rows], 30 * DAY)
    halves = np.rint((lasted / HOUR) ** 2 / 2 * MICRO).astype(np.int64)
    values = {}
    for name in WAITING:
        here = line.facts["status"][rows] == STATUS[name]
        values[name], values[f"{name}_halves"] = np.where(here, [lasted, halves], 0)
    return Happenings(end, rows, values)


def overdue(ledger: Ledger) -> Happenings:
    """Open tickets past their promised time, as signed steps."""
    line = ledger.timeline
    due = line.facts["due"]
    begin = np.maximum(line.time, due)
    rows = np.flatnonzero(line.open & (due != NEVER) & (begin < line.end))
    return _steps(begin[rows], line.end[rows], rows, {"open": np.ones(rows.size, np.int64)})


def _steps(begin: Ints, end: Ints, rows: Ints, values: Mapping[str, Ints]) -> Happenings:
    """+1 when a span begins and -1 when it ends; ends come first, so no level overshoots."""
    ended = end != FOREVER
    return Happenings(
        np.concatenate([end[ended], begin]),
        np.concatenate([rows[ended], rows]),
        {name: np.concatenate([-value[ended], value]) for name, value in values.items()},
    )


def margin(ledger: Ledger) -> Happenings:
    """Contributed gross margin booked for a customer, in millionths of the currency."""
    booked = ledger.bookings
    nowhere = np.full(booked.time.size, -1)
    return Happenings(
        booked.time, nowhere, {"amount": booked.amount}, {"customer": booked.customer}
    )


KINDS: Final[Mapping[str, Callable[[Ledger], Happenings]]] = {
    "event": events,
    "contact": contacts,
    "change": changes,
    "arrival": arrivals,
    "assignment": assignments,
    "hand_over": hand_overs,
    "reopening": reopenings,
    "escalation": escalations,
    "signal": signals,
    "closure": closures,
    "verdict": verdicts,
    "load": load,
    "visit": visits,
    "stay": stays,
    "wait": waits,
    "overdue": overdue,
    "margin": margin,
}


def _key_ticket(ledger: Ledger, found: Happenings) -> Ints:
    return ledger.timeline.ticket[found.rows]


def _key_customer(ledger: Ledger, found: Happenings) -> Ints:
    if "customer" in found.keys:
        return found.keys["customer"]
    return ledger.timeline.facts["customer"][found.rows]


def _key_fact(name: str) -> Callable[[Ledger, Happenings], Ints]:
    def key(ledger: Ledger, found: Happenings) -> Ints:
        return ledger.timeline.facts[name][found.rows]

    return key


def _key_attribute(name: str) -> Callable[[Ledger, Happenings], Ints]:
    def key(ledger: Ledger, found: Happenings) -> Ints:
        return ledger.timeline.attributes[name].values[found.rows].astype(np.int64)

    return key


def _key_agent(ledger: Ledger, found: Happenings) -> Ints:
    return found.keys.get("agent", ledger.timeline.facts["owner"][found.rows])


def _key_agent_category(ledger: Ledger, found: Happenings) -> Ints:
    return ledger.pair_key(_key_agent(ledger, found), KEYS["category"](ledger, found))


def _key_team(ledger: Ledger, found: Happenings) -> Ints:
    return ledger.team(_key_agent(ledger, found), found.times)


def _key_team_category(ledger: Ledger, found: Happenings) -> Ints:
    return ledger.pair_key(_key_team(ledger, found), KEYS["category"](ledger, found))


def _key_desk(_ledger: Ledger, found: Happenings) -> Ints:
    return np.zeros(found.times.size, np.int64)


KEYS: Final[Mapping[str, Callable[[Ledger, Happenings], Ints]]] = {
    "ticket": _key_ticket,
    "customer": _key_customer,
    **{n: _key_fact(n) for n in ("category", "subcategory", "region", "channel", "priority")},
    "agent": _key_agent,
    "agent_category": _key_agent_category,
    "team": _key_team,
    "team_category": _key_team_category,
    "desk": _key_desk,
}


def key_of(by: str) -> Callable[[Ledger, Happenings], Ints]:
    """The key that a name stands for: one of `KEYS`, or `attribute:` and a desk's own column."""
    if by.startswith(ATTRIBUTE):
        return _key_attribute(by.removeprefix(ATTRIBUTE))
    return KEYS[by]

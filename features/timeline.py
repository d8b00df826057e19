"""The life of each ticket as a table: after every event, what was then known of the ticket.

Rows are sorted by (ticket, event order); row i describes the ticket over `[time[i], end[i])`.
A look-up as of `t` is one binary search for the ticket's last row at or before `t`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.attributes import Attribute, attribute_columns, carried, joined
from features.codes import Names, Recoded, forward_fill
from features.events import EVENT_TYPES, TICKET_STATES
from features.splice import Splice
from features.stream import NEVER, Ints
from features.wording import Sketches, marks_of, versions
from features.wording import joined as joined_sketches

STATUSES: Final = (*TICKET_STATES, "closed")
"""Ticket states, and the state of a ticket that is resolved or closed."""
STATUS: Final = {name: code for code, name in enumerate(STATUSES)}
TYPE: Final = {name: code for code, name in enumerate(EVENT_TYPES)}
PARKED: Final = tuple(STATUS[s] for s in ("paused", "waiting_customer", "internal_collaboration"))
FOREVER: Final = np.iinfo(np.int64).max
_IS_PARKED: Final = np.isin(np.arange(len(STATUSES)), PARKED)

NAMED_FACTS: Final = ("customer", "category", "subcategory", "region", "channel", "priority")
"""Facts that a `ticket.created` or `ticket.updated` event sets, as codes of `History.names`."""

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Timeline:
    """One row per ticket event; all arrays have one length and times are microseconds in UTC.

    `signals` (bits) and `sla_met` (1 kept, 0 broken, -1 unsaid) are what the event itself says.
    Only `sketches` are a table of their own, the distinct ones, in which `facts["wording"]` points;
    `marks` are their hashes (`features.wording.marks_of`).
    """

    time: Ints
    end: Ints
    ticket: Ints
    type: Ints
    event: Ints
    signals: Ints
    sla_met: Ints
    facts: Mapping[str, Ints]
    attributes: Mapping[str, Attribute]
    sketches: Sketches
    marks: Ints

    def __len__(self) -> int:
        return self.time.size

    @property
    def open(self) -> Bools:
        """Whether the ticket is open after the row's event."""
        return np.asarray(self.facts["status"] != STATUS["closed"], bool)

    def before(self, column: str, missing: int = -1) -> Ints:
        """The fact as it was just before the row's event."""
        shifted = np.roll(self.facts[column], 1)
        return np.where(self.first_rows(), missing, shifted).astype(np.int64)

    def first_rows(self) -> Bools:
        """True where a ticket's first row stands."""
        return np.asarray(np.diff(self.ticket, prepend=-1) != 0, bool)

    def moved(self, recoded: Mapping[str, Recoded], number: Ints) -> Timeline:
        """The same lives when names have other codes, and event i is now event `number[i]`."""
        coded = {**{name: name for name in NAMED_FACTS}, "owner": "agent", "party": "party"}
        facts = {
            name: recoded[coded[name]](column) if name in coded else column
            for name, column in self.facts.items()
        }
        ticket = recoded["ticket"](self.ticket)
        return replace(self, ticket=ticket, event=number[self.event], facts=facts)

    def joined(self, new: Timeline) -> Timeline | None:
        """This timeline with the new lives of some tickets, in the place of their old ones.

        None where both read at once could be something else (`features.attributes.joined`).
        """
        splice = Splice.by(self.ticket, new.ticket)
        attributes = joined(self.attributes, new.attributes, splice)
        if attributes is None:
            return None
        said, heard = (self.sketches, self.marks), (new.sketches, new.marks)
        (sketches, marks), place = joined_sketches(said, heard)
        place = np.append(place, -1)
        there = {**new.facts, "wording": place[new.facts["wording"]]}
        plain = ("time", "end", "ticket", "type", "event", "signals", "sla_met")
        return Timeline(
            **{name: splice.of(getattr(self, name), getattr(new, name)) for name in plain},
            facts={name: splice.of(column, there[name]) for name, column in self.facts.items()},
            attributes=attributes,
            sketches=sketches,
            marks=marks,
        )


def parked(status: Ints) -> Bools:
    """Whether tickets in these states wait for somebody else.

    >>> parked(np.array([STATUS["paused"], STATUS["closed"]])).tolist()
    [True, False]
    """
    return np.asarray(_IS_PARKED[status], bool)


def micros(times: pd.Series) -> Ints:
    """Microseconds since 1970 in UTC; `NEVER` for missing times."""
    instants = times.dt.tz_convert("UTC").dt.as_unit("us").astype("int64")
    return np.asarray(instants.to_numpy(), np.int64)


def timeline_of(
    events: pd.DataFrame, names: Mapping[str, Names], mixed: frozenset[str] = frozenset()
) -> Timeline:
    """Build the timeline from canonically ordered events (`features.events`).

    `mixed` attributes are text whatever they look like (`features.attributes`).
    """
    rows = np.flatnonzero(events["ticket_id"].notna().to_numpy())
    tickets = names["ticket"].codes(events["ticket_id"].iloc[rows])
    order = np.argsort(tickets, kind="stable")
    event, ticket = rows[order], tickets[order]
    own = events.iloc[event]
    time = micros(own["time"])
    kind = np.asarray(own["type"].map(TYPE).to_numpy(), np.int64)
    first = group_starts(ticket)
    last = np.append(np.diff(ticket) != 0, True)[: ticket.size]
    end = np.where(last, FOREVER, np.roll(time, -1))
    setting = np.isin(kind, [TYPE["ticket.created"], TYPE["ticket.updated"]])
    facts = {
        name: _filled(names[name].codes(own[_column(name)]), first, among=setting)
        for name in NAMED_FACTS
    }
    facts["created"] = time[_created_row(kind, first)]
    facts["due"] = _filled(micros(own["due_at"]), first, among=setting, missing=NEVER)
    facts |= _ownership(own, kind, time, first, names)
    facts |= _party(own, time, facts["status"], first, names)
    sketches, facts["wording"] = versions(own["wording"], first)
    return Timeline(
        time=time,
        end=end,
        ticket=ticket,
        type=kind,
        event=event,
        signals=own["signals"].to_numpy(np.int64),
        sla_met=np.asarray(own["sla_met"].astype("Int64").fillna(-1).to_numpy(), np.int64),
        facts=facts,
        attributes=carried(attribute_columns(own["attributes"].where(setting), mixed), first),
        sketches=sketches,
        marks=marks_of(sketches),
    )


def group_starts(groups: Ints) -> Ints:
    """For each row the place where its group (a run of one code) begins.

    >>> group_starts(np.array([4, 4, 7])).tolist()
    [0, 0, 2]
    """
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    return np.repeat(starts, np.diff(np.append(starts, groups.size))).astype(np.int64)


def _column(name: str) -> str:
    return "customer_id" if name == "customer" else name


def _created_row(kind: Ints, first: Ints) -> Ints:
    row = forward_fill(kind == TYPE["ticket.created"], first)
    return np.where(row >= 0, row, first)


def _filled(values: Ints, first: Ints, among: Bools, missing: int = -1) -> Ints:
    row = forward_fill(among & (values != missing), first)
    return np.where(row >= 0, values[np.maximum(row, 0)], missing)


def _ownership(
    own: pd.DataFrame, kind: Ints, time: Ints, first: Ints, names: Mapping[str, Names]
) -> dict[str, Ints]:
    """Owner, status, and since when; a change of owner does not end a wait or reopen a ticket."""
    assigned = kind == TYPE["ticket.assigned"]
    handed = assigned | (kind == TYPE["ticket.unassigned"])
    agents = np.where(assigned, names["agent"].codes(own["agent_id"]), -1)
    hand = forward_fill(handed, first)
    owner = np.where(hand >= 0, agents[np.maximum(hand, 0)], -1)

    announced = _announced_status(own, kind)
    base_row = forward_fill(announced >= 0, first)
    base = np.where(base_row >= 0, announced[np.maximum(base_row, 0)], STATUS["unassigned"])
    follows = (hand > base_row) & ~np.isin(base, [*PARKED, STATUS["closed"]])
    held = np.where(owner >= 0, STATUS["assigned"], STATUS["unassigned"])
    status = np.where(follows, held, base)

    begins = np.arange(time.size) == first
    moved = begins | (np.diff(owner, prepend=-2) != 0)
    changed = begins | (np.diff(status, prepend=-1) != 0)
    changed |= moved & (status == STATUS["assigned"])
    return {
        "owner": owner,
        "status": status,
        "state_since": time[forward_fill(changed, first)],
        "assigned_at": np.where(owner >= 0, time[forward_fill(moved, first)], NEVER),
    }


def _announced_status(own: pd.DataFrame, kind: Ints) -> Ints:
    """The status that the event itself announces, -1 where it announces none."""
    status = own["state"].map(STATUS).fillna(-1).to_numpy(np.int64)
    status = np.where(kind == TYPE["ticket.state"], status, -1)
    for name, announced in (
        ("ticket.created", "unassigned"),
        ("ticket.resolved", "closed"),
        ("ticket.closed", "closed"),
        ("ticket.reopened", "reopened"),
    ):
        status[kind == TYPE[name]] = STATUS[announced]
    return np.asarray(status)


def _party(
    own: pd.DataFrame, time: Ints, status: Ints, first: Ints, names: Mapping[str, Names]
) -> dict[str, Ints]:
    """The department that is asked while the ticket is in internal collaboration."""
    asked = (own["state"] == "internal_collaboration").fillna(False).to_numpy(bool)
    row = forward_fill(asked, first)
    waiting = (row >= 0) & (status == STATUS["internal_collaboration"])
    at = np.maximum(row, 0)
    return {
        "party": np.where(waiting, names["party"].codes(own["party"])[at], -1),
        "party_since": np.where(waiting, time[at], NEVER),
        "party_due": np.where(waiting, micros(own["due_at"])[at], NEVER),
    }

"""What happened to tickets, each thing at the moment when it became known, with team and category.

A figure counts what fell into its days, so that a past day no longer changes (but for a verdict
that is corrected, a closed ticket that comes back, and events that are told late). Read off the
event log as of one moment: nothing after it is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from features.codes import Names
from features.history import History
from features.stream import HOUR, NEVER, Floats, Ints
from features.timeline import STATUS, TYPE, Bools
from features.view import contacts_of

STAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "not_started": ("unassigned", "assigned", "returned", "reopened"),
    "in_progress": ("in_progress",),
    "waiting_customer": ("waiting_customer",),
    "other_department": ("internal_collaboration",),
    "paused": ("paused",),
}
"""Where a ticket's time goes: the states of each stage. A closed ticket is in none."""
STAGE_NAMES: Final = tuple(STAGES)
REPEATED: Final = 3
"""Contacts within 72 h from which on a customer counts as one who calls again and again."""

_STAGE_OF: Final = np.array(
    [next((n for n, states in enumerate(STAGES.values()) if name in states), -1) for name in STATUS]
)
_NOT_STARTED: Final = STAGE_NAMES.index("not_started")


@dataclass(frozen=True, slots=True, eq=False)
class Happened:
    """Moments (µs) of one kind with codes of category and team, -1 unknown; all (n,).

    `value` is what belongs to each: hours of a response or closing, 1 for a late verdict.
    """

    time: Ints
    category: Ints
    team: Ints
    value: Floats

    def __len__(self) -> int:
        return self.time.size

    def where(self, some: Bools) -> Happened:
        """Those of a mask."""
        return Happened(self.time[some], self.category[some], self.team[some], self.value[some])


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """Everything that is counted, up to and including `at` (µs); `begin` is the first arrival.

    `closings` has the tickets that are closed at `at`, each once, at its last closing; `repeated`
    are those of them whose customer had made `REPEATED` contacts within 72 h. `timeouts` are the
    verdicts that are late: `stage` is the one a ticket was in when its promise passed, `longest`
    the one where most of its time went until now or its closing, `spent` how many hours.
    """

    at: int
    begin: int
    categories: Names
    teams: Names
    arrivals: Happened
    responses: Happened
    closings: Happened
    repeated: Happened
    verdicts: Happened
    timeouts: Happened
    stage: Ints
    longest: Ints
    spent: Floats
    reopenings: Happened
    escalations: Happened


def facts_of(history: History, at: int, teams: Mapping[str, str]) -> Facts:
    """What happened until `at` (µs). `teams` are those of agents of whom the history knows none."""
    look = _Look.at(history, at, teams)
    line = history.timeline
    arrivals = look.first(line.type == TYPE["ticket.created"])
    closed = look.closed()
    verdicts, rows, late = look.verdicts()
    stage, longest, spent = look.stages(rows[late], verdicts.time[late])
    return Facts(
        at=at,
        begin=int(line.time[arrivals].min()) if arrivals.size else NEVER,
        categories=history.names["category"],
        teams=look.teams,
        arrivals=look.arrived(arrivals),
        responses=look.lasted(look.first(_STAGE_OF[line.facts["status"]] != _NOT_STARTED)),
        closings=look.lasted(closed),
        repeated=look.lasted(closed[look.is_repeated(closed)]),
        verdicts=verdicts,
        timeouts=verdicts.where(late),
        stage=stage,
        longest=longest,
        spent=spent,
        reopenings=look.happened(look.rows(line.type == TYPE["ticket.reopened"])),
        escalations=look.happened(look.first(line.type == TYPE["ticket.escalated"])),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """A history as of one moment. Rows are rows of its timeline, none of them later.

    `told` recodes the teams of the history to `teams`; `said` are the teams of agents besides.
    """

    history: History
    moment: int
    teams: Names
    told: Ints
    said: Ints

    @classmethod
    def at(cls, history: History, at: int, teams: Mapping[str, str]) -> _Look:
        own = history.ledger.team_names
        more = own.extended(teams.values())
        agents = history.names["agent"]
        said = np.full(len(agents) + 1, -1)  # the last is for nobody
        said[agents.codes(list(teams))] = more.names.codes(list(teams.values()))
        said[-1] = -1
        return cls(history, at, more.names, np.append(more(np.arange(len(own))), -1), said)

    def rows(self, some: Bools) -> Ints:
        """The rows of a mask."""
        return np.flatnonzero(some & (self.history.timeline.time <= self.moment))

    def first(self, some: Bools) -> Ints:
        """The first row of a mask of each ticket that has one."""
        rows = self.rows(some)
        changes = np.diff(self.history.timeline.ticket[rows], prepend=-1) != 0
        return np.asarray(rows[changes], np.int64)

    def team(self, rows: Ints) -> Ints:
        """The team of whoever had the ticket at each row; -1 for nobody and for an unknown one."""
        line, ledger = self.history.timeline, self.history.ledger
        owner = line.facts["owner"][rows]
        told = self.told[ledger.team(owner, line.time[rows])]
        return np.where(told >= 0, told, self.said[owner])

    def happened(self, rows: Ints, value: Floats | None = None) -> Happened:
        """The events of rows, by the team that had the ticket then."""
        line = self.history.timeline
        value = np.ones(rows.size) if value is None else value
        return Happened(line.time[rows], line.facts["category"][rows], self.team(rows), value)

    def lasted(self, rows: Ints) -> Happened:
        """The same, with the hours since the ticket was created."""
        line = self.history.timeline
        return self.happened(rows, (line.time[rows] - line.facts["created"][rows]) / HOUR)

    def arrived(self, rows: Ints) -> Happened:
        """Arrivals, by the team of whoever had the ticket first."""
        line = self.history.timeline
        owned = self.first(line.facts["owner"] >= 0)
        teams = np.full(len(self.history.names["ticket"]), -1)
        teams[line.ticket[owned]] = self.team(owned)
        return replace(self.happened(rows), team=teams[line.ticket[rows]])

    def closed(self) -> Ints:
        """The row at which each ticket that is closed now was closed last."""
        line = self.history.timeline
        closing = ~line.open & (line.first_rows() | (line.before("status") != STATUS["closed"]))
        now = self._now()
        rows = self.rows(closing)
        last = rows[np.diff(line.ticket[rows], append=-1) != 0]
        return np.asarray(last[~line.open[now[line.ticket[last]]]], np.int64)

    def is_repeated(self, closed: Ints) -> Bools:
        """Whether `REPEATED` contacts fell within 72 h, by the closing of each ticket."""
        line = self.history.timeline
        kinds = [TYPE["ticket.created"], TYPE["ticket.contact"]]
        rows = self.rows(np.isin(line.type, kinds))
        ticket, time = line.ticket[rows], line.time[rows]
        made = contacts_of(self.history, ticket, line.facts["customer"][rows], time)
        often = rows[made >= REPEATED]
        until = np.full(len(self.history.names["ticket"]), NEVER)
        until[line.ticket[closed]] = line.time[closed]
        often = often[line.time[often] <= until[line.ticket[often]]]
        return np.isin(line.ticket[closed], line.ticket[often])

    def verdicts(self) -> tuple[Happened, Ints, Bools]:
        """The first verdict of each ticket as it is corrected by now; its row; whether late."""
        told = self.history.happenings("verdict")
        known = told.times <= self.moment
        rows, times = told.rows[known], told.times[known]
        ticket = self.history.timeline.ticket[rows]
        first = np.diff(ticket, prepend=-1) != 0  # they stand in the order of (ticket, time)
        size = len(self.history.names["ticket"])
        count = np.bincount(ticket, told.values["late"][known], minlength=size)
        late = np.clip(count[ticket[first]], 0.0, 1.0)
        found = self.happened(rows[first], late)
        return replace(found, time=times[first]), rows[first], late > 0

    def stages(self, rows: Ints, times: Ints) -> tuple[Ints, Ints, Floats]:
        """Of late tickets: the stage at the promise, the longest one, and its hours, all (n,).

        A ticket without a promised time of its own (the desk said that it was late) was in the
        longest.
        """
        line, history = self.history.timeline, self.history
        ticket = line.ticket[rows]
        now = self._now()[ticket]
        until = np.where(line.open[now], self.moment, line.facts["state_since"][now])
        spent = np.zeros((rows.size, len(STAGES)))
        for n, states in enumerate(STAGES.values()):
            for state in states:
                spent[:, n] += history.total("stay", state, "ticket", ticket, until) / HOUR
        here = _STAGE_OF[line.facts["status"][now]]
        running = np.flatnonzero(here >= 0)
        spent[running, here[running]] += (self.moment - line.time[now[running]]) / HOUR
        longest = spent.argmax(axis=1) if rows.size else np.zeros(0, np.int64)
        passed = line.open[rows] & (line.facts["due"][rows] <= times)
        stage = np.where(passed, _STAGE_OF[line.facts["status"][rows]], longest)
        return stage, longest, spent[np.arange(rows.size), longest]

    def _now(self) -> Ints:
        """(tickets,) the row that describes each ticket now; -1 before its first."""
        tickets = np.arange(len(self.history.names["ticket"]))
        return self.history.row(tickets, np.full(tickets.size, self.moment))

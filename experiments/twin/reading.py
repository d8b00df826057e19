"""What an event log says of each ticket's way through the desk, in arrays.

Times are int64 microseconds in UTC, `NEVER` where it did not happen by the end of the log. Codes
are those of `History.names`, -1 unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from experiments.simulator.checks import WorldError
from features.history import History
from features.kinds import KINDS
from features.stream import DAY, HOUR, NEVER, Floats, Ints
from features.timeline import FOREVER, STATUS, TYPE, Timeline

RIPE_DAYS: Final = 14
"""A ticket younger than that may yet wait, or come back: shares are counted over older ones."""


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """(n,) per created ticket, by ticket code; `promise` in hours, NaN where there is none.

    `owner` is the first; `solved` the first resolution, `back` the first reopening.
    """

    ticket: Ints
    created: Ints
    promise: Floats
    category: Ints
    subcategory: Ints
    region: Ints
    channel: Ints
    priority: Ints
    customer: Ints
    owner: Ints
    assigned: Ints
    solved: Ints
    back: Ints

    def __len__(self) -> int:
        return int(self.ticket.size)


@dataclass(frozen=True, slots=True, eq=False)
class Spells:
    """(m,) stretches of one state: of which case (position in `Cases`), from when to when.

    `end` is the end of the log and `over` False where it had not ended; `party` where asked.
    """

    case: Ints
    state: Ints
    party: Ints
    begin: Ints
    end: Ints
    over: np.ndarray[tuple[int], np.dtype[np.bool_]]

    @property
    def hours(self) -> Floats:
        """(m,) how long each has lasted, by the clock."""
        return np.asarray((self.end - self.begin) / HOUR, np.float64)

    def among(self, which: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Spells:
        """Those where `which` (m,) is true."""
        return Spells(
            self.case[which], self.state[which], self.party[which],
            self.begin[which], self.end[which], self.over[which],
        )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Visits:
    """(m,) hands on a ticket until it was closed or waited: whose, of which case, hours worked."""

    case: Ints
    agent: Ints
    end: Ints
    hours: Floats
    done: np.ndarray[tuple[int], np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A log read as of its end (µs), with the zone in which its desk lives."""

    history: History
    zone: ZoneInfo
    end: int
    cases: Cases
    spells: Spells
    visits: Visits

    @property
    def days(self) -> float:
        """Days from the first creation to the end of the log."""
        return float(self.end - self.cases.created.min()) / DAY

    def names(self, kind: str) -> Sequence[str]:
        """The names of a kind, by code."""
        return list(self.history.names[kind].index)

    def local(self, times: Ints) -> pd.DatetimeIndex:
        """The wall clock of the desk."""
        utc = pd.to_datetime(times, unit="us", utc=True)
        return pd.DatetimeIndex(utc.tz_convert(self.zone).tz_localize(None))

    def ripe(
        self, times: Ints, days: float = RIPE_DAYS
    ) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Whether each time lies so far back that what follows from it is seen, at least mostly."""
        return np.asarray(times < self.end - min(days, self.days / 3) * DAY, bool)


def read(events: pd.DataFrame, zone: str, end: pd.Timestamp | None = None) -> Reading:
    """Read an event log up to `end` (exclusive), None for all of it.

    Raises:
        WorldError: no ticket is created before the end, or none is ever resolved.
    """
    if end is not None:
        events = events[events["time"] < end]
    history = History.of(events)
    cases = _cases(history)
    if not len(cases) or (cases.solved == NEVER).all():
        raise WorldError(
            "no ticket was created and resolved", where="event log", remedy="give a longer log"
        )
    until = history.span[1] if end is None else int(end.timestamp()) * 1_000_000
    return Reading(
        history,
        ZoneInfo(zone),
        until,
        cases,
        _spells(history, cases, until),
        _visits(history, cases),
    )


def _cases(history: History) -> Cases:
    line = history.timeline
    born = line.type == TYPE["ticket.created"]
    row = np.flatnonzero(born & line.first_rows())
    ticket = line.ticket[row]
    own = line.type == TYPE["ticket.assigned"]
    first = _first(line, own, ticket)
    due = line.facts["due"][row]
    promise = np.where(due == NEVER, np.nan, (due - line.time[row]) / HOUR)
    return Cases(
        ticket=ticket,
        created=line.time[row],
        promise=promise,
        **{
            name: line.facts[name][row]
            for name in ("category", "subcategory", "region", "channel", "priority", "customer")
        },
        owner=np.where(first >= 0, line.facts["owner"][np.maximum(first, 0)], -1),
        assigned=_time(line, first),
        solved=_time(line, _first(line, _closes(line), ticket)),
        back=_time(line, _first(line, line.type == TYPE["ticket.reopened"], ticket)),
    )


def _closes(line: Timeline) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.isin(line.type, [TYPE["ticket.resolved"], TYPE["ticket.closed"]])


def _first(
    line: Timeline, which: np.ndarray[tuple[int], np.dtype[np.bool_]], tickets: Ints
) -> Ints:
    """The first row of each ticket where `which` holds, else -1."""
    rows = np.flatnonzero(which)
    place = np.searchsorted(line.ticket[rows], tickets)
    found = np.append(rows, -1)[place]
    same = (found >= 0) & (np.append(line.ticket, -1)[found] == tickets)
    return np.where(same, found, -1)


def _time(line: Timeline, row: Ints) -> Ints:
    return np.where(row >= 0, line.time[np.maximum(row, 0)], NEVER)


def _position(cases: Cases, tickets: Ints) -> Ints:
    place = np.minimum(np.searchsorted(cases.ticket, tickets), max(len(cases) - 1, 0))
    return np.where(cases.ticket[place] == tickets, place, -1) if len(cases) else tickets * 0 - 1


def _spells(history: History, cases: Cases, end: int) -> Spells:
    """Runs of rows of one ticket, state and party."""
    line = history.timeline
    if not len(line):
        nothing = np.zeros(0, np.int64)
        return Spells(nothing, nothing, nothing, nothing, nothing, nothing.astype(bool))
    status, party = line.facts["status"], line.facts["party"]
    starts = line.first_rows() | (np.diff(status, prepend=-2) != 0)
    starts |= np.diff(party, prepend=-2) != 0
    begin = np.flatnonzero(starts)
    last = np.append(begin[1:], len(line)) - 1
    over = line.end[last] != FOREVER
    case = _position(cases, line.ticket[begin])
    found = Spells(
        case, status[begin], party[begin], line.time[begin],
        np.where(over, line.end[last], end), over,
    )  # fmt: skip
    return found.among((case >= 0) & (found.state != STATUS["closed"]))


def _visits(history: History, cases: Cases) -> Visits:
    found = KINDS["visit"](history.ledger)
    line = history.timeline
    case = _position(cases, line.ticket[found.rows])
    some = case >= 0
    return Visits(
        case=case[some],
        agent=line.facts["owner"][found.rows][some],
        end=found.times[some],
        hours=np.asarray(found.values["worked"][some] / HOUR, np.float64),
        done=np.asarray(found.values["visits"][some] > 0, bool),
    )

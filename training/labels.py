"""What became of each ticket, and the moment from which that could be known.

A label is only as old as the moment it became known. A model trained "as of" some day may
use the verdicts known by that day and no others; what is not yet known is *censored*, which
is never the same as negative.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import LogError
from features.events import canonical_order
from training.moments import NEVER, Bool, Int, Moments, first_per_ticket

UNKNOWN = -1
_CLOSINGS = ("ticket.resolved", "ticket.closed")
_OPENINGS = ("ticket.created", "ticket.reopened")


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """Outcomes and when they became known.

    `value` is 1, 0 or `UNKNOWN` (-1), int8; `known_us` int64 µs, `NEVER` where unknown.
    """

    value: NDArray[np.int8]
    known_us: Int


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """The outcomes of every created ticket of a log, one row a ticket, sorted by `ticket_id`.

    All times are int64 µs since 1970 (UTC), `NEVER` where the thing did not happen by `end_us`.
    `resolved_us` is the resolution that held (no reopening after it); `due_us` the promise in
    force when it passed (a promise moved before it passes counts as moved). `words` are the desk's
    own verdicts (`sla_met`), `word_late` what they say. `spans` are the openings and closings of
    the tickets, alternating; `span_opens` says which is which.
    """

    ticket_id: NDArray[np.object_]
    category: NDArray[np.object_]
    created_us: Int
    assigned_us: Int
    resolved_us: Int
    due_us: Int
    due_verdict: Verdict
    words: Moments
    word_late: Bool
    escalations: Moments
    spans: Moments
    span_opens: Bool
    end_us: int

    def __len__(self) -> int:
        return int(self.ticket_id.size)

    def timeout(self, until_us: int) -> Verdict:
        """(n,) the timeout verdicts as known by `until_us`: the desk's own word wins once spoken.

        Positive by the promise is known when the promise passes unresolved, even if the ticket
        is open for ever; negative when the ticket is resolved in time; the desk's own verdict
        (`sla_met`) when it is written, the last one by then.
        """
        due = self.due_verdict.known_us <= until_us
        value = np.where(due, self.due_verdict.value, UNKNOWN)
        known = np.where(due, self.due_verdict.known_us, NEVER)
        word = self.words.last_at(np.arange(len(self)), np.full(len(self), until_us))
        said, place = word >= 0, word[word >= 0]
        value[said], known[said] = self.word_late[place], self.words.time_us[place]
        return Verdict(value.astype(np.int8), known.astype(np.int64))

    def resolved(self, until_us: int) -> Int:
        """(n,) when each ticket was resolved, as known by `until_us`; `NEVER` if open then.

        A ticket that is reopened later counts as resolved until then.
        """
        row = self.spans.last_at(np.arange(len(self)), np.full(len(self), until_us))
        closed = (row >= 0) & ~self.span_opens[row]
        return np.where(closed, self.spans.time_us[row], NEVER).astype(np.int64)

    def escalation(self, ticket: Int, time_us: Int, until_us: int) -> Verdict:
        """(m,) whether each ticket escalates in `(time_us, inf)`, as known by `until_us`.

        Positive is known at the escalation, negative once the ticket is resolved.
        """
        first = self.escalations.first_after(ticket, time_us)
        resolved = self.resolved(until_us)[ticket]
        positive = first <= until_us
        negative = ~positive & (resolved <= until_us)
        value = np.where(positive, 1, np.where(negative, 0, UNKNOWN)).astype(np.int8)
        known = np.where(positive, first, np.where(negative, resolved, NEVER))
        return Verdict(value, known.astype(np.int64))

    def open_at(self, ticket: NDArray[Any], time_us: NDArray[Any]) -> Bool:
        """(m,) whether each ticket is open (created, not resolved, or reopened) at each time."""
        row = self.spans.last_at(ticket, time_us)
        return (row >= 0) & self.span_opens[row]


def label(events: pd.DataFrame, end_us: int | None = None) -> Labels:
    """The labels of an event log (typed as `features.events.conform` makes it).

    `end_us` is the moment up to which the log was watched, None for its last event. Tickets
    without a `ticket.created` row are left out: nothing can be asked of them at a moment of
    their own.

    Raises:
        LogError: no ticket is created in this log.
    """
    rows = canonical_order(events[events["type"].str.startswith("ticket.")])
    created = rows[rows["type"] == "ticket.created"].drop_duplicates("ticket_id")
    if created.empty:
        raise LogError(
            "no ticket.created row",
            where="event log",
            remedy="a log needs the creation of its tickets; check the mapping",
        )
    created = created.sort_values("ticket_id", kind="stable")
    index = pd.Index(created["ticket_id"])
    code = index.get_indexer(pd.Index(rows["ticket_id"]))
    rows, code = rows[code >= 0], code[code >= 0]
    last = int(micros(events["time"]).max())
    end_us = last if end_us is None else max(end_us, last)
    return _labels_of(rows, code.astype(np.int64), created, end_us)


def _labels_of(rows: pd.DataFrame, code: Int, created: pd.DataFrame, end_us: int) -> Labels:
    n = len(created)
    kind = rows["type"].to_numpy()
    time = micros(rows["time"])
    spans, opens = _spans(kind, code, time)
    resolved = _resolution_that_held(spans, opens, n)
    due, due_set = _promise_in_force(rows, code, time, n)
    words, late = _words_of_the_desk(rows, code, time)
    is_escalation = kind == "ticket.escalated"
    is_assignment = kind == "ticket.assigned"
    return Labels(
        ticket_id=created["ticket_id"].to_numpy(dtype=object),
        category=created["category"].to_numpy(dtype=object),
        created_us=micros(created["time"]),
        assigned_us=first_per_ticket(code[is_assignment], time[is_assignment], n),
        resolved_us=resolved,
        due_us=due,
        due_verdict=_due_verdict(due, due_set, spans, opens, end_us),
        words=words,
        word_late=late,
        escalations=Moments.of(code[is_escalation], time[is_escalation]),
        spans=spans,
        span_opens=opens,
        end_us=end_us,
    )


def micros(times: pd.Series) -> Int:
    """Instants as int64 µs since 1970 (UTC); a missing instant is `NEVER`."""
    return np.where(times.isna(), NEVER, times.astype("int64")).astype(np.int64)


def _spans(kind: NDArray[Any], code: Int, time: Int) -> tuple[Moments, Bool]:
    """Openings and closings that change the state, alternating within each ticket."""
    opening, closing = np.isin(kind, _OPENINGS), np.isin(kind, _CLOSINGS)
    some = opening | closing
    order = np.argsort(code[some], kind="stable")  # rows are in canonical order already
    ticket, at, opens = code[some][order], time[some][order], opening[some][order]
    first = np.r_[True, ticket[1:] != ticket[:-1]]
    change = np.r_[True, opens[1:] != opens[:-1]]
    keep = np.where(first, True, change)
    return Moments(ticket[keep], at[keep]), opens[keep]


def _resolution_that_held(spans: Moments, opens: Bool, n: int) -> Int:
    last = np.r_[spans.ticket[1:] != spans.ticket[:-1], True]
    held = last & ~opens
    resolved = np.full(n, NEVER, dtype=np.int64)
    resolved[spans.ticket[held]] = spans.time_us[held]
    return resolved


def _promise_in_force(rows: pd.DataFrame, code: Int, time: Int, n: int) -> tuple[Int, Int]:
    """(n,) the first promise that passed before it was moved, and when it was given."""
    promises = rows["type"].isin(["ticket.created", "ticket.updated"]) & rows["due_at"].notna()
    given = promises.to_numpy()
    order = np.argsort(code[given], kind="stable")
    ticket, at = code[given][order], time[given][order]
    due = micros(rows["due_at"])[given][order]
    due_us = np.full(n, NEVER, dtype=np.int64)
    set_us = np.full(n, NEVER, dtype=np.int64)
    if ticket.size:
        moved = np.where(np.r_[ticket[1:] == ticket[:-1], False], np.r_[at[1:], NEVER], NEVER)
        passed = due < moved
        ticket, due, at = ticket[passed][::-1], due[passed][::-1], at[passed][::-1]
        due_us[ticket], set_us[ticket] = due, at  # the first one is written last
    return due_us, set_us


def _due_verdict(due: Int, due_set: Int, spans: Moments, opens: Bool, end_us: int) -> Verdict:
    """Late where the ticket is open when the promise passes; known then, or at resolution."""
    ticket = np.arange(due.size)
    has_due = due < NEVER
    at_due = spans.last_at(ticket, due)
    open_then = (at_due >= 0) & opens[at_due]
    passes = np.maximum(due, np.where(has_due, due_set, 0))
    late = has_due & open_then & (passes <= end_us)
    kept = has_due & (at_due >= 0) & ~open_then
    known = np.where(late, passes, np.where(kept, spans.time_us[at_due], NEVER))
    value = np.where(late, 1, np.where(kept, 0, UNKNOWN)).astype(np.int8)
    return Verdict(value, known.astype(np.int64))


def _words_of_the_desk(rows: pd.DataFrame, code: Int, time: Int) -> tuple[Moments, Bool]:
    """Each `sla_met` written on a resolution or closing, and whether it says late."""
    spoken = (rows["type"].isin(_CLOSINGS) & rows["sla_met"].notna()).to_numpy()
    late = (~rows["sla_met"].fillna(True).astype(bool)).to_numpy()
    order = np.argsort(code[spoken], kind="stable")  # rows are in canonical order already
    return Moments(code[spoken][order], time[spoken][order]), late[spoken][order]

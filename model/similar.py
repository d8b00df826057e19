"""Similar solved cases: what was done about complaints like this one, as of a moment.

A case is a ticket that is resolved or closed at the moment asked about, in the words and the
category that were known then. Cases of the same category come first, the likest first, then
those of the same subcategory, then the newest. The index over the cases is made at the first
question about a history and kept as long as the history is; what it learns of the words that
tell subjects apart, it learns once a day.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from weakref import WeakKeyDictionary

import numba
import numpy as np
from numpy.typing import NDArray

from features.axes import Axes
from features.errors import FendanError
from features.history import History
from features.picture import micros_of
from features.stream import DAY, NEVER, Ints
from features.timeline import STATUS
from features.wording import WIDTH, Sketches, Wording, sketch
from model.likeness import FEWEST, Asked, Floats32, Likeness, learned
from model.solution import Solution, solution_of

FEW: Final = 5
MOST: Final = 50
"""Cases that one question can get."""
STEPS: Final = 10_000
"""Likeness is told in steps of 1/10,000; within one, subcategory and age decide."""

Bools = NDArray[np.bool_]


class UnknownTicketError(FendanError):
    """Nothing is known of the ticket at the moment asked about."""


@dataclass(frozen=True, slots=True)
class SimilarCase:
    """A solved case: `similarity` in [0, 1], 1 the same words."""

    ticket_id: str
    category: str | None
    similarity: float
    solution: Solution


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What is looked for: a sketch (WIDTH,), and codes of category and subcategory, or -1.

    `ticket` is the one that is not its own precedent.
    """

    sketch: Sketches
    category: int = -1
    subcategory: int = -1
    ticket: int = -1


@dataclass(frozen=True, slots=True, eq=False)
class SolvedCases:
    """The n cases solved at a moment, by category and then the newest first; codes of the history.

    Those of category c are the places `[starts[c + 1], starts[c + 2])`, those without one
    begin at 0.
    """

    ticket: Ints
    category: Ints
    subcategory: Ints
    resolved: Ints
    starts: Ints
    likeness: Likeness

    @classmethod
    def of(cls, history: History, at_us: int) -> SolvedCases:
        """The cases that were solved at `at_us`; nothing later is read."""
        line, row = history.timeline, _solved_rows(history, at_us)
        category = line.facts["category"][row]
        return cls(
            line.ticket[row],
            category,
            line.facts["subcategory"][row],
            line.facts["state_since"][row],
            np.searchsorted(category, np.arange(-1, len(history.names["category"]) + 1)),
            Likeness.of(_wording(history, row), axes_of(history, at_us)),
        )

    def best(self, asked: Question, limit: int) -> tuple[Ints, Floats32]:
        """The places of the best cases, in order, and how alike each is.

        A question without words gets the newest cases of its subcategory and category; one with
        words only what is like it at all.
        """
        own, n = self._group(asked.category), self.ticket.size
        told = self.likeness.asked(asked.sketch)
        found = self._among(*own, asked, told, limit)
        if found[0].size < limit and told.buckets.size:
            before = self._among(0, own[0], asked, told, limit)
            after = self._among(own[1], n, asked, told, limit)
            place = np.concatenate([before[0], after[0]])
            alike = np.concatenate([before[1], after[1]])
            order = np.lexsort((-self.resolved[place], -alike))[: limit - found[0].size]
            return np.append(found[0], place[order]), np.append(found[1], alike[order])
        return found

    def _group(self, category: int) -> tuple[int, int]:
        if category < 0:
            return 0, 0
        return int(self.starts[category + 1]), int(self.starts[category + 2])

    def _among(
        self, begin: int, end: int, asked: Question, told: Asked, limit: int
    ) -> tuple[Ints, Floats32]:
        alike = self.likeness.to(told, begin, end)
        steps = np.rint(alike * STEPS).astype(np.int64)
        if not told.buckets.size:
            steps += 1  # nothing was said: all are as near
        steps[self.ticket[begin:end] == asked.ticket] = 0
        near = (asked.subcategory >= 0) & (self.subcategory[begin:end] == asked.subcategory)
        chosen = _first(steps, near, self.resolved[begin:end], limit)
        return begin + chosen, alike[chosen]


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _first(steps: Ints, near: Bools, resolved: Ints, limit: int) -> Ints:  # pragma: no cover
    """The places of the first `limit` by (steps, near, resolved), each descending; no 0 steps."""
    best = np.empty(limit, np.int64)
    size = 0
    for i in range(steps.size):
        if steps[i] <= 0 or (size == limit and steps[i] < steps[best[size - 1]]):
            continue
        own, to = (steps[i], near[i], resolved[i]), size
        while to > 0:
            other = best[to - 1]
            if own <= (steps[other], near[other], resolved[other]):
                break
            to -= 1
        if to == limit:
            continue
        size = min(size + 1, limit)
        for place in range(size - 1, to, -1):
            best[place] = best[place - 1]
        best[to] = i
    return best[:size]


def _solved_rows(history: History, at_us: int) -> Ints:
    """The timeline rows of the cases solved at a moment, in the order of `SolvedCases`."""
    line, everyone = history.timeline, np.arange(len(history.names["ticket"]))
    row = history.row(everyone, np.full(everyone.size, at_us, np.int64))
    row = row[row >= 0]
    row = row[line.facts["status"][row] == STATUS["closed"]]
    category, resolved = line.facts["category"][row], line.facts["state_since"][row]
    return np.asarray(row[np.lexsort((line.ticket[row], -resolved, category))])


def _wording(history: History, rows: Ints) -> Wording:
    return Wording(history.timeline.sketches, history.timeline.facts["wording"][rows])


def axes_of(history: History, at_us: int) -> Axes | None:
    """The axes for a moment: what the cases solved before its day (UTC) teach, once a day.

    None where these are too few to teach any: then all cases of the moment may.
    """
    day, known = at_us // DAY * DAY, history.shelf.of(axes_of)
    if day in known:
        found: Axes | None = known[day]
        return found
    wording = _wording(history, _solved_rows(history, day - 1))
    taught = learned(wording) if np.unique(wording.of).size > FEWEST else None
    known.clear()  # two megabytes a day are not kept for ever
    known[day] = taught
    return taught


def like_ticket(
    history: History, at: datetime, ticket_id: str, limit: int = FEW
) -> tuple[SimilarCase, ...]:
    """The solved cases most like a ticket, as it stood at `at`.

    Raises:
        UnknownTicketError: the history knew no such ticket then.
    """
    code = history.names["ticket"].codes([ticket_id])
    row = int(history.row(code, np.array([micros_of(at)]))[0]) if code[0] >= 0 else -1
    if row < 0:
        raise UnknownTicketError(
            f"no ticket {ticket_id!r} at {at.isoformat()}",
            where="the event history",
            remedy="ask for a ticket that has arrived, or send its text",
            zh=f"截至 {at.isoformat()}，事件历史中没有工单 {ticket_id!r}；"
            "请查询已到达的工单，或发送其文本",
        )
    line = history.timeline
    of = int(line.facts["wording"][row])
    asked = Question(
        line.sketches[of] if of >= 0 else np.zeros(WIDTH, np.uint8),
        int(line.facts["category"][row]),
        int(line.facts["subcategory"][row]),
        int(code[0]),
    )
    return _cases(history, at, asked, limit)


def like_text(
    history: History, at: datetime, text: str, category: str | None = None, limit: int = FEW
) -> tuple[SimilarCase, ...]:
    """The solved cases most like a text; those of `category` first, where one is named."""
    code = int(history.names["category"].codes([category])[0])
    return _cases(history, at, Question(sketch([text])[0], code), limit)


def _cases(history: History, at: datetime, asked: Question, limit: int) -> tuple[SimilarCase, ...]:
    at_us = micros_of(at)
    solved = _solved(history, at_us)
    place, alike = solved.best(asked, min(limit, MOST))
    ids = history.names["ticket"].names(solved.ticket[place]).tolist()
    categories = history.names["category"].names(solved.category[place]).tolist()
    zone = at.tzinfo or UTC
    return tuple(
        SimilarCase(name, category, similarity, solution_of(history, ticket, at_us, zone))
        for name, category, similarity, ticket in zip(
            ids, categories, alike.tolist(), solved.ticket[place].tolist(), strict=True
        )
    )


_SHELF: WeakKeyDictionary[History, tuple[int, SolvedCases]] = WeakKeyDictionary()
"""The last index made of each history, and its moment; forgotten with the history."""
_SHELF_LOCK = threading.Lock()


def _solved(history: History, at_us: int) -> SolvedCases:
    """The cases as of a moment; after the last event all moments are one."""
    _, last = history.span
    moment = at_us if last == NEVER else min(at_us, last)
    with _SHELF_LOCK:  # a crowd of first questions makes one index
        kept = _SHELF.get(history)
        if kept is None or kept[0] != moment:
            kept = moment, SolvedCases.of(history, moment)
            _SHELF[history] = kept
        return kept[1]

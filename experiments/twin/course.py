"""What became of a desk's tickets over some weeks: counted alike on a log and on a played twin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.simulator.state import Row
from experiments.simulator.world import World
from experiments.twin.durations import learn
from experiments.twin.twin import NO_PROMISE_S, Twin
from features.stream import Floats
from training.labels import label
from training.moments import NEVER

DAY_H: Final = 24.0


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """Openings and closings (m,) of tickets (n,), in hours since a midnight; NaN: did not happen.

    `ticket`, `time` and `opens` alternate within each ticket; `late_at` (n,) is when the ticket
    broke its promise, `solved` its first resolution.
    """

    ticket: NDArray[np.int64]
    time: Floats
    opens: NDArray[np.bool_]
    created: Floats
    solved: Floats
    late_at: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """Of `weeks` weeks: backlog at the end of each day, resolved on each day (7 * weeks,),
    timeouts of each week (weeks,), hours to the resolution of half and of nine in ten."""  # noqa: D205, D209 - one sentence

    backlog: Floats
    resolved: Floats
    timeouts: Floats
    p50: float
    p90: float


def of_log(events: pd.DataFrame, start: pd.Timestamp) -> Course:
    """The course of a log, seen from a midnight; broken promises as the desk judges them.

    Where the desk judges (`sla_met`), a promise breaks at the resolution, when it could be known
    that it was kept or not; the word itself often comes days later.
    """
    labels = label(events)
    begin = int(start.timestamp()) * 1_000_000
    first = np.full(len(labels), np.nan)
    closing = ~labels.span_opens
    where = labels.spans.ticket[closing][::-1]
    first[where] = _hours(labels.spans.time_us[closing][::-1], begin)
    verdict = labels.timeout(NEVER - 1)
    late = verdict.value == 1
    when = _hours(labels.due_us, begin)
    if labels.words.time_us.size:
        when = np.where(labels.due_us == NEVER, first, when)
    return Course(
        ticket=labels.spans.ticket,
        time=_hours(labels.spans.time_us, begin),
        opens=labels.span_opens,
        created=_hours(labels.created_us, begin),
        solved=first,
        late_at=np.where(late, when, np.nan),
    )


def _hours(times: NDArray[np.int64], begin: int) -> Floats:
    return np.where(times == NEVER, np.nan, (times - begin) / 3.6e9)


def of_play(twin: Twin, world: World, rows: Sequence[Row], judged: bool) -> Course:
    """The course of a played twin; where the desk judges at the resolution, so does the twin."""
    kinds = {"ticket.created": 1, "ticket.reopened": 1, "ticket.resolved": 0}
    turns = np.array([(r.ticket, r.time, kinds[r.type]) for r in rows if r.type in kinds], np.int64)
    turns = turns.reshape(-1, 3)
    turns = turns[np.lexsort((turns[:, 1], turns[:, 0]))]
    ticket, time, opens = turns[:, 0], turns[:, 1] / 3600, turns[:, 2] == 1
    n, held = len(world.complaints), len(twin.carried)
    created = world.complaints.time / 3600
    created[:held] = -twin.carried.age
    solved = np.full(n, np.nan)
    solved[ticket[~opens][::-1]] = time[~opens][::-1]
    due = np.where(world.complaints.due > NO_PROMISE_S / 2, np.nan, world.complaints.due / 3600)
    late = solved > due
    if not judged:
        course = Course(ticket, time, opens, created, solved, due)
        late = open_at(course, due)
    return Course(
        ticket, time, opens, created, solved,
        np.where(late, solved if judged else due, np.nan),
    )  # fmt: skip


def open_at(course: Course, at: Floats) -> NDArray[np.bool_]:
    """(n,) whether each ticket is open at its own moment; never where that is NaN."""
    span = 1e7
    key = course.ticket * span + course.time
    asked = np.arange(at.size) * span + np.nan_to_num(at, nan=-1.0)
    row = np.searchsorted(key, asked, side="right") - 1
    own = (row >= 0) & (course.ticket[row] == np.arange(at.size)) & np.isfinite(at)
    return np.asarray(own & course.opens[row], bool)


def figures(course: Course, weeks: int, first: float = 0.0) -> Figures:
    """The figures of `weeks` weeks from hour `first` on; nothing later is read."""
    edges = first + DAY_H * np.arange(7 * weeks + 1)
    end = edges[-1]
    change = np.where(course.opens, 1, -1)
    order = np.argsort(course.time, kind="stable")
    level = np.append(0, np.cumsum(change[order]))
    backlog = level[np.searchsorted(course.time[order], edges[1:])]
    resolved = np.histogram(course.time[~course.opens], edges)[0]
    late = course.late_at[np.isfinite(course.late_at)]
    new = (course.created >= first) & (course.created < end)
    over = course.solved[new] < end
    until = np.where(over, course.solved[new], end)
    lasts = learn(until - course.created[new], over)
    half, most = lasts.at(np.array([0.5, 0.9]))
    return Figures(
        backlog.astype(np.float64), resolved.astype(np.float64),
        np.histogram(late, edges[::7])[0].astype(np.float64), float(half), float(most),
    )  # fmt: skip

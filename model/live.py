"""Calibration that follows the desk: the level of the risk, learned anew every day.

A forest grown on months in which 60 % of the promises broke says too much when 20 % do. Which
part of the log it was grown on does not help: the level of next week is not in it. So every day
the log-odds are shifted by one number: the one that would have been right, on average, for the
tickets that came since the forests were grown, as far as their outcome is known or can be
guessed (`features.outcomes`). Newer tickets weigh more, and a prior keeps the number at 0 until
there is something to learn from. The order of the tickets stays as the forest gives it.

The shift of a day reads nothing of that day, so it is the same for every moment in it, for
serving and for a replay. A desk of which nothing more is heard keeps its last level: every ticket
would seem to be open still, and so late. Source of the idea: offset updating in Cox regression
and logistic models under drift (Davis et al., 2017, *Calibration drift in regression and machine
learning models for acute kidney injury*).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from features.frame import landmark_frame
from features.history import History
from features.outcomes import lateness, recency
from features.stream import DAY, NEVER, Floats, Ints
from model.bundle import Bundle
from model.risk import sigmoid

WINDOW: Final = 28 * DAY
"""Tickets that came before this are not asked any more."""
HALF_LIFE_DAYS: Final = 7.0
PRIOR: Final = 5.0
"""How many tickets of full weight hold the shift at 0."""
MOST: Final = 8_000
"""Only the newest so many moments are asked, so that a day's shift costs under a second."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the forest said of tickets that it had not seen, by time, (n,) each.

    `ticket` codes, moments `time_us`, raw log-odds `z`, and weights (a ticket's first moment 1,
    its second a half).
    """

    history: History
    ticket: Ints
    time_us: Ints
    z: Floats
    w: Floats

    @classmethod
    def gather(cls, bundle: Bundle, history: History, start_us: int, end_us: int) -> Evidence:
        """Arrivals and first assignments in `[start_us, end_us)` of tickets new to the model."""
        ticket, time, w = _moments(history, bundle.info.unseen_from_us, start_us, end_us)
        ids = history.names["ticket"].names(ticket).tolist()
        frame = landmark_frame(history, bundle.encoder, ids, time)
        bundle.risk.check(frame.names)
        return cls(history, ticket, time, bundle.risk.timeout.raw(frame.values), w)

    def shift(self, day_us: int) -> float:
        """What to add to the log-odds on the day that begins at `day_us`; 0 without evidence."""
        begin, end = np.searchsorted(self.time_us, (day_us - WINDOW, day_us))
        part = slice(max(int(begin), int(end) - MOST), int(end))
        if part.start >= part.stop:
            return 0.0
        y = lateness(self.history, day_us - 1)[self.ticket[part]]
        told = ~np.isnan(y)
        w = self.w[part] * recency(day_us - self.time_us[part], HALF_LIFE_DAYS)
        return fitted_shift(self.z[part][told], y[told], w[told])


def fitted_shift(z: Floats, y: Floats, w: Floats, prior: float = PRIOR) -> float:
    """The shift b with the least loss: weighted log loss of `sigmoid(z + b)`, plus `prior b²/2`.

    `z` log-odds, `y` outcomes in [0, 1], `w` weights, (n,) each. By Newton's method; the loss is
    convex in b.

    >>> y = np.array([1.0, 0.0, 0.0, 0.0])
    >>> round(fitted_shift(np.zeros(4), y, np.full(4, 1e6)), 4) == round(float(np.log(1 / 3)), 4)
    True
    """
    shift = 0.0
    for _ in range(50):
        p = sigmoid(z + shift)
        slope = float(np.sum(w * (y - p))) - prior * shift
        bend = float(np.sum(w * p * (1.0 - p))) + prior
        shift += slope / bend
        if abs(slope / bend) < 1e-9:
            break
    return shift


def day_of(at_us: Ints | int) -> Ints:
    """The beginning (UTC) of the day of each moment, in microseconds."""
    return np.asarray(np.asarray(at_us, np.int64) // DAY * DAY, np.int64)


def shifts(bundle: Bundle, history: History, at_us: Ints) -> Floats:
    """The shift of the timeout's log-odds at each moment, (n,); 0 where the model has none."""
    if not bundle.risk.live or not at_us.size:
        return np.zeros(at_us.shape)
    days, place = np.unique(_heard_of(history, day_of(at_us)), return_inverse=True)
    known = history.shelf.of(bundle.risk.timeout)
    wanted = [day for day in days.tolist() if day not in known]
    if wanted:
        evidence = Evidence.gather(bundle, history, wanted[0] - WINDOW, wanted[-1])
        known.update({day: evidence.shift(day) for day in wanted})
    return np.array([known[day] for day in days.tolist()])[place]


def as_of(bundle: Bundle, history: History, at_us: int) -> Bundle:
    """The bundle with its risk at the level of the day."""
    shift = float(shifts(bundle, history, np.array([at_us], np.int64))[0])
    return replace(bundle, risk=replace(bundle.risk, shift=shift)) if shift else bundle


def _heard_of(history: History, days: Ints) -> Ints:
    """(n,) each day, or the earlier one that follows on the last event before it."""
    eve = history.last_time("event", "desk", np.zeros_like(days), days - 1)
    return np.minimum(days, day_of(np.maximum(eve, 0)) + DAY)


def _moments(
    history: History, unseen_us: int, start_us: int, end_us: int
) -> tuple[Ints, Ints, Floats]:
    """Arrivals from `unseen_us` on and first assignments, in `[start_us, end_us)`, by time."""
    line = history.timeline
    first = np.flatnonzero(line.first_rows() & (line.time >= unseen_us) & (line.time < end_us))
    ticket, arrived = line.ticket[first], line.time[first]
    given = history.stream("assignment", "ticket")
    if given.times.size:
        row = given.starts[ticket]
        some = row < given.starts[ticket + 1]
        assigned = np.where(some, given.times[np.minimum(row, given.times.size - 1)], NEVER)
    else:
        assigned = np.full(ticket.shape, NEVER)
    again = (assigned > arrived) & (assigned < end_us)
    tickets = np.concatenate([ticket, ticket[again]])
    times = np.concatenate([arrived, assigned[again]])
    weights = np.concatenate([np.ones(ticket.size), np.full(int(again.sum()), 0.5)])
    order = np.lexsort((tickets, times))
    order = order[times[order] >= start_us]
    return tickets[order], times[order], weights[order]

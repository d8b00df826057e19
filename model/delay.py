"""What waiting costs: the expected loss of each ticket if it is begun some hours later.

    L_i(d) = w_i * (prices.timeout * P_i(d) + prices.late_hour * max(0, d - hours to the promise))

`P_i(d)` is the timeout risk if the planned agent begins the ticket in `d` hours. Between the
points of `grid` the loss is a straight line, after the last one it goes on as it went last. What no
order changes (the escalation, the hours that are late already) is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numba
import numpy as np

from model.columns import Floats, Ints
from model.policy import Prices

MOST_HOURS: Final = 8760.0
"""A promise that lies further ahead than a year is none."""
SHORTEST: Final = 1.0
"""Hours of the shortest delay that anybody chooses: about one visit."""
SHARES: Final[Floats] = np.array([0.0, 0.125, 0.25, 0.5, 0.75, 1.0])
"""The parts of the time until the promise after which the model is asked."""


def grid(left_hours: Floats) -> Floats:
    """The delays (n_t, 7) at which each ticket's loss is known: until its promise, and past it.

    `left_hours` (n_t,) until the promise, infinite without one. The risk has its cliff at the
    promise, so there lies a point of the grid; behind it the loss grows evenly.

    >>> grid(np.array([8.0, -3.0])).tolist()
    [[0.0, 1.0, 2.0, 4.0, 6.0, 8.0, 9.0], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]
    """
    ahead = (left_hours > 0) & (left_hours < MOST_HOURS)
    left = np.where(ahead, left_hours, 1.0)[:, None]
    until = np.hstack([SHARES * left, left + 1.0])
    return np.where(ahead[:, None], until, np.arange(SHARES.size + 1.0))


@dataclass(frozen=True, slots=True)
class Delays:
    """The expected loss `loss` (n_t, g), in price units, of a ticket begun `hours` (n_t, g) later.

    `hours` rise from 0 in each row; no row of `loss` falls.
    """

    hours: Floats
    loss: Floats

    def at(self, rows: Ints, hours: Floats) -> Floats:
        """The loss of ticket `rows[i]` begun `hours[i]` later, (n,)."""
        found: Floats = _at(self.hours, self.loss, rows, hours)
        return found

    def steepest(self) -> Floats:
        """The most that an hour's delay costs each ticket (n_t,): its steepest chord from now.

        What is lost within `SHORTEST` is spread over that: who does not begin now begins after
        somebody else's visit.

        >>> hours, loss = np.array([[0.0, 1.0, 4.0]]), np.array([[0.1, 0.1, 0.9]])
        >>> Delays(hours, loss).steepest().tolist()
        [0.2]
        """
        run = np.maximum(self.hours[:, 1:], SHORTEST)
        chords = (self.loss[:, 1:] - self.loss[:, :1]) / run
        return np.asarray(chords.max(axis=1), np.float64)


def delays(
    hours: Floats, risk: Floats, weight: Floats, left_hours: Floats, prices: Prices
) -> Delays:
    """The curves of all tickets.

    `risk` (n_t, g) are their risks begun in `hours` (n_t, g), `weight` (n_t,) what they are worth,
    `left_hours` (n_t,) until the promise, infinite without one.
    """
    late = np.maximum(hours - left_hours[:, None], 0.0)  # none without a promise
    late -= np.maximum(-left_hours, 0.0)[:, None]  # what is past is lost in any order
    loss = weight[:, None] * (prices.timeout * risk + prices.late_hour * late)
    return Delays(hours, np.maximum.accumulate(loss, axis=1))


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def loss_of(grid: Floats, curve: Floats, hours: float) -> float:  # pragma: no cover
    """A curve (g,) over its grid at any delay; for compiled callers."""
    place = min(int(np.searchsorted(grid, hours, side="right")), grid.size - 1) - 1
    slope = (curve[place + 1] - curve[place]) / (grid[place + 1] - grid[place])
    found: float = curve[place] + slope * (hours - grid[place])
    return found


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _at(grid: Floats, loss: Floats, rows: Ints, hours: Floats) -> Floats:  # pragma: no cover
    found = np.empty(rows.size)
    for i in range(rows.size):
        found[i] = loss_of(grid[rows[i]], loss[rows[i]], hours[i])
    return found

"""What can be said at a moment of promises that nobody has judged yet.

A desk that judges its promises itself does so late: at closing, days after the resolution. Until
then a ticket is neither kept nor broken, and to wait would be to learn from quick verdicts only,
or from old ones. But the judged tickets show how the verdict hangs on the time that was spent:
one resolved within the hour is hardly ever late, one still open after a week nearly always. So an
unjudged ticket counts in part as late, by what became of those that took as long.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from features.history import History
from features.stream import DAY, HOUR, NEVER, Floats, Ints
from features.timeline import STATUS

Bools = NDArray[np.bool_]

HALF_LIFE_DAYS: Final = 7.0
"""A verdict counts half as much for every so many days that have passed since."""


@dataclass(frozen=True, slots=True, eq=False)
class LateChance:
    """The chance of being late, by the hours that a ticket took or is open for.

    `hours` ascend; `resolved` is the non-decreasing chance of a ticket resolved after so many,
    `tail` that of one still open then: the share of late ones among those that took longer.
    """

    hours: Floats
    resolved: Floats
    tail: Floats

    @classmethod
    def learn(cls, hours: Floats, late: Floats, weight: Floats) -> LateChance:
        """From judged tickets, (n,) each: hours to the resolution, 0 or 1, and weights.

        The chance of resolved ones is the isotonic regression of `late` on `hours` (Barlow and
        others, 1972); `tail` redistributes to the right (Efron, 1967).
        """
        some = weight > 0
        order = np.argsort(hours[some], kind="stable")
        hours, late, weight = (column[some][order] for column in (hours, late, weight))
        if not hours.size:
            return cls(hours, hours, hours)
        fitted = isotonic_regression(late, weights=weight).x
        after = np.cumsum(weight[::-1])[::-1]
        broken = np.cumsum((weight * late)[::-1])[::-1]
        return cls(hours, np.clip(fitted, 0.0, 1.0), broken / after)

    def of(self, hours: Floats, resolved: Bools) -> Floats:
        """(n,) the chance by hours spent; NaN where no judged ticket took that long.

        >>> chance = LateChance.learn(np.array([1.0, 2.0, 9.0]), np.array([0.0, 0.0, 1.0]), np.ones(3))
        >>> chance.of(np.array([1.5, 1.5, 99.0]), np.array([True, False, False]))
        array([0. , 0.5, nan])
        """  # noqa: E501  # an example is one line
        if not self.hours.size:
            return np.full(hours.shape, np.nan)
        place = np.searchsorted(self.hours, hours, side="right")
        still = np.append(self.tail, np.nan)[place]
        return np.where(resolved, np.interp(hours, self.hours, self.resolved), still)


def recency(age_us: Ints, half_life_days: float = HALF_LIFE_DAYS) -> Floats:
    """(n,) weights that halve with every half-life."""
    return np.asarray(0.5 ** (age_us / (half_life_days * DAY)), np.float64)


def lateness(history: History, at: int) -> Floats:
    """What was known at a moment of every ticket's promise, by ticket code, (tickets,).

    1 broken, 0 kept; in between where only a guess was possible; NaN where nothing can be said:
    a ticket that had not arrived, a promise that was not due, a desk without verdicts.
    """
    line, tickets = history.timeline, np.arange(len(history.names["ticket"]))
    if not len(line):
        return np.full(tickets.size, np.nan)
    now = np.full(tickets.size, at, np.int64)
    row = history.row(tickets, now)
    place, arrived = np.maximum(row, 0), row >= 0
    verdicts = history.stream("verdict", "ticket")
    judged = arrived & (verdicts.total("tickets", tickets, now) > 0)
    late = np.clip(verdicts.total("late", tickets, now), 0, 1).astype(np.float64)
    due = line.facts["due"][place]
    value = np.where(judged & ((due == NEVER) | (due <= at)), late, np.nan)
    closed = arrived & (line.facts["status"][place] == STATUS["closed"])
    until = np.where(closed, line.facts["state_since"][place], at)
    hours = (until - line.facts["created"][place]) / HOUR
    own = judged & (due == NEVER) & closed
    age = np.maximum(at - verdicts.last_time(tickets, now), 0)
    chance = LateChance.learn(hours[own], late[own], recency(age[own]))
    guessed = arrived & ~judged & (due == NEVER)
    return np.where(guessed, chance.of(hours, closed), value)

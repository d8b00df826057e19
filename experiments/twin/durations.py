"""How long something takes, learned where some of it had not ended: Kaplan-Meier and its mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from experiments.simulator.params import HOUR_S
from features.stream import Floats, Ints

GRID: Final = 256
_LEAST: Final = 1e-3
_FEW: Final = 5


@dataclass(frozen=True, slots=True, eq=False)
class Duration:
    """The quantiles (GRID,) of a duration in hours, and the number of ended ones they rest on."""

    quantiles: Floats
    ended: int

    @property
    def mean(self) -> float:
        """Hours on average."""
        return float(self.quantiles.mean())

    @property
    def error(self) -> float:
        """A rough standard error of the mean."""
        return float(self.quantiles.std() / np.sqrt(max(self.ended, 1)))

    def at(self, chance: Floats) -> Floats:
        """The hours below which it ends with each chance in [0, 1)."""
        return np.interp(chance * GRID, np.arange(GRID) + 0.5, self.quantiles)

    def left(self, chance: Floats, elapsed: Floats) -> Floats:
        """Hours it yet lasts, given that it has lasted `elapsed`: the quantile of the rest.

        Beyond everything seen it goes on as long as the last of the grid's steps.

        >>> Duration(np.linspace(0, 10, GRID), 99).left(np.array([0.5]), np.array([8.0])).round()
        array([1.])
        """
        gone = np.interp(elapsed, self.quantiles, (np.arange(GRID) + 0.5) / GRID)
        whole = self.at(gone + (1 - gone) * chance)
        beyond = elapsed >= self.quantiles[-1]
        step = max(self.quantiles[-1] - self.quantiles[-2], 1.0)
        return np.where(beyond, -np.log1p(-chance) * step, np.maximum(whole - elapsed, 0.0))


def learn(hours: Floats, ended: NDArray[np.bool_], entry: Floats | None = None) -> Duration:
    """From hours (n,) and whether each had ended: Kaplan and Meier (1958), the tail exponential.

    With `entry` (n,), each is watched from that age on only (left truncation), so that a curve can
    be that of the last weeks and yet know of the old (a period's life table).

    Where the longest had not ended, what is left of the curve goes on with the rate of all
    (events over time at risk), so that the mean is finite.

    >>> learn(np.array([1.0, 3.0, 2.0]), np.array([True, True, True])).mean.__round__(1)
    2.0
    """
    hours = np.maximum(hours, _LEAST)
    begin = np.zeros(hours.size) if entry is None else entry
    some = hours > begin
    hours, ended, begin = hours[some], ended[some], begin[some]
    if not ended.any():
        return Duration(np.full(GRID, np.nan), 0)
    chance = (np.arange(GRID) + 0.5) / GRID
    if entry is None and ended.all():
        return Duration(np.quantile(hours, chance), hours.size)
    moments, events = np.unique(hours[ended], return_counts=True)
    risk = np.searchsorted(np.sort(begin), moments) - np.searchsorted(np.sort(hours), moments)
    # Of very few at risk all may end by accident, which would end the curve for everybody.
    spared = (risk < _FEW) & (entry is not None)
    reached = 1 - np.cumprod(1 - events / np.maximum(risk, events + spared))
    place = np.searchsorted(reached, chance - 1e-9)
    inside = place < moments.size
    found = np.where(inside, moments[np.minimum(place, moments.size - 1)], np.nan)
    if not inside.all():
        rest = -np.log((1 - chance[~inside]) / (1 - reached[-1]))
        pace = float((hours - begin).sum() / ended.sum())
        found[~inside] = max(float(moments[-1]), _LEAST) + rest * pace
    return Duration(np.asarray(found, np.float64), int(ended.sum()))


def pooled(own: Duration, wide: Duration, strength: float = 10.0) -> Duration:
    """One group's duration, mixed with the wide one's, which weighs `strength` ended ones.

    The mean of a Dirichlet process (Ferguson, 1973) whose base is the wide one. A shrunk mean would
    not do: times are skewed, and one factor for all would carry the wide one's tail to the median.
    """
    if not own.ended:
        return Duration(wide.quantiles, 0)
    values = np.concatenate([own.quantiles, wide.quantiles])
    weight = np.repeat([own.ended, strength], GRID) / (own.ended + strength) / GRID
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order]) - weight[order] / 2
    chance = (np.arange(GRID) + 0.5) / GRID
    return Duration(np.interp(chance, reached, values[order]), own.ended)


def seconds(hours: Floats) -> Ints:
    """Whole seconds, at least one where there is anything.

    >>> seconds(np.array([0.0, 1e-9, 0.5])).tolist()
    [0, 1, 1800]
    """
    return np.asarray(np.where(hours > 0, np.maximum(hours * HOUR_S, 1), 0), np.int64)

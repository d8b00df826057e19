"""Two things tried on the same seeds: what the difference is, and how surely."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from features.stream import Floats

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean and the ends of its interval at `LEVEL`; the ends are infinite for one seed."""

    mean: float
    low: float
    high: float

    @property
    def below_zero(self) -> bool:
        """Whether the whole interval is."""
        return self.high < 0.0


def paired(ours: Floats, theirs: Floats) -> Interval:
    """The mean of `ours - theirs` (n,) by seed, with Student's interval (Student, 1908).

    The same seed is the same world, so what is common to both drops out.

    >>> paired(np.array([3.0, 5.0]), np.array([2.0, 2.0]))  # doctest: +ELLIPSIS
    Interval(mean=2.0, low=-10.706..., high=14.706...)
    >>> paired(np.array([3.0]), np.array([2.0]))
    Interval(mean=1.0, low=-inf, high=inf)
    """
    gap = np.asarray(ours, np.float64) - theirs
    mean = float(gap.mean())
    if gap.size < 2:
        return Interval(mean, -np.inf, np.inf)
    half = float(stats.t.ppf((1 + LEVEL) / 2, gap.size - 1) * gap.std(ddof=1) / np.sqrt(gap.size))
    return Interval(mean, mean - half, mean + half)

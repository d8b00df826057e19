"""Do probabilities come true as often as they say? Bins of equal weight, and the gap in them.

Training holds a new model to it, serving the one that serves: the same figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Int = NDArray[np.int64]

BINS: Final = 10
ROUNDS: Final = 200
"""Draws of a resampling."""


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """Per bin (at most `BINS`): mean prediction, share of positives, weight; each (b,)."""

    predicted: Float
    observed: Float
    weight: Float


def reliability(y: Float, p: Float, w: Float, bins: int = BINS) -> Reliability:
    """Bins of equal weight by prediction; equal predictions are never torn apart."""
    order = np.argsort(p, kind="stable")
    cell = bins_of(p[order], w[order], bins)
    weight = np.bincount(cell, w[order], bins)
    some = weight > 0
    predicted = np.bincount(cell, (w * p)[order], bins)[some] / weight[some]
    observed = np.bincount(cell, (w * y)[order], bins)[some] / weight[some]
    return Reliability(predicted, observed, np.asarray(weight[some], dtype=np.float64))


def bins_of(p: Float, w: Float, bins: int = BINS) -> Int:
    """(n,) the bin of each prediction, given in ascending order; ties share that of their first.

    >>> bins_of(np.array([0.1, 0.2, 0.2, 0.9]), np.ones(4), 2).tolist()
    [0, 0, 0, 1]
    """
    rank = np.cumsum(w) - 0.5 * w
    raw_bin = np.minimum((rank / w.sum() * bins).astype(np.int64), bins - 1)
    return np.asarray(raw_bin[np.searchsorted(p, p, side="left")], dtype=np.int64)


def expected_calibration_error(y: Float, p: Float, w: Float, bins: int = BINS) -> float:
    """Weighted mean of |observed - predicted| over the bins of `reliability`.

    Naeini, Cooper and Hauskrecht (2015), with bins of equal weight instead of equal width.

    >>> y = np.array([0.0, 1.0, 0.0, 1.0])
    >>> expected_calibration_error(y, np.full(4, 0.5), np.ones(4))
    0.0
    """
    cells = reliability(y, p, w, bins)
    gap = np.abs(cells.observed - cells.predicted)
    return float(np.average(gap, weights=cells.weight))


def calibration_by_chance(p: Float, seed: int, noise: float) -> float:
    """The calibration error that perfect probabilities `p` (n,) may well show on so few tickets.

    Mean plus `noise` standard deviations over outcomes drawn from `p` itself: the consistency
    resampling of Bröcker and Smith (2007), *Increasing the reliability of reliability diagrams*.

    >>> few, many = (calibration_by_chance(np.full(n, 0.3), 1, 2.0) for n in (50, 5000))
    >>> few > 0.05 > many
    True
    """
    drawn = np.random.default_rng(seed).random((ROUNDS, p.size)) < p
    one = np.ones(p.size)
    errors = np.array([expected_calibration_error(y, p, one) for y in drawn.astype(np.float64)])
    return float(errors.mean() + noise * errors.std())

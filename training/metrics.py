"""How good probabilities and quantiles are, with weights and by stage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from training.moments import Float, Int

BINS = 10


@dataclass(frozen=True, slots=True)
class Score:
    """Discrimination and calibration; without both outcomes AUC and precision are NaN."""

    rows: int
    base_rate: float
    auc: float
    average_precision: float
    brier: float
    log_loss: float
    ece: float


def score(y: Float, p: Float, w: Float) -> Score:
    """All metrics of probabilities `p` against outcomes `y` with weights `w`, each (n,)."""
    if y.size == 0 or w.sum() <= 0:
        return Score(0, *([float("nan")] * 6))
    both = np.unique(y).size == 2  # two outcomes
    q = np.clip(p, 1e-9, 1.0 - 1e-9)
    loss = -(y * np.log(q) + (1.0 - y) * np.log1p(-q))
    return Score(
        rows=int(y.size),
        base_rate=float(np.average(y, weights=w)),
        auc=float(roc_auc_score(y, p, sample_weight=w)) if both else float("nan"),
        average_precision=(
            float(average_precision_score(y, p, sample_weight=w)) if both else float("nan")
        ),
        brier=float(np.average((p - y) ** 2, weights=w)),
        log_loss=float(np.average(loss, weights=w)),
        ece=expected_calibration_error(y, p, w),
    )


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


def coverage(actual: Float, upper: Float, w: Float) -> float:
    """Weighted share of `actual` at or below `upper`; NaN without rows."""
    return float(np.average(actual <= upper, weights=w)) if w.sum() > 0 else float("nan")


@dataclass(frozen=True, slots=True)
class Difference:
    """New minus old, and the standard error of that difference over resampled rows."""

    value: float
    error: float


def compare(  # two models on the same weighted rows
    y: Float, new: Float, old: Float, w: Float, seed: int, rounds: int = 200
) -> tuple[Difference, Difference]:
    """Paired bootstrap (Efron, 1979) of the AUC and the Brier score of two models.

    Each row is its own unit: give one row a ticket.
    """
    rng = np.random.default_rng(seed)
    draws = rng.poisson(1.0, size=(rounds, y.size)).astype(np.float64) * w
    auc = np.array([_auc(y, new, d) - _auc(y, old, d) for d in draws])
    loss = (new - y) ** 2 - (old - y) ** 2
    totals = np.maximum(draws.sum(axis=1), 1e-12)
    brier = (draws @ loss) / totals
    return (
        Difference(_auc(y, new, w) - _auc(y, old, w), float(np.nanstd(auc))),
        Difference(float(np.average(loss, weights=w)), float(np.std(brier))),
    )


def _auc(y: Float, p: Float, w: Float) -> float:
    """The weighted Mann-Whitney form of the AUC, ties counted half."""
    _, cell = np.unique(p, return_inverse=True)
    positive = np.bincount(cell, w * y)
    negative = np.bincount(cell, w * (1.0 - y))
    total = positive.sum() * negative.sum()
    below = np.cumsum(negative) - 0.5 * negative
    return float((positive * below).sum() / total) if total > 0 else float("nan")

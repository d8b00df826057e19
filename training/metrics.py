"""How good probabilities and quantiles are, with weights and by stage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from model.reliability import expected_calibration_error
from training.moments import Float


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

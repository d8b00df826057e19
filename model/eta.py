"""Hours to resolution as two quantiles, made honest by conformal adjustment.

The boosters predict quantiles of `log(1 + hours)`; the adjustment is the one-sided form of
conformalised quantile regression (Romano, Patterson and Candès, 2019, NeurIPS): on a later
slice, the predicted quantile is moved by the quantile of its own errors.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]

LEVELS: Final = (0.5, 0.9)
"""The two quantiles, in the order in which arrays and files hold them."""

MAX_HOURS: Final = 24.0 * 366 * 5
"""No estimate reaches further than this: a date must stay a date."""


def conformal_shift(predicted: Float, actual: Float, weight: Float, level: float) -> float:
    """What to add to `predicted` so that the share `level` of `actual` lies at or below it.

    The weighted `level` quantile of `actual - predicted`, with one more point of mean weight at
    infinity as the finite-sample correction; 0.0 when there is nothing to learn from. All (n,).

    >>> conformal_shift(np.zeros(9), np.arange(1.0, 10.0), np.ones(9), 0.5)
    5.0
    """
    if predicted.size == 0:
        return 0.0
    error = actual - predicted
    order = np.argsort(error, kind="stable")
    mass = np.cumsum(weight[order])
    total = mass[-1] + float(np.mean(weight))
    row = int(np.searchsorted(mass, level * total - 1e-12 * total, side="left"))
    return float(error[order][min(row, error.size - 1)])


def moments(at_us: NDArray[Any], hours: Float | None = None) -> list[str]:
    """RFC 3339 times (UTC) of µs since 1970, or, to the second, of `hours` after them.

    >>> moments(np.array([1]), np.array([1.5])), moments(np.array([1]))
    (['1970-01-01T01:30:00Z'], ['1970-01-01T00:00:00.000001Z'])
    """
    if hours is None:
        texts = np.datetime_as_string(np.asarray(at_us).astype("datetime64[us]"))
    else:
        later = np.asarray(at_us) + np.round(hours * 3600.0).astype(np.int64) * 1_000_000
        texts = np.datetime_as_string(later.astype("datetime64[us]"), unit="s")
    return [f"{text.removesuffix('.000000')}Z" for text in texts.tolist()]


def to_target(hours: NDArray[Any]) -> Float:
    """`log(1 + hours)`, what the boosters predict."""
    return np.asarray(np.log1p(np.maximum(hours, 0.0)), dtype=np.float64)


def to_hours(quantiles: tuple[Float, Float], shifts: tuple[float, float]) -> tuple[Float, Float]:
    """Adjusted quantiles in hours, (n,) each: at least 0, and p90 never before p50.

    >>> p50, p90 = to_hours((np.array([1.0]), np.array([0.5])), (0.0, 0.0))
    >>> bool(p50[0] == p90[0])
    True
    """
    low = np.clip(np.expm1(np.minimum(quantiles[0] + shifts[0], 50.0)), 0.0, MAX_HOURS)
    high = np.clip(np.expm1(np.minimum(quantiles[1] + shifts[1], 50.0)), 0.0, MAX_HOURS)
    return low, np.maximum(low, high)

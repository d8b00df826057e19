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


def conformal_shift(error: Float, known: NDArray[np.bool_], weight: Float, level: float) -> float:
    """What to add to a predicted quantile so that the share `level` lies at or below it.

    `error` (n,) is what became true less what was predicted. Of a ticket that is still open
    (`known` false) it is what is true so far, and the error can only grow: so the `level`
    quantile is that of Kaplan and Meier (1958), and long waits are not forgotten because they
    have not ended. One more point of mean weight stands at infinity as the finite-sample
    correction. 0.0 when there is nothing to learn from; where too few have ended to reach the
    level, the largest error of those that have.

    >>> everything = np.full(9, True)
    >>> conformal_shift(np.arange(1.0, 10.0), everything, np.ones(9), 0.5)
    5.0
    >>> conformal_shift(np.arange(1.0, 10.0), np.arange(9) != 0, np.ones(9), 0.5)
    6.0
    """
    if not np.any(known & (weight > 0)):
        return 0.0
    order = np.lexsort((~known, error))  # at a tie what ended comes before what goes on
    error, known, weight = error[order], known[order], weight[order]
    at_risk = np.cumsum(weight[::-1])[::-1] + float(np.mean(weight))
    beyond = np.cumprod(1.0 - weight * known / at_risk)
    reached = np.flatnonzero(known & (1.0 - beyond >= level - 1e-12))
    return float(error[reached[0]] if reached.size else error[known].max())


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

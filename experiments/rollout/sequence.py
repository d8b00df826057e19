"""Intervals that hold at every look at once, however often one looks and whenever one stops.

The mean of a growing sample has a *confidence sequence*: with probability `1 - alpha` it lies in
the interval of every n. Ours inverts the t test whose effect size is mixed over a normal
(Lai, 1976; Lindon, Ham, Tingley and Bojinov, 2022, arXiv:2210.08589; Wang and Ramdas, 2023,
arXiv:2310.03722): with n values, nu = n - 1 and r = phi / (phi + n), the radius in standard
errors is

    sqrt(nu (1 - kappa) / (kappa - r)),   kappa = (alpha^2 r)^(1 / n),

and infinite while kappa <= r: too few values say nothing. It is exact for normal values of
unknown variance from the first on, and for many values of any kind it is the asymptotic
confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024, Annals of
Statistics 52), whose tuning gives phi: narrowest around half the planned number of values, which
is when runs with an effect end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.moments import Float


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """(k,) after each pair: the estimate, and the bounds that hold for all k at once."""

    estimate: Float
    low: Float
    high: Float


def radius(n: Float, alpha: float, planned: int) -> Float:
    """How many standard errors the interval reaches to each side after n values.

    Infinite, too, while n fair coins fall alike with more than a quarter of `alpha`: pairs whose
    differences had one size would else err by their coins alone.

    >>> radius(np.array([2.0, 20.0, 20_000.0]), 0.05, planned=20).round(2).tolist()
    [inf, 3.41, 3.96]
    """
    n = np.asarray(n, np.float64)
    phi = planned / 2 / (-2 * np.log(alpha) + np.log(1 - 2 * np.log(alpha)))
    r = phi / (phi + n)
    with np.errstate(divide="ignore", invalid="ignore"):
        kappa = (alpha * alpha * r) ** (1 / n)
        wide = np.sqrt((n - 1) * (1 - kappa) / (kappa - r))
    coins = n >= 2 + np.log2(2 / alpha)
    return np.where(coins & (kappa > r), wide, np.inf)


def one_sided(alpha: float) -> float:
    """The two-sided level whose bound, taken alone, errs with chance `alpha` at most.

    The two-sided mixture is E = (E+ + E-) / 2 of its halves, and E- <= 1 where the estimate is
    positive. So E >= (1 + 1 / alpha) / 2 implies E+ >= 1 / alpha.
    """
    return 2 * alpha / (1 + alpha)


def sequence(difference: Float, weight: Float, level: float, planned: int) -> Path:
    """The weighted mean of the differences so far, with its confidence sequence.

    `difference` and `weight` are (..., k): runs beside one another, pairs in order. Pairs of
    weight 0 say nothing. A value t is inside while the t test of weight × (difference - t) does
    not reject 0, so that the spread is taken about t itself (Fieller, 1954): with S the sum of
    these and Q the sum of their squares, while S^2 <= K Q. That is quadratic in t.
    """
    h, x = np.broadcast_arrays(weight, weight * difference)
    n, sum_h, sum_x, hh, hx, xx = (
        np.cumsum(part, axis=-1) for part in (h > 0, h, x, h * h, h * x, x * x)
    )
    reach = radius(n, level, planned)
    with np.errstate(divide="ignore", invalid="ignore"):
        k = np.where(np.isinf(reach), n, n * reach**2 / (n - 1 + reach**2))
        a, b, c = sum_h**2 - k * hh, sum_h * sum_x - k * hx, sum_x**2 - k * xx
        half = np.sqrt(np.maximum(b * b - a * c, 0.0)) / a
        low, high = b / a - half, b / a + half
        estimate = sum_x / sum_h
    said = a > 1e-9 * sum_h**2
    return Path(estimate, np.where(said, low, -np.inf), np.where(said, high, np.inf))

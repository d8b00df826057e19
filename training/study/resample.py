"""How sure a figure is: the same figure over resampled groups of rows, its own value first.

Rows that share a ticket, or an agent, are not witnesses of their own: whole groups are drawn, as
in the cluster bootstrap (Field and Welsh, 2007, *Bootstrapping clustered data*), each with a
Poisson(1) count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from model.risk import sigmoid
from training.moments import Float, Int

ROUNDS: Final = 200
RIDGE: Final = 1e-3
"""A prior so weak that it only speaks where a column has no spread, or separates the outcomes."""


@dataclass(frozen=True, slots=True, eq=False)
class Resamples:
    """`group` (n,) of each row; `counts` (1 + rounds, groups), the first all one."""

    group: Int
    counts: Float

    @classmethod
    def of(cls, cluster: NDArray[Any], seed: int, rounds: int = ROUNDS) -> Resamples:
        """Draw whole clusters; rows with one value of `cluster` (n,) come and go together."""
        names, group = np.unique(cluster, return_inverse=True)
        drawn = np.random.default_rng(seed).poisson(1.0, (rounds, names.size))
        return cls(group.astype(np.int64), np.vstack([np.ones((1, names.size)), drawn]))

    def __iter__(self) -> Iterator[Float]:
        """The count of each row (n,), resample after resample."""
        for count in self.counts:
            yield count[self.group]


def aucs(y: Float, p: Float, w: Float, resamples: Resamples) -> Float:
    """(1 + rounds,) AUC of `p` with weights `w`; those of two models are paired, draw by draw.

    The Mann-Whitney form, ties counted half.

    >>> y, p = np.array([0.0, 1.0, 1.0]), np.array([0.1, 0.1, 0.9])
    >>> aucs(y, p, np.ones(3), Resamples.of(np.arange(3), seed=1, rounds=0)).tolist()
    [0.75]
    """
    values, cell = np.unique(p, return_inverse=True)
    found = np.full(resamples.counts.shape[0], np.nan)
    for place, count in enumerate(resamples):
        positive = np.bincount(cell, count * w * y, values.size)
        negative = np.bincount(cell, count * w * (1.0 - y), values.size)
        total = positive.sum() * negative.sum()
        if total > 0:
            found[place] = (positive * (np.cumsum(negative) - 0.5 * negative)).sum() / total
    return found


def slopes(x: Float, y: Float, resamples: Resamples) -> Float:
    """(1 + rounds, c) coefficients of a logistic regression of `y` (n,) on `x` (n, c).

    An intercept is fitted and not returned.
    """
    full = np.column_stack([np.ones(y.size), x])
    return np.array([_logistic(full, y, count)[1:] for count in resamples])


def _logistic(x: Float, y: Float, w: Float, steps: int = 30) -> Float:
    """Newton's method on the weighted log likelihood with `RIDGE`."""
    beta = np.zeros(x.shape[1])
    ridge = RIDGE * np.eye(beta.size)
    for _ in range(steps):
        p = sigmoid(x @ beta)
        gradient = x.T @ (w * (y - p)) - RIDGE * beta
        step = np.linalg.solve((x * (w * p * (1.0 - p))[:, None]).T @ x + ridge, gradient)
        beta = beta + step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-8:
            break
    return np.asarray(beta, dtype=np.float64)

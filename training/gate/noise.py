"""How much of a difference is noise: of calibration errors, and of many segments at once."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from model.reliability import ROUNDS, expected_calibration_error
from training.metrics import Difference
from training.moments import Bool, Float


def compare_calibration(y: Float, new: Float, old: Float, seed: int) -> Difference:
    """New minus old expected calibration error; its standard error by a paired bootstrap.

    Args:
        y: outcomes, one row a ticket; `new` and `old` the probabilities beside them, each (n,).
        new: of the new model.
        old: of the champion.
        seed: of the bootstrap (Efron, 1979, with Poisson weights).
    """
    weights = np.random.default_rng(seed).poisson(1.0, (ROUNDS, y.size)).astype(np.float64)
    drawn = np.array(
        [
            expected_calibration_error(y, new, w) - expected_calibration_error(y, old, w)
            for w in weights
            if w.any()
        ]
    )
    one = np.ones(y.size)
    value = expected_calibration_error(y, new, one) - expected_calibration_error(y, old, one)
    return Difference(value, float(drawn.std()))


def chance_of_worse(new: Float, old: Float, y: Float, margin: float = 0.0) -> tuple[float, float]:
    """Mean Brier difference, and the chance to see one this bad if the truth is `margin` or less.

    A paired one-sided z-test on the losses of n tickets; the chance is 1 or 0 where all agree.

    >>> chance_of_worse(np.array([0.4, 0.6]), np.array([0.4, 0.6]), np.array([0.0, 1.0]))
    (0.0, 1.0)
    """
    loss = (new - y) ** 2 - (old - y) ** 2
    mean, error = float(loss.mean()), float(loss.std(ddof=1) / np.sqrt(loss.size))
    if error <= 0.0:
        return mean, float(mean <= margin)
    return mean, float(norm.sf((mean - margin) / error))


def holm(chances: Float, alpha: float) -> Bool:
    """Which of many tests (m,) hold when the chance to accuse any of them wrongly is `alpha`.

    Holm (1979), *A simple sequentially rejective multiple test procedure*: the k-th smallest
    (from 0) is held against `alpha / (m - k)`, and the first that fails ends it.

    >>> holm(np.array([0.01, 0.04, 0.03]), 0.05).tolist()
    [True, False, False]
    """
    order = np.argsort(chances, kind="stable")
    below = chances[order] <= alpha / np.arange(chances.size, 0, -1)
    found = np.zeros(chances.size, dtype=np.bool_)
    found[order] = np.logical_and.accumulate(below)
    return found

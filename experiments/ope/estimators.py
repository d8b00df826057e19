"""What an evaluation policy would have brought, estimated from what a behaviour policy logged.

The words are those of off-policy evaluation: in n rounds the *behaviour* policy took an action with
a logged chance, the `pscore`, and a reward came of it; the *evaluation* policy would have taken the
same action with another chance. With w = chance / pscore the estimators are (n -> infinity, pscores
true, every action that the evaluation policy takes possible for the behaviour policy):

- `ips`    mean(w r): unbiased (Horvitz and Thompson, 1952)
- `snips`  sum(w r) / sum(w): a bias of order 1/n for less variance, and adding a constant to all
  rewards adds it to the estimate (Hájek, 1971; Swaminathan and Joachims, 2015)
- `dm`     mean(v): as good as the reward model, whatever was logged (Dudík and others, 2011)
- `dr`     mean(v + w (r - q)): unbiased if the pscores are true *or* the model is right (the same)
- `clipped`  mean(min(w, c) r): never above `ips` for rewards of at least 0, by how much at most
  says `overlap.bias_of_clipping` (Ionides, 2008)
- `switch_dr`  mean(v + w (r - q) [w <= c]): the model alone where weights are large (Wang, Agarwal
  and Dudík, 2017)

with q the model's reward of the logged action, v that of the evaluation policy (sum of its chances
times q), and c = sqrt(n).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from scipy.stats import norm

from features.errors import FendanError
from model.columns import Floats, Ints


class FeedbackError(FendanError):
    """Logged feedback from which nothing can be estimated."""


@dataclass(frozen=True, slots=True, eq=False)
class Rounds:
    """Logged rounds as an evaluation policy meets them, (n,) each.

    `reward` of the logged action; its chance `pscore` under the behaviour policy, in (0, 1], and
    `chance` under the evaluation policy, in [0, 1]; `modelled` is what the reward model says of it
    (q), `planned` what it says of the evaluation policy (v). Rounds of one `unit` (a ticket) share
    their fate.

    Raises:
        FeedbackError: a pscore is not in (0, 1].
    """

    reward: Floats
    pscore: Floats
    chance: Floats
    modelled: Floats
    planned: Floats
    unit: Ints

    def __post_init__(self) -> None:
        if not ((self.pscore > 0) & (self.pscore <= 1)).all():
            raise FeedbackError("a propensity is not in (0, 1]", where="pscore")

    def __len__(self) -> int:
        return self.reward.size

    @property
    def weight(self) -> Floats:
        """The importance weights w, (n,)."""
        weight: Floats = self.chance / self.pscore
        return weight

    @property
    def cap(self) -> float:
        """The largest weight that `clipped` and `switch_dr` leave as it is: sqrt(n)."""
        return float(np.sqrt(len(self)))


@dataclass(frozen=True, slots=True, eq=False)
class Ratio:
    """An estimator: the sum of `over` (n,) by the sum of `under` (n,)."""

    over: Floats
    under: Floats


Estimator = Callable[[Rounds], Ratio]


def ips(rounds: Rounds) -> Ratio:
    """Inverse propensity score: mean(w r)."""
    return _mean(rounds.weight * rounds.reward)


def snips(rounds: Rounds) -> Ratio:
    """Self-normalised: sum(w r) / sum(w)."""
    return Ratio(rounds.weight * rounds.reward, rounds.weight)


def dm(rounds: Rounds) -> Ratio:
    """Direct method: mean(v)."""
    return _mean(rounds.planned)


def dr(rounds: Rounds) -> Ratio:
    """Doubly robust: mean(v + w (r - q))."""
    return _mean(rounds.planned + rounds.weight * (rounds.reward - rounds.modelled))


def clipped(rounds: Rounds) -> Ratio:
    """Inverse propensity score with weights of at most c: mean(min(w, c) r)."""
    return _mean(np.minimum(rounds.weight, rounds.cap) * rounds.reward)


def switch_dr(rounds: Rounds) -> Ratio:
    """Doubly robust where the weight is at most c, else the model alone."""
    weight = np.where(rounds.weight <= rounds.cap, rounds.weight, 0.0)
    return _mean(rounds.planned + weight * (rounds.reward - rounds.modelled))


def on_policy(rounds: Rounds) -> Ratio:
    """What was logged: mean(r), the value of the behaviour policy."""
    return _mean(rounds.reward)


ESTIMATORS: Final[Mapping[str, Estimator]] = MappingProxyType(
    {"ips": ips, "snips": snips, "dm": dm, "dr": dr, "clipped": clipped, "switch_dr": switch_dr}
)
"""By name."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value, and the interval that holds the true one in 95 % of all logs, bias apart."""

    value: float
    low: float
    high: float

    @property
    def error(self) -> float:
        """The standard error."""
        return (self.high - self.low) / (2 * _Z)

    def __str__(self) -> str:
        if np.isnan(self.value):
            return "–"
        return f"{self.value:.3f} ({self.low:.3f} – {self.high:.3f})"


_Z: Final = float(norm.ppf(0.975))


def estimate(rounds: Rounds, estimator: Estimator) -> Estimate:
    """The value by an estimator, with a normal interval by whole units.

    The error of a ratio is that of its linear part, `z = (over - value under) / mean(under)`,
    summed by unit (delta method; Cameron and Miller, 2015, for clusters). Intervals of `dm` say
    nothing of the model's error. NaN where nothing was logged that the estimator could count.
    """
    value, z = _linear(rounds, estimator)
    return _interval(value, z, rounds.unit)


def gain(rounds: Rounds, estimator: Estimator, other: Estimator = on_policy) -> Estimate:
    """How much more value by one estimator than by another on the same rounds, paired."""
    (value, z), (against, y) = _linear(rounds, estimator), _linear(rounds, other)
    return _interval(value - against, z - y, rounds.unit)


def _mean(over: Floats) -> Ratio:
    return Ratio(over, np.ones(over.size))


def _linear(rounds: Rounds, estimator: Estimator) -> tuple[float, Floats]:
    """The value, and what each round (n,) adds to its error; these sum to 0. Both may be NaN."""
    ratio = estimator(rounds)
    total = ratio.under.sum()
    if not total > 0:
        return np.nan, np.full(len(rounds), np.nan)
    value = float(ratio.over.sum() / total)
    return value, (ratio.over - value * ratio.under) / total


def _interval(value: float, z: Floats, unit: Ints) -> Estimate:
    by_unit = np.bincount(np.unique(unit, return_inverse=True)[1], weights=z)
    count = by_unit.size
    error = float(np.sqrt((by_unit**2).sum() * count / max(count - 1, 1)))
    if count < 2:  # one unit has no spread, which is not the same as certainty
        error = np.inf
    return Estimate(value, value - _Z * error, value + _Z * error)

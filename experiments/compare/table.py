"""Contenders × worlds in figures: means, differences paired by seed, and who is never worse.

An interval holds 95 % and is Student's t over seeds: a seed is a world of its own, so its figures
are independent of the others'. Of one seed there is none. Beside it, `days_lead` draws the days
of the very same worlds anew: it says how firm a difference is in these worlds, not in others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from experiments.compare.trials import Played, TrialError
from experiments.outcome import Figures, Outcome
from features.stream import DAY, Floats, Ints
from training.study.intervals import Interval

ROUNDS: Final = 2000


def over_seeds(values: Floats) -> Interval:
    """The mean of (n_seeds,) values and its interval; NaN where there is none (one seed, ∞).

    >>> over_seeds(np.array([1.0, 2.0, 3.0]))
    Interval(value=2.0, low=-0.484..., high=4.484...)
    """
    mean = float(np.mean(values)) if values.size else float("nan")
    if values.size < 2 or not np.isfinite(values).all():
        return Interval(mean, float("nan"), float("nan"))
    half = float(stats.t.ppf(0.975, values.size - 1) * stats.sem(values))
    return Interval(mean, mean - half, mean + half)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """`values` (n_figures, n_policies, n_seeds), in the order of the fields of `Figures`.

    `outcomes` are those of the policies, and within each of the seeds.
    """

    policies: tuple[str, ...]
    seeds: tuple[int, ...]
    values: Floats
    outcomes: tuple[tuple[Outcome, ...], ...]

    @classmethod
    def of(cls, played: Sequence[Played]) -> Table:
        """The table of trials under one load.

        Raises:
            TrialError: a contender did not play a world that another did, or played one twice.
        """
        policies = tuple(dict.fromkeys(each.policy for each in played))
        seeds = tuple(dict.fromkeys(each.seed for each in played))
        found = {(each.policy, each.seed): each for each in played}
        if len(found) < len(policies) * len(seeds) or len(found) < len(played):
            raise TrialError("every contender must play every world once", where="comparison")
        rows = [[found[policy, seed] for seed in seeds] for policy in policies]
        told = np.array([[astuple(one.figures) for one in row] for row in rows], np.float64)
        outcomes = tuple(tuple(one.outcome for one in row) for row in rows)
        return cls(policies, seeds, np.moveaxis(told, -1, 0), outcomes)

    def of_seeds(self, figure: str, policy: str) -> Floats:
        """(n_seeds,) one figure of one contender in each world."""
        found: Floats = self.values[_PLACE[figure], self.policies.index(policy)]
        return found

    def mean(self, figure: str, policy: str) -> Interval:
        """The mean of a figure over the worlds."""
        return over_seeds(self.of_seeds(figure, policy))

    def lead(self, figure: str, policy: str, baseline: str) -> Interval:
        """How much more of a figure than the baseline has, in the same worlds."""
        with np.errstate(invalid="ignore"):  # ∞ less ∞ is no difference
            return over_seeds(self.of_seeds(figure, policy) - self.of_seeds(figure, baseline))

    def no_worse(self, figure: str) -> Ints:
        """(n_policies, n_policies) worlds in which the row has no more of it than the column."""
        seen = self.values[_PLACE[figure]]
        return np.asarray((seen[:, None] <= seen[None, :]).sum(axis=-1), np.int64)

    def days_lead(self, policy: str, baseline: str, rounds: int = ROUNDS) -> Interval:
        """How much more is late than with the baseline, the days of each world drawn anew.

        Tickets of a day meet the same queues, so days are drawn, not tickets, and the same ones
        for both (paired block bootstrap with Poisson weights: Hanley and MacGibbon, 2006).
        """
        pairs = zip(self._row(policy), self._row(baseline), strict=True)
        leads = [
            _late_of_days(a, drawn) - _late_of_days(b, drawn)
            for seed, (a, b) in zip(self.seeds, pairs, strict=True)
            for drawn in [_draws(_days(a).max(initial=0) + 1, seed, rounds)]
        ]
        return Interval.of(np.mean(leads, axis=0))

    def way(self, policy: str, start: str, bounds: Floats) -> Interval:
        """How much of the way from `start` to the bounds (n_seeds,) of the late share is gone."""
        begun = self.of_seeds("late", start)
        with np.errstate(invalid="ignore", divide="ignore"):  # nothing to gain: no way
            return over_seeds((begun - self.of_seeds("late", policy)) / (begun - bounds))

    def _row(self, policy: str) -> tuple[Outcome, ...]:
        return self.outcomes[self.policies.index(policy)]


_PLACE: Final = {each.name: place for place, each in enumerate(fields(Figures))}


def _days(outcome: Outcome) -> NDArray[np.int64]:
    """(n,) the day on which each ticket came, from 0."""
    first = outcome.created_us.min(initial=np.iinfo(np.int64).max)
    return np.asarray((outcome.created_us - first) // DAY, np.int64)


def _draws(days: int, seed: int, rounds: int) -> Floats:
    """(1 + rounds, days) how often each day counts; first, once each."""
    drawn = np.random.default_rng(seed).poisson(1.0, (rounds, days))
    return np.concatenate([np.ones((1, days)), drawn])


def _late_of_days(outcome: Outcome, drawn: Floats) -> Floats:
    """(1 + rounds,) the late share under each draw."""
    day, size = _days(outcome), drawn.shape[1]
    seen, late = (np.bincount(day, weights, size) for weights in (outcome.judged, outcome.late))
    with np.errstate(invalid="ignore", divide="ignore"):  # a draw without any ticket
        return np.asarray((drawn @ late) / (drawn @ seen), np.float64)

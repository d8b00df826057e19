"""How many people a policy saves: the head count at which it is as late as the baseline is now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression

from experiments.compare.load import Load
from experiments.compare.table import over_seeds
from experiments.compare.trials import Played
from features.stream import Floats
from training.study.intervals import Interval


@dataclass(frozen=True, slots=True)
class Saved:
    """People saved, the mean over worlds.

    `at_least` counts the worlds in which the policy was still better with the fewest people
    tried, `at_most` those in which it was worse with the most: they count with that number, and
    the interval is left out (NaN).
    """

    people: Interval
    at_least: int
    at_most: int

    def __str__(self) -> str:
        sign = {(False, False): "", (True, False): "≥ ", (False, True): "≤ "}.get(
            (self.at_least > 0, self.at_most > 0), "≈ "
        )
        half = (self.people.high - self.people.low) / 2
        return f"{sign}{self.people.value:.1f}" + ("" if np.isnan(half) else f" ± {half:.1f}")


def needed(heads: Floats, late: Floats, target: float) -> float:
    """The head count (between those tried, rising) at which a late share reaches the target.

    More people are never worse but by chance, so the shares (n,) are first made to fall
    (isotonic regression), then joined by lines. Below the least or above the most heads tried
    nothing is known: then the first or the last.

    >>> needed(np.array([40.0, 45.0, 50.0]), np.array([0.30, 0.20, 0.10]), 0.26)
    42.0
    """
    falling = isotonic_regression(late, increasing=False).x
    return float(np.interp(target, falling[::-1], heads[::-1]))


def saved(played: Sequence[Played], policy: str, baseline: str, usual: Load) -> Saved:
    """How many of the usual people `policy` could do without and be as late as `baseline`.

    Takes the trials of usual demand; the heads tried are those of `policy`, each world by itself.
    """
    late = {
        (each.policy, each.seed, each.load.heads): each.figures.late
        for each in played
        if each.load.demand == usual.demand
    }
    heads = np.array(sorted({n for name, _, n in late if name == policy}), np.float64)
    seeds = sorted({seed for _, seed, _ in late})
    curves = np.array([[late[policy, seed, int(n)] for n in heads] for seed in seeds])
    targets = np.array([late[baseline, seed, usual.heads] for seed in seeds])
    found = [needed(heads, curve, target) for curve, target in zip(curves, targets, strict=True)]
    people = over_seeds(usual.heads - np.array(found))
    at_least = int((curves.max(axis=1) < targets).sum())
    at_most = int((curves.min(axis=1) > targets).sum())
    if at_least or at_most:
        people = Interval(people.value, float("nan"), float("nan"))
    return Saved(people, at_least, at_most)

"""How long a release must run, from what the desk was like before it.

The pairs of the design are laid over a past in which nothing was released: how far their blocks
differ is the noise that the release will have, whatever it is made of (tickets of a block share
their fate, blocks follow one another, weekdays differ). No ticket-level formula sees that; the
intraclass correlation says by how much it would be too sure of itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import optimize, stats

from experiments.rollout.errors import RolloutError
from experiments.rollout.grid import Grid
from experiments.rollout.sequence import radius, sequence
from experiments.rollout.units import Profile, Units, pairs_of
from training.moments import Float

LONGEST: Final = 5000
"""Pairs beyond which nobody plans."""
RUNS: Final = 500
_FEWEST: Final = 4


@dataclass(frozen=True, slots=True)
class Noise:
    """The past in figures.

    `level` is the mean, `deviation` that of one pair's difference, weighted as the release will;
    `pairs` how many it was taken from, `per_day` how many the release gets. `icc` is the
    intraclass correlation of cases within blocks (one-way analysis of variance, Donner and Koval,
    1980), `design_effect` 1 + (cases - 1) icc, and `autocorrelation` that of the blocks' excess
    over what is usual then, one block later.
    """

    level: float
    deviation: float
    pairs: int
    per_day: float
    cases: float
    icc: float
    design_effect: float
    autocorrelation: float


@dataclass(frozen=True, slots=True)
class Needed:
    """Days: looked at once at the end; at most, looked at always; and then on average.

    The last two hold the same chance of a false alarm however often one looks.
    """

    once: float
    always: float
    on_average: float


def noise_of(past: Units, teams: int, grid: Grid) -> Noise:
    """The noise of a design; the earlier half of the past says what is usual, the later differs.

    Raises:
        RolloutError: the past has too few pairs of blocks.
    """
    middle = int(np.median(past.block)) if past.block.size else 0
    profile = Profile.of(past.take(past.block < middle), grid, teams)
    later = past.take(past.block >= middle)
    pairs = pairs_of(later, grid, profile)
    if pairs.weight.size < _FEWEST:
        raise RolloutError(
            f"the past has only {pairs.weight.size} pairs of blocks",
            where="event log",
            remedy="take a longer log or shorter blocks",
        )
    spread = np.sqrt(np.mean((pairs.weight * pairs.difference) ** 2)) / np.mean(pairs.weight)
    icc, cases = _icc(past), float(past.cases.mean())
    return Noise(
        level=float(past.total.sum() / past.cases.sum()),
        deviation=float(spread),
        pairs=pairs.weight.size,
        per_day=grid.per_week * teams / 14,
        cases=cases,
        icc=icc,
        design_effect=1 + (cases - 1) * icc,
        autocorrelation=_autocorrelation(later, profile.excess(later, grid)),
    )


def needed(noise: Noise, effect: float, power: float, alpha: float, seed: int = 0) -> Needed:
    """Days until a difference of `effect` is seen with chance `power`, two-sided at `alpha`.

    Looked at once: the noncentral t distribution. Looked at always: as many pairs as show it at
    the end with that chance are drawn `RUNS` times, and fewer are planned if more of the runs
    show it on their way.

    Raises:
        RolloutError: the effect or the power is out of range, or nobody would live to see it.
    """
    if not 0 < effect < float("inf") or not alpha < power < 1:
        raise RolloutError(
            "give an effect above 0 and a power between alpha and 1", where="--to, --power"
        )
    k = np.arange(2, LONGEST + 1, dtype=np.float64)
    push = effect / max(noise.deviation, 1e-12) * np.sqrt(k)
    once = _first(stats.t.ppf(1 - alpha / 2, k - 1), push, k, power)
    bound = np.array([float(radius(np.array([n]), alpha, int(n))[0]) for n in k])
    always = _first(bound, push, k, power)
    stops = _stops(effect / max(noise.deviation, 1e-12), always, alpha, seed)
    always = min(always, int(np.ceil(np.quantile(stops, power))))
    on_average = float(np.minimum(stops, always).mean())
    return Needed(once / noise.per_day, always / noise.per_day, on_average / noise.per_day)


def detectable(noise: Noise, days: float, power: float, alpha: float) -> float:
    """The smallest difference that `days` show with chance `power`, looked at once.

    Raises:
        RolloutError: the days hold fewer than two pairs.
    """
    pairs = int(days * noise.per_day)
    if pairs < 2:
        raise RolloutError(f"{days:g} days hold {pairs} pairs", where="--days")
    bound = stats.t.ppf(1 - alpha / 2, pairs - 1)
    push = optimize.brentq(
        lambda s: float(stats.nct.sf(bound, pairs - 1, s)) - power, 1e-6, 4 * bound + 10
    )
    return float(push * noise.deviation / np.sqrt(pairs))


def _first(bound: Float, push: Float, k: Float, power: float) -> int:
    """The first k at which a noncentral t passes its bound with chance `power`."""
    near = np.isfinite(bound) & (push > bound - 1)
    chance = np.zeros(k.size)
    # Beyond this the distribution is at its end, and its series no longer converges.
    chance[near] = np.where(push[near] > bound[near] + 8, 1.0, 0.0)
    some = near & (push <= bound + 8)
    chance[some] = stats.nct.sf(bound[some], k[some] - 1, push[some])
    enough = np.flatnonzero(chance >= power)
    if not enough.size:
        raise RolloutError(
            f"more than {LONGEST} pairs of blocks would be needed",
            where="--to",
            remedy="look for a larger effect, or take shorter blocks",
        )
    return int(k[enough[0]])


def _stops(effect: float, planned: int, alpha: float, seed: int) -> Float:
    """(RUNS,) the pairs after which 0 is excluded, in drawn runs; infinite for never."""
    drawn = np.random.default_rng(seed).normal(effect, 1.0, (RUNS, planned))
    out = sequence(drawn, np.ones(planned), alpha, planned).low > 0
    return np.where(out.any(axis=-1), out.argmax(axis=-1) + 1.0, np.inf)


def _icc(units: Units) -> float:
    """The share of the variance of cases that lies between units; 0 where it would be less."""
    n, cases = units.cases.astype(np.float64), units.cases.sum()
    groups = n.size
    grand = units.total.sum() / cases
    between = np.sum(n * (units.mean - grand) ** 2) / max(groups - 1, 1)
    within = np.sum(units.squares - n * units.mean**2) / max(cases - groups, 1)
    usual = (cases - np.sum(n * n) / cases) / max(groups - 1, 1)
    whole = between + (usual - 1) * within
    return float(max((between - within) / whole, 0.0)) if whole > 0 else 0.0


def _autocorrelation(units: Units, excess: Float) -> float:
    follows = (np.diff(units.block) == 1) & (np.diff(units.team) == 0)
    one, two = excess[:-1][follows], excess[1:][follows]
    if one.size < _FEWEST or one.std() == 0 or two.std() == 0:
        return float("nan")
    return float(np.corrcoef(one, two)[0, 1])

"""Sums of a metric by unit (a team in a block of time), and the differences of pairs of units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments.rollout.grid import Grid, Pairing
from features.history import shrunk_rate
from training.moments import Bool, Float, Int

PROFILE_PRIOR: Final = 20.0
"""How many tickets the team's mean weighs against the mean of one hour of the week."""


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """(u,) units in the order of (team, block): cases, and the sum and sum of squares of values.

    `team` are positions in the team names of the release.
    """

    team: Int
    block: Int
    cases: Int
    total: Float
    squares: Float

    @classmethod
    def of(cls, team: Int, block: Int, value: Float) -> Units:
        """The units of (n,) cases.

        >>> found = Units.of(np.array([0, 0, 0]), np.array([5, 4, 5]), np.array([1.0, 0.0, 1.0]))
        >>> found.block.tolist(), found.cases.tolist(), found.total.tolist()
        ([4, 5], [1, 2], [0.0, 2.0])
        """
        both = np.stack([team, block], axis=1)
        units, place = np.unique(both, axis=0, return_inverse=True)
        place, size = place.reshape(-1), len(units)
        return cls(
            team=units[:, 0],
            block=units[:, 1],
            cases=np.bincount(place, minlength=size),
            total=np.bincount(place, value, size).astype(np.float64),
            squares=np.bincount(place, value * value, size).astype(np.float64),
        )

    def take(self, rows: Bool) -> Units:
        """The units of a mask."""
        return Units(*(getattr(self, name)[rows] for name in Units.__dataclass_fields__))

    @property
    def mean(self) -> Float:
        """(u,) the mean of each unit."""
        return np.asarray(self.total / self.cases, np.float64)

    def lookup(self, team: int, block: Int) -> Int:
        """(m,) the rows of one team's blocks; -1 where there is no such unit."""
        rows = np.flatnonzero(self.team == team)
        if not rows.size:
            return np.full(block.shape, -1, dtype=np.int64)
        place = np.minimum(np.searchsorted(self.block[rows], block), rows.size - 1)
        return np.where(self.block[rows][place] == block, rows[place], -1).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """(teams, slots) what the metric usually is at each block of a team's week."""

    usual: Float

    @classmethod
    def of(cls, past: Units, grid: Grid, teams: int) -> Profile:
        """The means of the past, each shrunk to its team's; all 0 without a past."""
        shape = (teams, grid.per_week)
        place = past.team * grid.per_week + grid.slot_of(past.block)
        cases = np.bincount(place, past.cases, teams * grid.per_week).reshape(shape)
        total = np.bincount(place, past.total, teams * grid.per_week).reshape(shape)
        level = total.sum(1, keepdims=True) / np.maximum(cases.sum(1, keepdims=True), 1)
        return cls(shrunk_rate(total, cases, level, PROFILE_PRIOR))

    def excess(self, units: Units, grid: Grid) -> Float:
        """(u,) how far each unit's mean lies above what is usual then and there."""
        return units.mean - self.usual[units.team, grid.slot_of(units.block)]


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """(k,) pairs of units in the order in which they are complete.

    `difference` is the mean of the `second` unit less that of the `first` (rows of the units),
    `weight` 2 m n / (m + n) of their m and n cases: the weights of the risk difference of Mantel
    and Haenszel (1959; Greenland and Robins, 1985), each pair a stratum. `done` is the later
    block.
    """

    first: Int
    second: Int
    difference: Float
    weight: Float
    done: Int

    def take(self, rows: Bool) -> Pairs:
        """The pairs of a mask."""
        return Pairs(*(getattr(self, name)[rows] for name in Pairs.__dataclass_fields__))


def pairs_of(units: Units, grid: Grid, profile: Profile) -> Pairs:
    """The pairs of which both units have cases."""
    pairing = Pairing.of(grid, units.block)
    order = np.lexsort((units.block, pairing.pair, units.team))
    one, two = order[:-1], order[1:]
    same = (units.team[one] == units.team[two]) & (pairing.pair[one] == pairing.pair[two])
    one, two = one[same], two[same]
    excess, cases = profile.excess(units, grid), units.cases.astype(np.float64)
    m, n = cases[one], cases[two]
    found = Pairs(
        first=one,
        second=two,
        difference=excess[two] - excess[one],
        weight=2 * m * n / (m + n),
        done=units.block[two],
    )
    last = np.lexsort((units.team[two], found.done))
    return Pairs(*(getattr(found, name)[last] for name in Pairs.__dataclass_fields__))

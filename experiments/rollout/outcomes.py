"""From a log to units: which ticket belongs to which unit, and which ones are left out, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.rollout.design import Team
from experiments.rollout.errors import RolloutError
from experiments.rollout.grid import Grid
from experiments.rollout.metrics import METRICS
from experiments.rollout.tickets import Tickets
from experiments.rollout.units import Units
from training.moments import Bool, Int


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the tickets of some units: how many were judged, and why not the others.

    `washed` were created in a wash-out or a cool-down, `unripe` in a block that is still followed;
    of the rest `censored` could not be judged when their block was.
    """

    judged: int
    washed: int
    unripe: int
    censored: int


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """The tickets of a log in their units: `team` (n,) is -1 for tickets of no team."""

    tickets: Tickets
    grid: Grid
    team: Int
    teams: int

    @classmethod
    def of(cls, tickets: Tickets, grid: Grid, teams: Sequence[Team]) -> Desk:
        """Tickets go to the team that has their value on creation; without teams all to one."""
        return cls(tickets, grid, _teams(tickets, teams), max(len(teams), 1))

    @property
    def washed(self) -> Bool:
        """(n,) created in a wash-out or a cool-down."""
        return self.grid.washed(self.tickets.labels.created_us)

    @property
    def ripe(self) -> Bool:
        """(n,) in a block whose follow-up is over."""
        return self.tickets.cutoff_us <= self.tickets.labels.end_us

    def units(self, metric: str, within: Bool | None = None) -> Units:
        """The units of a metric over the ripe blocks; `within` (n,) narrows the tickets.

        Raises:
            RolloutError: the metric is not one of tickets.
        """
        measure = METRICS[metric].measure
        if measure is None:
            raise RolloutError("this is no metric of tickets", where=metric)
        found = measure(self.tickets)
        keep = self._kept & found.known
        keep = keep if within is None else keep & within
        return Units.of(self.team[keep], self.tickets.block[keep], found.value[keep])

    def counts(self, metric: str, within: Bool) -> Counts:
        """What became of the tickets of a mask (n,)."""
        measure = METRICS[metric].measure
        known = self._kept if measure is None else measure(self.tickets).known
        mine = within & (self.team >= 0)
        kept = mine & self._kept
        return Counts(
            judged=int((kept & known).sum()),
            washed=int((mine & self.washed).sum()),
            unripe=int((mine & ~self.washed & ~self.ripe).sum()),
            censored=int((kept & ~known).sum()),
        )

    @property
    def _kept(self) -> Bool:
        return (self.team >= 0) & ~self.washed & self.ripe


def _teams(tickets: Tickets, teams: Sequence[Team]) -> Int:
    found = np.full(len(tickets), -1, dtype=np.int64)
    for place, team in enumerate(teams):
        found[tickets.first[team.column].isin(team.values).to_numpy()] = place
    return found if teams else np.zeros(len(tickets), dtype=np.int64)

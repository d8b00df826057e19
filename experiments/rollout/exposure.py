"""Which variant each unit worked under: what the decision log says, held against the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from experiments.rollout.calendar import held_out, treated
from experiments.rollout.decisions import CONTROL, NEITHER, TREATMENT, Refreshes
from experiments.rollout.design import Design
from experiments.rollout.errors import RolloutError
from experiments.rollout.grid import Grid, Pairing
from experiments.rollout.outcomes import Desk
from experiments.rollout.units import Units
from features.picture import micros_of
from training.moments import HOUR_US, Bool, Int

PURE: Final = 0.95
"""The share of a unit's decisions that one variant must have made for the unit to be its."""


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """(teams, blocks) what was planned for the whole blocks of a release.

    `variant` is 0 (control) or 1 (treatment); `held` marks the permanent holdout. `first` is the
    first block.
    """

    first: int
    variant: Int
    held: Bool

    @classmethod
    def of(cls, design: Design) -> Calendar:
        """The plan of a release."""
        grid, blocks = design.grid, blocks_of(design)
        pairing = Pairing.of(grid, blocks)
        shape = (len(design.team_names), blocks.size)
        variant = [treated(design, name, pairing) for name in design.team_names]
        held = [held_out(design, name, pairing) for name in design.team_names]
        return cls(
            first=int(blocks[0]),
            variant=np.array(variant, dtype=np.int64).reshape(shape),
            held=np.array(held, dtype=bool).reshape(shape),
        )

    def place(self, block: Int) -> Int:
        """The columns of blocks; -1 outside the release."""
        column = block - self.first
        return np.where((column >= 0) & (column < self.variant.shape[1]), column, -1)

    def pairs(self, grid: Grid) -> int:
        """How many pairs of units the release has in all."""
        pair = Pairing.of(grid, self.first + np.arange(self.variant.shape[1])).pair
        twice = np.isin(pair, np.flatnonzero(np.bincount(pair - pair.min()) == 2) + pair.min())
        return int((~self.held[:, twice]).sum() // 2)


@dataclass(frozen=True, slots=True, eq=False)
class Exposure:
    """(teams, blocks) the variant of each unit, -1 for neither (mixed, strange, or no decision).

    `strayed` counts the units of neither, `turned` those of the other variant than planned,
    `crossed` the tickets first placed by another variant than that of their unit. Units of the
    holdout are counted in `leaked` where anything but the control decided.
    """

    variant: Int
    strayed: int = 0
    turned: int = 0
    leaked: int = 0
    crossed: int = 0
    logged: bool = False

    @classmethod
    def planned(cls, calendar: Calendar) -> Exposure:
        """Where no decision log is at hand: as if everything had gone as planned."""
        return cls(calendar.variant)


def blocks_of(design: Design) -> Int:
    """The blocks that lie wholly in `[start, start + days)`.

    Raises:
        RolloutError: there is none.
    """
    grid = design.grid
    start = micros_of(design.start)
    end = start + design.days * 24 * HOUR_US
    near = np.arange(grid.block_at(start), grid.block_at(end) + 1)
    whole = near[(grid.start_of(near) >= start) & (grid.start_of(near + 1) <= end)]
    if not whole.size:
        raise RolloutError(
            f"no block of {design.block_hours} h lies within its {design.days} days",
            where=f"release {design.name!r}",
            remedy="start with a block, or run longer",
        )
    return whole


def exposed(calendar: Calendar, desk: Desk, refreshes: Refreshes) -> Exposure:
    """What the log says of each unit, and of the tickets.

    A refresh belongs to the teams of the tickets that it placed (to the whole desk where there
    are no teams). Those of a wash-out do not count: it is there for the change to happen.
    """
    seen = _by_unit(calendar, desk, refreshes)
    of_new, of_old = seen[TREATMENT], seen[CONTROL]
    every = seen.sum(axis=0)
    with np.errstate(invalid="ignore"):
        variant = np.select(
            [of_new >= PURE * np.maximum(every, 1), of_old >= PURE * np.maximum(every, 1)],
            [TREATMENT, CONTROL],
            NEITHER,
        )
    drawn = ~calendar.held & (np.arange(every.shape[1]) < _reached(calendar, desk))
    return Exposure(
        variant=variant,
        strayed=int((drawn & (variant == NEITHER)).sum()),
        turned=int((drawn & (variant >= 0) & (variant != calendar.variant)).sum()),
        leaked=int((calendar.held & (every > of_old)).sum()),
        crossed=_crossed(calendar, desk, refreshes, variant),
        logged=True,
    )


def refresh_units(desk: Desk, refreshes: Refreshes) -> Units:
    """The share of degraded refreshes by unit, without those of a wash-out."""
    team, refresh = _teams_of(desk, refreshes)
    time = refreshes.time_us[refresh]
    kept = ~desk.grid.changing(time)
    value = refreshes.degraded[refresh].astype(np.float64)
    return Units.of(team[kept], desk.grid.block_of(time)[kept], value[kept])


def _reached(calendar: Calendar, desk: Desk) -> int:
    """How many blocks of the release are over in the log."""
    return desk.grid.block_at(desk.tickets.labels.end_us) - calendar.first


def _by_unit(calendar: Calendar, desk: Desk, refreshes: Refreshes) -> Int:
    """(3, teams, blocks) refreshes by variant: control, treatment, neither (the last)."""
    team, refresh = _teams_of(desk, refreshes)
    time = refreshes.time_us[refresh]
    column = calendar.place(desk.grid.block_of(time))
    kept = (column >= 0) & ~desk.grid.changing(time)
    found = np.zeros((3, *calendar.variant.shape), dtype=np.int64)
    where = (refreshes.variant[refresh][kept], team[kept], column[kept])
    np.add.at(found, where, 1)  # -1, neither, is the last
    return found


def _teams_of(desk: Desk, refreshes: Refreshes) -> tuple[Int, Int]:
    """(m,) each team of each refresh, once: the team and the refresh."""
    if desk.teams == 1:
        count = refreshes.time_us.size
        return np.zeros(count, dtype=np.int64), np.arange(count)
    ticket = pd.Index(desk.tickets.labels.ticket_id).get_indexer(pd.Index(refreshes.ticket))
    team = np.where(ticket >= 0, desk.team[ticket], -1)
    both = np.unique(np.stack([team, refreshes.refresh])[:, team >= 0], axis=1)
    return both[0], both[1]


def _crossed(calendar: Calendar, desk: Desk, refreshes: Refreshes, variant: Int) -> int:
    """Tickets of a unit of one variant that the other one placed first."""
    name, first = np.unique(refreshes.ticket.astype(str), return_index=True)
    ticket = pd.Index(desk.tickets.labels.ticket_id).get_indexer(pd.Index(name))
    first, ticket = first[ticket >= 0], ticket[ticket >= 0]
    column, team = calendar.place(desk.tickets.block[ticket]), desk.team[ticket]
    inside = (column >= 0) & (team >= 0) & ~desk.washed[ticket]
    by = refreshes.variant[refreshes.refresh[first]][inside]
    of = variant[team[inside], column[inside]]
    return int(((of >= 0) & (by != of)).sum())

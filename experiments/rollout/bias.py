"""How wrong a release is that splits the tickets of one desk, and one that splits its time.

In the simulated centre the truth is known: the same arrivals with the same latent work are played
with all tickets under the old policy, and with all under the new one. Beside that true difference
stands what a release would have said in the same world: tickets split at random, or blocks of
time in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import numpy as np
from scipy import stats

from experiments.compare.load import busier
from experiments.rollout.calendar import treated
from experiments.rollout.design import WHOLE_DESK, Design
from experiments.rollout.errors import RolloutError
from experiments.rollout.grid import Grid, Pairing
from experiments.rollout.toys import TOYS, run_mixed
from experiments.rollout.units import Profile, Units, pairs_of
from experiments.simulator import FIELD_DESK, Engine, World, make_world
from experiments.simulator.params import DAY_S, WorldParams
from model.decision import Version
from training.moments import Bool, Float, Int, Moments

WARM_UP_DAYS: Final = 7
AFTER_DAYS: Final = 14
"""Time after the release until every promise has fallen due."""


@dataclass(frozen=True, slots=True)
class Switchback:
    """Blocks of time in turn, in hours, and what is left out at their beginning and end."""

    block_hours: int
    washout_hours: float = 0.0
    cooldown_hours: float = 0.0

    @property
    def words(self) -> str:
        """How the table calls it."""
        lost = f", less {self.washout_hours:g} + {self.cooldown_hours:g} h"
        return f"blocks of {self.block_hours} h{lost if self.washout_hours else ''}"


USUAL: Final = (Switchback(6), Switchback(24), Switchback(24, 12), Switchback(168, 48, 48))


@dataclass(frozen=True, slots=True)
class BiasParams:
    """What is tried: a toy policy beside the matrix, so many weeks in so many worlds.

    `demand` times as many complaints come as usual: the idler the agents, the less tickets disturb
    each other.
    """

    toy: str = "least_loaded"
    weeks: int = 8
    seeds: int = 20
    switchbacks: tuple[Switchback, ...] = USUAL
    world: WorldParams = FIELD_DESK
    demand: float = 1.5

    def __post_init__(self) -> None:
        if self.toy not in TOYS:
            raise RolloutError(
                f"no toy policy {self.toy!r}", where="--toy", remedy="use " + ", ".join(TOYS)
            )
        if self.weeks < 2 or self.seeds < 2:
            raise RolloutError("two weeks and two seeds are the least", where="--weeks, --seeds")


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """What one way of splitting said of the share of late tickets, by seed: (seeds,) each.

    `true` is the difference of the new policy alone and the old one alone in the same world.
    """

    name: str
    said: Float
    true: Float

    @property
    def bias(self) -> float:
        """By how much it is wrong on average."""
        return float(np.mean(self.said - self.true))

    @property
    def bias_interval(self) -> tuple[float, float]:
        """The 95 % t interval of the bias over the seeds."""
        error = self.said - self.true
        half = stats.t.ppf(0.975, error.size - 1) * stats.sem(error)
        return self.bias - half, self.bias + half

    @property
    def spread(self) -> float:
        """How far one release is from the truth, bias and chance together (root mean square)."""
        return float(np.sqrt(np.mean((self.said - self.true) ** 2)))


def bias(
    params: BiasParams, tell: Callable[[str], None] = lambda _line: None
) -> tuple[Estimates, ...]:
    """What each way of splitting says, tickets first."""
    names = ("tickets at random", *(each.words for each in params.switchbacks))
    rows = []
    for seed in range(params.seeds):
        rows.append(_one_world(params, seed))
        tell(f"seed {seed}: true {rows[-1][0]:+.3f}")
    table = np.array(rows)
    return tuple(
        Estimates(name, table[:, at], table[:, 0]) for at, name in enumerate(names, start=1)
    )


def table_of(found: Sequence[Estimates]) -> str:
    """The figures in percentage points, for people."""
    true = found[0].true
    lines = [
        f"true difference of the new policy, mean of {true.size} worlds: {true.mean():+.1%}",
        f"{'split by':32}{'says':>9}{'bias':>9}   {'95 % of the bias':18}{'rms error':>9}",
    ]
    for each in found:
        low, high = each.bias_interval
        between = f"{low:+.1%} – {high:+.1%}"
        lines.append(
            f"{each.name:32}{each.said.mean():>+9.1%}{each.bias:>+9.1%}   {between:18}"
            f"{each.spread:>9.1%}"
        )
    return "\n".join(lines)


def _one_world(params: BiasParams, seed: int) -> list[float]:
    """The true difference, then what each split says."""
    days = WARM_UP_DAYS + 7 * params.weeks + AFTER_DAYS
    world = make_world(replace(busier(params.world, params.demand), days=days), seed)
    size = world.complaints.time.size
    judged = _judged(world, params.weeks)

    def late(new: Bool) -> Bool:
        return late_tickets(run_mixed(world, params.toy, new, days * DAY_S))

    alone = [late(np.full(size, new)) for new in (False, True)]
    coin = np.random.default_rng([seed, 1]).random(size) < 0.5
    split = late(coin)
    said = [
        alone[1][judged].mean() - alone[0][judged].mean(),
        split[judged & coin].mean() - split[judged & ~coin].mean(),
    ]
    said += [_switched(world, each, judged, late, seed) for each in params.switchbacks]
    return said


def _judged(world: World, weeks: int) -> Bool:
    time = world.complaints.time
    return (time >= WARM_UP_DAYS * DAY_S) & (time < (WARM_UP_DAYS + 7 * weeks) * DAY_S)


def _switched(
    world: World, plan: Switchback, judged: Bool, late: Callable[[Bool], Bool], seed: int
) -> float:
    """The difference that blocks in turn show, weighted as the watch does it."""
    design = _design(world.params, plan, seed)
    grid, time_us = design.grid, _micros(world)
    block = grid.block_of(time_us)
    new = treated(design, WHOLE_DESK, Pairing.of(grid, block))
    kept = judged & ~grid.washed(time_us)
    value = late(new)[kept].astype(np.float64)
    units = Units.of(np.zeros(value.size, dtype=np.int64), block[kept], value)
    return _difference(units, grid, treated(design, WHOLE_DESK, Pairing.of(grid, units.block)))


def _difference(units: Units, grid: Grid, new: Bool) -> float:
    pairs = pairs_of(units, grid, Profile(np.zeros((1, grid.per_week))))
    sign = np.where(new[pairs.second], 1.0, -1.0)
    return float(np.average(sign * pairs.difference, weights=pairs.weight))


def _design(params: WorldParams, plan: Switchback, seed: int) -> Design:
    return Design(
        name=plan.words,
        salt=f"world {seed}",
        start=params.start + timedelta(days=WARM_UP_DAYS),
        days=params.days - WARM_UP_DAYS - AFTER_DAYS,
        control=Version("matrix", 1),
        treatment=Version("toy", 1),
        block_hours=plan.block_hours,
        washout_hours=plan.washout_hours,
        cooldown_hours=plan.cooldown_hours,
    )


def _micros(world: World) -> Int:
    start = int(world.params.start.timestamp())
    return (world.complaints.time.astype(np.int64) + start) * 1_000_000


def late_tickets(engine: Engine) -> Bool:
    """(tickets,) whether each was open when its promise fell due."""
    changes = ("ticket.created", "ticket.resolved", "ticket.reopened")
    rows = [row for row in engine.take_rows() if row.type in changes]
    ticket = np.array([row.ticket for row in rows], dtype=np.int64)
    time = np.array([row.time for row in rows], dtype=np.int64)
    opens = np.array([row.type != "ticket.resolved" for row in rows], dtype=bool)
    order = np.lexsort((time, ticket))
    due = engine.world.complaints.due
    last = Moments(ticket[order], time[order]).last_at(np.arange(due.size), due)
    return np.asarray((last >= 0) & opens[order][last], dtype=bool)

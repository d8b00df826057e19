"""A comparison: which contenders, worlds and loads are played, and all that came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
from joblib import Parallel, delayed

from experiments import bound as hindsight
from experiments.compare.load import Load
from experiments.compare.table import Table
from experiments.compare.trials import FIRST_SEED, Played, Setting, Source, TrialError, run, trials
from experiments.contender import Contender
from experiments.simulator.params import DAY_S
from experiments.simulator.world import World, make_world
from features.stream import Floats
from model.terminal import Stages

DEFAULT_POLICIES: Final = (
    "matrix",
    "longest_idle",
    "least_loaded",
    "round_robin",
    "earliest_deadline",
    "four_dimensions_greedy",
    "four_dimensions_optimal",
    "default",
)
FIELD_RULE: Final = "four_dimensions_greedy"
"""The rule that the field reports: the way to the bound begins here."""

BoundOf = Callable[[World, int, int, int], float]
"""The least late share in hindsight of the tickets that come in `(begin_s, end_s]` of a world and
fall due by then, refreshes `every_s` apart."""


def least_late(world: World, begin_s: int, end_s: int, every_s: int) -> float:
    """The bound of `experiments.bound`: it knows all work and waits, and may act as it likes."""
    return hindsight.bound(world, begin_s, end_s, every_s).late


@dataclass(frozen=True, slots=True)
class Plan:
    """What is compared: the first of `loads` is the usual one; `baseline` is one of the contenders.

    Raises:
        TrialError: nothing to play, two contenders of one name, or a baseline that does not play.
    """

    contenders: tuple[Contender, ...]
    baseline: str
    setting: Setting = field(default_factory=Setting)
    seeds: tuple[int, ...] = (FIRST_SEED, FIRST_SEED + 1, FIRST_SEED + 2)
    others: tuple[Load, ...] = ()
    scenario: str = "usual"
    model: str = ""

    def __post_init__(self) -> None:
        names = [who.name for who in self.contenders]
        if not names or not self.seeds:
            raise TrialError("nobody plays, or in no world", where="comparison")
        for what, all_ in (("--policy", names), ("--seeds", list(self.seeds))):
            if len(set(all_)) < len(all_):
                raise TrialError("named twice", where=what, remedy="name each once")
        if self.baseline not in names:
            raise TrialError(
                f"the baseline {self.baseline!r} does not play",
                where="--baseline",
                remedy=f"one of {', '.join(names)}",
            )

    @property
    def loads(self) -> tuple[Load, ...]:
        """The usual load, then the others."""
        usual = self.setting.usual
        return (usual, *(load for load in self.others if load != usual))

    @property
    def staffed(self) -> bool:
        """Whether other head counts are tried."""
        return len({load.heads for load in self.loads}) > 1


@dataclass(frozen=True, eq=False)
class Comparison:
    """What was planned, every trial, and the bound of each world (late shares; () if none)."""

    plan: Plan
    played: tuple[Played, ...]
    bounds: tuple[float, ...] = ()

    @cached_property
    def table(self) -> Table:
        """The trials under the usual load."""
        return self.under(self.plan.setting.usual)

    def under(self, load: Load) -> Table:
        """The trials under a load."""
        return Table.of([each for each in self.played if each.load == load])

    def never_later(self, policy: str) -> int:
        """In how many worlds a contender is no later than the rival that comes closest to it."""
        return int(self.table.no_worse("late")[self.table.policies.index(policy)].min())

    @property
    def bound(self) -> Floats:
        """(n_seeds,) the hindsight bound of each world."""
        return np.array(self.bounds, np.float64)

    def speed(self, policy: str) -> tuple[float, float]:
        """Tickets simulated a second of processor time, and the policy's share of that time."""
        mine = [each for each in self.played if each.policy == policy]
        seconds = max(sum(each.seconds for each in mine), 1e-9)
        decided = sum(each.outcome.seconds for each in mine)
        return sum(each.arrived for each in mine) / seconds, decided / seconds


def compare(
    plan: Plan,
    source: Source,
    jobs: int = 1,
    tell: Stages = lambda *_: None,
    bound: BoundOf | None = None,
) -> Comparison:
    """Play everything; `bound` is asked of every world under the usual load."""
    played = run(
        trials(plan.contenders, plan.seeds, plan.setting, plan.loads), source, jobs, tell=tell
    )
    return Comparison(plan, played, _bounds(plan, bound, jobs, tell) if bound else ())


def _bounds(plan: Plan, bound: BoundOf, jobs: int, tell: Stages) -> tuple[float, ...]:
    tell("hindsight bound", 0, None)
    found: Sequence[float] = Parallel(n_jobs=jobs)(
        delayed(_bound)(plan.setting, seed, bound) for seed in plan.seeds
    )
    return tuple(found)


def _bound(setting: Setting, seed: int, bound: BoundOf) -> float:
    begun = setting.begin_s + setting.play.settle_days * DAY_S
    every_s = setting.play.every_minutes * 60
    return bound(make_world(setting.params, seed), begun, setting.end_s, every_s)

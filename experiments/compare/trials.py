"""Trials: every contender plays every world, each by its seed, on as many processes as are free.

A seed is a world of its own and all contenders meet the same one (common random numbers), so that
what differs between them is paired by seed.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from joblib import Parallel, delayed

from experiments.compare.load import Load, heads_of
from experiments.compare.models import Home, Source
from experiments.contender import Contender
from experiments.outcome import Figures, Outcome, figures
from experiments.play import PlayParams, play
from experiments.simulator import FIELD_DESK
from experiments.simulator.params import DAY_S, WorldParams
from experiments.simulator.run import SAMPLE_END_S, SAMPLE_SEED
from experiments.twin.stage import TwinStage
from features.errors import FendanError
from model.bundle import Bundle
from model.deadline import Clock
from model.desk import ServedDesk
from model.terminal import Stages

FIRST_SEED = SAMPLE_SEED + 10
"""No world of a comparison is the one in which the demo's model learned."""


class TrialError(FendanError):
    """A trial that would say nothing."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A world, the second at which a contender takes over, and how it is played.

    On a twin's `stage` the worlds are the twin's, and `params` its parameters.

    Raises:
        TrialError: no ticket would be judged, the history never grow, or the world end before.
    """

    params: WorldParams = FIELD_DESK
    begin_s: int = SAMPLE_END_S
    play: PlayParams = field(default_factory=PlayParams)
    stage: TwinStage | None = None

    def __post_init__(self) -> None:
        settle, every = self.play.settle_days, self.play.every_minutes
        if self.play.days <= settle:
            raise TrialError(
                f"{self.play.days} days leave nothing to judge: tickets of the first {settle} "
                "days meet the queues of the matrix",
                where="--days",
                remedy=f"{settle + 1} or more; promises of up to 4 days ask for a week",
            )
        if every <= 0 or 1440 % every:
            raise TrialError(
                f"a refresh every {every} minutes does not come round in a day",
                where="--every",
                remedy="a divisor of 1440, as 5, 15, 30",
            )
        if self.stage is not None:
            return
        longest = (self.params.days * DAY_S - self.begin_s) // DAY_S
        if self.play.days > longest:
            raise TrialError(
                f"the world ends before {self.play.days} days are over",
                where="--days",
                remedy=f"{longest} at most",
            )

    @property
    def usual(self) -> Load:
        """The people that the desk has, and what usually comes in."""
        return Load(heads_of(self.params))

    @property
    def end_s(self) -> int:
        """The second at which the play ends."""
        return self.begin_s + self.play.days * DAY_S


@dataclass(frozen=True, slots=True)
class Trial:
    """One contender in one world under one load."""

    who: Contender
    seed: int
    setting: Setting
    load: Load

    @property
    def home(self) -> Home:
        """The world that is played."""
        setting = self.setting
        params = self.load.on(setting.params)
        return Home(self.seed, params, setting.begin_s, setting.stage, setting.play.days)

    @property
    def school(self) -> Home:
        """The world whose log the model learns from: of twins it is the same real one for all."""
        return self.home if self.setting.stage is None else replace(self.home, seed=0)


@dataclass(frozen=True, slots=True, eq=False)
class Played:
    """What became of a trial: `arrived` tickets in all, played in `seconds` of processor time.

    `outcome.seconds` of them went to the policy; making the world is not counted.
    """

    policy: str
    seed: int
    load: Load
    outcome: Outcome
    arrived: int
    seconds: float

    @property
    def figures(self) -> Figures:
        """The figures of the tickets that were judged."""
        return figures(self.outcome)


def trials(
    contenders: Sequence[Contender], seeds: Sequence[int], setting: Setting, loads: Sequence[Load]
) -> tuple[Trial, ...]:
    """All of them, world by world."""
    return tuple(
        Trial(who, seed, setting, load) for load in loads for seed in seeds for who in contenders
    )


def run(
    todo: Sequence[Trial],
    source: Source,
    jobs: int = 1,
    *,
    clock: Clock = time.process_time,
    tell: Stages = lambda *_: None,
) -> tuple[Played, ...]:
    """Play the trials, in their order, on `jobs` processes; what is found does not hang on those.

    Raises:
        FendanError: a model, a world or a policy could not be used.
    """
    bundles = _bundles(todo, source, jobs, tell)
    found: dict[int, Played] = {}
    tell("playing", 0, len(todo))
    pool = Parallel(n_jobs=jobs, batch_size=1, return_as="generator_unordered")
    asked = (delayed(_numbered)(i, one, bundles[one.school], clock) for i, one in enumerate(todo))
    for place, played in pool(asked):
        found[place] = played
        tell(f"playing ({played.policy}, seed {played.seed})", len(found), len(todo))
    return tuple(found[place] for place in range(len(todo)))


def _bundles(todo: Sequence[Trial], source: Source, jobs: int, tell: Stages) -> dict[Home, Bundle]:
    """The model of each world, made once, before anybody plays."""
    homes = list(dict.fromkeys(one.school for one in todo))
    tell("learning", 0, len(homes))
    pool = Parallel(n_jobs=jobs, batch_size=1, return_as="generator")
    found: dict[Home, Bundle] = {}
    for home, bundle in zip(homes, pool(delayed(source)(home) for home in homes), strict=True):
        found[home] = bundle
        tell("learning", len(found), len(homes))
    return found


def _numbered(place: int, trial: Trial, bundle: Bundle, clock: Clock) -> tuple[int, Played]:
    return place, played(trial, bundle, clock)


def played(trial: Trial, bundle: Bundle, clock: Clock = time.process_time) -> Played:
    """Play one trial."""
    who, setting = trial.who, trial.setting
    desk = trial.home.desk(keep_matrix=who.decide is None)
    served = ServedDesk.of(bundle, who.policy)
    begun = clock()
    outcome = play(desk, who, served, setting.play, seed=trial.seed, clock=clock)
    seconds, came = clock() - begun, desk.world.complaints.time
    arrived = int(np.sum((came > setting.begin_s) & (came <= setting.end_s)))
    return Played(who.name, trial.seed, trial.load, outcome, arrived, seconds)

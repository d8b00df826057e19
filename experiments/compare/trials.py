"""Trials: every contender plays every world, each by its seed, on as many processes as are free.

A seed is a world of its own and all contenders meet the same one (common random numbers), so that
what differs between them is paired by seed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from joblib import Parallel, delayed

from experiments.compare.load import Load, heads_of
from experiments.contender import Contender
from experiments.demo import CHAMPION, demo_environment
from experiments.outcome import Figures, Outcome, figures
from experiments.play import PlayParams, demo_bundle, play
from experiments.simulator import FIELD_DESK, LiveDesk
from experiments.simulator.params import DAY_S, WorldParams
from experiments.simulator.run import SAMPLE_END_S, SAMPLE_SEED
from features.catalog import fingerprint
from features.errors import FendanError
from model.bundle import Bundle
from model.deadline import Clock
from model.desk import ServedDesk
from model.registry import Registry
from model.terminal import Stages, loaded_from

FIRST_SEED = SAMPLE_SEED + 10
"""No world of a comparison is the one in which the demo's model learned."""


class TrialError(FendanError):
    """A trial that would say nothing."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A world, the second at which a contender takes over, and how it is played.

    Raises:
        TrialError: no ticket would be judged, the history never grow, or the world end before.
    """

    params: WorldParams = FIELD_DESK
    begin_s: int = SAMPLE_END_S
    play: PlayParams = field(default_factory=PlayParams)

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


@dataclass(frozen=True, slots=True)
class Model:
    """Where the bundle is: an MLflow URI, or "" for the demo's, trained where there is none."""

    uri: str = ""

    def ready(self) -> None:
        """See that it is there, before processes begin that would each train their own."""
        if self.uri:
            self()
        else:
            demo_bundle()

    def __call__(self) -> Bundle:
        """The bundle.

        Raises:
            ModelError: it is not there, or was made for other features.
        """
        if self.uri:
            return loaded_from(self.uri).bundle
        return Registry.of(demo_environment(os.environ, 0)).load(CHAMPION, fingerprint()).bundle


Source = Callable[[], Bundle]
"""Makes the bundle in each process; hashable and picklable."""


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
    found: dict[int, Played] = {}
    tell("playing", 0, len(todo))
    pool = Parallel(n_jobs=jobs, batch_size=1, return_as="generator_unordered")
    numbered = enumerate(todo)
    for place, played in pool(delayed(_numbered)(i, one, source, clock) for i, one in numbered):
        found[place] = played
        tell(f"playing ({played.policy}, seed {played.seed})", len(found), len(todo))
    return tuple(found[place] for place in range(len(todo)))


def _numbered(place: int, trial: Trial, source: Source, clock: Clock) -> tuple[int, Played]:
    return place, played(trial, _bundle(source), clock)


@cache
def _bundle(source: Source) -> Bundle:
    """Once in each process."""
    return source()


def played(trial: Trial, bundle: Bundle, clock: Clock = time.process_time) -> Played:
    """Play one trial."""
    who, setting = trial.who, trial.setting
    desk = LiveDesk(
        trial.seed,
        params=trial.load.on(setting.params),
        begin=setting.begin_s,
        keep_matrix=who.decide is None,
    )
    served = ServedDesk.of(bundle, who.policy)
    begun = clock()
    outcome = play(desk, who, served, setting.play, seed=trial.seed, clock=clock)
    seconds, came = clock() - begun, desk.world.complaints.time
    arrived = int(np.sum((came > setting.begin_s) & (came <= setting.end_s)))
    return Played(who.name, trial.seed, trial.load, outcome, arrived, seconds)

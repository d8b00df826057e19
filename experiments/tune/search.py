"""The search: try policies on the training seeds, choose one, judge it on seeds it never saw."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from experiments.outcome import Figures
from experiments.paired import Interval, paired
from experiments.play import PlayParams
from experiments.tune.goals import Aims, Judge
from experiments.tune.space import SPACE, changed, present
from experiments.tune.study import Attempt, SearchError, Study
from model.policy import Policy
from training.space import Range
from training.tune import Budget

SLACK: Final = 1.1
"""What is proposed may be so many times as uneven, or hand over as often, as the present policy."""
NAME: Final = "tuned"


@dataclass(frozen=True, slots=True)
class SearchParams:
    """What is wanted, the seeds to learn on and those kept for the end, and the play."""

    aims: Aims
    seeds: tuple[int, ...]
    held_out: tuple[int, ...]
    play: PlayParams
    scenario: str = "usual"
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.seeds or not self.held_out:
            raise SearchError("no seeds", where="--seeds, --held-out", remedy="name some of each")
        if both := set(self.seeds) & set(self.held_out):
            raise SearchError(
                f"seed {min(both)} is learned on and held out",
                where="--held-out",
                remedy="name others: what was learned on cannot judge",
            )


@dataclass(frozen=True, slots=True)
class Around:
    """Where attempts are kept, what they hang on beside the search, who hears, what time it is.

    `made_of` names the model, so that attempts with another one are kept apart.
    """

    folder: Path
    made_of: str = ""
    progress: Callable[[str, int, int | None], None] = lambda _stage, _done, _total: None
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Plays of the present and the proposed policy on the same seeds, in their order."""

    seeds: tuple[int, ...]
    present: tuple[Figures, ...]
    proposed: tuple[Figures, ...]

    def mean(self, whose: tuple[Figures, ...], figure: str) -> float:
        """The mean of a figure over the seeds."""
        return float(np.mean([getattr(one, figure) for one in whose]))

    def gap(self, figure: str) -> Interval:
        """The proposed less the present."""
        ours, theirs = (
            np.array([getattr(one, figure) for one in each])
            for each in (self.proposed, self.present)
        )
        return paired(ours, theirs)


@dataclass(frozen=True, slots=True)
class Findings:
    """What a search found; `policy` and `held_out` are None where nothing is to be proposed."""

    params: SearchParams
    key: str
    base: Policy
    attempts: tuple[Attempt, ...]
    front: tuple[Attempt, ...]
    chosen: Attempt | None
    policy: Policy | None
    held_out: HeldOut | None

    @property
    def better(self) -> bool:
        """Whether held-out seeds show the goal better, beyond what chance explains."""
        return self.held_out is not None and self.held_out.gap(self.params.aims.goal).below_zero


def search(
    base: Policy,
    judge: Judge,
    params: SearchParams,
    budget: Budget,
    around: Around,
    space: tuple[Range, ...] = SPACE,
) -> Findings:
    """Search until the budget is spent; then play the chosen policy on the held-out seeds.

    The budget says when no new attempt may begin. The present policy is the first attempt.

    Raises:
        SearchError: the attempts cannot be kept, or a play is too short to judge by.
    """
    now = present(base, space)
    space = tuple(entry.around(now[entry.setting]) for entry in space)
    key, begun, done = _key(base, params, around.made_of, space), around.clock(), 0
    study = Study.open(around.folder, key, params.seed, len(params.aims.names))
    before = len(study.ended())
    study.begin_with(now)

    def judged(settings: Mapping[str, float]) -> tuple[float, ...]:
        policy = changed(base, settings)
        values = params.aims.of([judge(policy, seed) for seed in params.seeds])
        if not np.isfinite(values).all():
            raise SearchError(
                "no promise falls due while it is played", where="--days", remedy="play more days"
            )
        return values

    while budget.lasts(around.clock() - begun, done):
        around.progress(f"attempt {before + done + 1}", *_gone(budget, around, begun, done))
        study.one_more(space, judged)
        done += 1
    ended, front = study.ended(), study.front()
    best = chosen(ended, front)
    policy = None if best is None else replace(changed(base, best.settings), name=NAME)
    held_out = None if policy is None else _held_out(base, policy, judge, params, around)
    return Findings(params, key, base, ended, front, best, policy, held_out)


def chosen(ended: tuple[Attempt, ...], front: tuple[Attempt, ...]) -> Attempt | None:
    """Of the front the best by the goal that is about as fair and as calm as the present policy.

    None where that is the present policy, or it was not judged.
    """
    now = next((each for each in ended if each.present), None)
    if now is None:
        return None
    fit = [
        each
        for each in front
        if all(v <= SLACK * limit for v, limit in zip(each.values[1:], now.values[1:], strict=True))
    ]
    best = min(fit, key=lambda each: each.values, default=now)
    return best if best.values[0] < now.values[0] else None


def _held_out(
    base: Policy, policy: Policy, judge: Judge, params: SearchParams, around: Around
) -> HeldOut:
    seeds, plays = params.held_out, []
    for place, seed in enumerate(seeds):
        around.progress(f"held-out seed {seed}", place, len(seeds))
        plays.append((judge(base, seed), judge(policy, seed)))
    return HeldOut(seeds, tuple(one for one, _ in plays), tuple(other for _, other in plays))


def _gone(budget: Budget, around: Around, begun: float, done: int) -> tuple[int, int | None]:
    """Done and total: in seconds if they are limited, else in attempts."""
    if budget.minutes:
        return int(around.clock() - begun), int(budget.minutes * 60)
    return done, budget.trials


def _key(base: Policy, params: SearchParams, made_of: str, space: tuple[Range, ...]) -> str:
    """SHA-256 of all that an attempt's values hang on; the held-out seeds are not among it."""
    shared = (params.aims, params.seeds, params.play, params.scenario, params.seed)
    text = repr((base.fingerprint(), shared, made_of, space))
    return hashlib.sha256(text.encode()).hexdigest()

"""A search for better settings of the forests, within a budget, before the test slice.

The first trial is the present settings, so what is chosen is never worse on the folds; it must
even be better by more than the folds disagree, or the present settings stay. The same search,
asked for again, goes on where it ended, also where it was killed (`training.trials`).
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from model.runs import TrialRecord
from training.config import TrainConfig, Tuned
from training.dataset import Dataset, Task
from training.exam import TASKS, Exam, exams
from training.space import SPACE, Range, changed, present
from training.trials import Judge, Trials

MARGIN: Final = 1.1
"""A trial begun in time may end as late as this multiple of the time; then it is stopped."""

NOISE: Final = 2.0
"""So many standard errors of the gain over the folds other settings must win to be taken."""


@dataclass(frozen=True, slots=True)
class Budget:
    """So many minutes or so many new trials, what ends first; 0 is no limit, twice 0 no search."""

    minutes: float = 0.0
    trials: int = 0

    def lasts(self, seconds: float, trials: int) -> bool:
        """Whether there is some left after so many seconds and trials.

        >>> Budget(minutes=1).lasts(59.0, 7), Budget(minutes=1).lasts(60.0, 7)
        (True, False)
        >>> Budget().lasts(0.0, 0)
        False
        """
        in_time = seconds < self.minutes * 60.0 or (not self.minutes and self.trials > 0)
        return in_time and (trials < self.trials or not self.trials)

    def over(self, seconds: float) -> bool:
        """Whether a running trial has to stop."""
        return 0.0 < self.minutes * 60.0 * MARGIN < seconds


class TrialLog(Protocol):
    """Who is told of every trial when it ends, and of what came of the search."""

    def record(self, trial: TrialRecord) -> None:
        """One trial has ended."""

    def conclude(self, words: str, metrics: Mapping[str, float]) -> None:
        """The search has ended, for this time."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where the trials are kept, who hears of them, and what time it is.

    `log` opens the log of the search with a key; `progress` takes stage, done and total.
    """

    folder: Path
    log: Callable[[str], TrialLog]
    progress: Callable[[str, int, int | None], None] = lambda _stage, _done, _total: None
    clock: Callable[[], float] = time.monotonic


def tune(
    data: Dataset, until_us: int, config: TrainConfig, budget: Budget, around: Surroundings
) -> Tuned:
    """The best settings found for the tickets created before `until_us`, as known by then.

    Raises:
        ModelError: too few tickets or outcomes; the trials cannot be kept or logged.
    """
    begun = around.clock()
    if not budget.lasts(0.0, 0):
        return Tuned(config)
    cut = exams(data, until_us, config)
    now = present(config)
    space = tuple(entry.around(now[entry.setting]) for entry in SPACE)
    key = _key(cut, config, space)
    log = around.log(key)
    trials = Trials.open(around.folder, key, config.seed, log.record)
    before, done = len(trials.ended()), 0
    trials.begin_with(now)
    judges = [_judge(fold, config, lambda: budget.over(around.clock() - begun)) for fold in cut]
    while budget.lasts(around.clock() - begun, done):
        around.progress(*_progress(budget, around.clock() - begun, before, done))
        trials.one_more(space, judges)
        done += 1
    tuned = chosen(config, trials.ended(), before)
    log.conclude(tuned.words, _metrics(tuned.trials))
    return tuned


def _judge(fold: tuple[Exam, ...], config: TrainConfig, late: Callable[[], bool]) -> Judge:
    threads = config.threads or os.cpu_count() or 1

    def scores(settings: Mapping[str, float]) -> Mapping[Task, float]:
        tried = changed(config, settings)
        return {exam.task: exam.auc(tried.forest, tried.seed, threads, late) for exam in fold}

    return scores


def chosen(config: TrainConfig, trials: tuple[TrialRecord, ...], before: int) -> Tuned:
    """The settings of the best trial, or the present ones if it does not win beyond the noise.

    The noise is the standard error of the gain, fold by fold; `before` trials are of earlier runs.
    """
    told = _told(trials, before)
    whole = [trial for trial in trials if trial.state == "complete"]
    now = next((trial for trial in whole if trial.present), None)
    if now is None:
        return Tuned(config, trials, f"{told}; there was no time for one on all folds")
    best = max(whole, key=lambda trial: trial.value)
    if best is now:
        words = f"{told}; none does better than the present settings, AUC {now.value:.4f}"
        return Tuned(config, trials, words)
    gain = np.subtract(best.folds, now.folds)
    noise = float(np.std(gain, ddof=1) / np.sqrt(gain.size)) if gain.size > 1 else np.inf
    words = (
        f"{told}; AUC {best.value:.4f} on {gain.size} folds before the test slice against "
        f"{now.value:.4f} of the present settings ({gain.mean():+.4f} ± {noise:.4f})"
    )
    if gain.mean() <= NOISE * noise:
        return Tuned(config, trials, f"{words}: no more than noise, the present settings stay")
    return Tuned(changed(config, best.settings), trials, f"{words}: taken")


def _told(trials: tuple[TrialRecord, ...], before: int) -> str:
    pruned, failed = (sum(t.state == state for t in trials) for state in ("pruned", "failed"))
    earlier = f", {before} of them in earlier runs" if before else ""
    return f"tuning: {len(trials)} tried ({pruned} given up, {failed} stopped){earlier}"


def _metrics(trials: tuple[TrialRecord, ...]) -> dict[str, float]:
    whole = [trial for trial in trials if trial.state == "complete"]
    found = {"trials": float(len(trials))}
    for name, some in (("best", whole), ("present", [t for t in whole if t.present])):
        if some:
            found[name] = max(trial.value for trial in some)
    return found


def _progress(
    budget: Budget, seconds: float, before: int, done: int
) -> tuple[str, int, int | None]:
    """Stage, done and total: in seconds if they are limited, else in trials."""
    stage = f"tuning: trial {before + done + 1}"
    if budget.minutes:
        return stage, int(seconds), int(budget.minutes * 60.0)
    return stage, done, budget.trials


def _key(cut: tuple[tuple[Exam, ...], ...], config: TrainConfig, space: tuple[Range, ...]) -> str:
    """SHA-256 of all that the value of a trial hangs on: folds, features, settings, space."""
    text = repr((replace(config, threads=0), space, TASKS))
    digest = hashlib.sha256(text.encode())
    for exam in (exam for fold in cut for exam in fold):
        digest.update(repr((exam.task, exam.share, exam.learned.names)).encode())
        for table in (exam.learned, exam.asked):
            for column in (table.x, table.y, table.w):
                digest.update(np.ascontiguousarray(column).data)
    return digest.hexdigest()

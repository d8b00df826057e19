"""The trials of one search for settings, kept in SQLite, as optuna proposes and prunes them.

Proposals are TPE's (Bergstra et al., 2011, *Algorithms for hyper-parameter optimization*). After
each fold, a trial whose mean so far is below the median of the earlier ones is given up.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import optuna
from optuna.storages import RDBStorage
from optuna.trial import FrozenTrial, Trial, TrialState
from sqlalchemy.exc import SQLAlchemyError

from features.errors import ModelError
from model.runs import TrialRecord
from training.dataset import Task
from training.exam import OutOfTimeError, weighted
from training.space import Range

FILE: Final = "tuning.db"

HEARTBEAT: Final = 30
"""Seconds between two signs of life of a trial; silent for twice as long, it was killed."""

UNPRUNED: Final = 5
"""Complete trials before the first is given up: a median of fewer says little."""

PRESENT: Final = "present"
FOLDS: Final = "folds"
_STATES: Final = {TrialState.COMPLETE: "complete", TrialState.PRUNED: "pruned"}

Hear = Callable[[TrialRecord], None]
Judge = Callable[[Mapping[str, float]], Mapping[Task, float]]
"""One fold: from settings to the AUC of each outcome."""


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """The trials of one search, those of earlier runs among them; `hear` is told of each end."""

    study: optuna.Study
    hear: Hear

    @classmethod
    def open(cls, folder: Path, key: str, seed: int, hear: Hear) -> Trials:
        """The search with a key, begun anew or gone on with; its file lies in `folder`.

        Raises:
            ModelError: the file cannot be used.
        """
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            study = optuna.create_study(
                storage=_storage(folder / FILE, hear),
                study_name=key,
                direction="maximize",
                pruner=optuna.pruners.MedianPruner(n_startup_trials=UNPRUNED),
                load_if_exists=True,
            )
        except (OSError, SQLAlchemyError, optuna.exceptions.OptunaError) as error:
            raise ModelError(
                f"the trials of a search cannot be kept: {error}",
                where=str(folder / FILE),
                remedy="make FENDAN_HOME writable, or remove the file",
            ) from error
        # A run that goes on must not draw the first run's numbers again.
        study.sampler = optuna.samplers.TPESampler(seed=seed + len(study.trials))
        return cls(study, hear)

    def ended(self) -> tuple[TrialRecord, ...]:
        """All trials that came to an end, the oldest first."""
        found = self.study.get_trials(deepcopy=False)
        return tuple(_record(trial) for trial in found if trial.state.is_finished())

    def begin_with(self, settings: Mapping[str, float]) -> None:
        """Try these settings, the present ones, next; unless they were or are being tried."""
        known = self.study.get_trials(deepcopy=False)
        if not any(t.user_attrs.get(PRESENT) and t.state != TrialState.FAIL for t in known):
            self.study.enqueue_trial(dict(settings), user_attrs={PRESENT: True})

    def one_more(self, space: tuple[Range, ...], folds: Sequence[Judge]) -> None:
        """Try the next settings, on all folds or until they fall behind.

        A trial that runs out of time, or whose process was killed, is kept as failed.
        """
        self.study.optimize(
            lambda trial: _attempt(trial, space, folds),
            n_trials=1,
            catch=(OutOfTimeError,),
            callbacks=[lambda _, trial: self.hear(_record(trial))],
        )


def _attempt(trial: Trial, space: tuple[Range, ...], folds: Sequence[Judge]) -> float:
    """The mean over the folds; the present settings see all of them, to be compared with."""
    settings = {entry.setting: _proposed(trial, entry) for entry in space}
    seen: list[Mapping[Task, float]] = []
    mean = float("nan")
    for judge in folds:
        if seen and not trial.user_attrs.get(PRESENT) and trial.should_prune():
            raise optuna.TrialPruned
        seen.append(judge(settings))
        mean = float(np.mean([weighted(scores) for scores in seen]))
        trial.set_user_attr(FOLDS, seen)
        trial.report(mean, len(seen))
    return mean


def _proposed(trial: Trial, entry: Range) -> float:
    if entry.whole:
        low, high = int(entry.low), int(entry.high)
        return trial.suggest_int(entry.setting, low, high, log=entry.log)
    return trial.suggest_float(entry.setting, entry.low, entry.high, log=entry.log)


def _record(trial: FrozenTrial) -> TrialRecord:
    scores = tuple(trial.user_attrs.get(FOLDS, ()))
    return TrialRecord(
        number=trial.number,
        state=_STATES.get(trial.state, "failed"),
        present=bool(trial.user_attrs.get(PRESENT)),
        settings=dict(trial.params),
        folds=tuple(weighted(fold) for fold in scores),
        scores=scores,
    )


def _storage(file: Path, hear: Hear) -> RDBStorage:
    with warnings.catch_warnings():  # the signs of life are "experimental" since 2021
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return RDBStorage(
            f"sqlite:///{file}",
            heartbeat_interval=HEARTBEAT,
            heartbeat_stale_trial_callback=lambda _, trial: hear(_record(trial)),
        )

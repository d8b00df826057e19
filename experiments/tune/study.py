"""The attempts of one search, kept in SQLite, as optuna proposes them; several aims at once.

Proposals are those of TPE for several objectives (Ozaki et al., 2020, *Multiobjective
tree-structured Parzen estimator*). A search that was stopped or killed goes on where it was.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import optuna
from optuna.storages import RDBStorage
from optuna.trial import FrozenTrial, Trial, TrialState
from sqlalchemy.exc import SQLAlchemyError

from features.errors import FendanError
from training.space import Range

FILE: Final = "search.db"
PRESENT: Final = "present"
HEARTBEAT: Final = 60
"""Seconds between two signs of life of an attempt; silent for twice as long, it was killed."""


class SearchError(FendanError):
    """A search that cannot be kept or gone on with."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One policy that was judged: its settings by path, and the aims reached."""

    number: int
    present: bool
    settings: Mapping[str, float]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """The attempts of one search, those of earlier runs among them."""

    optuna: optuna.Study

    @classmethod
    def open(cls, folder: Path, key: str, seed: int, aims: int) -> Study:
        """The search with a key, begun anew or gone on with; its file lies in `folder`.

        Raises:
            SearchError: the file cannot be used.
        """
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            study = optuna.create_study(
                storage=_storage(folder / FILE),
                study_name=key,
                directions=["minimize"] * aims,
                load_if_exists=True,
            )
        except (OSError, SQLAlchemyError, optuna.exceptions.OptunaError) as error:
            raise SearchError(
                f"the search cannot be kept: {error}",
                where=str(folder / FILE),
                remedy="make the folder writable, or remove the file",
            ) from error
        # A run that goes on must not draw the first run's numbers again.
        study.sampler = optuna.samplers.TPESampler(seed=seed + len(study.trials))
        return cls(study)

    def ended(self) -> tuple[Attempt, ...]:
        """All attempts that were judged, the oldest first."""
        states = (TrialState.COMPLETE,)
        return tuple(map(_attempt, self.optuna.get_trials(deepcopy=False, states=states)))

    def front(self) -> tuple[Attempt, ...]:
        """Those that no other is at least as good as in every aim, and better in one."""
        return tuple(map(_attempt, self.optuna.best_trials))

    def begin_with(self, settings: Mapping[str, float]) -> None:
        """Judge these settings, the present ones, next; unless they were or are being judged."""
        with warnings.catch_warnings():  # as in `_storage`
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            optuna.storages.fail_stale_trials(self.optuna)  # those that were killed
        known = self.optuna.get_trials(deepcopy=False)
        if not any(t.user_attrs.get(PRESENT) and t.state != TrialState.FAIL for t in known):
            self.optuna.enqueue_trial(dict(settings), user_attrs={PRESENT: True})

    def one_more(
        self,
        space: tuple[Range, ...],
        judged: Callable[[Mapping[str, float]], tuple[float, ...]],
    ) -> None:
        """Judge the next settings."""
        self.optuna.optimize(
            lambda trial: judged({entry.setting: _proposed(trial, entry) for entry in space}),
            n_trials=1,
        )


def _proposed(trial: Trial, entry: Range) -> float:
    if entry.whole:
        low, high = int(entry.low), int(entry.high)
        return trial.suggest_int(entry.setting, low, high, log=entry.log)
    return trial.suggest_float(entry.setting, entry.low, entry.high, log=entry.log)


def _attempt(trial: FrozenTrial) -> Attempt:
    present = bool(trial.user_attrs.get(PRESENT))
    return Attempt(trial.number, present, dict(trial.params), tuple(trial.values))


def _storage(file: Path) -> RDBStorage:
    with warnings.catch_warnings():  # the signs of life are "experimental" since 2021
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return RDBStorage(f"sqlite:///{file}", heartbeat_interval=HEARTBEAT)

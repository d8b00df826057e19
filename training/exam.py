"""How well a forest with given settings ranks the tickets of a fold.

LightGBM's binned copy of a fold is made once and serves every trial. A forest has as many trees
as rank best on the slice that judges it, just as a recipe counts its own on the slice after:
that flatters a little, but all settings alike. (Counted on the youngest known tickets instead,
the number swings between one tree and hundreds, and with it the AUC, whatever the settings.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np

from features.errors import ModelError
from model.risk import lightgbm
from training.config import TrainConfig
from training.dataset import Dataset, Task, known_rows
from training.fit import MIN_POSITIVES, ForestParams, Table, growth_settings
from training.folds import Fold, Thinned, folds, thinned

FOLDS: Final = 3
TASKS: Final[Mapping[Task, float]] = {"timeout": 0.75, "escalation": 0.25}
"""The outcomes that one set of settings serves, and what the AUC of each counts."""

OutOfTime = Callable[[], bool]


class OutOfTimeError(Exception):
    """The search has no time left for the forest that is growing."""


@dataclass(frozen=True, eq=False)
class Exam:
    """One outcome of one fold: what a forest learns from, and what it is asked.

    `share` of the rows is left after thinning: one of them stands for `1 / share`.
    """

    task: Task
    learned: Table
    asked: Table
    share: float

    def auc(
        self, params: ForestParams, seed: int, threads: int, late: OutOfTime = lambda: False
    ) -> float:
        """The weighted AUC on `asked` of a forest grown on `learned`.

        Raises:
            OutOfTimeError: `late` said so between two trees.
        """

        def watch(_: object) -> None:
            if late():
                raise OutOfTimeError

        lgb = lightgbm()
        data, valid = self._binned
        rows = max(1, round(params.min_rows_per_leaf * self.share))
        settings = growth_settings(replace(params, min_rows_per_leaf=rows), seed, threads)
        booster = lgb.train(
            {**settings, "objective": "binary", "metric": "auc", "feature_pre_filter": False},
            data,
            params.trees,
            valid_sets=[valid],
            callbacks=[lgb.early_stopping(params.patience, verbose=False), watch],
        )
        return float(booster.best_score["valid_0"]["auc"])

    @cached_property
    def _binned(self) -> tuple[Any, Any]:
        lgb, learned, asked = lightgbm(), self.learned, self.asked
        columns = [i for i, name in enumerate(learned.names) if name in learned.categorical]
        data = lgb.Dataset(
            learned.x,
            learned.y,
            weight=learned.w / self.share,
            categorical_feature=columns,
            params={"feature_pre_filter": False, "verbosity": -1},  # it would bind the leaves' size
        )
        return data, lgb.Dataset(asked.x, asked.y, weight=asked.w, reference=data)


def exams(
    data: Dataset, until_us: int, config: TrainConfig, count: int = FOLDS
) -> tuple[tuple[Exam, ...], ...]:
    """Per fold, the earliest first, an exam for every outcome that both happened and did not.

    Learns from a few moments of each ticket, asks at all of them. Reads no ticket created, and
    no verdict known, from `until_us` on.

    Raises:
        ModelError: too few tickets, or no fold with both outcomes.
    """
    few = thinned(data, until_us)
    cut = folds(data, until_us, config.split, count)
    made = (
        tuple(exam for task in TASKS for exam in _exam(data, few, fold, task, config))
        for fold in cut
    )
    found = tuple(fold for fold in made if fold)
    if not found:
        raise ModelError(
            "there are too few outcomes to compare settings by",
            where="event log",
            remedy="tune on a longer log, or train without --tune",
        )
    return found


def _exam(
    data: Dataset, few: Thinned, fold: Fold, task: Task, config: TrainConfig
) -> tuple[Exam, ...]:
    """The exam, or nothing where there is nothing to tell apart."""
    clip = config.censoring_clip
    old = known_rows(data.labels, few.data.landmarks, task, fold.past, clip=clip, guess=True)
    new = known_rows(data.labels, data.landmarks, task, fold.judged, clip=None)
    if any(min(np.sum(rows.y > 0), np.sum(rows.y <= 0)) < MIN_POSITIVES for rows in (old, new)):
        return ()
    return (Exam(task, few.data.table(old), data.table(new), few.share),)


def weighted(scores: Mapping[Task, float]) -> float:
    """One number for a fold: the mean AUC of its outcomes, weighted as in `TASKS`.

    >>> weighted({"timeout": 1.0, "escalation": 0.5})
    0.875
    """
    weights = [TASKS[task] for task in scores]
    return float(np.average(list(scores.values()), weights=weights))

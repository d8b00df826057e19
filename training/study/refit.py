"""The tested model's forests grown once more, on other columns or on other tickets.

Only the forests: calibration keeps the order, and a section that compares refitted models wants
them made alike. All are as large as the tested model's own.
"""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np

from model.risk import Forest, sigmoid
from training.dataset import Dataset, Rows, Task, rises
from training.fit import Table, fit_outcome
from training.moments import Float
from training.splits import Slice
from training.study.study import Study


def tasks(study: Study) -> tuple[Task, ...]:
    """The outcomes of which the tested model learned anything and the test holds both."""
    return tuple(
        answers.task
        for answers in study.evaluation.answers.values()
        if forest_of(study, answers.task).text and np.unique(answers.rows.y).size == 2  # 0 and 1
    )


def forest_of(study: Study, task: Task) -> Forest:
    """The tested model's forest of an outcome."""
    return study.risk.timeout if task == "timeout" else study.risk.escalation


def training_rows(study: Study, task: Task, part: Slice | None = None) -> Rows:
    """What the tested model learned from, or the part of it that lies in a slice."""
    return study.bench.lessons(task, part or study.learned_from)


def regrow(study: Study, task: Task, table: Table) -> Forest:
    """A forest of an outcome with the study's settings and number of trees."""
    trees = forest_of(study, task).booster.num_trees()
    params = replace(study.config.forest, trees=max(1, trees))
    signs = rises(task, table.names)
    return fit_outcome(table, params, study.config.seed, _threads(study), signs)


def answer(forest: Forest, study: Study, task: Task, data: Dataset) -> Float:
    """(k,) uncalibrated probabilities of the test rows of an outcome; `data` holds the columns."""
    rows = study.evaluation.answers[task].rows
    p: Float = sigmoid(forest.raw(data.x[rows.row], _threads(study)))
    return p


def _threads(study: Study) -> int:
    return study.config.threads or os.cpu_count() or 1

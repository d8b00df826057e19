"""How a risk model is made from everything known by a cut; the backtest uses the same recipe.

First stage: the forests grow on the older tickets (the youngest of them say when to stop),
calibrations and conformal shifts are learned on the tickets after those. Second stage: the
forests grow once more on all tickets up to the cut, with the number of trees found before;
calibrations and shifts stay, since they were learned out of time.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from model import eta
from model.calibration import Calibration, Choice, Outcomes, choose
from model.risk import Forest, RiskModel, sigmoid
from training.config import TrainConfig
from training.dataset import Dataset, Rows, Task, known_rows
from training.fit import Grown, fit_outcome, fit_quantile
from training.moments import Bool, Float
from training.splits import Slice, embargoed, slices

Progress = Callable[[str], None]

STOP_SHARE: Final = 0.15
"""The youngest share of the training tickets, kept apart to stop the growth of the forests."""

REGROW: Final = 1.1
"""More rows carry a few more trees."""


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """A risk model, and how it came about.

    `trees` per forest in the order of `model.risk.FORESTS`; `fit_rows` of the second stage.
    """

    risk: RiskModel
    timeout_choice: Choice
    escalation_choice: Choice
    trees: tuple[int, int, int, int]
    fit_rows: int
    parts: tuple[Slice, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Bench:
    """What all steps of the recipe need."""

    data: Dataset
    config: TrainConfig
    left_out: Bool
    threads: int

    def rows(self, task: Task, part: Slice) -> Rows:
        return known_rows(
            self.data.labels,
            self.data.landmarks,
            task,
            part,
            clip=self.config.censoring_clip,
            left_out=self.left_out,
        )


def learn(
    data: Dataset, until_us: int, config: TrainConfig, progress: Progress = lambda _: None
) -> Learned:
    """A calibrated risk model from the tickets created before `until_us`, as known by then.

    Raises:
        ModelError: too few tickets.
    """
    share = config.split.train / (config.split.train + config.split.calibrate)
    old, young, late = slices(
        data.labels.created_us,
        until_us,
        (share * (1.0 - STOP_SHARE), share * STOP_SHARE, 1.0 - share),
    )
    old = replace(old, known_by_us=young.end_us)
    left_out = embargoed(
        data.labels.created_us, (young.end_us, until_us), config.split.embargo_hours
    )
    bench = _Bench(data, config, left_out, config.threads or os.cpu_count() or 1)
    progress("first stage: trees and calibration")
    grown, choices, shifts = _first_stage(bench, old, young, late)
    progress("second stage: all tickets")
    whole = Slice(old.start_us, until_us, until_us)
    forests, rows = _second_stage(bench, whole, grown)
    risk = RiskModel(
        names=data.names,
        categorical=data.categorical,
        timeout=forests[0],
        escalation=forests[1],
        eta_p50=forests[2],
        eta_p90=forests[3],
        timeout_calibration=choices[0].calibration,
        escalation_calibration=choices[1].calibration,
        eta_shifts=shifts,
    )
    trees = (grown[0].trees, grown[1].trees, grown[2].trees, grown[3].trees)
    return Learned(risk, *choices, trees, rows, (old, young, late))


def _first_stage(
    bench: _Bench, old: Slice, young: Slice, late: Slice
) -> tuple[tuple[Grown, ...], tuple[Choice, Choice], tuple[float, float]]:
    data, config = bench.data, bench.config
    grown: list[Grown] = []
    choices: list[Choice] = []
    tasks: tuple[Task, ...] = ("timeout", "escalation")
    for task in tasks:
        train, stop = (data.table(bench.rows(task, part)) for part in (old, young))
        grown.append(fit_outcome(train, stop, config.forest, config.seed, bench.threads))
        choices.append(_calibrate(bench, grown[-1].forest, bench.rows(task, late)))
    train, stop = (data.table(bench.rows("eta", part)) for part in (old, young))
    later = bench.rows("eta", late)
    shifts = []
    for level in eta.LEVELS:
        found = fit_quantile(train, stop, level, config.eta_forest, config.seed, bench.threads)
        predicted = found.forest.raw(data.x[later.row], bench.threads)
        shifts.append(eta.conformal_shift(predicted, later.y, later.w, level))
        grown.append(found)
    return tuple(grown), (choices[0], choices[1]), (shifts[0], shifts[1])


def _calibrate(bench: _Bench, forest: Forest, rows: Rows) -> Choice:
    """Chosen on the younger half of the slice among those fitted on the older half."""
    if not forest.text or rows.row.size == 0:
        return Choice(Calibration(), {}, {})
    p: Float = sigmoid(forest.raw(bench.data.x[rows.row], bench.threads))
    created = bench.data.labels.created_us[bench.data.landmarks.ticket[rows.row]]
    early = created < np.median(created)
    first, second = (Outcomes(p[m], rows.y[m], rows.w[m]) for m in (early, ~early))
    return choose(first, second, margin=bench.config.calibration_margin)


def _second_stage(
    bench: _Bench, whole: Slice, grown: tuple[Grown, ...]
) -> tuple[tuple[Forest, ...], int]:
    data, config = bench.data, bench.config
    forests: list[Forest] = []
    tasks: tuple[Task, ...] = ("timeout", "escalation")
    most = 0
    for task, first in zip(tasks, grown, strict=False):
        params = replace(config.forest, trees=max(1, round(first.trees * REGROW)))
        table = data.table(bench.rows(task, whole))
        most = max(most, len(table))
        grow = first.forest.text and len(table)
        again = fit_outcome(table, None, params, config.seed, bench.threads) if grow else first
        forests.append(again.forest)
    table = data.table(bench.rows("eta", whole))
    for level, first in zip(eta.LEVELS, grown[2:], strict=True):
        params = replace(config.eta_forest, trees=max(1, round(first.trees * REGROW)))
        found = fit_quantile(table, None, level, params, config.seed, bench.threads)
        forests.append(found.forest)
    return tuple(forests), most

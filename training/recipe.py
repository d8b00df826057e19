"""How a risk model is made from everything known by a cut; the backtest uses the same recipe.

The origin rolls: forests grown on the tickets before one cut predict those of the next slice,
then grow again with that slice included. A calibration is learned from what the forests of one
cut said of the slice after it, and kept only if it helps the forests of the *next* cut on the
slice after that: growing again absorbs part of a drift, and a correction that was right for
the older forests can be wrong for the newer ones. Conformal shifts of the hours are learned in
the same out-of-time way. Last, all forests grow on everything, with the number of trees found.

Tickets so young that few verdicts can be known yet are left out (`ripening`). Inside a recipe
the verdicts of a slice may ripen after its last ticket: what calibrates is later by creation,
not by verdict. The test slice is later by both.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from model import eta
from model.calibration import Choice, Outcomes, choose
from model.risk import Forest, RiskModel, sigmoid
from training.config import TrainConfig
from training.dataset import Dataset, Rows, Task, known_rows
from training.fit import Grown, fit_outcome, fit_quantile
from training.labels import Labels
from training.moments import NEVER, Bool, Float
from training.splits import Slice, boundary, embargoed, ripe_after, slices

Progress = Callable[[str], None]

STOP_SHARE: Final = 0.15
"""The youngest share of the training tickets, kept apart to stop the growth of the forests."""

REGROW: Final = 1.1
"""More rows carry a few more trees."""

OUTCOMES: Final[tuple[Task, ...]] = ("timeout", "escalation")


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """A risk model, and how it came about.

    `trees` per forest in the order of `model.risk.FORESTS`; `learned_from` are the tickets the
    forests grew on.
    """

    risk: RiskModel
    timeout_choice: Choice
    escalation_choice: Choice
    trees: tuple[int, int, int, int]
    learned_from: Slice


@dataclass(frozen=True, slots=True, eq=False)
class _Bench:
    """What all steps need."""

    data: Dataset
    config: TrainConfig
    left_out: Bool
    threads: int

    def rows(self, task: Task, part: Slice, *, guess: bool = False) -> Rows:
        """Known outcomes; with `guess` long promises that are not due yet, too."""
        return known_rows(
            self.data.labels,
            self.data.landmarks,
            task,
            part,
            clip=self.config.censoring_clip,
            guess=guess,
            left_out=self.left_out,
        )


def learn(
    data: Dataset, until_us: int, config: TrainConfig, progress: Progress = lambda _: None
) -> Learned:
    """A calibrated risk model from the tickets created before `until_us`, as known by then.

    Raises:
        ModelError: too few tickets.
    """
    created = data.labels.created_us
    ripe = ripening(data.labels, until_us, config.split.ripe_share)
    share = config.split.train / (config.split.train + config.split.calibrate)
    parts = (share * (1.0 - STOP_SHARE), share * STOP_SHARE, 1.0 - share)
    old, young, late = slices(created, until_us - ripe, parts)
    old, young = (replace(part, known_by_us=young.end_us + ripe) for part in (old, young))
    half = boundary(created[late.has(created)], 0.5)
    early, late = Slice(late.start_us, half, half + ripe), Slice(half, late.end_us, until_us)
    bench = _bench(data, config, (young.end_us, half, until_us))
    progress("growing forests")
    first = _grow(bench, old, young)
    middle = _regrow(bench, Slice(old.start_us, half, half + ripe), first)
    progress("calibrating")
    seen = [
        (_said(bench, task, g.forest, early), _said(bench, task, m, late))
        for task, g, m in zip(OUTCOMES, first, middle, strict=False)
    ]
    whole_late = Slice(early.start_us, late.end_us, until_us)
    shifts = _shifts(bench, first[2:], bench.rows("eta", whole_late))
    return _finish(bench, first, seen, shifts, replace(whole_late, start_us=old.start_us), progress)


def ripening(labels: Labels, until_us: int, share: float) -> int:
    """Microseconds after which the share of the desk's own verdicts is known, as seen then.

    Over tickets without a promised time; 0 if none of them has a verdict. (With a promised
    time the verdict is ripe when that passes: `training.unripe`.)
    """
    mine = (labels.created_us < until_us) & (labels.due_us == NEVER)
    created, known = labels.created_us[mine], labels.timeout(until_us).known_us[mine]
    delay = np.where(known < NEVER, known - created, NEVER)
    return ripe_after(delay, until_us - created, share)


def _bench(data: Dataset, config: TrainConfig, bounds: tuple[int, ...]) -> _Bench:
    left_out = embargoed(data.labels.created_us, bounds, config.split.embargo_hours)
    return _Bench(data, config, left_out, config.threads or os.cpu_count() or 1)


def _grow(bench: _Bench, old: Slice, young: Slice) -> tuple[Grown, ...]:
    """The first forests, each with as many trees as do best on the young tickets."""
    data, config = bench.data, bench.config
    grown: list[Grown] = []
    for task in OUTCOMES:
        train = data.table(bench.rows(task, old, guess=True))
        stop = data.table(bench.rows(task, young))
        grown.append(fit_outcome(train, stop, config.forest, config.seed, bench.threads))
    train, stop = (data.table(bench.rows("eta", part)) for part in (old, young))
    for level in eta.LEVELS:
        settings = (level, config.eta_forest, config.seed, bench.threads)
        grown.append(fit_quantile(train, stop, *settings))
    return tuple(grown)


def _finish(
    bench: _Bench,
    first: tuple[Grown, ...],
    seen: list[tuple[Outcomes, Outcomes]],
    shifts: tuple[float, float],
    whole: Slice,
    progress: Progress,
) -> Learned:
    """Choose the calibrations, then grow the forests again on all tickets."""
    margin = bench.config.calibration_margin
    timeout, escalation = (choose(then, now, margin=margin) for then, now in seen)
    progress("growing forests on all tickets")
    forests = (*_regrow(bench, whole, first), *_regrow_eta(bench, whole, first[2:]))
    risk = RiskModel(
        bench.data.names,
        bench.data.categorical,
        *forests,
        timeout.calibration,
        escalation.calibration,
        shifts,
    )
    trees = (first[0].trees, first[1].trees, first[2].trees, first[3].trees)
    return Learned(risk, timeout, escalation, trees, whole)


def _said(bench: _Bench, task: Task, forest: Forest, part: Slice) -> Outcomes:
    """What a forest that never saw the slice says of it, beside what became of it."""
    rows = bench.rows(task, part)
    p: Float = sigmoid(forest.raw(bench.data.x[rows.row], bench.threads))
    return Outcomes(p, rows.y, rows.w)


def _shifts(bench: _Bench, grown: tuple[Grown, ...], rows: Rows) -> tuple[float, float]:
    low, high = (
        eta.conformal_shift(
            found.forest.raw(bench.data.x[rows.row], bench.threads), rows.y, rows.w, level
        )
        for level, found in zip(eta.LEVELS, grown, strict=True)
    )
    return low, high


def _regrow(bench: _Bench, whole: Slice, first: tuple[Grown, ...]) -> tuple[Forest, Forest]:
    """The forests of both outcomes on a longer slice, as many trees for as many rows."""
    data, config = bench.data, bench.config
    forests: list[Forest] = []
    for task, grown in zip(OUTCOMES, first, strict=False):
        params = replace(config.forest, trees=max(1, round(grown.trees * REGROW)))
        table = data.table(bench.rows(task, whole, guess=True))
        grow = grown.forest.text and len(table)
        again = fit_outcome(table, None, params, config.seed, bench.threads) if grow else grown
        forests.append(again.forest)
    return forests[0], forests[1]


def _regrow_eta(bench: _Bench, whole: Slice, first: tuple[Grown, ...]) -> tuple[Forest, Forest]:
    data, config = bench.data, bench.config
    table = data.table(bench.rows("eta", whole))
    low, high = (
        fit_quantile(
            table,
            None,
            level,
            replace(config.eta_forest, trees=max(1, round(grown.trees * REGROW))),
            config.seed,
            bench.threads,
        ).forest
        for level, grown in zip(eta.LEVELS, first, strict=True)
    )
    return low, high

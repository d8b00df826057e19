"""How a risk model is made from everything known by a cut; the backtest uses the same recipe.

The origin rolls: forests grown on the tickets before one cut are asked about those of the next
slice, then grow again with that slice included. A calibration of each family is learned from what
the forests of one cut said of the slice after it, and must help the forests of the *next* cut on
the slice after that, also against the one that follows the desk from day to day (`model.live`):
growing again absorbs part of a drift, and a correction that was right for the older forests can
be wrong for the newer ones. The hours get their conformal shifts from the same answers. Last, all
forests grow on everything.

The model that is served in the end needs no such rounds of its own: its backtest was one.

Nothing waits for verdicts. What is known by the cut is learned, and of what is not known the
part that can be told (`features.outcomes`, `training.unripe`).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce
from typing import Final

import numpy as np

from features.frame import Encoder
from features.history import History
from features.outcomes import recency
from model import eta
from model.bundle import Bundle, BundleInfo
from model.calibration import Choice, Outcomes, choose
from model.live import shifts
from model.risk import Forest, RiskModel, sigmoid
from training.config import TrainConfig
from training.dataset import Dataset, Rows, Task, Waits, known_rows, rises, waits
from training.fit import fit_outcome, fit_quantile
from training.moments import Bool, Float, rfc3339
from training.splits import Slice, boundary, embargoed, slices

Progress = Callable[[str], None]

OUTCOMES: Final[tuple[Task, ...]] = ("timeout", "escalation")


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """A risk model, and how it came about.

    `trees` per forest in the order of `model.risk.FORESTS`; `learned_from` are the tickets the
    forests grew on; `asked` what forests said of slices that they had not seen, oldest first.
    """

    risk: RiskModel
    timeout_choice: Choice
    escalation_choice: Choice
    trees: tuple[int, int, int, int]
    learned_from: Slice
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What forests said of tickets created after all that they grew on, by outcome.

    `live` is the timeout risk at the level of each day; `errors` (2, k) how much longer than
    either quantile it took, in logs of 1 + hours, `waits` whether it had ended.
    """

    timeout: Outcomes
    escalation: Outcomes
    live: Outcomes
    errors: Float
    waits: Waits


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """What all steps need: the landmarks, how they were encoded, and the settings."""

    data: Dataset
    encoder: Encoder
    history: History
    config: TrainConfig

    @property
    def threads(self) -> int:
        """How many threads grow a forest."""
        return self.config.threads or os.cpu_count() or 1

    def rows(self, task: Task, part: Slice, *, guess: bool = False) -> Rows:
        """Known outcomes of a slice; with `guess` what can be told of the others, too."""
        return known_rows(
            self.data.labels,
            self.data.landmarks,
            task,
            part,
            clip=self.config.censoring_clip,
            guess=guess,
            left_out=self._embargoed(part),
        )

    def lessons(self, task: Task, part: Slice) -> Rows:
        """What a forest learns from: all that can be told, older tickets less where asked for."""
        rows, half_life = self.rows(task, part, guess=True), self.config.recency_half_life_days
        if not half_life:
            return rows
        ticket = self.data.landmarks.ticket[rows.row]
        age = part.known_by_us - self.data.labels.created_us[ticket]
        return replace(rows, w=rows.w * recency(age, half_life))

    def bundle(self, risk: RiskModel, seen_until_us: int) -> Bundle:
        """The model as it would be served, having seen nothing from a moment on."""
        return Bundle(BundleInfo("", "", rfc3339(seen_until_us)), risk, self.encoder)

    def _embargoed(self, part: Slice) -> Bool:
        hours = self.config.split.embargo_hours
        return embargoed(self.data.labels.created_us, (part.end_us,), hours)


def learn(bench: Bench, until_us: int, progress: Progress = lambda _: None) -> Learned:
    """A calibrated risk model from the tickets created before `until_us`, as known by then.

    Raises:
        ModelError: too few tickets.
    """
    created, split = bench.data.labels.created_us, bench.config.split
    share = split.train / (split.train + split.calibrate)
    old, young = slices(created, until_us, (share, 1.0 - share))
    progress("growing forests")
    first = grow(bench, old)
    progress("calibrating")
    half = boundary(created[young.has(created)], 0.5)
    early = ask(bench, first, replace(young, end_us=half))
    timeout, escalation = grow_outcomes(bench, Slice(old.start_us, half, half))
    middle = replace(first, timeout=timeout, escalation=escalation)
    late = ask(bench, middle, replace(young, start_us=half))
    progress("growing forests on all tickets")
    return finish(bench, Slice(old.start_us, until_us, until_us), (early, late))


def finish(bench: Bench, whole: Slice, asked: tuple[Asked, ...]) -> Learned:
    """Grow the forests on everything, calibrated by what was said of slices they had not seen.

    `asked` oldest first: a fixed map is learned from the last slice but one and proves itself on
    the last. The daily level learns from none of them, so all are its proof.
    """
    early, late = asked[-2:]
    margin = bench.config.calibration_margin
    raw, live = (
        reduce(Outcomes.join, (a.timeout for a in asked)),
        reduce(Outcomes.join, (a.live for a in asked)),
    )
    timeout = choose(early.timeout, late.timeout, margin=margin, live=(raw, live))
    escalation = choose(early.escalation, late.escalation, margin=margin)
    risk = grow(bench, whole)
    risk = replace(
        risk,
        timeout_calibration=timeout.calibration,
        escalation_calibration=escalation.calibration,
        eta_shifts=_conformal(early, late),
        live=timeout.live,
    )
    forests = (risk.timeout, risk.escalation, risk.eta_p50, risk.eta_p90)
    a, b, c, d = (_trees(forest) for forest in forests)
    return Learned(risk, timeout, escalation, (a, b, c, d), whole, asked)


def grow(bench: Bench, part: Slice) -> RiskModel:
    """All four forests on the tickets of a slice, uncalibrated."""
    data, params = bench.data, bench.config.eta_forest
    table = data.table(bench.rows("eta", part))
    p50, p90 = (
        fit_quantile(table, level, params, bench.config.seed, bench.threads) for level in eta.LEVELS
    )
    return RiskModel(data.names, data.categorical, *grow_outcomes(bench, part), p50, p90)


def grow_outcomes(bench: Bench, part: Slice) -> tuple[Forest, Forest]:
    """The forests of the two outcomes on the tickets of a slice."""
    data, config = bench.data, bench.config
    timeout, escalation = (
        fit_outcome(
            data.table(bench.lessons(task, part)),
            config.forest,
            config.seed,
            bench.threads,
            rises(task, data.names),
        )
        for task in OUTCOMES
    )
    return timeout, escalation


def ask(bench: Bench, risk: RiskModel, part: Slice) -> Asked:
    """What the forests say of a slice that they never saw, beside what became of it."""
    data, threads = bench.data, bench.threads
    timeout, escalation = (bench.rows(task, part, guess=True) for task in OUTCOMES)
    z = risk.timeout.raw(data.x[timeout.row], threads)
    served = bench.bundle(replace(risk, live=True), part.start_us)
    shift = shifts(served, bench.history, data.landmarks.time_us[timeout.row])
    p = sigmoid(risk.escalation.raw(data.x[escalation.row], threads))
    seen = waits(data.labels, data.landmarks, part)
    return Asked(
        Outcomes(sigmoid(z), timeout.y, timeout.w),
        Outcomes(p, escalation.y, escalation.w),
        Outcomes(sigmoid(z + shift), timeout.y, timeout.w),
        seen.y - np.stack(risk.log_hours(data.x[seen.row])),
        seen,
    )


def _conformal(early: Asked, late: Asked) -> tuple[float, float]:
    """What to add to both quantiles, learned from all answers about unseen tickets."""
    errors = np.concatenate([early.errors, late.errors], axis=1)
    ended = np.concatenate([early.waits.ended, late.waits.ended])
    w = np.concatenate([early.waits.w, late.waits.w])
    low, high = (
        eta.conformal_shift(error, ended, w, level)
        for error, level in zip(errors, eta.LEVELS, strict=True)
    )
    return low, high


def _trees(forest: Forest) -> int:
    return int(forest.booster.num_trees()) if forest.text else 0

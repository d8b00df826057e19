"""Whether a log can tell of an evaluation policy at all: how much of it speaks, and for what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments.ope.estimators import Rounds
from model.columns import Floats

Said = tuple[str, str]
"""The same in English and in Chinese."""

FEW: Final = 100.0
"""Effective rounds below which an estimate is hardly more than a guess."""
HEAVY: Final = 0.05
"""Share of all weight on one round from which that round decides."""
MISSING: Final = 0.01
"""Share of the evaluation policy's choices that were never possible."""
OFF: Final = 3.0
"""Standard errors by which the mean weight may differ from what it must be."""
_ROUNDED: Final = 1e-4  # a logged propensity has six decimals


@dataclass(frozen=True, slots=True)
class Overlap:
    """How well the log covers an evaluation policy.

    `effective` is the number of equally weighted rounds that would say as much, sum(w)^2 / sum(w^2)
    (Kish, 1965); `heaviest` the largest weight's share of all; `missing` the share of the
    evaluation policy's choices that the behaviour policy could not make; `mean_weight` must be
    `1 - missing` if the pscores are true, give or take `mean_error`. `cut` bounds the bias of
    `clipped` for rewards in [0, 1]: it is too low by at most that (see `bias_of_clipping`).
    """

    rounds: int
    effective: float
    heaviest: float
    missing: float
    mean_weight: float
    mean_error: float
    cut: float

    @classmethod
    def of(cls, rounds: Rounds, missing: Floats) -> Overlap:
        """Of rounds, and the chance (n,) with which each choice was not possible."""
        weight = rounds.weight
        total, squares, count = weight.sum(), (weight**2).sum(), len(rounds)
        return cls(
            rounds=count,
            effective=float(total**2 / squares) if squares else 0.0,
            heaviest=float(weight.max(initial=0.0) / total) if total else 0.0,
            missing=float(missing.mean()) if count else 0.0,
            mean_weight=float(total / count) if count else 0.0,
            mean_error=float(weight.std() / np.sqrt(count)) if count else 0.0,
            cut=bias_of_clipping(rounds),
        )

    def warnings(self) -> tuple[Said, ...]:
        """What speaks against trusting an estimate, each in English and Chinese."""
        mean, due = self.mean_weight, 1 - self.missing
        untrue = abs(mean - due) > OFF * self.mean_error + _ROUNDED
        told = (
            (
                self.effective < FEW,
                f"only {self.effective:.0f} effective rounds of {self.rounds}",
                f"{self.rounds} 轮中有效样本仅 {self.effective:.0f}",
            ),
            (
                self.heaviest > HEAVY,
                f"one round has {self.heaviest:.0%} of all weight",
                f"单轮权重占 {self.heaviest:.0%}",
            ),
            (
                self.missing > MISSING,
                f"{self.missing:.0%} of its choices were never possible in the log",
                f"其选择中有 {self.missing:.0%} 在日志中不可能出现",
            ),
            (
                untrue,
                f"the mean weight is {mean:.2f}, not {due:.2f}: are the propensities true?",
                f"平均权重为 {mean:.2f}，应为 {due:.2f}：倾向分是否属实？",
            ),
        )
        return tuple((english, chinese) for holds, english, chinese in told if holds)


def bias_of_clipping(rounds: Rounds) -> float:
    """The most that `clipped` can be too low for rewards in [0, 1]: mean(max(w - c, 0))."""
    if not len(rounds):
        return 0.0
    return float(np.maximum(rounds.weight - rounds.cap, 0.0).mean())

"""What a policy is judged by: three figures, all the smaller the better."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from experiments.outcome import Figures
from features.words import Words
from model.policy import Policy

Goal = Literal["late", "loss"]
GOALS: Final[tuple[Goal, ...]] = ("late", "loss")
BESIDE: Final = ("gini", "hand_overs")
WORDS: Final[Mapping[str, Words]] = {
    "late": Words("late share", "超时率"),
    "loss": Words("value-weighted loss a ticket", "按客户价值加权的单均损失"),
    "gini": Words("unevenness of work (Gini)", "负荷不均（基尼系数）"),
    "hand_overs": Words("hand-overs a ticket", "单均转派次数"),
}
Judge = Callable[[Policy, int], Figures]
"""One play: of a policy and a seed, what became of the tickets."""


@dataclass(frozen=True, slots=True)
class Aims:
    """What is wanted first; fairness and few hand-overs are wanted beside it."""

    goal: Goal = "late"

    @property
    def names(self) -> tuple[str, ...]:
        """The figures in order."""
        return (self.goal, *BESIDE)

    def of(self, plays: Sequence[Figures]) -> tuple[float, ...]:
        """The mean of each figure over the plays."""
        return tuple(float(np.mean([getattr(one, name) for one in plays])) for name in self.names)

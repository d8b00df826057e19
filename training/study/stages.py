"""AUC at the stages of a ticket's life, with its resamples, for sections that compare forests."""

from __future__ import annotations

from typing import Final

import numpy as np

from features.words import Words
from training.evaluate import ALL, Answers
from training.landmarks import STAGES, look_weights
from training.moments import Bool, Float
from training.study.intervals import Interval
from training.study.resample import ROUNDS, Resamples, aucs

WHEN: Final = (
    ("created", Words("at creation", "创建时")),
    ("assigned", Words("at first assignment", "首次指派时")),
    (ALL, Words("all moments", "全部时刻")),
)
NOTHING: Final = Words(
    "The model learned of no outcome that the test shows both ways.",
    "测试期内没有两种结果都出现过的学习目标。",
)


def at_stage(answers: Answers, stage: str) -> Bool:
    """(k,) which test rows are of a stage."""
    if stage == ALL:
        return np.ones(answers.stage.size, bool)
    return np.asarray(answers.stage == STAGES.index(stage))


def stage_aucs(answers: Answers, p: Float, seed: int, rounds: int = ROUNDS) -> Float:
    """(3, 1 + rounds) AUC of `p` (k,) at each of `WHEN`; tickets drawn whole, looks weighed anew.

    The draws of one seed are the same whatever is said, so differences of two are paired.
    """
    found = []
    for stage, _ in WHEN:
        some = at_stage(answers, stage)
        ticket = answers.ticket[some]
        resamples = Resamples.of(ticket, seed, rounds)
        found.append(aucs(answers.rows.y[some], p[some], look_weights(ticket), resamples))
    return np.array(found)


def estimates(drawn: Float) -> tuple[Interval, ...]:
    """One per row of `stage_aucs`, or of the difference of two."""
    return tuple(Interval.of(row) for row in drawn)


def named(prefix: str, found: tuple[Interval, ...]) -> list[tuple[str, float]]:
    """Metrics `<prefix>.<stage>` of those that are defined."""
    pairs = zip(WHEN, found, strict=True)
    return [(f"{prefix}.{stage}", e.value) for (stage, _), e in pairs if not np.isnan(e.value)]

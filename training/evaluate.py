"""How good a learned model is on tickets created after everything it learned from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from model.risk import RiskModel, sigmoid
from training.baselines import CategoryRate, Logistic
from training.config import TrainConfig
from training.dataset import Dataset, Rows, Task, known_rows
from training.landmarks import STAGES, ticket_weights
from training.metrics import Score, coverage, score
from training.moments import Float, Int
from training.splits import Slice

ALL = "all"


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Test rows of one task and what each contender says: name to probabilities, (k,) each."""

    task: Task
    rows: Rows
    stage: Int
    ticket: Int
    said: Mapping[str, Float]

    def at(self, stage: str, contender: str = "model") -> tuple[Float, Float, Float]:
        """Outcomes, probabilities and weights (every ticket the same) at one stage, or at all."""
        some = np.full(self.stage.size, True)
        if stage != ALL:
            some = self.stage == STAGES.index(stage)
        return self.rows.y[some], self.said[contender][some], ticket_weights(self.ticket[some])


@dataclass(frozen=True, slots=True)
class StageScore:
    """One contender for one task at one stage."""

    task: str
    stage: str
    contender: str
    score: Score


@dataclass(frozen=True, slots=True)
class EtaScore:
    """Share of test tickets resolved by p50 and by p90 (nominal 0.5, 0.9), over `rows`."""

    rows: int
    p50: float
    p90: float


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """All scores, the answers behind them, and the test tickets still without a verdict."""

    scores: tuple[StageScore, ...]
    eta: EtaScore
    answers: Mapping[str, Answers]
    test_tickets: int
    censored: int

    def find(self, task: str, stage: str, contender: str = "model") -> Score:
        """One score by name.

        Raises:
            KeyError: it was not computed (no row of that stage).
        """
        for entry in self.scores:
            if (entry.task, entry.stage, entry.contender) == (task, stage, contender):
                return entry.score
        raise KeyError(f"{task} {stage} {contender}")


def evaluate(
    data: Dataset, risk: RiskModel, learned_from: Slice, test: Slice, config: TrainConfig
) -> Evaluation:
    """Scores on `test`, beside baselines that learned what the model did from `learned_from`."""
    tasks: tuple[Task, ...] = ("timeout", "escalation")
    answers: dict[str, Answers] = {
        task: _answers(data, risk, task, learned_from, test, config) for task in tasks
    }
    scores = tuple(
        StageScore(task, stage, name, score(*found.at(stage, name)))
        for task, found in answers.items()
        for stage in (ALL, *STAGES)
        for name in found.said
        if found.at(stage)[0].size
    )
    inside = test.has(data.labels.created_us)
    verdict = data.labels.timeout(test.known_by_us).value[inside]
    return Evaluation(
        scores, _eta(data, risk, test), answers, int(inside.sum()), int((verdict < 0).sum())
    )


def _answers(
    data: Dataset, risk: RiskModel, task: Task, past: Slice, test: Slice, config: TrainConfig
) -> Answers:
    old = known_rows(
        data.labels, data.landmarks, task, past, clip=config.censoring_clip, guess=True
    )
    new = known_rows(data.labels, data.landmarks, task, test, clip=None)
    ticket = data.landmarks.ticket
    category = data.labels.category
    rate = CategoryRate.learn(category[ticket[old.row]], old.y, old.w)
    logistic = Logistic.learn(data.table(old), config.seed)
    x = data.x[new.row]
    forest = risk.timeout if task == "timeout" else risk.escalation
    calibrate = risk.timeout_calibration if task == "timeout" else risk.escalation_calibration
    raw: Float = sigmoid(forest.raw(x))
    said = {
        "model": calibrate(raw),
        "uncalibrated": raw,
        "category rate": rate.predict(category[ticket[new.row]]),
        "logistic": logistic.predict(x),
    }
    stage = data.landmarks.kind[new.row].astype(np.int64)
    return Answers(task, new, stage, ticket[new.row], said)


def _eta(data: Dataset, risk: RiskModel, test: Slice) -> EtaScore:
    rows = known_rows(data.labels, data.landmarks, "eta", test, clip=None)
    p50, p90 = risk.hours(data.x[rows.row])
    hours = np.expm1(rows.y)
    return EtaScore(
        int(rows.row.size),
        coverage(hours, p50 + 1e-9, rows.w),
        coverage(hours, p90 + 1e-9, rows.w),
    )

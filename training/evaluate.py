"""How good a learned model is on tickets created after everything it learned from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from model.live import shifts
from model.risk import RiskModel, sigmoid
from training.baselines import CategoryRate, Logistic
from training.dataset import Dataset, Rows, Task, known_rows
from training.landmarks import STAGES, look_weights
from training.metrics import Score, coverage, score
from training.moments import Float, Int
from training.recipe import Bench
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
        """Outcomes, probabilities and weights at one stage, or at all.

        Of several looks at a ticket among them, the k-th counts 1 / k.
        """
        some = np.full(self.stage.size, True)
        if stage != ALL:
            some = self.stage == STAGES.index(stage)
        return self.rows.y[some], self.said[contender][some], look_weights(self.ticket[some])


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


def evaluate(bench: Bench, risk: RiskModel, learned_from: Slice, test: Slice) -> Evaluation:
    """Scores on `test`, beside baselines that learned what the model did from `learned_from`.

    Where the model is live, its level on each day is the one that it would have had then.
    """
    tasks: tuple[Task, ...] = ("timeout", "escalation")
    answers: dict[str, Answers] = {
        task: _answers(bench, risk, task, learned_from, test) for task in tasks
    }
    scores = tuple(
        StageScore(task, stage, name, score(*found.at(stage, name)))
        for task, found in answers.items()
        for stage in (ALL, *STAGES)
        for name in found.said
        if found.at(stage)[0].size
    )
    labels = bench.data.labels
    inside = test.has(labels.created_us)
    verdict = labels.timeout(test.known_by_us).value[inside]
    eta_score = _eta(bench.data, risk, test)
    return Evaluation(scores, eta_score, answers, int(inside.sum()), int((verdict < 0).sum()))


def _answers(bench: Bench, risk: RiskModel, task: Task, past: Slice, test: Slice) -> Answers:
    data = bench.data
    old = bench.rows(task, past, guess=True)
    new = known_rows(data.labels, data.landmarks, task, test, clip=None)
    ticket, category = data.landmarks.ticket, data.labels.category
    rate = CategoryRate.learn(category[ticket[old.row]], old.y, old.w)
    logistic = Logistic.learn(data.table(old), bench.config.seed)
    x = data.x[new.row]
    said = {
        **_model(bench, risk, task, new, past.known_by_us),
        "category rate": rate.predict(category[ticket[new.row]]),
        "logistic": logistic.predict(x),
    }
    stage = data.landmarks.kind[new.row].astype(np.int64)
    return Answers(task, new, stage, ticket[new.row], said)


def _model(
    bench: Bench, risk: RiskModel, task: Task, rows: Rows, seen_until: int
) -> dict[str, Float]:
    """What the model says, and what its forest says uncalibrated."""
    x = bench.data.x[rows.row]
    if task == "escalation":
        raw: Float = sigmoid(risk.escalation.raw(x, bench.threads))
        return {"model": risk.escalation_calibration(raw), "uncalibrated": raw}
    z = risk.timeout.raw(x, bench.threads)
    times = bench.data.landmarks.time_us[rows.row]
    shift = shifts(bench.bundle(risk, seen_until), bench.history, times)
    calibrated = risk.timeout_calibration(sigmoid(z + shift))
    return {"model": calibrated, "uncalibrated": sigmoid(z)}


def _eta(data: Dataset, risk: RiskModel, test: Slice) -> EtaScore:
    rows = known_rows(data.labels, data.landmarks, "eta", test, clip=None)
    p50, p90 = risk.hours(data.x[rows.row])
    hours = np.expm1(rows.y)
    return EtaScore(
        int(rows.row.size),
        coverage(hours, p50 + 1e-9, rows.w),
        coverage(hours, p90 + 1e-9, rows.w),
    )

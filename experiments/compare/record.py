"""A comparison as a record for programs."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.compare.comparison import Comparison
from experiments.compare.load import Load
from experiments.compare.measures import MEASURES
from experiments.outcome import Figures
from training.study.intervals import Interval


@dataclass(frozen=True, slots=True)
class TrialRecord:
    """The figures of one trial."""

    policy: str
    seed: int
    load: Load
    figures: Figures
    tickets: int
    seconds: float
    policy_seconds: float


@dataclass(frozen=True, slots=True)
class MeanRecord:
    """One figure of one contender over the worlds, and how much more than the baseline's."""

    policy: str
    figure: str
    mean: Interval
    lead: Interval
    no_worse: int


@dataclass(frozen=True, slots=True)
class Record:
    """A comparison as programs read it; a number that is none or endless becomes null."""

    scenario: str
    model: str
    baseline: str
    days: int
    settle_days: int
    every_minutes: int
    seeds: tuple[int, ...]
    usual: Load
    bounds: tuple[float, ...]
    means: tuple[MeanRecord, ...]
    trials: tuple[TrialRecord, ...]


def record(found: Comparison) -> Record:
    """All figures of a comparison."""
    plan = found.plan
    return Record(
        scenario=plan.scenario,
        model=plan.model,
        baseline=plan.baseline,
        days=plan.setting.play.days,
        settle_days=plan.setting.play.settle_days,
        every_minutes=plan.setting.play.every_minutes,
        seeds=plan.seeds,
        usual=plan.setting.usual,
        bounds=found.bounds,
        means=tuple(_means(found)),
        trials=tuple(
            TrialRecord(
                one.policy, one.seed, one.load, one.figures, one.arrived, one.seconds,
                one.outcome.seconds,
            )
            for one in found.played
        ),
    )  # fmt: skip


def _means(found: Comparison) -> list[MeanRecord]:
    table, baseline = found.table, found.plan.baseline
    place = table.policies.index(baseline)
    return [
        MeanRecord(
            policy,
            measure.field,
            table.mean(measure.field, policy),
            table.lead(measure.field, policy, baseline),
            int(table.no_worse(measure.field)[row, place]),
        )
        for row, policy in enumerate(table.policies)
        for measure in MEASURES
    ]

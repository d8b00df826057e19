"""The gate over models that were really trained, on the tiny desk."""

from dataclasses import replace

import numpy as np
import pytest

from features.events import conform
from model.risk import Forest
from tests.training.desk_log import SMALL, START, busy_log
from training.config import config_of
from training.gate.judge import judge
from training.gate.params import GateParams
from training.gate.reproduce import Trace
from training.gate.trial import count_trees, gather
from training.run import train

CONFIG = config_of(SMALL)
LIMITS = GateParams(max_ece=0.2, min_segment=25, batch=50, repeats=1)


@pytest.fixture(scope="module")
def trained():
    return train(busy_log(), CONFIG, clock=lambda: 0.0)


def tried(trained, rivals, limits=LIMITS):
    ticks = iter(range(10_000))
    return gather(trained, rivals, Trace((), 1, 0), 1000, limits, 1, lambda: float(next(ticks)))


def found(trial, name, limits=LIMITS):
    return next(r.finding for r in judge(trial, limits).rulings if r.name == name)


def test_a_model_is_not_worse_than_itself(trained):
    verdict = judge(tried(trained, (trained.bundle, trained.backtest)), LIMITS)
    assert verdict.passed
    assert "AUC +0.0000" in verdict.words


def test_a_model_that_says_the_same_of_all_and_too_much_does_not_pass(trained):
    gloomy = replace(trained.backtest.risk, timeout=Forest(constant=2.0), live=False)
    worse = replace(trained, backtest=replace(trained.backtest, risk=gloomy))
    trial = tried(worse, (trained.bundle, trained.backtest))
    assert found(trial, "not_worse").said.en.startswith("worse on")
    assert found(trial, "calibrated").outcome == "fail"
    assert found(trial, "no_segment_hurt").outcome == "fail"


def test_with_few_tickets_after_both_the_champion_stays(trained):
    later = replace(trained.bundle.info, trained_until="2026-02-13T00:00:00Z")
    verdict = judge(tried(trained, (replace(trained.bundle, info=later),)), LIMITS)
    assert not verdict.passed
    assert "are needed" in verdict.words


def test_with_no_ticket_after_both_there_is_nothing_to_time_and_the_champion_stays(trained):
    newer = replace(trained.bundle.info, trained_until="2026-03-01T00:00:00Z")
    trial = tried(trained, (replace(trained.bundle, info=newer),))
    assert len(trial.rivalry.sample) == 0
    assert found(trial, "quick").outcome == "unjudged"
    assert not judge(trial, LIMITS).passed


def test_tickets_whose_verdicts_are_not_ripe_are_not_asked_about():
    """Without promises the desk's verdict comes at the end: the first ones are the quick ones'."""
    events = busy_log()
    done = events["type"] == "ticket.resolved"
    late = (events["time"] - START).dt.days % 2 == 0
    events["sla_met"] = (~late).where(done).astype("boolean")
    desk = train(conform(events.drop(columns="due_at")), CONFIG, clock=lambda: 0.0)
    sizes = [tried(desk, (), replace(LIMITS, ripe_share=share)).y.size for share in (0.1, 0.5, 0.9)]
    assert sizes[0] > sizes[1] > sizes[2] >= 0


def test_tickets_that_the_champion_learned_from_are_not_asked_about(trained):
    whole = tried(trained, (trained.backtest,))
    middle = replace(trained.backtest.info, trained_until="2026-02-09T00:00:00Z")
    later = tried(trained, (replace(trained.backtest, info=middle),))
    assert 0 < len(later.rivalry.sample) < len(whole.rivalry.sample) == whole.y.size


def test_a_champion_for_other_features_is_not_asked(trained):
    strange = replace(trained.bundle, info=replace(trained.bundle.info, fingerprint="another"))
    verdict = judge(tried(trained, (strange,)), LIMITS)
    assert verdict.passed
    assert "other features" in verdict.words


def test_every_ticket_counts_once_and_every_category_and_stage_of_enough_is_a_segment(trained):
    rivalry = tried(trained, (trained.backtest,)).rivalry
    inside = trained.test.has(trained.data.labels.created_us)
    assert len(rivalry.sample) <= inside.sum()
    names = {(s.kind, s.name) for s in rivalry.segments}
    assert {("stage", "created"), ("stage", "assigned")} < names
    assert {n for kind, n in names if kind == "category"} <= {
        "logistics", "invoice", "quality", "account",
    }  # fmt: skip
    of_categories = sum(len(s.sample) for s in rivalry.segments if s.kind == "category")
    assert of_categories <= len(rivalry.sample)


def test_the_trees_of_all_four_forests_are_counted(trained):
    risk = trained.bundle.risk
    boosters = [getattr(risk, n).booster for n in ("timeout", "escalation", "eta_p50", "eta_p90")]
    assert count_trees(risk) == sum(b.num_trees() for b in boosters)


def test_a_batch_is_timed_in_turns_by_the_given_clock(trained):
    timing = tried(trained, (trained.backtest,)).rivalry.timing
    assert (timing.new_s, timing.old_s, timing.rows) == (1.0, 1.0, 50)


def test_the_new_and_the_old_model_are_asked_about_the_same_tickets(trained):
    sample = tried(trained, (trained.backtest,)).rivalry.sample
    assert np.array_equal(sample.new, sample.old)

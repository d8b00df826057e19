"""Each check fails alone over evidence made by hand, and says by how much and what to do."""

import json
from dataclasses import replace

import numpy as np
import pytest

from tests.training.gate.trials import (
    LIMITS,
    TICKETS,
    good_trial,
    outcomes,
    rivalled,
    sample,
    spread,
)  # fmt: skip
from training.gate.judge import CHECKS, judge
from training.gate.params import GateParams
from training.gate.reproduce import Trace
from training.gate.timing import Timing
from training.gate.trial import Sample, Segment


def outcome_of(verdict):
    return {r.name: r.finding.outcome for r in verdict.rulings}


def blocking(verdict):
    return [r.name for r in verdict.rulings if r.finding.blocks]


def found(verdict, name):
    return next(r.finding for r in verdict.rulings if r.name == name)


def test_a_model_as_good_as_the_champion_passes_every_check():
    verdict = judge(good_trial(), LIMITS, against=3)
    assert verdict.passed
    assert set(outcome_of(verdict).values()) == {"pass"}
    assert verdict.text().startswith(
        "gate: passed · 门槛：通过 (6 of 6 checks hold; against version 3)"
    )


def flatter(whole):
    """Less sure of everything than it should be: the order is kept, the Brier score is not."""
    return replace(whole, new=0.5 + 0.3 * (whole.new - 0.5))


def test_a_worse_brier_score_is_refused_with_its_interval():
    trial = rivalled(good_trial(), sample=flatter(sample()))
    verdict = judge(trial, LIMITS, against=3)
    finding = found(verdict, "not_worse")
    assert finding.outcome == "fail"
    assert finding.numbers["brier"] > 2 * finding.numbers["brier_error"] > 0
    assert "worse on 800 tickets that neither has seen" in verdict.words
    assert "更差" in finding.said.zh


def test_a_worse_order_is_refused_although_the_brier_score_is_better():
    """The champion ranks well and says half of the truth; the new one knows two sorts only."""
    p = spread()
    coarse = Sample(outcomes(p), np.where(p < 0.5, 0.275, 0.725), 0.5 * p)
    verdict = judge(rivalled(good_trial(), sample=coarse), LIMITS)
    assert blocking(verdict) == ["not_worse"]
    finding = found(verdict, "not_worse")
    assert finding.numbers["auc"] < -2 * finding.numbers["auc_error"] < 0
    assert finding.numbers["brier"] < 0


def test_a_better_model_is_called_better():
    whole = sample()
    better = Sample(whole.y, whole.old, flatter(whole).new)
    finding = found(judge(rivalled(good_trial(), sample=better), LIMITS), "not_worse")
    assert finding.outcome == "pass"
    assert finding.said.en.startswith("better on")


def test_with_few_tickets_in_common_nothing_is_judged_and_the_champion_stays():
    few = rivalled(good_trial(), sample=sample(40), segments=())
    verdict = judge(few, LIMITS)
    assert outcome_of(verdict)["not_worse"] == "unjudged"
    assert blocking(verdict) == ["not_worse"]
    assert "only 40 tickets" in verdict.words
    assert "wait, then train again" in verdict.text()


def test_probabilities_that_are_off_are_refused_although_the_champion_is_no_better():
    trial = good_trial()
    off = np.clip(trial.p + 0.12, 0.0, 1.0)
    both_off = Sample(trial.y, off, off)
    verdict = judge(rivalled(replace(trial, p=off), sample=both_off), LIMITS)
    assert blocking(verdict) == ["calibrated"]
    assert found(verdict, "calibrated").numbers["ece"] == pytest.approx(0.12, abs=0.03)
    assert "limit 0.0500" in verdict.words


def test_probabilities_under_the_limit_but_worse_than_the_champions_are_refused():
    trial = good_trial()
    worse = Sample(
        trial.y, np.clip(trial.rivalry.sample.old + 0.06, 0, 1), trial.rivalry.sample.old
    )
    limits = GateParams(max_ece=0.5, noise=1.5)
    finding = found(judge(rivalled(trial, sample=worse), limits), "calibrated")
    assert finding.outcome == "fail"
    assert "against the champion +0.0" in finding.said.en


def test_on_few_tickets_a_calibration_error_that_chance_would_give_is_no_fault():
    p = spread(120)
    trial = replace(good_trial(), y=outcomes(p, seed=3), p=p, rivalry=None)
    finding = found(judge(trial, GateParams(max_ece=0.01)), "calibrated")
    assert finding.numbers["ece"] > 0.01
    assert finding.outcome == "pass"


def test_one_hurt_category_among_many_is_named_with_its_loss():
    trial = good_trial()
    whole = trial.rivalry.sample
    hurt = Segment("category", "account", flatter(whole).take(np.arange(TICKETS) < 200))
    verdict = judge(rivalled(trial, segments=(*trial.rivalry.segments, hurt)), LIMITS)
    assert blocking(verdict) == ["no_segment_hurt"]
    finding = found(verdict, "no_segment_hurt")
    assert finding.numbers["category.account"] > 0
    assert "1 of 3 segments worse by more than 0.005 beyond noise (Holm, 5%)" in verdict.words
    assert "category account (Brier +0.0" in verdict.words
    assert "类别 account" in finding.said.zh


def test_among_many_segments_the_unluckiest_is_not_accused_for_being_unlucky():
    rng = np.random.default_rng(5)
    p = spread(150)
    segments = tuple(
        Segment("team", str(i), Sample(outcomes(p, i), *(p + rng.normal(0, 0.05, (2, 150)))))
        for i in range(60)
    )
    strict = GateParams(segment_margin=1e-9)
    finding = found(judge(rivalled(good_trial(), segments=segments), strict), "no_segment_hurt")
    assert finding.numbers["least_chance"] < 0.05  # one test alone would have accused it
    assert finding.outcome == "pass"


def test_a_loss_that_is_certain_but_does_not_matter_is_let_pass():
    whole = sample()
    nearly = Sample(whole.y, 0.5 + 0.95 * (whole.old - 0.5), whole.old)
    trial = rivalled(good_trial(), segments=(Segment("stage", "created", nearly),))
    assert found(judge(trial, LIMITS), "no_segment_hurt").outcome == "pass"
    strict = GateParams(segment_margin=1e-9)
    assert found(judge(trial, strict), "no_segment_hurt").outcome == "fail"


def test_a_champion_that_says_the_same_of_all_does_not_bar_those_that_are_quick_in_themselves():
    trial = rivalled(good_trial(), timing=Timing(0.0299, 0.001, 1000))
    assert found(judge(trial, LIMITS), "quick").outcome == "pass"
    strict = GateParams(quick_us=29.0)
    assert found(judge(trial, strict), "quick").outcome == "fail"


def test_without_a_segment_of_enough_tickets_none_can_be_judged_and_that_is_no_harm():
    verdict = judge(rivalled(good_trial(), segments=()), LIMITS)
    assert outcome_of(verdict)["no_segment_hurt"] == "unjudged"
    assert verdict.passed


@pytest.mark.parametrize(
    ("trial", "name", "words"),
    [
        (
            rivalled(good_trial(), timing=Timing(2.5, 1.0, 100)),
            "quick",
            "2.50 times as long as with the champion; limit 2.00",
        ),
        (replace(good_trial(), size_bytes=600_000_000), "small", "600.0 MB of 512"),
        (replace(good_trial(), trees=5000), "small", "5,000 trees of 4,000"),
        (
            replace(good_trial(), trace=Trace(("seed",), 100, 0)),
            "reproducible",
            "not logged as it was used: seed",
        ),
        (
            replace(good_trial(), trace=Trace((), 100, 3)),
            "reproducible",
            "the logged model differs on 3 of 100 rows",
        ),
    ],
)
def test_a_slow_large_or_untraceable_model_is_refused_for_that_alone(trial, name, words):
    verdict = judge(trial, LIMITS)
    assert blocking(verdict) == [name]
    assert words in verdict.words
    assert "to do: " in verdict.text()
    assert "怎么办：" in verdict.text()


def test_without_a_champion_only_the_model_itself_is_judged():
    verdict = judge(replace(good_trial(), rivalry=None), LIMITS)
    assert verdict.passed
    assert [n for n, o in outcome_of(verdict).items() if o == "pass"] == [
        "calibrated", "small", "reproducible",
    ]  # fmt: skip
    assert "no champion yet" in verdict.words


def test_the_verdict_reads_the_same_as_json():
    verdict = judge(replace(good_trial(), trees=5000), LIMITS, against=2)
    told = json.loads(verdict.json())
    assert (told["passed"], told["against"]) == (False, 2)
    assert [r["name"] for r in told["rulings"]] == [c.name for c in CHECKS]
    assert told["rulings"][4]["finding"]["numbers"]["trees"] == 5000


def test_a_limit_that_makes_no_sense_is_refused_in_words():
    with pytest.raises(Exception, match="max_trees must be above 0"):
        GateParams(max_trees=0)
    with pytest.raises(Exception, match="segment_alpha must be below 1"):
        GateParams(segment_alpha=1.5)
    with pytest.raises(Exception, match="ripe_share must be below 1"):
        GateParams(ripe_share=1.0)

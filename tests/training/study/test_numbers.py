"""The study's numbers as files: what the console draws."""

import json

import numpy as np
import pytest

from tests.training.study.small import small_study
from training.study.drift import TOP
from training.study.groups import judged
from training.study.numbers import STAGE, numbers


@pytest.fixture(scope="module")
def told():
    return {name: json.loads(text) for name, text in numbers(small_study()).items()}


def test_the_bins_hold_every_test_ticket_once_and_give_the_rate(told):
    timeout = told["calibration.json"]["timeout"]
    tickets = sum(each["tickets"] for each in timeout["bins"])
    late = sum(each["tickets"] * each["rate"] for each in timeout["bins"])
    assert tickets == pytest.approx(timeout["tickets"])
    assert late / tickets == pytest.approx(timeout["figures"]["rate"]["value"])
    assert [b["risk"] for b in timeout["bins"]] == sorted(b["risk"] for b in timeout["bins"])


def test_the_calibration_error_is_that_of_the_first_assignment_and_of_the_bins(told):
    timeout = told["calibration.json"]["timeout"]
    gaps = sum(each["tickets"] * abs(each["rate"] - each["risk"]) for each in timeout["bins"])
    assert timeout["figures"]["ece"]["value"] == pytest.approx(gaps / timeout["tickets"])
    wanted = small_study().evaluation.find("timeout", STAGE)
    assert timeout["figures"]["auc"]["value"] == pytest.approx(wanted.auc)
    assert timeout["figures"]["auc"]["low"] < wanted.auc < timeout["figures"]["auc"]["high"]


def test_the_features_that_moved_most_stand_first_in_both_languages(told):
    features = told["drift.json"]["features"]
    assert len(features) == TOP
    assert [f["psi"] for f in features] == sorted((f["psi"] for f in features), reverse=True)
    assert all(f["en"] and f["zh"] for f in features)


def test_every_week_of_the_test_has_its_mean_risk_beside_its_rate(told):
    (timeout,) = (a for a in judged(small_study()) if a.task == "timeout")
    weeks = told["drift.json"]["weeks"]["timeout"]
    assert [w["week"] for w in weeks] == sorted(w["week"] for w in weeks)
    assert all(0 <= w["risk"] <= 1 and 0 <= w["rate"] <= 1 for w in weeks)
    assert sum(w["tickets"] for w in weeks) == np.unique(timeout.ticket).size

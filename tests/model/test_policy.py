import json
from dataclasses import replace

import pytest

from model.policy import Policy, Prices, Weights
from model.policy_alerts import AlertRule, Alerts, Target
from model.policy_check import PolicyFaultsError
from model.policy_reader import default


def test_a_negative_weight_is_refused_with_its_place():
    with pytest.raises(PolicyFaultsError) as refused:
        Weights(skill=-0.5)
    assert [fault.pointer for fault in refused.value.faults] == ["/skill"]


def test_a_weight_of_zero_is_allowed_but_not_all_of_them():
    assert Weights(load=0).load == 0
    with pytest.raises(PolicyFaultsError, match="every weight is zero"):
        Weights(0, 0, 0, 0)


def test_thresholds_out_of_order_are_refused_one_by_one():
    with pytest.raises(PolicyFaultsError) as refused:
        Alerts(watch=0.6, warn=0.5, red=0.4)
    assert [fault.pointer for fault in refused.value.faults] == ["/warn", "/red"]


def test_a_threshold_that_no_risk_reaches_is_refused():
    with pytest.raises(PolicyFaultsError, match="above 1"):
        Alerts(red=1.2)


def test_a_rule_hidden_by_an_earlier_one_is_refused():
    wide = AlertRule(categories=("quality", "late"))
    narrow = AlertRule(categories=("late",), start="10:00", end="11:30")
    assert Alerts(rules=(narrow, wide)).rules[1] == wide
    with pytest.raises(PolicyFaultsError, match="never reached: rule 0"):
        Alerts(rules=(wide, narrow))


def test_a_rule_on_all_seven_days_hides_one_on_every_day():
    week = AlertRule(weekdays=("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
    with pytest.raises(PolicyFaultsError, match="never reached"):
        Alerts(rules=(week, AlertRule()))


def test_a_rule_may_reach_over_midnight():
    night = AlertRule(start="22:00", end="06:00")
    assert {0, 359, 1320} <= night.minutes
    assert 360 not in night.minutes


def test_a_price_that_is_no_number_is_refused():
    with pytest.raises(PolicyFaultsError, match="is no number"):
        Prices(timeout=float("nan"))


def test_the_fingerprint_follows_what_is_decided_and_not_the_name():
    policy = default()
    assert replace(policy, name="other", version=9).fingerprint() == policy.fingerprint()
    other = replace(policy, weights=Weights(value=2))
    assert other.fingerprint() != policy.fingerprint()
    assert Policy("a", weights=Weights(value=1)).to_json() == Policy("a").to_json()


def test_the_document_is_json():
    assert json.loads(default().to_json())["prices"]["unplaced"] == 5.0


def test_a_target_aims_at_one_thing():
    for wrong in ({}, {"precision": 0.8, "per_day": 5}):
        with pytest.raises(PolicyFaultsError, match="give either precision or per_day"):
            Target(**wrong)


def test_a_graver_alert_must_ask_for_more():
    with pytest.raises(PolicyFaultsError) as refused:
        Alerts(0.3, Target(precision=0.8), Target(precision=0.7))
    assert [fault.pointer for fault in refused.value.faults] == ["/red/precision"]
    with pytest.raises(PolicyFaultsError) as refused:
        Alerts(Target(per_day=10), Target(per_day=40), 0.9)
    assert [fault.pointer for fault in refused.value.faults] == ["/warn/per_day"]


def test_the_numbers_of_targets_must_rise_too():
    with pytest.raises(PolicyFaultsError) as refused:
        Alerts(red=Target(precision=0.8, otherwise=0.4))
    assert [fault.pointer for fault in refused.value.faults] == ["/red"]

from dataclasses import replace

from model.policy import Policy, Weights
from model.policy_alerts import AlertRule, Alerts, Target
from model.policy_changes import PolicyChange, policy_changes


def test_equal_policies_differ_in_nothing_whatever_their_versions():
    assert policy_changes(Policy("a"), Policy("a", version=2)) == ()


def test_each_place_that_differs_is_told_with_both_values():
    before = Policy("a")
    after = replace(before, name="b", weights=Weights(value=2), timezone="UTC")
    assert policy_changes(before, after) == (
        PolicyChange("/name", "a", "b"),
        PolicyChange("/timezone", "Asia/Shanghai", "UTC"),
        PolicyChange("/weights/value", 1.0, 2.0),
    )


def test_a_list_that_changed_is_told_whole():
    after = Policy("a", alerts=Alerts(rules=(AlertRule(categories=("late",)),)))
    (change,) = policy_changes(Policy("a"), after)
    assert (change.pointer, change.before) == ("/alerts/rules", [])
    assert change.after[0]["categories"] == ["late"]


def test_a_number_that_became_a_target_is_one_change():
    after = Policy("a", alerts=Alerts(red=Target(precision=0.9)))
    (change,) = policy_changes(Policy("a"), after)
    assert (change.pointer, change.before) == ("/alerts/red", 0.75)
    assert change.words().startswith('/alerts/red: 0.75 → {"precision": 0.9')

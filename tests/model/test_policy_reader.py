import json
import re

import pytest

from features.errors import PolicyError
from model.policy import Policy, Weights
from model.policy_check import PolicyFaultsError
from model.policy_reader import default, load, loads, of


def _pointers(text):
    with pytest.raises(PolicyFaultsError) as refused:
        loads(text)
    return [fault.pointer for fault in refused.value.faults]


def test_the_shipped_policy_writes_out_every_default():
    assert default() == Policy("default")


def test_what_is_written_is_read_back_equal():
    policy = Policy("mine", version=3, weights=Weights(value=2.5), tiers=default().tiers)
    assert loads(policy.to_json()) == policy


def test_json_and_yaml_say_the_same():
    document = {"name": "n", "alerts": {"rules": [{"categories": ["late"], "watch": 0.2}]}}
    yaml = "name: n\nalerts:\n  rules:\n    - {categories: [late], watch: 0.2}\n"
    assert loads(yaml) == of(document) == loads(json.dumps(document))


def test_every_fault_is_told_with_its_pointer():
    text = """
    name: n
    wieghts: {}
    weights: {value: -1, skil: 2}
    prices: {timeout: true, escalation: high}
    alerts: {rules: [{watch: 0.2}, {categories: late, red: 7}]}
    """
    assert _pointers(text) == [
        "/wieghts",
        "/weights/skil",
        "/weights/value",
        "/prices/timeout",
        "/prices/escalation",
        "/alerts/rules/1/categories",
        "/alerts/rules/1/red",
    ]


def test_a_fault_says_what_and_the_remedy():
    with pytest.raises(PolicyFaultsError) as refused:
        loads("{name: n, objective: cheapest}")
    assert str(refused.value) == (
        "'cheapest' is unknown (/objective); use expected_loss, four_dimensions"
    )


def test_every_fault_is_told_in_chinese_too():
    with pytest.raises(PolicyFaultsError) as refused:
        loads(
            "{weights: {value: -1, load: .nan, skil: 1, urgency: x}, prices: [], objective: most,"
            " timezone: Mars, release: {block_hours: 5}, explore: {share: 0.1, within: 90},"
            " alerts: {watch: 0.9, red: {precision: 0.9, per_day: 3}, rules: [{start: '25:00'},"
            " {weekdays: [], start: '10:00', end: '10:00'}, 7]},"
            " tiers: {urgent_signals: anger, routes: [{}], ladder: [{to: ''}, {after_minutes: 0}],"
            " urgent_categories: [a], suggestion_categories: [a]},"
            " actions: {chase_customer: {start: '09:00', end: '09:00'}}}"
        )
    faults = refused.value.faults
    assert len(faults) > 15
    assert [fault for fault in faults if not re.search("[\u4e00-\u9fff]", fault.zh)] == []
    assert re.search("[\u4e00-\u9fff]", refused.value.said.zh)


def test_an_unquoted_time_of_day_is_told_apart_from_a_number():
    # YAML 1.1 reads 10:30 as 630
    text = "{name: n, alerts: {rules: [{start: 10:30}]}}"
    assert _pointers(text) == ["/alerts/rules/0/start"]


def test_a_slash_in_a_key_is_escaped_in_the_pointer():
    assert _pointers("{name: n, a/b~c: 1}") == ["/a~1b~0c"]


@pytest.mark.parametrize("text", ["[]", "just words", ""])
def test_a_document_that_is_no_group_of_keys_is_refused(text):
    assert _pointers(text) == [""]


def test_a_policy_without_a_name_is_refused():
    assert _pointers("{version: 2}") == ["/name"]


def test_broken_yaml_is_refused_with_its_line():
    with pytest.raises(PolicyError, match="line 2"):
        loads("name: n\nweights: [")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(PolicyError, match="cannot be read"):
        load(tmp_path / "none.yaml")


def test_an_alert_level_is_a_number_or_a_target_and_is_read_back():
    text = "{name: n, alerts: {red: {precision: 0.85, otherwise: 0.75}, warn: {per_day: 60}}}"
    policy = loads(text)
    assert (policy.alerts.red.precision, policy.alerts.warn.per_day) == (0.85, 60.0)
    assert policy.alerts.numbers == (0.3, 0.5, 0.75)
    assert loads(policy.to_json()) == policy


def test_what_is_wrong_with_a_target_is_told_with_its_pointer():
    text = "{name: n, alerts: {watch: low, warn: {per_hour: 3}, red: {precision: 2}}}"
    assert _pointers(text) == [
        "/alerts/watch",
        "/alerts/warn/per_hour",
        "/alerts/warn",
        "/alerts/red/precision",
    ]

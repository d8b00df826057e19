import pytest

from experiments.tune.space import SPACE, changed, document, present
from model import policy_reader
from model.policy_check import PolicyFaultsError
from model.policy_reader import default

every_setting = pytest.mark.parametrize("entry", SPACE, ids=lambda entry: entry.setting)


@every_setting
def test_every_setting_is_in_the_shipped_policy_and_within_its_range(entry):
    assert entry.low <= present(default())[entry.setting] <= entry.high


@every_setting
def test_both_ends_of_every_range_can_be_obeyed(entry):
    for value in (entry.low, entry.high):
        assert present(changed(default(), {entry.setting: value}))[entry.setting] == value


def test_the_present_settings_change_nothing():
    assert changed(default(), present(default())) == default()


def test_a_value_that_cannot_be_obeyed_is_refused():
    with pytest.raises(PolicyFaultsError):
        changed(default(), {"actions.chase_customer.risk": 2.0})


def test_a_document_says_only_what_differs_and_is_read_as_it_was():
    policy = changed(default(), {"prices.waiting": 2.0, "actions.nudge_party.repeat_hours": 9.0})
    text = document(policy)
    said = "name: default prices: waiting: 2.0 actions: nudge_party: repeat_hours: 9.0"
    assert " ".join(text.split()) == said
    assert policy_reader.loads(text).fingerprint() == policy.fingerprint()


def test_what_ops_changed_before_stays_in_the_document():
    urgent = "{name: ours, tiers: {urgent_categories: [safety]}, alerts: {red: 0.8}}"
    own = policy_reader.loads(urgent)
    text = document(changed(own, {"prices.waiting": 2.0}))
    again = policy_reader.loads(text)
    assert again.tiers.urgent_categories == ("safety",)
    assert (again.alerts.red, again.prices.waiting) == (0.8, 2.0)

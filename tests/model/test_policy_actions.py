import pytest

from model.policy_actions import Actions, ChaseCustomer
from model.policy_check import PolicyFaultsError
from model.policy_reader import default, loads
from model.spent import NAMES


@pytest.mark.parametrize("key", ["saves", "late_share"])
def test_a_share_above_one_is_refused_with_its_place(key):
    with pytest.raises(PolicyFaultsError) as refused:
        loads(f"{{name: n, actions: {{nudge_party: {{{key}: 1.5}}}}}}")
    assert [fault.pointer for fault in refused.value.faults] == [f"/actions/nudge_party/{key}"]


def test_a_budget_may_be_nothing_but_not_less():
    assert ChaseCustomer(per_day=0).per_day == 0
    with pytest.raises(PolicyFaultsError, match="below 0"):
        ChaseCustomer(per_day=-1)


def test_every_action_has_its_rules():
    actions = default().actions
    assert [actions.named(name).per_refresh > 0 for name in NAMES] == [True] * len(NAMES)
    assert default().actions == Actions()

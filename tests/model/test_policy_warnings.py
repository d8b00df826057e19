"""What can be obeyed and may not be meant is said in words, in both languages."""

from dataclasses import replace

import numpy as np
import pytest

from model.alert_table import BLOCKS, AlertTable
from model.policy import Moves, Policy, Prices, Weights
from model.policy_actions import Actions, ChaseCustomer, Escalate
from model.policy_alerts import AlertRule, Alerts, Target
from model.policy_reader import default
from model.policy_tiers import Route, Tiers
from model.policy_warnings import policy_warnings
from model.release import Release
from tests.model.desks import agent, snapshot, ticket

GRID = np.array([0.1, 0.3, 0.5, 0.7, 0.9])


def table(*, highest=0.9, **by_category):
    """A table in which tickets reach risks up to some number; late as often as the risk says."""
    names = ("logistics", *by_category)
    tops = [by_category.get(name, highest) for name in names] + [highest]
    reached = np.array([np.tile(np.where(top >= GRID, 1000.0, 0), (BLOCKS, 1)) for top in tops])
    return AlertTable(
        "Asia/Shanghai", names, ("rare",), GRID, np.array([10.0, 4.0]), GRID, reached, reached,
        reached * GRID,
    )  # fmt: skip


def told(policy, *seen):
    """The pointers of the warnings; every one has words in both languages."""
    found = policy_warnings(policy, *seen)
    assert all(each.text and each.text_zh for each in found)
    return [each.pointer for each in found]


def text_of(policy, *seen):
    (found,) = policy_warnings(policy, *seen)
    return found.text


def desk(*agents, **facts):
    return snapshot([ticket("T1", **facts)], agents or [agent("A")])


def test_the_shipped_policy_is_not_warned_of():
    assert told(default(), desk(), table()) == []


@pytest.mark.parametrize(
    ("policy", "pointers"),
    [
        (Policy("p", weights=Weights(load=0, skill=0)), ["/weights/skill", "/weights/load"]),
        (Policy("p", prices=Prices(timeout=0, escalation=0)), ["/prices"]),
        (Policy("p", prices=Prices(unplaced=0)), ["/prices/unplaced"]),
        (Policy("p", prices=Prices(hand_over=0), moves=Moves(0)), ["/prices/hand_over"]),
        (Policy("p", prices=Prices(unplaced=0), objective="four_dimensions"), []),
        (
            Policy("p", actions=Actions(chase_customer=ChaseCustomer(per_day=0))),
            ["/actions/chase_customer/per_day"],
        ),
        (
            Policy("p", actions=Actions(chase_customer=ChaseCustomer(per_refresh=0, per_day=0))),
            [],
        ),
        (
            Policy("p", actions=Actions(escalate=Escalate(per_refresh=0, per_day=0))),
            ["/tiers/ladder"],
        ),
        (
            Policy("p", actions=Actions(chase_customer=ChaseCustomer(saves=0))),
            ["/actions/chase_customer/saves"],
        ),
        (Policy("p", release=Release(share=0)), ["/release/share"]),
        (Policy("p", release=Release(share=0.01)), ["/release/share"]),
        (Policy("p", release=Release(share=0.1)), []),
    ],
)
def test_what_the_document_alone_shows(policy, pointers):
    assert told(policy) == pointers


def test_a_threshold_that_no_risk_reaches():
    assert told(Policy("p", alerts=Alerts(red=1.0))) == ["/alerts/red"]
    strict = Policy("p", alerts=Alerts(watch=0.5, warn=0.8, red=0.95))
    assert told(strict) == []
    assert told(strict, None, table(highest=0.7)) == ["/alerts/warn"]
    assert text_of(strict, None, table()) == (
        "red is never reached: it needs a risk of 0.95, and the highest one seen there is 0.9"
    )


def test_a_rule_whose_category_never_comes_so_far():
    rule = AlertRule(categories=("calm",), watch=0.2, warn=0.5, red=0.6)
    known = table(calm=0.3)
    assert told(Policy("p", alerts=Alerts(rules=(rule,))), None, known) == ["/alerts/rules/0/warn"]
    either = replace(rule, categories=("calm", "logistics"))
    assert told(Policy("p", alerts=Alerts(rules=(either,))), None, known) == []


def test_a_rule_at_hours_at_which_nothing_is_seen():
    known = table()
    known.reached[:, 0] = 0  # from midnight to four on weekdays
    night = AlertRule(weekdays=("mon",), start="00:00", end="03:00")
    assert told(Policy("p", alerts=Alerts(rules=(night,))), None, known) == [
        "/alerts/rules/0/watch"
    ]
    longer = replace(night, end="05:00")
    assert told(Policy("p", alerts=Alerts(rules=(longer,))), None, known) == []


def test_a_rule_that_earlier_rules_hide_together():
    morning, rest = AlertRule(end="12:00"), AlertRule(start="12:00")
    hidden = AlertRule(categories=("late",), weekdays=("mon",))
    policy = Policy("p", alerts=Alerts(rules=(morning, rest, hidden)))
    assert told(policy) == ["/alerts/rules/2"]
    assert "for late" in text_of(policy)
    assert told(Policy("p", alerts=Alerts(rules=(morning, hidden, rest)))) == []


def test_a_category_of_a_rule_that_its_own_earlier_rules_hide():
    narrow = AlertRule(categories=("late",))
    wide = AlertRule(categories=("late", "lost"))
    policy = Policy("p", alerts=Alerts(rules=(narrow, wide)))
    assert [each.text for each in policy_warnings(policy)] == [
        "the rule is never reached for late: earlier rules hold at all its times"
    ]


def test_a_target_that_no_risk_brings():
    sure = Policy("p", alerts=Alerts(red=Target(precision=0.99)))
    assert told(sure, None, table()) == ["/alerts/red"]
    assert told(sure) == []


def test_a_milder_level_that_is_never_seen_alone():
    rare = Policy("p", alerts=Alerts(watch=Target(precision=0.85, otherwise=0.1), warn=0.2))
    assert told(rare, None, table()) == ["/alerts/watch", "/alerts/warn"]


def test_a_tier_that_nobody_can_serve():
    juniors = desk(agent("A", tier=1), agent("B", tier=0))
    assert told(default(), juniors) == ["/tiers"]
    assert "tier 2 (urgent)" in text_of(default(), juniors)
    assert told(default(), desk(agent("A", tier=2))) == []
    assert told(Policy("p", tiers=Tiers(urgent_signals=())), juniors) == []
    assert told(default(), desk(agent("A", tier=0))) == ["/tiers", "/tiers"]


def test_a_team_that_is_not_there():
    routed = Policy("p", tiers=Tiers(routes=(Route("experts", signals=("safety",)),)))
    assert told(routed, desk()) == ["/tiers/routes/0/team"]
    assert told(routed, desk(agent("A", team="experts"))) == []
    assert told(default(), desk(category="suggestion")) == ["/tiers/suggestion_team"]
    ours = Policy("p", tiers=Tiers(suggestion_team="ideas"))
    assert told(ours, desk()) == ["/tiers/suggestion_team"]
    assert told(replace(ours, tiers=Tiers(suggestion_team=None)), desk()) == []


def test_a_desk_without_places():
    none = Policy("p", default_capacity=0)
    assert told(none) == []
    assert text_of(none, desk()).startswith("nobody has a place")
    some = desk(agent("A"), agent("B", capacity=3))
    assert text_of(none, some) == "agents without a capacity have no place: 1 of the last snapshot"
    assert told(none, desk(agent("B", capacity=3))) == []
    assert told(default(), desk(agent("A", capacity=0))) == ["/default_capacity"]


def test_a_category_that_nobody_knows():
    rule = AlertRule(categories=("logistics", "logitsics"))
    policy = Policy("p", tiers=Tiers(urgent_categories=("safty",)), alerts=Alerts(rules=(rule,)))
    expected = ["/tiers/urgent_categories/0", "/alerts/rules/0/categories/1"]
    assert told(policy, desk(agent("A"))) == expected
    assert told(policy, desk(agent("A"), category="rare"), table(safty=0.9)) == expected[1:]
    assert told(policy, snapshot()) == []

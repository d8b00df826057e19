from datetime import timedelta

from model.decision import NextAction
from model.policy import Policy
from model.policy_actions import Actions, ChaseCustomer
from model.spent import Spent, deed, horizons, spent_on
from tests.model.desks import HOUR, NOW

POLICY = Policy(name="p", actions=Actions(chase_customer=ChaseCustomer(repeat_hours=2)))
CALL = ("chase_customer", "T1", "")
NUDGE = ("nudge_party", "T1", "qc")


def test_a_deed_is_what_is_done_to_whom():
    assert deed(NextAction("nudge_party", "T1", "", "", party="qc")) == NUDGE
    assert deed(NextAction("escalate", "T1", "", "", to="head")) == ("escalate", "T1", "head")


def test_deeds_count_for_today_and_for_when_they_were_last_done():
    midnight = NOW - HOUR * 10 - HOUR / 12  # 10:05 in Shanghai
    deeds = [(CALL, NOW - HOUR), (CALL, NOW - 2 * HOUR), (NUDGE, midnight), (NUDGE, NOW - 3 * HOUR)]
    assert spent_on(deeds, POLICY, NOW) == Spent(
        {"chase_customer": 2, "nudge_party": 2},
        {CALL: NOW - HOUR, NUDGE: NOW - 3 * HOUR},
    )


def test_yesterdays_deeds_cost_today_nothing_but_may_be_too_recent():
    long_ago, yesterday = NOW - 200 * HOUR, NOW - 12 * HOUR
    told = [(("escalate", "T1", "head"), moment) for moment in (long_ago, yesterday)]
    found = spent_on([*told, (CALL, yesterday)], POLICY, NOW)
    assert found == Spent({}, {("escalate", "T1", "head"): yesterday})


def test_the_same_moment_again_and_the_future_do_not_count():
    assert spent_on([(CALL, NOW), (CALL, NOW + HOUR)], POLICY, NOW) == Spent()


def test_unheard_of_deeds_do_not_count():
    assert spent_on([(("dance", "T1", ""), NOW - HOUR)], POLICY, NOW) == Spent()


def test_today_counts_even_where_repeating_is_free():
    assert NOW - horizons(POLICY, NOW)["chase_customer"] == timedelta(hours=10, minutes=5)
    assert NOW - horizons(POLICY, NOW)["escalate"] == timedelta(hours=168)


def test_what_is_stored_is_read_back():
    spent = Spent({"chase_customer": 2}, {CALL: NOW, NUDGE: NOW - HOUR})
    assert Spent.of_json(spent.to_json()) == spent

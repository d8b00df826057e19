from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import ModelError
from features.snapshot import Party
from features.waits import Waits
from model.actions import next_actions
from model.alert import LEVELS
from model.columns import columns
from model.policy import Policy, Prices
from model.policy_actions import Actions, ChaseCustomer, Escalate, NudgeParty, StartParties
from model.screen import screen
from model.situation import Situation
from model.spent import Spent
from tests.model.desks import HOUR, NOW, agent, snapshot, ticket

DESK = Policy(name="p", prices=Prices(late_hour=0.0))


def situation(tickets, *, policy=DESK, kept=None, slope=0.02, alert=None, placed=True, **known):
    """Tickets at risk 0.5, which falls by `slope` with each hour gained."""
    clean = screen(snapshot(tickets, [agent("A")])).snapshot
    count = len(tickets)
    risk = np.array(kept or [0.5] * count)
    return replace(
        Situation(
            snapshot=clean,
            columns=columns(clean, policy),
            policy=policy,
            agent=np.full(count, 0 if placed else -1),
            alert=np.array([LEVELS.index(each) for each in alert or ["none"] * count]),
            loss=risk,
            weight=np.ones(count),
            kept=risk,
            best=risk,
            close_hours=np.full(count, 30.0),
            waits=Waits(np.full(count, 20.0), np.full(count, 40.0)),
            eased=lambda rows, hours: np.maximum(risk[rows] - slope * hours, 0.0),
        ),
        **known,
    )


def done(found, spent=None):
    actions = next_actions(found, spent)
    return [(each.action, each.ticket_id, each.party or each.to) for each in actions]


def waiting(name, hours=20):
    return ticket(name, state="waiting_customer", state_since=NOW - hours * HOUR)


def collaborating(name, *parties):
    return ticket(name, state="internal_collaboration", parties=parties)


def acting(**rules):
    return replace(DESK, actions=Actions(**rules))


def test_a_call_saves_what_the_hours_gained_take_off_the_risk():
    found = situation([waiting("a")], weight=np.array([1.5]))
    (call,) = next_actions(found)
    # 0.3 of 20 hours are gained: 6 h at 0.02 an hour, for a ticket that weighs 1.5
    assert call.saves == pytest.approx(1.5 * 0.12)
    assert call.reason == (
        "waiting for the customer for 20.0 h; expected to lower the timeout risk from 50% to 38%"
    )
    assert call.reason_zh == "已等待客户 20.0 小时；预计超时风险由 50% 降至 38%"


def test_hours_gained_for_a_ticket_that_is_late_count_by_their_price():
    priced = Policy(name="p", prices=Prices(late_hour=0.01))
    (call,) = next_actions(situation([waiting("a")], policy=priced, kept=[1.0], slope=0.0))
    assert call.saves == pytest.approx(6 * 0.01)
    assert call.reason.endswith("; expected to gain 6.0 h")


def test_what_saves_too_little_is_not_worth_a_call():
    tickets = [waiting("a"), waiting("b")]
    slopes = np.array([0.001, 0.002])
    found = situation(tickets, eased=lambda rows, hours: 0.5 - slopes[rows] * hours)
    assert done(found) == [("chase_customer", "b", None)]


def test_the_budget_goes_to_what_saves_most():
    slopes = np.array([0.01, 0.03, 0.02])
    found = situation(
        [waiting("a"), waiting("b"), waiting("c")],
        policy=acting(chase_customer=ChaseCustomer(per_refresh=2)),
        eased=lambda rows, hours: 0.5 - slopes[rows] * hours,
    )
    assert [each[1] for each in done(found)] == ["b", "c"]


def test_what_can_still_be_saved_goes_before_what_is_as_good_as_late():
    priced = replace(
        acting(chase_customer=ChaseCustomer(per_refresh=2)), prices=Prices(late_hour=1)
    )
    found = situation(
        [waiting("a"), waiting("b"), waiting("c")],
        policy=priced,
        kept=[1.0, 0.9, 0.5],
        eased=lambda rows, _: np.array([1.0, 0.9, 0.4])[rows],
    )
    assert [each[1] for each in done(found)] == ["c", "a"]


@pytest.mark.parametrize(("today", "served"), [(0, 3), (2, 3), (3, 2), (5, 0), (9, 0)])
def test_late_tickets_leave_a_part_of_the_day_to_the_others(today, served):
    ten = acting(chase_customer=ChaseCustomer(per_day=10, late_share=0.5))
    policy = replace(ten, prices=Prices(late_hour=1))
    found = situation([waiting("a"), waiting("b"), waiting("c")], policy=policy, slope=0.0)
    assert len(done(found, Spent({"chase_customer": today}))) == served


def test_what_was_done_today_counts_and_is_not_repeated_too_soon():
    found = situation(
        [waiting("a"), waiting("b"), waiting("c"), waiting("d")],
        policy=acting(chase_customer=ChaseCustomer(per_day=11, repeat_hours=24)),
    )
    last = {
        ("chase_customer", "a", ""): NOW - 23 * HOUR,
        ("chase_customer", "b", ""): NOW - 24 * HOUR,
    }
    assert [each[1] for each in done(found, Spent({"chase_customer": 9}, last))] == ["b", "c"]


def test_each_department_is_nudged_by_itself():
    parties = (Party("qc", NOW - 3 * HOUR), Party("it", NOW - 3 * HOUR))
    spent = Spent(last={("nudge_party", "t", "qc"): NOW - HOUR})
    found = situation([collaborating("t", *parties)])
    assert done(found, spent) == [("nudge_party", "t", "it")]


def test_a_budget_of_zero_switches_an_action_off():
    off = acting(
        chase_customer=ChaseCustomer(per_refresh=0),
        nudge_party=NudgeParty(per_day=0),
        start_parties=StartParties(per_refresh=0),
        escalate=Escalate(per_refresh=0),
    )
    tickets = [
        waiting("a"),
        collaborating("b", Party("qc"), Party("it", NOW - 3 * HOUR)),
        ticket("c"),
    ]
    assert done(situation(tickets, policy=off, alert=["red"] * 3)) == []


def test_a_step_of_the_ladder_goes_before_what_saves_more():
    one = acting(escalate=Escalate(per_refresh=1))
    tickets = [ticket("a"), ticket("b", text="手机充电时起火了", created_at=NOW - HOUR / 3)]
    found = situation(tickets, policy=one, kept=[0.9, 0.1], alert=["red", "none"], slope=0.0)
    assert done(found) == [("escalate", "b", "duty_manager")]


def test_the_ladder_is_climbed_step_by_step_and_each_step_once():
    old = ticket("t", text="手机充电时起火了", created_at=NOW - 2 * HOUR)
    first, second = (("escalate", "t", to) for to in ("duty_manager", "director_on_duty"))
    found = situation([old])
    assert done(found) == [first]
    assert done(found, Spent(last={first: NOW - HOUR})) == [second]
    assert done(found, Spent(last={first: NOW - HOUR, second: NOW - HOUR})) == []


def test_a_ticket_that_came_back_climbs_the_ladder_anew():
    back = ticket("t", text="手机充电时起火了", state="reopened", state_since=NOW - HOUR / 2)
    first = ("escalate", "t", "duty_manager")
    assert done(situation([back]), Spent(last={first: NOW - HOUR})) == [first]


def _refusing(_rows, _hours):
    raise ModelError("no")


@pytest.mark.parametrize("eased", [None, _refusing])
def test_without_the_model_the_dearest_tickets_come_first_and_nothing_is_promised(eased):
    found = situation(
        [waiting("a"), waiting("b")],
        policy=acting(chase_customer=ChaseCustomer(per_refresh=1)),
        kept=[0.4, 0.6],
        eased=eased,
    )
    (call,) = next_actions(found)
    assert (call.ticket_id, call.saves) == ("b", None)
    assert call.reason == "waiting for the customer for 20.0 h"


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.integers(0, 9), st.integers(0, 9))
def test_no_budget_is_ever_overdrawn(risks, per_refresh, today):
    policy = acting(chase_customer=ChaseCustomer(per_refresh=per_refresh, per_day=6))
    tickets = [waiting(f"T{at}") for at in range(len(risks))]
    found = next_actions(
        situation(tickets, policy=policy, kept=risks), Spent({"chase_customer": today})
    )
    assert len(found) <= max(min(per_refresh, 6 - today), 0)
    saved = [each.saves for each in found]
    assert saved == sorted(saved, reverse=True)

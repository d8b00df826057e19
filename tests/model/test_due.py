from dataclasses import replace

import numpy as np
import pytest

from features.snapshot import Party
from model import due
from model.policy import Policy
from model.policy_actions import ChaseCustomer, NudgeParty
from model.policy_tiers import Route, Step, Tiers
from tests.model.desks import HOUR, NOW, ticket
from tests.model.test_actions import acting, collaborating, situation, waiting

BURNING = "手机充电时起火了"
MINUTE = HOUR / 60


def told(cases):
    return [(case.row, case.party or case.to) for case in cases]


def test_a_customer_is_chased_after_some_hours_or_at_some_risk():
    tickets = [waiting("a", 12), waiting("b", 11.9), waiting("c", 1)]
    policy = acting(chase_customer=ChaseCustomer(after_hours=12, risk=0.5))
    found = situation(tickets, policy=policy, kept=[0.1, 0.1, 0.6])
    assert told(due.chase_customer(found)) == [(0, None), (2, None)]


def test_a_wait_of_unknown_length_is_chased_by_risk_alone():
    tickets = [ticket("a", state="waiting_customer"), ticket("b", state="waiting_customer")]
    policy = acting(chase_customer=ChaseCustomer(risk=0.5))
    found = situation(tickets, policy=policy, kept=[0.4, 0.5])
    assert told(due.chase_customer(found)) == [(1, None)]


@pytest.mark.parametrize(
    ("start", "end", "chased"),
    [
        ("10:05", "21:00", True),  # it is five past ten at the desk
        ("08:00", "10:05", False),
        ("10:06", "21:00", False),
        ("22:00", "10:06", True),  # over midnight
        ("22:00", "10:05", False),
    ],
)
def test_customers_are_chased_by_day_only(start, end, chased):
    policy = acting(chase_customer=ChaseCustomer(start=start, end=end))
    found = situation([waiting("a")], policy=policy)
    assert bool(told(due.chase_customer(found))) == chased


def test_departments_are_nudged_when_late_or_due_soon_and_started_when_not_asked():
    parties = [
        Party("qc"),
        Party("warehouse", NOW - 3 * HOUR),
        Party("supplier", NOW - 1.8 * HOUR),
        Party("legal", NOW - HOUR),
        Party("it", NOW - 9 * HOUR, NOW - HOUR, NOW - 2 * HOUR),
        Party("store", NOW - 9 * HOUR, NOW + HOUR),
        Party("press", NOW + HOUR),
    ]
    soon = acting(nudge_party=NudgeParty(due_within_hours=0.5))
    found = situation([collaborating("t", *parties)], policy=soon)
    nudged, started = list(due.nudge_party(found)), list(due.start_parties(found))
    assert [case.why for case in nudged] == [
        "the warehouse is overdue by 1.0 h",
        "the supplier is due in 12 min",
    ]
    assert nudged[0].why_zh == "仓库已逾期 1.0 小时"
    assert [(case.party, case.hours) for case in started] == [("qc", 20.0), ("press", 20.0)]
    assert started[0].why == "quality control has not been asked yet: ask now, not after the others"


def test_a_department_is_left_alone_unless_the_ticket_waits_for_it():
    at_work = replace(collaborating("t", Party("qc")), state="in_progress")
    found = situation([at_work])
    assert told(due.nudge_party(found)) + told(due.start_parties(found)) == []


def test_an_urgent_ticket_with_nobody_is_escalated_at_once():
    fresh = ticket("t", text=BURNING, created_at=NOW - MINUTE)
    assert told(due.escalate(situation([fresh], placed=False))) == [(0, "duty_manager")]
    assert told(due.escalate(situation([fresh]))) == []


def test_a_red_ticket_is_escalated_with_its_reason():
    tickets = [ticket("a"), ticket("b", due_at=NOW - 2 * HOUR), ticket("c")]
    found = situation(tickets, alert=["red", "red", "warn"])
    cases = list(due.escalate(found))
    assert [(case.row, case.why) for case in cases] == [
        (0, "red alert"),
        (1, "past its promised time by 2.0 h"),
    ]
    assert cases[0].why_zh == "红色预警"


def test_a_red_suggestion_stays_out_of_the_managers_way():
    found = situation([ticket("a", category="建议")], alert=["red"], best=np.array([0.9]))
    assert told(due.escalate(found)) + told(due.warn_manager(found)) == []


@pytest.mark.parametrize(
    ("minutes", "steps"),
    [
        (14, []),
        (15, ["duty_manager"]),
        (59, ["duty_manager"]),
        (60, ["duty_manager", "director_on_duty"]),
    ],
)
def test_an_urgent_ticket_that_nobody_begins_climbs_the_ladder(minutes, steps):
    found = situation([ticket("t", text=BURNING, created_at=NOW - minutes * MINUTE)])
    cases = list(due.escalate(found))
    assert [case.to for case in cases] == steps
    assert all(case.must and case.since == NOW - minutes * MINUTE for case in cases)


def test_the_reason_says_how_long_nobody_began():
    found = situation([ticket("t", text=BURNING, created_at=NOW - HOUR / 2)])
    (case,) = due.escalate(found)
    assert case.why == "urgent, and not begun for 30 min (15 min allowed)"
    assert case.why_zh == "紧急工单，30 分钟未受理（时限 15 分钟）"


@pytest.mark.parametrize("state", ["in_progress", "paused", "waiting_customer"])
def test_whoever_has_begun_has_acknowledged(state):
    begun = ticket("t", text=BURNING, agent_id="A", state=state)
    assert told(due.escalate(situation([begun]))) == []


@pytest.mark.parametrize(
    ("known", "steps"),
    [
        ({"state": "assigned", "state_since": NOW - MINUTE}, 2),
        ({"state": "reopened", "state_since": NOW - MINUTE}, 0),
        ({"state": "returned", "state_since": NOW - 20 * MINUTE}, 1),
        ({"state": "assigned", "state_since": NOW - MINUTE, "reopenings": 1}, 0),
        ({"state": "reopened"}, 2),
    ],
)
def test_the_time_begins_at_arrival_or_when_the_ticket_came_back(known, steps):
    assert len(told(due.escalate(situation([ticket("t", text=BURNING, **known)])))) == steps


def test_a_route_may_allow_less_time():
    route = Route(team="experts", signals=("safety",), acknowledge_minutes=5)
    tiers = Tiers(routes=(route,), ladder=(Step(1, "head"),))
    policy = Policy(name="p", tiers=tiers)
    one = ticket("t", text=BURNING, created_at=NOW - 6 * MINUTE)
    assert told(due.escalate(situation([one], policy=policy))) == [(0, "head")]


def test_a_manager_is_warned_of_what_no_agent_can_save():
    tickets = [ticket("a"), ticket("b"), ticket("c"), waiting("d")]
    found = situation(
        tickets,
        kept=[0.7, 0.7, 0.4, 0.7],
        best=np.array([0.66, 0.6, 0.4, 0.7]),
        alert=["warn"] * 4,
    )
    (case,) = due.warn_manager(found)
    assert (case.row, case.to) == (0, "duty_manager")
    assert case.why == "no agent lowers the timeout risk below 66%"
    assert case.why_zh == "任何坐席都无法使超时风险低于 66%"

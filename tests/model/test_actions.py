from dataclasses import replace

import numpy as np

from features.snapshot import Party
from model.actions import Situation, Spent, next_actions
from model.alert import LEVELS
from model.columns import columns
from model.policy_actions import Actions, ChaseCustomer, Escalate, NudgeParty
from model.screen import screen
from tests.model.desks import HOUR, NOW, agent, plain, snapshot, ticket


def _situation(tickets, timeout=None, loss=None, alert=None, placed=True):
    clean = screen(snapshot(tickets, [agent("A")])).snapshot
    count = len(tickets)
    return Situation(
        snapshot=clean,
        columns=columns(clean, plain()),
        agent=np.full(count, 0 if placed else -1),
        alert=np.array([LEVELS.index(each) for each in alert or ["none"] * count]),
        timeout=np.array(timeout or [0.1] * count),
        loss=np.array(loss or [0.1] * count),
    )


def _done(situation, actions=None, spent=None):
    found = next_actions(situation, actions or Actions(), spent)
    return [(each.action, each.ticket_id, each.party or each.to) for each in found]


def waiting(name, hours):
    return ticket(name, state="waiting_customer", state_since=NOW - hours * HOUR)


def collaborating(name, *parties):
    return ticket(name, state="internal_collaboration", parties=parties)


def test_a_customer_is_chased_after_some_hours_or_at_some_risk():
    situation = _situation([waiting("a", 12), waiting("b", 11.9), waiting("c", 1)], [0.1, 0.1, 0.6])
    assert _done(situation) == [("chase_customer", "a", None), ("chase_customer", "c", None)]


def test_a_wait_of_unknown_length_is_chased_by_risk_alone():
    tickets = [ticket("a", state="waiting_customer"), ticket("b", state="waiting_customer")]
    assert _done(_situation(tickets, [0.4, 0.5])) == [("chase_customer", "b", None)]


def test_departments_are_nudged_when_not_asked_late_or_due_soon():
    parties = [
        Party("qc"),
        Party("warehouse", NOW - 3 * HOUR),
        Party("supplier", NOW - 1.8 * HOUR),
        Party("legal", NOW - HOUR),
        Party("it", NOW - 9 * HOUR, NOW - HOUR, NOW - 2 * HOUR),
        Party("store", NOW - 9 * HOUR, NOW + HOUR),
    ]
    found = next_actions(_situation([collaborating("t", *parties)]), Actions())
    assert [each.party for each in found] == ["qc", "warehouse", "supplier"]
    assert [each.reason for each in found] == [
        "qc has not been asked yet: ask now, not after the others",
        "warehouse is overdue by 1.0 h",
        "supplier is due in 12 min",
    ]
    assert found[1].reason_zh == "warehouse 已逾期 1.0 小时"


def test_a_department_is_left_alone_unless_the_ticket_waits_for_it():
    at_work = replace(collaborating("t", Party("qc")), state="in_progress")
    assert _done(_situation([at_work])) == []


def test_an_urgent_ticket_with_nobody_is_escalated():
    burning = ticket("t", text="手机充电时起火了")
    assert _done(_situation([burning], placed=False)) == [("escalate", "t", "duty_manager")]
    assert _done(_situation([burning])) == []


def test_a_red_ticket_is_escalated_with_its_reason():
    tickets = [ticket("a"), ticket("b", due_at=NOW - 2 * HOUR), ticket("c")]
    situation = _situation(tickets, [0.92, 0.99, 0.6], [3, 2, 1], ["red", "red", "warn"])
    found = next_actions(situation, Actions())
    assert [(each.ticket_id, each.reason) for each in found] == [
        ("a", "red alert: timeout risk 92%"),
        ("b", "past its promised time by 2.0 h"),
    ]
    assert found[0].reason_zh == "红色预警：超时风险 92%"


def test_the_budget_goes_to_the_dearest_losses():
    situation = _situation([waiting("a", 20), waiting("b", 20), waiting("c", 20)], None, [1, 3, 2])
    two = Actions(chase_customer=ChaseCustomer(per_refresh=2))
    assert [each[1] for each in _done(situation, two)] == ["b", "c"]


def test_what_was_done_today_counts_and_is_not_repeated():
    situation = _situation([waiting("a", 20), waiting("b", 20), waiting("c", 20)])
    daily = Actions(chase_customer=ChaseCustomer(per_day=10))
    spent = Spent({"chase_customer": 9}, frozenset({("chase_customer", "a")}))
    assert [each[1] for each in _done(situation, daily, spent)] == ["b"]


def test_a_budget_of_zero_switches_an_action_off():
    none = Actions(ChaseCustomer(per_refresh=0), NudgeParty(per_refresh=0), Escalate(per_refresh=0))
    tickets = [waiting("a", 20), collaborating("b", Party("qc")), ticket("c")]
    assert _done(_situation(tickets, alert=["red"] * 3), none) == []

"""Why and why not, on desks that can be reckoned by hand."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from model import dispatch
from model.contrast import contrasts
from model.contrast_words import Hurdle
from model.decision import CostTerm
from model.dispatch import Options, refresh
from model.policy import Policy
from tests.model.desks import NOW, FakeDesk, agent, plain, snapshot, ticket

A, B = agent("A"), agent("B")


def why(desk, tickets, people=(A, B), of="x"):
    decision = refresh(desk, snapshot(tickets, people))
    return {each.ticket_id: each.why for each in decision.assignments}[of]


def desk(a, b, policy=None, **known):
    """A desk on which agent A has the risk `a` with ticket x, and B the risk `b`."""
    return FakeDesk(policy or plain(), risk={("x", "A"): a, ("x", "B"): b}, **known)


def runner_up(*where, **known):
    found = why(*where, **known).runner_up
    return found.agent_id, found.text, found.text_zh


def looked(desk, snap, monkeypatch):
    """The look and the plan that a refresh explains."""
    seen = []
    with monkeypatch.context() as patch:
        patch.setattr(dispatch, "contrasts", lambda *args: seen.append(args))
        refresh(desk, snap)
    return seen[0]


# What the choice costs.


def test_the_terms_of_a_choice_are_told_dearest_first_without_those_that_are_nothing():
    policy = plain(escalation=3, hand_over=0.05, imbalance=0.1)
    found = why(desk(0.9, 0.31, policy, value={"x": 0.7}), [ticket("x", agent_id="A")])
    assert [replace(each, amount=round(each.amount, 9)) for each in found.terms] == [
        CostTerm("timeout", 0.527, "timeout risk 31 % × price 1.7", "超时风险 31% × 价格 1.7"),
        CostTerm(
            "escalation", 0.1581, "escalation risk 3.1 % × price 5.1", "升级风险 3.1% × 价格 5.1"
        ),
        CostTerm("hand_over", 0.05, "hand-over", "转手"),
        CostTerm("place", 0.005, "1 in the queue", "队列共 1 件"),
    ]  # fmt: skip


def test_a_wait_is_told_in_hours():
    busy = ticket("y", agent_id="A", state="in_progress")
    known = desk(0.2, 0.9, plain(ahead=0.1), work={("y", "A"): 1.5}, slope={"x": 0.1})
    found = why(known, [ticket("x"), busy])
    assert {each.term: (each.text, each.text_zh) for each in found.terms} == {
        "timeout": ("timeout risk 20 % × price 1", "超时风险 20% × 价格 1"),
        "waiting": ("in effect begun only in 1.5 h", "1.5 小时后才开始"),
        "ahead": ("another could begin 1.5 h sooner", "他人可早 1.5 小时开始"),
    }


def test_under_the_four_dimensions_a_choice_costs_what_its_score_lacks():
    policy = replace(plain(), objective="four_dimensions")
    known = desk(0.5, 0.5, policy, value={"x": 1.0}, urgency={"x": 1.0}, load={"A": 1.0, "B": 1.0},
                 skill={("x", "A"): 0.81, ("x", "B"): 0.4096})  # fmt: skip
    found = why(known, [ticket("x")])
    (term,) = found.terms
    assert (term.term, term.amount) == ("score", pytest.approx(1 - 0.81**0.25))
    assert (term.text, term.text_zh) == ("score 0.949", "评分 0.949")
    assert (found.runner_up.text, found.runner_up.text_zh) == (
        "B would be first with a score above 0.949 (now 0.8)",
        "若评分高于 0.949（现为 0.8），B 将排第一",
    )


# Why not the next one.


def test_a_lower_risk_would_have_made_them_first():
    assert runner_up(desk(0.24, 0.31), [ticket("x")]) == (
        "B",
        "B would be first with a timeout risk below 24 % (now 31 %)",
        "若超时风险低于 24%（现为 31%），B 将排第一",
    )


def test_only_escalation_counts_where_nothing_else_is_priced():
    assert runner_up(desk(0.1, 0.3, plain(timeout=0, escalation=1)), [ticket("x")]) == (
        "B",
        "B would be first with an escalation risk below 1 % (now 3 %)",
        "若升级风险低于 1%（现为 3%），B 将排第一",
    )


def test_their_queue_is_full():
    one, two = agent("A", capacity=1), agent("B", capacity=1)
    known = desk(0.1, 0.22)
    known.risk |= {("y", "A"): 0.2, ("y", "B"): 0.9}
    assert runner_up(known, [ticket("x"), ticket("y")], (one, two)) == (
        "A",
        "A is cheaper by 0.12, but their queue is full (1 of 1)",
        "A 成本低 0.12，但其队列已满（1/1）",
    )
    assert runner_up(known, [ticket("x"), ticket("y")], (one, two), of="y") == (
        "B",
        "B is dearer by 0.7, and their queue is full (1 of 1)",
        "B 成本高 0.7，且其队列已满（1/1）",
    )


def test_a_full_queue_that_is_dearer_stands_behind_everybody_with_a_place():
    people = (A, agent("B", capacity=0), agent("C"))
    known = desk(0.1, 0.2)
    known.risk["x", "C"] = 0.6
    assert why(known, [ticket("x")], people).runner_up.agent_id == "C"


def test_the_hand_over_alone_made_them_dearer():
    known = desk(0.3, 0.28, plain(hand_over=0.05), kept={"x": 0.3})
    assert runner_up(known, [ticket("x", agent_id="A")]) == (
        "B",
        "B would be first without the price of the hand-over (0.05)",
        "若不计转手成本（0.05），B 将排第一",
    )


def test_they_cannot_begin_soon_enough():
    busy = ticket("y", agent_id="B", state="in_progress")
    known = desk(0.5, 0.4, kept={"x": 0.4}, slope={"x": 0.1}, work={("y", "B"): 4.0})
    known.risk["y", "B"] = 0.1
    assert runner_up(known, [ticket("x"), busy]) == (
        "B",
        "B would be first if they could begin 3 h sooner",
        "若能早 3 小时开始，B 将排第一",
    )


def test_their_queue_is_longer():
    known = desk(0.3, 0.25, plain(imbalance=1))
    known.risk |= {("y", "A"): 0.9, ("y", "B"): 0.1}
    assert runner_up(known, [ticket("x"), ticket("y")]) == (
        "B",
        "B would be first if the next place in their queue cost 0.05 less (now 0.15)",
        "若其队列下一位置的成本再低 0.05（现为 0.15），B 将排第一",
    )


def test_where_no_single_change_suffices_the_difference_is_told_term_by_term():
    known = desk(0.02, 0.1, plain(hand_over=0.05), kept={"x": 0.02})
    assert runner_up(known, [ticket("x", agent_id="A")]) == (
        "B",
        "B is dearer by 0.13: timeout risk +0.08, hand-over +0.05",
        "B 成本高 0.13：超时风险 +0.08，转手 +0.05",
    )


def test_nobody_comes_second_for_what_is_being_worked_on():
    mine = ticket("x", agent_id="A", state="in_progress")
    known = desk(0.9, 0.1, kept={"x": 0.9})
    assert why(known, [mine], (agent("A", working_on="x"), B)).runner_up is None


def test_what_has_just_changed_hands_rests():
    mine = ticket("x", agent_id="A", reassignments=1, assigned_at=NOW - timedelta(minutes=30))
    assert runner_up(desk(0.9, 0.1, kept={"x": 0.9}), [mine]) == (
        "B",
        "B is cheaper by 0.8, but the ticket changed hands less than 60 min ago",
        "B 成本低 0.8，但工单 60 分钟内刚转手",
    )


def test_of_two_who_cost_the_same_the_ids_decide():
    other, text, text_zh = runner_up(desk(0.3, 0.3), [ticket("x")])
    assert text == f"{other} costs as much, and the order of the ids decided"
    assert text_zh == f"{other} 成本相同，按编号顺序决定"


def test_a_plan_that_is_not_the_best_one_says_so(monkeypatch):
    look, plan = looked(desk(0.1, 0.5), snapshot([ticket("x")], (A, B)), monkeypatch)
    (found,) = contrasts(look, replace(plan, edge=np.array([1])))
    assert (found.runner_up.agent_id, found.runner_up.text) == (
        "A",
        "A is cheaper by 0.4, but the plan was not searched to the very end",
    )
    assert found.runner_up.text_zh == "A 成本低 0.4，但计划未求至最优"


def test_where_nobody_else_could_take_it_nobody_came_second():
    found = why(desk(0.1, 0.5), [ticket("x", excluded_agents=("B",))])
    assert found.runner_up is None


def test_nothing_is_explained_unasked():
    decision = refresh(desk(0.1, 0.5), snapshot([ticket("x")], (A, B)), Options(explain=False))
    assert decision.assignments[0].why is None


# Laws.

RISKS = st.lists(st.integers(0, 100), min_size=12, max_size=12)


def random_desk(risks, owners, policy):
    names = [(t, a) for t in "wxyz" for a in "ABC"]
    known = FakeDesk(policy, risk={pair: r / 100 for pair, r in zip(names, risks, strict=True)})
    tickets = [ticket(t, agent_id=a or None) for t, a in zip("wxyz", owners, strict=True)]
    return known, snapshot(tickets, [agent(a, capacity=2) for a in "ABC"])


@settings(max_examples=40)
@given(RISKS, st.lists(st.sampled_from(["", "A", "B"]), min_size=4, max_size=4), st.booleans())
def test_terms_add_up_and_nobody_with_a_place_is_cheaper(risks, owners, four):
    objective = "four_dimensions" if four else "expected_loss"
    desk, snap = random_desk(risks, owners, Policy("law", objective=objective))
    with pytest.MonkeyPatch.context() as patch:
        look, plan = looked(desk, snap, patch)
    found = contrasts(look, plan)
    placed = plan.edge[plan.edge >= 0]
    cost = np.sum(list(plan.terms.values()), axis=0)[placed]
    for told, paid in zip(found, cost.tolist(), strict=True):
        assert sum(t.amount for t in told.terms if t.term != "place") == pytest.approx(paid)
    held = np.isin(found.runner_up.hurdle, (Hurdle.FULL, Hurdle.RESTS))
    assert (found.runner_up.dearer[~held] > -2e-6).all()
    assert Hurdle.UNFINISHED not in found.runner_up.hurdle


@given(st.integers(5, 99), st.integers(5, 99), st.floats(0, 0.2))
def test_a_risk_below_what_is_told_does_make_them_first(one, two, slope):
    busy = ticket("y", agent_id="B", state="in_progress", excluded_agents=("A",))
    tickets = [ticket("x"), busy]
    known = desk(one / 100, two / 100, slope={"x": slope})
    before = refresh(known, snapshot(tickets, (A, B))).assignments
    (first,) = (each for each in before if each.ticket_id == "x")
    second = first.why.runner_up
    assume("timeout risk below" in second.text)
    below = float(second.text.split("below ")[1].split(" %")[0]) / 100
    for risk, winner in ((below - 2e-4, second.agent_id), (below + 2e-3, first.agent_id)):
        known.risk["x", second.agent_id] = risk
        again = refresh(known, snapshot(tickets, (A, B))).assignments
        assert {each.ticket_id: each.agent_id for each in again}["x"] == winner

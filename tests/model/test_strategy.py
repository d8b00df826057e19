"""Another strategy beside the shipped one: it chooses and orders, the path does the rest."""

import numpy as np

from model import in_time
from model.dispatch import Options, Strategy, refresh
from model.plan import given
from model.strategy import SHIPPED
from tests.model.desks import FakeDesk, agent, placed, snapshot, ticket


def giving(row, order=SHIPPED.order):
    """A strategy that gives every ticket to one agent row; -1 for nobody."""

    def choose(look, _snapshot, watch, top):
        agents = np.full(len(look.weight), row)
        return given(look, agents, look.moves.hold, in_time.risks(look, watch), top)

    return Strategy(choose, order)


TWO = snapshot([ticket("x"), ticket("y", agent_id="A")], [agent("A"), agent("B")])


def test_the_plan_of_another_strategy_is_answered_like_any():
    desk = FakeDesk(risk={("x", "B"): 0.2, ("y", "B"): 0.3}, kept={"x": 0.6, "y": 0.7})
    found = refresh(desk, TWO, strategy=giving(1))
    assert placed(found) == {"x": ("assign", "B"), "y": ("reassign", "B")}
    assert [each.risk.timeout for each in found.assignments] == [0.2, 0.3]
    assert [each.candidates[0].agent_id for each in found.assignments] == ["B", "B"]
    assert found.summary.plan is None


def test_whom_a_strategy_leaves_with_nobody_is_told_what_stood_in_the_way():
    found = refresh(FakeDesk(), TWO, strategy=giving(-1))
    assert [(e.ticket_id, e.code) for e in found.unassigned] == [
        ("x", "dearer_than_waiting"),
        ("y", "dearer_than_waiting"),
    ]
    assert found.queues == {}


def test_another_order_is_the_order_of_the_queues():
    def backwards(_look, plan, _agenda, _watch):
        return np.flatnonzero(plan.agent >= 0)[::-1]

    assert refresh(FakeDesk(), TWO, strategy=giving(0, backwards)).queues == {"A": ("y", "x")}


def test_of_a_given_plan_only_chosen_and_shown_pairs_are_asked_for():
    desk = FakeDesk()
    many = snapshot([ticket("x")], [agent(name) for name in "ABCDEFGH"])
    found = refresh(desk, many, Options(top_k=2), strategy=giving(7))
    assert placed(found) == {"x": ("assign", "H")}
    assert max(desk.pairs_asked) == 2

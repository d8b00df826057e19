"""Lots among near-ties: by hand, by count, and as laws on random desks."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.dispatch import Options, refresh
from model.policy import Explore, Policy
from model.policy_check import PolicyFaultsError
from model.policy_reader import default
from tests.model.desks import HOUR, FakeDesk, agent, placed, plain, snapshot, ticket
from tests.model.test_dispatch_laws import check_rules, desks

A, B, C = agent("A"), agent("B"), agent("C")
NEW = {"state": "unassigned"}
UNHURRIED = Options(deadline_ms=float("inf"))
PLAN_ALONE = Options(explain=False)


def drawing(policy=None, **known):
    """A policy that draws for every new ticket."""
    policy = policy or plain(hand_over=0.05)
    return replace(policy, explore=Explore(**({"share": 1.0} | known)))


def desk(risk, **known):
    """A desk on which ticket x has these risks with A, B, C."""
    pairs = {("x", name): value for name, value in zip("ABC", risk, strict=True)}
    return FakeDesk(drawing(**known), risk=pairs)


def lots(decision):
    return {e.ticket_id: e.explored for e in decision.assignments if e.explored is not None}


def names(lot):
    return [each.agent_id for each in lot.near_ties]


X = snapshot([ticket("x", **NEW)], [A, B, C])


def test_who_costs_little_more_than_the_planned_agent_is_a_near_tie():
    lot = lots(refresh(desk((0.30, 0.31, 0.33)), X))["x"]
    assert (lot.propensity, lot.planned_agent_id) == (0.5, "A")
    assert names(lot) == ["A", "B"]
    assert [each.dearer for each in lot.near_ties] == [0.0, pytest.approx(0.01)]
    assert [each.timeout for each in lot.near_ties] == [0.30, 0.31]


def test_nothing_is_drawn_where_one_agent_is_clearly_the_best():
    assert lots(refresh(desk((0.1, 0.2, 0.3)), X)) == {}


def test_the_shipped_policy_draws_nothing():
    assert default().explore.share == 0
    even = FakeDesk(default(), risk={("x", name): 0.3 for name in "ABC"})
    found = refresh(even, X).assignments[0]
    assert (found.agent_id, found.explored) == ("A", None)


def test_the_next_place_in_a_longer_queue_counts():
    policy = drawing(plain(hand_over=0.05, imbalance=0.1), within=0.015)
    held = [ticket(f"y{n}", agent_id="B", pinned=True) for n in range(2)]
    people = [agent("A", capacity=10), agent("B", capacity=10)]
    even = FakeDesk(policy, risk={("x", "A"): 0.3, ("x", "B"): 0.3})
    full = snapshot([ticket("x", **NEW), *held], people)
    assert lots(refresh(even, full)) == {}  # B is dearer by 0.02
    lot = lots(refresh(even, snapshot([ticket("x", **NEW), held[0]], people)))["x"]
    assert [each.dearer for each in lot.near_ties] == [0.0, pytest.approx(0.01)]


@pytest.mark.parametrize(
    "one",
    [
        ticket("x", agent_id="A"),
        ticket("x", agent_id="gone"),
        ticket("x", text="It caught fire", **NEW),
    ],
    ids=["owned", "owned by somebody who is not here", "urgent"],
)
def test_only_tickets_that_nobody_owns_and_that_can_wait_are_drawn_for(one):
    people = [agent(name, tier=2) for name in "AB"]
    assert lots(refresh(desk((0.3, 0.3, 0.3)), snapshot([one], people))) == {}


def test_who_is_full_or_ruled_out_is_no_near_tie():
    people = [A, agent("B", capacity=1), C]
    held = ticket("y", agent_id="B", pinned=True)
    shut = ticket("x", excluded_agents=("C",), **NEW)
    assert lots(refresh(desk((0.3, 0.3, 0.3)), snapshot([shut, held], people))) == {}


def test_an_agent_is_a_near_tie_of_one_ticket_at_a_time():
    near = {("x", "A"): 0.30, ("x", "B"): 0.31, ("y", "B"): 0.31, ("y", "C"): 0.30}
    risk = {(one, who): 0.9 for one in "xy" for who in "ABC"} | near
    two = snapshot([ticket(name, **NEW) for name in "xy"], [A, B, C])
    found = [lots(refresh(FakeDesk(drawing(seed=n), risk=risk), two)) for n in range(20)]
    assert {tuple(each) for each in found} == {("x",), ("y",)}  # B goes with the lower coin


def test_of_many_near_ties_the_cheapest_are_drawn_among():
    lot = lots(refresh(desk((0.32, 0.30, 0.31), among=2), X))["x"]
    assert names(lot) == ["B", "C"]


def drawn(seeds, risk=(0.3, 0.31, 0.31), **known):
    """Whom ticket x went to and whether by lot, seed by seed."""
    policies = (desk(risk, seed=seed, **known) for seed in range(seeds))
    each = (refresh(policy, X, PLAN_ALONE).assignments[0] for policy in policies)
    return Counter((found.agent_id, found.explored is not None) for found in each)


def test_each_near_tie_is_drawn_as_often_as_its_propensity_says():
    found = drawn(240)
    assert all(abs(found[name, True] - 80) < 26 for name in "ABC")  # 3.5 standard deviations


def test_lots_are_drawn_for_the_share_of_tickets_that_was_asked_for():
    found = drawn(200, share=0.25)
    assert sum(count for (_, lot), count in found.items() if lot) == pytest.approx(50, abs=20)
    assert found["B", False] == found["C", False] == 0  # without a lot the plan stands


def test_the_same_request_is_drawn_alike_and_another_moment_is_not():
    known, later = desk((0.3, 0.3, 0.3)), [replace(X, as_of=X.as_of + n * HOUR) for n in range(20)]
    one, two = ([placed(refresh(known, each)) for each in later] for _ in range(2))
    assert one == two
    assert len({each["x"] for each in one}) == 3


def test_no_lot_is_drawn_when_costs_are_guesses():
    assert lots(refresh(desk((0.3, 0.3, 0.3)), X, Options(deadline_ms=0))) == {}


def test_a_cheaper_runner_up_is_told_of_the_lot():
    whys = (refresh(desk((0.30, 0.31, 0.9), seed=n), X).assignments[0] for n in range(20))
    why = next(each.why for each in whys if each.agent_id == "B")
    assert why.runner_up.text == "A is cheaper by 0.01, but a lot was drawn among near-ties"
    assert why.runner_up.text_zh == "A 成本低 0.01，但成本相近者抽签决定"


@pytest.mark.parametrize(
    ("policy", "pointer"),
    [
        ({"explore": Explore(0.1, within=0.2)}, "/explore/within"),
        ({"explore": Explore(0.1), "objective": "four_dimensions"}, "/explore/share"),
    ],
)
def test_lots_that_would_not_hold_are_refused(policy, pointer):
    with pytest.raises(PolicyFaultsError) as refused:
        Policy("mine", **policy)
    assert [fault.pointer for fault in refused.value.faults] == [pointer]
    Policy("mine", **policy | {"explore": Explore(0.0, within=0.2)})


def both(case, seed):
    """What a random desk decides without lots, and with one for every new ticket."""
    desk, snap = case
    policy = replace(desk.policy, objective="expected_loss")
    within = policy.prices.hand_over
    lots = replace(policy, explore=Explore(1.0, within=within, seed=seed))
    return [refresh(desk.under(each), snap, UNHURRIED) for each in (policy, lots)], within


@settings(max_examples=60, deadline=None)
@given(desks(), st.integers(0, 9))
def test_no_lot_breaks_a_rule_or_moves_another_ticket(case, seed):
    (plain, found), _ = both(case, seed)
    check_rules(case[1], found)
    stays = {e.ticket_id: e.agent_id for e in plain.assignments}
    for each in found.assignments:
        lot = each.explored
        planned = each.agent_id if lot is None else lot.planned_agent_id
        assert planned == stays[each.ticket_id]
        assert lot is None or (each.agent_id in names(lot) and len(names(lot)) <= 3)
        assert lot is None or lot.propensity == 1 / len(lot.near_ties)


@settings(max_examples=60, deadline=None)
@given(desks(), st.integers(0, 9))
def test_a_lot_costs_the_plan_what_it_says_and_at_most_within(case, seed):
    (plain, found), within = both(case, seed)
    more = 0.0
    for each in found.assignments:
        if each.explored is not None:
            dearer = {tie.agent_id: tie.dearer for tie in each.explored.near_ties}
            assert dearer[each.explored.planned_agent_id] == 0
            assert dearer[each.agent_id] <= within
            more += dearer[each.agent_id]
    figures = found.summary.plan
    assert figures.cost == pytest.approx(plain.summary.plan.cost + more, abs=1e-6)
    assert figures.bound <= figures.cost + 1e-5

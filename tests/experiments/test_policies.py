"""The contract of every policy in the table: what a desk may rely on, whoever decides."""

import ast
import importlib
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments import policies
from experiments.policies import POLICIES
from features.snapshot import Snapshot
from model.dispatch import Options, refresh
from model.policy import Explore
from model.policy_reader import default
from tests.model.desks import HOUR, NOW, FakeDesk, agent, placed, snapshot, ticket
from tests.model.test_dispatch_laws import (
    a,
    at_work,
    desks,
    lastingly_fit,
    t,
    under_other_names,
    worked_on,
)

GOLDEN = Path(__file__).parent / "golden"
UNHURRIED = Options(deadline_ms=float("inf"))
BASELINES = sorted(set(POLICIES) - {"default", "four_dimensions_optimal"})

every_policy = pytest.mark.parametrize("name", POLICIES)
every_baseline = pytest.mark.parametrize("name", BASELINES)
few = settings(max_examples=15, deadline=None)


def decided(name, desk, snapshot, seed=0, options=UNHURRIED):
    return POLICIES[name](desk, snapshot, options, seed)


@every_policy
@few
@given(case=desks(), seed=st.integers(0, 3))
def test_no_policy_breaks_a_rule(name, case, seed):
    desk, snapshot = case
    found = decided(name, desk, snapshot, seed)
    known = {one.ticket_id: one for one in snapshot.tickets}
    people = {who.agent_id: who for who in snapshot.agents}
    for each in found.assignments:
        one, who = known[each.ticket_id], people[each.agent_id]
        assert lastingly_fit(one, who)
        assert not any(worked_on(one, other) for other in snapshot.agents if other != who)
        mine = one.agent_id == who.agent_id
        assert each.action == (
            ("keep" if at_work(who) else "hold")
            if mine
            else "assign" if one.agent_id is None else "reassign"
        )  # fmt: skip
        assert mine or at_work(who)


@every_policy
@few
@given(case=desks())
def test_nobody_is_given_more_than_they_can_hold(name, case):
    desk, snapshot = case
    load = Counter(each.agent_id for each in decided(name, desk, snapshot).assignments)
    known = {one.ticket_id for one in snapshot.tickets}
    for who in snapshot.agents:
        elsewhere = len(set(who.queue or ()) - known)
        capacity = desk.policy.default_capacity if who.capacity is None else who.capacity
        assert load[who.agent_id] == 0 or load[who.agent_id] + elsewhere <= capacity


@every_policy
@few
@given(case=desks())
def test_every_ticket_is_answered_once_and_stands_in_its_agents_queue(name, case):
    desk, snapshot = case
    found = decided(name, desk, snapshot)
    told = [e.ticket_id for e in (*found.assignments, *found.unassigned, *found.rejected)]
    assert sorted(told) == sorted(one.ticket_id for one in snapshot.tickets)
    queued = Counter((who, one) for who, queue in found.queues.items() for one in queue)
    assert queued == Counter((e.agent_id, e.ticket_id) for e in found.assignments)


@every_policy
@few
@given(case=desks(), seed=st.integers(0, 3))
def test_the_same_seed_decides_the_same(name, case, seed):
    assert decided(name, *case, seed) == decided(name, *case, seed)


@every_policy
@few
@given(case=desks(), random=st.randoms(use_true_random=False))
def test_the_order_of_the_request_changes_nothing(name, case, random):
    desk, snapshot = case
    tickets, people = list(snapshot.tickets), list(snapshot.agents)
    random.shuffle(tickets)
    random.shuffle(people)
    turned = replace(snapshot, tickets=tuple(tickets), agents=tuple(people))
    found, again = decided(name, desk, snapshot), decided(name, desk, turned)
    assert replace(again, rejected=()) == replace(found, rejected=())


@every_policy
@few
@given(case=desks())
def test_other_names_that_sort_alike_change_nothing_else(name, case):
    found = decided(name, *case)
    again = decided(name, *under_other_names(*case))
    plan = {(t(e.ticket_id), e.action, a(e.agent_id)) for e in found.assignments}
    assert {(e.ticket_id, e.action, e.agent_id) for e in again.assignments} == plan
    queues = {a(who): tuple(map(t, queue)) for who, queue in found.queues.items()}
    assert again.queues == queues


@every_policy
@few
@given(case=desks(), secret=st.integers())
def test_what_only_a_simulator_knows_changes_nothing(name, case, secret):
    desk, snapshot = case
    told = tuple(
        replace(one, attributes={**one.attributes, "patience_hours": secret, "true_work": secret})
        for one in snapshot.tickets
    )
    assert decided(name, desk, replace(snapshot, tickets=told)) == decided(name, desk, snapshot)


def test_no_policy_can_see_the_simulator():
    for path in Path(policies.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [each.name for each in node.names] if isinstance(node, ast.Import) else []
            assert not any(name.startswith("experiments.simulator") for name in names), path.name
    assert importlib.import_module("experiments.policies.table").POLICIES is POLICIES


@every_baseline
@few
@given(case=desks())
def test_a_desk_without_a_plan_takes_a_ticket_only_from_who_may_not_have_it(name, case):
    desk, snapshot = case
    found = decided(name, desk, snapshot)
    owner = {one.ticket_id: one.agent_id for one in snapshot.tickets}
    people = {who.agent_id: who for who in snapshot.agents}
    known = {one.ticket_id: one for one in snapshot.tickets}
    kept = Counter(e.agent_id for e in found.assignments if e.action in ("keep", "hold"))
    for each in found.assignments:
        before = people.get(owner[each.ticket_id])
        if each.action == "reassign" and before is not None:
            elsewhere = len(set(before.queue or ()) - set(known))
            held = {t for t, who in owner.items() if who == before.agent_id} | set(
                before.queue or ()
            )
            refused = [each for each in found.rejected if each.ticket_id in held]
            capacity = desk.policy.default_capacity if before.capacity is None else before.capacity
            full = kept[before.agent_id] + elsewhere + len(refused) >= capacity
            assert full or not lastingly_fit(known[each.ticket_id], before)


@every_baseline
@few
@given(case=desks())
def test_a_desk_without_a_plan_leaves_nobody_out_who_could_be_served(name, case):
    desk, snapshot = case
    people = {who.agent_id: who for who in snapshot.agents}
    for each in decided(name, desk, snapshot).unassigned:
        one = next(one for one in snapshot.tickets if one.ticket_id == each.ticket_id)
        in_hand = any(worked_on(one, who) for who in people.values())
        assert in_hand or sum(each.blocked.values()) == len(people)


@few
@given(desks())
def test_the_optimum_by_score_is_the_shipped_plan_under_that_objective(case):
    desk, snapshot = case
    by_score = desk.under(replace(desk.policy, objective="four_dimensions"))
    found, other = decided("four_dimensions_optimal", desk, snapshot), refresh(by_score, snapshot)
    assert placed(found) == placed(other)
    assert found.summary.plan == other.summary.plan


@every_policy
def test_lots_are_drawn_by_what_serves_alone(name):
    prices = replace(default().prices, hand_over=2.0)
    policy = replace(default(), prices=prices, explore=Explore(1.0, within=2.0))
    found = decided(name, monday_desk().under(policy), monday_morning())
    drawn = [each.ticket_id for each in found.assignments if each.explored is not None]
    assert bool(drawn) == (name == "default")


@every_policy
def test_a_policy_answers_without_the_model_when_it_has_no_time(name):
    desk = FakeDesk()
    found = decided(name, desk, monday_morning(), options=Options(deadline_ms=0))
    assert "risk_model" in found.degraded
    assert not any(desk.pairs_asked)
    assert len(found.assignments) + len(found.unassigned) == len(monday_morning().tickets)


# The golden decisions: what every policy makes of a Monday morning, by hand to be read.


def monday_morning() -> Snapshot:
    new = {"state": "unassigned"}
    tickets = [
        ticket("T1", agent_id="A1", region="east", assigned_at=NOW - 5 * HOUR, state="in_progress"),
        ticket("T2", agent_id="A2", region="east", assigned_at=NOW - 2 * HOUR),
        ticket("T3", agent_id="A4", region="west", assigned_at=NOW - 20 * HOUR),  # gone home
        ticket("T4", region="east", created_at=NOW - 3 * HOUR, due_at=NOW + 9 * HOUR, **new),
        ticket("T5", region="east", created_at=NOW - 2 * HOUR, due_at=NOW + HOUR, **new),
        ticket("T6", region="west", created_at=NOW - HOUR, due_at=NOW + 4 * HOUR, **new),
        ticket("T7", category="invoice", created_at=NOW - HOUR / 2, due_at=NOW + 2 * HOUR, **new),
        ticket("T8", region="east", created_at=NOW - HOUR / 4, excluded_agents=("A3",), **new),
        ticket("T9", category="chemistry", **new),  # nobody's skill
    ]
    people = [
        agent("A1", region="east", capacity=3, skills=("logistics", "invoice")),
        agent("A2", region="east", capacity=4, skills=("logistics",)),
        agent("A3", region="west", capacity=2, skills=("logistics", "invoice")),
        agent("A4", region="west", capacity=3, skills=("logistics",), status="offline"),
    ]
    return snapshot(tickets, people)


def monday_desk():
    return FakeDesk(
        default(),
        kept={"T2": 0.7, "T3": 0.6, "T5": 0.8},
        risk={("T4", "A1"): 0.2, ("T5", "A2"): 0.9, ("T5", "A3"): 0.3, ("T2", "A3"): 0.2},
        slope={f"T{at}": 0.01 * at for at in range(10)},
        work={("T5", "A3"): 0.5},
        value={"T5": 0.9, "T7": 0.4, "T4": 0.2},
        urgency={"T5": 0.9, "T6": 0.7, "T8": 0.2},
        skill={("T4", "A1"): 0.9, ("T5", "A1"): 0.8, ("T6", "A1"): 0.85, ("T5", "A3"): 0.7},
        load={"A1": 0.6, "A2": 0.7, "A3": 1.0, "A4": 0.6},
    )


def told(decision):
    said = {
        "assignments": {e.ticket_id: f"{e.action} {e.agent_id}" for e in decision.assignments},
        "queues": {who: list(queue) for who, queue in sorted(decision.queues.items())},
        "unassigned": {e.ticket_id: e.code for e in decision.unassigned},
    }
    return json.dumps(said, indent=1) + "\n"


@every_policy
def test_monday_morning_is_decided_as_it_always_was(name):
    found = told(decided(name, monday_desk(), monday_morning()))
    assert found == (GOLDEN / f"{name}.json").read_text(encoding="utf-8")

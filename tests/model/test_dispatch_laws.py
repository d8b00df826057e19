"""What holds for every desk: the contract's promises, checked without the rooms that keep them."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.snapshot import Agent, Snapshot, Ticket, Window
from model import plan
from model.dispatch import Options, refresh, score
from model.policy import Policy, Prices
from tests.model.desks import HOUR, NOW, FakeDesk

NAMES = ("A", "B", "C", "D", "E")
STATES = ("unassigned", "assigned", "in_progress", "paused", "waiting_customer", "returned")
STARTED = ("in_progress", "paused", "waiting_customer", "internal_collaboration")
BURNING = "手机充电时起火了"

maybe = st.sampled_from


@pytest.fixture(autouse=True, scope="module")
def no_desk_is_planned_whole():
    """As on a large desk, tickets have no more candidates than the policy says."""
    usual, plan.AT_ONCE = plan.AT_ONCE, 0
    yield
    plan.AT_ONCE = usual


@st.composite
def tickets(draw, number):
    return Ticket(
        ticket_id=f"T{number}",
        category=draw(maybe(("logistics", "quality", "logistics", "suggestion"))),
        created_at=NOW - 9 * HOUR,
        state=draw(maybe(STATES)),
        language=draw(maybe((None, "zh", "en-GB"))),
        due_at=draw(maybe((None, NOW - HOUR, NOW + HOUR, NOW - 10 * HOUR))),
        region="east",
        agent_id=draw(maybe((None, "gone", *NAMES))),
        assigned_at=draw(maybe((None, NOW - HOUR / 2, NOW - 3 * HOUR))),
        reassignments=draw(maybe((None, 0, 2))),
        pinned=draw(maybe((False, False, True))),
        excluded_agents=draw(maybe(((), (), ("A",), ("B", "C")))),
        text=draw(maybe((None, None, BURNING))),
        attributes={
            "region_required": draw(maybe((False, False, True))),
            "about_agent": draw(maybe((None, None, "A", "B"))),
        },
    )


@st.composite
def agents(draw, name):
    windows = (None, None, (Window(NOW, NOW + HOUR),), (Window(NOW - HOUR, NOW),))
    return Agent(
        agent_id=name,
        status=draw(maybe(("available", "busy", "available", "away", "offline"))),
        tier=draw(maybe((None, 1, 2))),
        region=draw(maybe((None, "east", "west"))),
        team=draw(maybe(("frontline", "frontline", "product"))),
        languages=draw(maybe((None, ("zh-CN",), ("zh", "en")))),
        skills=draw(maybe((None, None, ("logistics",), ("quality",)))),
        capacity=draw(maybe((0, 1, 2, 3, None))),
        availability=draw(maybe(windows)),
        queue=draw(maybe((None, (), ("elsewhere",), ("T0", "T1")))),
        working_on=draw(maybe((None, None, "T0", "T1", "T2"))),
    )


@st.composite
def desks(draw):
    """A random desk, random risks, a random policy, and how much time there is."""
    people = [draw(agents(name)) for name in NAMES[: draw(st.integers(0, 5))]]
    open_tickets = [draw(tickets(number)) for number in range(draw(st.integers(0, 8)))]
    random = np.random.default_rng(draw(st.integers(0, 1000)))
    pairs = {(t.ticket_id, a.agent_id): random.random() for t in open_tickets for a in people}
    policy = Policy(
        name="random",
        objective=draw(maybe(("expected_loss", "four_dimensions"))),
        prices=Prices(
            hand_over=draw(st.floats(0, 1)),
            imbalance=draw(st.floats(0, 2)),
            waiting=draw(maybe((0.0, 1.0, 3.0))),
            ahead=draw(maybe((0.0, 0.0, 0.1))),
        ),
        candidates_per_ticket=draw(maybe((1, 2, 16))),
        default_capacity=2,
    )
    desk = FakeDesk(
        policy,
        kept={t.ticket_id: random.random() for t in open_tickets},
        risk=pairs,
        slope={t.ticket_id: random.random() / 10 for t in open_tickets},
        work={pair: 3 * random.random() for pair in pairs},
        changed={t.ticket_id for t in open_tickets if random.random() < 0.3},
        value={t.ticket_id: random.random() for t in open_tickets},
        urgency={t.ticket_id: random.random() for t in open_tickets},
        skill={pair: random.random() for pair in pairs},
        load={a.agent_id: random.random() for a in people},
    )
    return desk, Snapshot(NOW, tuple(open_tickets), tuple(people))


def at_work(agent):
    windows = agent.availability
    return agent.status in ("available", "busy") and (
        windows is None or any(w.start <= NOW < w.end for w in windows)
    )


def tier_of(one):
    return 2 if one.text == BURNING else 0 if one.category == "suggestion" else 1


def keeps(one, agent):
    """Whether a suggestion may stay with its owner."""
    return one.agent_id == agent.agent_id and (one.pinned or one.state in STARTED)


def worked_on(one, agent):
    """Whether the agent works on the ticket right now and may."""
    mine = one.agent_id == agent.agent_id and agent.working_on == one.ticket_id
    return mine and at_work(agent) and lastingly_fit(one, agent)


def lastingly_fit(one, agent):
    """Every hard rule of the contract but availability and capacity."""
    return (
        agent.agent_id not in one.excluded_agents
        and (not one.pinned or one.agent_id in (None, agent.agent_id))
        and (agent.skills is None or one.category in agent.skills)
        and one.attributes["about_agent"] != agent.agent_id
        and (
            None in (one.language, agent.languages)
            or one.language[:2] in {each[:2] for each in agent.languages}
        )
        and (agent.tier is None or agent.tier >= tier_of(one))
        and (tier_of(one) > 0 or agent.team == "product" or keeps(one, agent))
        and (not one.attributes["region_required"] or agent.region in (None, one.region))
    )


def check_rules(snapshot, decision, default_capacity=2):
    known = {one.ticket_id: one for one in snapshot.tickets}
    people = {agent.agent_id: agent for agent in snapshot.agents}
    for each in decision.assignments:
        one, agent = known[each.ticket_id], people[each.agent_id]
        assert lastingly_fit(one, agent)
        assert not any(worked_on(one, other) for other in snapshot.agents if other != agent)
        if each.action == "hold":
            assert each.agent_id == one.agent_id
            assert one.pinned or one.state in STARTED
            assert not at_work(agent)
        else:
            assert at_work(agent)
        label = {None: "assign", each.agent_id: "keep"}.get(one.agent_id, "reassign")
        assert each.action in (label, "hold")
    load = Counter(each.agent_id for each in decision.assignments)
    for agent in snapshot.agents:
        elsewhere = len(set(agent.queue or ()) - set(known))
        capacity = default_capacity if agent.capacity is None else agent.capacity
        assert load[agent.agent_id] == 0 or load[agent.agent_id] + elsewhere <= capacity


@settings(max_examples=60, deadline=None)
@given(desks(), maybe((10_000, 0)))
def test_no_plan_breaks_a_rule_in_time_or_late(case, deadline):
    desk, snapshot = case
    check_rules(snapshot, refresh(desk, snapshot, Options(deadline_ms=deadline)))


@settings(max_examples=40, deadline=None)
@given(desks(), maybe((10_000, 0)))
def test_every_ticket_is_in_one_place_and_its_queue(case, deadline):
    desk, snapshot = case
    found = refresh(desk, snapshot, Options(deadline_ms=deadline))
    everywhere = [
        each.ticket_id
        for each in (*found.assignments, *found.unassigned, *found.rejected)
    ]  # fmt: skip
    assert sorted(everywhere) == sorted(one.ticket_id for one in snapshot.tickets)
    queued = {(name, one) for name, queue in found.queues.items() for one in queue}
    assert queued == {(each.agent_id, each.ticket_id) for each in found.assignments}
    assert sum(map(len, found.queues.values())) == len(queued)


@settings(max_examples=40, deadline=None)
@given(desks())
def test_nobody_waits_while_an_agent_who_may_take_it_has_a_place(case):
    desk, snapshot = case
    dear = replace(desk.policy.prices, unplaced=1000.0, ahead=0.0)
    found = refresh(desk.under(replace(desk.policy, prices=dear)), snapshot)
    pinned = {one.ticket_id for one in snapshot.tickets if one.pinned and one.agent_id}
    for each in found.unassigned:
        waits = each.tier == 0 and each.ticket_id not in pinned
        assert each.code == ("product_queue" if waits else "no_eligible_agent")
        assert sum(each.blocked.values()) == len(snapshot.agents)


def at_work_on(snapshot, names):
    """The desk where the agents named are in the middle of an hour's work each."""
    people = tuple(
        replace(who, status="available", availability=None, working_on=None, capacity=4)
        for who in snapshot.agents
    )
    begun = tuple(
        Ticket(
            ticket_id=f"begun by {who.agent_id}",
            category="logistics",
            created_at=NOW - HOUR,
            state="in_progress",
            agent_id=who.agent_id,
            attributes={"region_required": False, "about_agent": None},
        )
        for who in people
        if who.agent_id in names
    )
    waiting = tuple(one for one in snapshot.tickets if one.state != "in_progress")
    return replace(snapshot, tickets=waiting + begun, agents=people)


@settings(max_examples=80, deadline=None)
@given(desks(), st.sets(maybe(NAMES), min_size=2))
def test_who_waits_a_turn_is_nobody_s_yet_and_several_busy_agents_may_take_it(case, busy):
    desk, snapshot = case
    snapshot = at_work_on(snapshot, busy)
    prices = replace(desk.policy.prices, unplaced=1000.0, ahead=10.0, pooled=0.0)
    policy = replace(desk.policy, prices=prices, objective="expected_loss")
    kept = {one.ticket_id: 0.0 for one in snapshot.tickets}  # so that all who may wait do
    found = refresh(replace(desk, policy=policy, kept=kept), snapshot)
    known = {one.ticket_id: one for one in snapshot.tickets}
    for each in found.unassigned:
        if each.code == "waits_its_turn":
            one = known[each.ticket_id]
            able = {who.agent_id for who in snapshot.agents if lastingly_fit(one, who)}
            assert len(able) > 1
            assert able <= busy
            assert one.agent_id not in able
            assert one.agent_id is None or not one.pinned
            assert one.state not in STARTED
            assert each.tier < 2


def carried_out(snapshot, decision, minutes):
    """The desk after the plan was carried out and some time went by."""
    now = snapshot.as_of + timedelta(minutes=minutes)
    made = {each.ticket_id: each for each in decision.assignments}
    moved = [
        one
        if made.get(one.ticket_id) is None or made[one.ticket_id].action in ("keep", "hold")
        else replace(
            one,
            agent_id=made[one.ticket_id].agent_id,
            assigned_at=snapshot.as_of,
            state="assigned" if one.state in ("unassigned", "assigned") else one.state,
            reassignments=(one.reassignments or 0) + (made[one.ticket_id].action == "reassign"),
        )
        for one in snapshot.tickets
    ]
    return replace(snapshot, as_of=now, tickets=tuple(moved))


@settings(max_examples=40, deadline=None)
@given(desks(), st.lists(st.integers(5, 40), min_size=3, max_size=6), st.integers(0, 1000))
def test_nothing_moves_twice_within_the_hour_while_its_owner_has_room_and_no_fact_changed(
    case, gaps, seed
):
    desk, snapshot = case
    always = tuple(
        replace(who, availability=None, queue=None, capacity=9, working_on=None)
        for who in snapshot.agents
    )
    desk, snapshot = replace(desk, changed=set()), replace(snapshot, agents=always)
    random, last = np.random.default_rng(seed), {}
    for gap in gaps:
        desk = replace(desk, risk={pair: random.random() for pair in desk.risk})
        found = refresh(desk, snapshot)
        people = {who.agent_id: who for who in snapshot.agents}
        known = {one.ticket_id: one for one in snapshot.tickets}
        for each in found.assignments:
            if each.action != "reassign":
                continue
            owner, before = people.get(each.previous_agent_id), last.get(each.ticket_id)
            may = owner and at_work(owner) and lastingly_fit(known[each.ticket_id], owner)
            if before is not None and may:
                assert snapshot.as_of - before >= timedelta(minutes=60)
            last[each.ticket_id] = snapshot.as_of
        snapshot = carried_out(snapshot, found, gap)


@settings(max_examples=25, deadline=None)
@given(desks(), st.randoms(use_true_random=False))
def test_the_order_of_the_request_changes_nothing(case, random):
    desk, snapshot = case
    one, people = list(snapshot.tickets), list(snapshot.agents)
    random.shuffle(one)
    random.shuffle(people)
    found = refresh(desk, snapshot)
    again = refresh(desk, replace(snapshot, tickets=tuple(one), agents=tuple(people)))
    assert replace(again, rejected=()) == replace(found, rejected=())


def t(name):
    return f"ticket-{name}"


def a(name):
    return None if name is None else f"agent-{name}"


def under_other_names(desk, snapshot):
    """The same desk and snapshot; the new names (`t`, `a`) sort as the old ones did."""
    renamed = Snapshot(
        NOW,
        tuple(
            replace(
                one,
                ticket_id=t(one.ticket_id),
                agent_id=a(one.agent_id),
                excluded_agents=tuple(map(a, one.excluded_agents)),
                attributes={**one.attributes, "about_agent": a(one.attributes["about_agent"])},
            )
            for one in snapshot.tickets
        ),
        tuple(
            replace(
                who,
                agent_id=a(who.agent_id),
                queue=None if who.queue is None else tuple(map(t, who.queue)),
                working_on=None if who.working_on is None else t(who.working_on),
            )
            for who in snapshot.agents
        ),
    )
    other = replace(
        desk,
        kept={t(k): v for k, v in desk.kept.items()},
        slope={t(k): v for k, v in desk.slope.items()},
        work={(t(i), a(j)): v for (i, j), v in desk.work.items()},
        changed={t(k) for k in desk.changed},
        value={t(k): v for k, v in desk.value.items()},
        urgency={t(k): v for k, v in desk.urgency.items()},
        load={a(k): v for k, v in desk.load.items()},
        risk={(t(i), a(j)): v for (i, j), v in desk.risk.items()},
        skill={(t(i), a(j)): v for (i, j), v in desk.skill.items()},
    )
    return other, renamed


@settings(max_examples=25, deadline=None)
@given(desks())
def test_the_same_desk_under_other_names_has_the_same_plan(case):
    desk, snapshot = case
    plan = {(t(e.ticket_id), e.action, a(e.agent_id)) for e in refresh(desk, snapshot).assignments}
    found = refresh(*under_other_names(desk, snapshot)).assignments
    assert {(each.ticket_id, each.action, each.agent_id) for each in found} == plan


@settings(max_examples=25, deadline=None)
@given(desks())
def test_what_is_said_of_a_ticket_is_in_bounds_and_ranked(case):
    desk, snapshot = case
    found = refresh(desk, snapshot, Options(top_k=2))
    for each in found.assignments:
        assert 0 <= each.score <= 1
        assert each.candidates[0].agent_id == each.agent_id
        assert len(each.candidates) <= 2
        assert each.eta.p50 <= each.eta.p90
        if each.action in ("keep", "hold"):
            assert each.risk.timeout == each.risk.timeout_if_kept
    known = {one.ticket_id: one for one in snapshot.tickets}
    people = {who.agent_id: who for who in snapshot.agents}
    for sheet in score(desk, snapshot, Options(top_k=9)).tickets:
        told = [each.score for each in sheet.candidates]
        assert told == sorted(told, reverse=True)
        for each in sheet.candidates:
            assert lastingly_fit(known[sheet.ticket_id], people[each.agent_id])
            assert at_work(people[each.agent_id])


def one_ticket_more(desk, snapshot, name, value):
    """The same desk with another customer value for one ticket."""
    return refresh(replace(desk, value=desk.value | {name: value}), snapshot)


def unit_loss(decision, name, prices):
    """What the ticket is expected to lose under the plan, for a customer of no special value."""
    for each in decision.assignments:
        if each.ticket_id == name:
            return prices.timeout * each.risk.timeout + prices.escalation * each.risk.escalation
    (left,) = (each for each in decision.unassigned if each.ticket_id == name)
    lost = prices.timeout * left.risk.timeout + prices.escalation * left.risk.escalation
    return lost + prices.unplaced


@settings(max_examples=60, deadline=None)
@given(desks(), maybe((10_000, 0)))
def test_no_plan_is_dearer_than_greedy_or_cheaper_than_its_bound(case, deadline):
    desk, snapshot = case
    figures = refresh(desk, snapshot, Options(deadline_ms=deadline)).summary.plan
    assert figures.bound <= figures.cost + 1e-6
    assert figures.bound <= figures.greedy + 1e-6
    if deadline:
        assert figures.cost <= figures.greedy + 1e-6


@settings(max_examples=60, deadline=None)
@given(desks())
def test_a_plan_over_every_pair_is_as_cheap_as_any_can_be(case):
    desk, snapshot = case
    whole = replace(desk.policy, candidates_per_ticket=16)
    figures = refresh(desk.under(whole), snapshot).summary.plan
    assert figures.bound == figures.cost
    few = refresh(desk.under(replace(whole, candidates_per_ticket=1)), snapshot).summary.plan
    assert few.bound <= figures.cost


@settings(max_examples=60, deadline=None)
@given(desks(), st.floats(0, 1), st.floats(0, 1))
def test_a_ticket_worth_more_is_never_at_greater_risk(case, one, other):
    desk, snapshot = case
    prices = replace(desk.policy.prices, waiting=0.0, late_hour=0.0, ahead=0.0)
    policy = replace(desk.policy, prices=prices, objective="expected_loss")
    desk = desk.under(replace(policy, candidates_per_ticket=16))
    refused = {each.ticket_id for each in refresh(desk, snapshot).rejected}
    for name in sorted({each.ticket_id for each in snapshot.tickets} - refused)[:3]:
        low, high = (
            unit_loss(one_ticket_more(desk, snapshot, name, value), name, prices)
            for value in sorted((one, other))
        )
        assert high <= low + 2e-6 / max(abs(one - other), 1e-3)

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from experiments.simulator import FIELD_DESK, Engine, LiveDesk, field_matrix, make_world
from experiments.simulator.checks import WorldError
from experiments.simulator.params import DAY_S, HOUR_S
from experiments.simulator.run import SAMPLE_SEED, desk_log
from features.events import TICKET_STATES, conform
from features.history import History
from features.picture import tickets_of
from features.snapshot import Snapshot
from features.timeline import STATUSES
from features.view import tickets_at

MONDAY_TEN = 7 * DAY_S + 10 * HOUR_S


FORTNIGHT = replace(FIELD_DESK, days=14, customers=replace(FIELD_DESK.customers, count=600))


@pytest.fixture
def desk():
    return LiveDesk(SAMPLE_SEED, params=FORTNIGHT, begin=MONDAY_TEN)


def spread(snapshot: Snapshot) -> dict[str, str]:
    """Every unowned ticket to the available agents of its skill and language, in turn."""
    plan = {}
    for i, ticket in enumerate(t for t in snapshot.tickets if t.agent_id is None):
        able = [
            a.agent_id
            for a in snapshot.agents
            if ticket.category in a.skills and ticket.language in a.languages
        ]
        plan[ticket.ticket_id] = able[i % len(able)]
    return plan


def open_by_events(events: pd.DataFrame) -> set[str]:
    kinds = ["ticket.created", "ticket.resolved", "ticket.reopened", "ticket.closed"]
    last = events[events["type"].isin(kinds)].groupby("ticket_id")["type"].last()
    return set(last[last.isin(["ticket.created", "ticket.reopened"])].index)


def test_a_desk_that_keeps_the_matrix_makes_the_events_of_the_longer_log():
    desk = LiveDesk(SAMPLE_SEED, params=FORTNIGHT, begin=MONDAY_TEN, keep_matrix=True)
    parts = [desk.history, *(desk.step(25) for _ in range(12))]
    longer = desk_log(make_world(FORTNIGHT, SAMPLE_SEED), MONDAY_TEN + 5 * HOUR_S)
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), longer)


def test_every_open_ticket_is_in_the_snapshot_and_no_other(desk):
    events = pd.concat([desk.history, desk.step(60)])
    snapshot = desk.snapshot()
    ids = [ticket.ticket_id for ticket in snapshot.tickets]
    assert set(ids) == open_by_events(events)
    assert len(ids) == len(set(ids))
    assert snapshot.complete
    assert {ticket.state for ticket in snapshot.tickets} <= set(TICKET_STATES)


def test_the_snapshot_says_what_the_history_of_its_events_says(desk):
    parts = [desk.history, desk.step(30)]
    desk.apply(spread(desk.snapshot()), {})
    parts.append(desk.step(30))
    snapshot = desk.snapshot()
    history = History.of(pd.concat(parts))
    told = tickets_of(snapshot, history)
    known = tickets_at(history, told.ticket, told.at)
    assert [STATUSES[s] for s in known.status] == [t.state for t in snapshot.tickets]
    np.testing.assert_array_equal(told.owner, known.owner)
    for name in ("created", "due", "assigned_at", "state_since", "party_due", "party_since"):
        np.testing.assert_array_equal(told.times[name], known.times[name], err_msg=name)
    for name in ("reassignments", "reopenings", "contacts_72h"):
        np.testing.assert_array_equal(getattr(told, name), getattr(known, name), err_msg=name)
    np.testing.assert_allclose(told.margin_90d, known.margin_90d, atol=0.005)
    for name in told.named:
        np.testing.assert_array_equal(told.named[name], known.named[name], err_msg=name)


def test_something_moves_when_a_plan_is_applied_every_five_minutes(desk):
    seen, states = [], []
    for _ in range(12):
        seen.append(desk.step(5))
        desk.apply(spread(desk.snapshot()), {})
        states.append(Counter(ticket.state for ticket in desk.snapshot().tickets))
    events = pd.concat(seen)
    pd.testing.assert_frame_equal(conform(events), events.reset_index(drop=True))
    kinds = set(events["type"])
    assert {"ticket.created", "ticket.assigned", "ticket.state", "ticket.resolved"} <= kinds
    assert len({tuple(sorted(state.items())) for state in states}) > 4


def test_without_a_plan_new_tickets_have_no_owner(desk):
    events = desk.step(60)
    new = set(events.loc[events["type"] == "ticket.created", "ticket_id"])
    owners = {t.ticket_id: t.agent_id for t in desk.snapshot().tickets}
    assert new
    assert all(owners[ticket] is None for ticket in new)
    assert not (events["type"] == "ticket.assigned").any()


def test_a_plan_gives_each_ticket_its_agent_and_says_so_in_the_log(desk):
    desk.step(60)
    plan = spread(desk.snapshot())
    assert desk.apply(plan, {}) == len(plan)
    owners = {t.ticket_id: t.agent_id for t in desk.snapshot().tickets}
    assert {ticket: owners[ticket] for ticket in plan} == plan
    assigned = desk.step(5).query("type == 'ticket.assigned'")
    assert dict(zip(assigned["ticket_id"], assigned["agent_id"], strict=True)) == plan


def test_the_same_plan_twice_changes_nothing_the_second_time(desk):
    desk.step(60)
    plan = spread(desk.snapshot())
    desk.apply(plan, {})
    assert desk.apply(plan, {}) == 0


def test_an_agent_works_in_the_order_of_the_plan(desk):
    desk.step(60)
    snapshot = desk.snapshot()
    busy = next(a for a in snapshot.agents if a.working_on)
    new = [t.ticket_id for t in snapshot.tickets if t.agent_id is None][:4]
    order = list(reversed(new))
    desk.apply(dict.fromkeys(new, busy.agent_id), {busy.agent_id: order})
    queue = next(a for a in desk.snapshot().agents if a.agent_id == busy.agent_id).queue
    assert queue[: 1 + len(order)] == (busy.working_on, *order)


def test_work_in_hand_that_is_handed_over_leaves_its_agent_free(desk):
    snapshot = desk.snapshot()
    giver = next(a for a in snapshot.agents if a.working_on and a.status == "available")
    taker = next(a for a in snapshot.agents if a.agent_id != giver.agent_id and a.working_on)
    desk.apply({giver.working_on: taker.agent_id}, {})
    after = {a.agent_id: a for a in desk.snapshot().agents}
    assert giver.working_on in after[taker.agent_id].queue
    assert after[taker.agent_id].working_on == taker.working_on
    assert after[giver.agent_id].working_on is None
    moved = next(t for t in desk.snapshot().tickets if t.ticket_id == giver.working_on)
    assert (moved.state, moved.reassignments) == ("assigned", 1)


def test_every_queue_holds_exactly_the_agents_tickets(desk):
    desk.step(60)
    snapshot = desk.snapshot()
    for agent in snapshot.agents:
        own = {t.ticket_id for t in snapshot.tickets if t.agent_id == agent.agent_id}
        assert set(agent.queue) == own
        assert len(agent.queue) == len(own)


def test_agents_tell_their_coming_windows_and_are_available_inside_them(desk):
    snapshot = desk.snapshot()
    for agent in snapshot.agents:
        starts = [window.start for window in agent.availability]
        assert starts == sorted(starts)
        assert all(window.start < window.end for window in agent.availability)
        now = bool(starts) and starts[0] <= snapshot.as_of
        assert now == (agent.status == "available")
        assert all(s < snapshot.as_of + timedelta(days=2) for s in starts)


def test_the_same_seed_and_plans_make_the_same_events():
    def play():
        desk = LiveDesk(SAMPLE_SEED, params=FORTNIGHT, begin=3 * DAY_S + 10 * HOUR_S)
        parts = []
        for _ in range(3):
            desk.apply(spread(desk.snapshot()), {})
            parts.append(desk.step(10))
        return pd.concat(parts)

    pd.testing.assert_frame_equal(play(), play())


def test_a_closed_ticket_in_a_plan_is_passed_over(desk):
    resolved = desk.history.query("type == 'ticket.closed'")["ticket_id"].iloc[0]
    assert desk.apply({resolved: "A01"}, {}) == 0


@pytest.mark.parametrize(
    ("assignments", "queues"),
    [({"T000001": "A99"}, {}), ({}, {"A99": []}), ({"what": "A01"}, {}), ({}, {"A01": ["?"]})],
)
def test_a_plan_that_names_nobody_is_refused(desk, assignments, queues):
    with pytest.raises(WorldError):
        desk.apply(assignments, queues)


def test_time_does_not_stand_still(desk):
    with pytest.raises(WorldError):
        desk.step(0)


@pytest.mark.parametrize(("begun", "price"), [(False, 0.0), (True, 0.25 * HOUR_S)])
def test_who_takes_over_a_ticket_that_was_begun_reads_up_first(begun, price):
    world = make_world(FORTNIGHT, SAMPLE_SEED)
    engine = Engine(world, field_matrix(FORTNIGHT, world.roster.profiles))
    engine.run(MONDAY_TEN)
    case = next(c for c in engine.open_cases() if c.state in ("assigned", "waiting_customer")
                and c.begun == begun)  # fmt: skip
    work, other = case.next_work.seconds, (case.agent + 1) % len(world.roster.profiles)
    assert engine.assign(case.ticket, other)
    assert case.next_work.seconds == work + price


def test_a_plan_chases_whom_the_desk_waits_for_and_nobody_else(desk):
    states = {ticket.ticket_id: ticket.state for ticket in desk.snapshot().tickets}
    waiting = [t for t, state in states.items() if state == "waiting_customer"]
    desk.step(4 * 60)
    still = {t.ticket_id for t in desk.snapshot().tickets if t.state == "waiting_customer"}
    heard = [desk.act([("chase_customer", ticket, "")]) for ticket in waiting]
    assert heard == [int(ticket in still) for ticket in waiting]
    assert desk.act([("warn_manager", waiting[0], "duty_manager")]) == 0


def test_an_action_on_a_ticket_that_there_never_was_is_refused(desk):
    with pytest.raises(WorldError, match="what"):
        desk.act([("chase_customer", "what", "")])

from dataclasses import replace
from datetime import timedelta
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.history import History
from features.timeline import PARKED
from model import plan
from model.assess import Assessor
from model.calibration import Calibration
from model.desk import ServedDesk
from model.dispatch import Options, refresh
from model.policy_reader import default
from tests.builders import at, created, event, log, random_log, us
from tests.model.desks import agent, snapshot, ticket
from tests.model.grown_bundle import grown_bundle
from tests.model.tiny_bundle import tiny_bundle


def _assessor():
    bundle, _ = tiny_bundle()
    now = at(100)
    due = [now - timedelta(hours=1), now + timedelta(hours=5), None]
    tickets = [ticket(f"T{i}", created_at=at(60), due_at=d) for i, d in enumerate(due)]
    agents = [agent("A1"), agent("nobody knows")]
    return Assessor.of(bundle, History.of(bundle.events), snapshot(tickets, agents, now))


def test_a_delay_never_lowers_a_risk_and_past_the_promise_it_is_certain():
    desk = _assessor()
    risk = desk.delayed(np.array([0.0, 1.0, 4.0, 6.0]))
    assert risk[:, 0].tolist() == desk.as_is().timeout.tolist()
    assert (np.diff(risk, axis=1) >= 0).all()
    assert risk[0, 0] == risk[1, 3] > 0.999
    assert risk[2, 0] == risk[2, 3]


def test_a_desk_of_few_pairs_says_what_the_parts_of_a_large_one_say(monkeypatch):
    ticket_rows, agent_rows = np.indices((3, 2)).reshape(2, -1)
    few = _assessor().pairs(ticket_rows, agent_rows)
    monkeypatch.setattr("model.assess.FEW", 0)
    many = _assessor().pairs(ticket_rows, agent_rows)
    assert type(few) is not type(many)
    for name in ("timeout", "escalation", "eta_p50_hours", "eta_p90_hours"):
        assert getattr(few, name).tolist() == getattr(many, name).tolist()


def test_the_work_of_a_pair_is_told_once_for_the_agent_and_the_category():
    desk = _assessor()
    hours = desk.work_hours(np.array([0, 1, 0]), np.array([0, 0, -1]))
    assert hours[0] == hours[1]
    assert (hours > 0).all()


def test_what_is_begun_is_in_progress_and_what_waits_for_others_goes_on_waiting():
    desk, hours, who = _assessor(), np.tile([0.0, 6.0], (3, 1)), np.zeros(3, np.int64)
    found = desk.begun(np.arange(3), who, hours)
    assert (np.diff(found, axis=1) >= 0).all()
    assert found[1, 1] == found[0, 0] > 0.999
    waiting = replace(desk, tickets=replace(desk.tickets, status=np.full(3, PARKED[1])))
    assert waiting.begun(np.arange(3), who, hours)[:, 0].tolist() == pytest.approx(
        waiting.pairs(np.arange(3), who).timeout.tolist()
    )


def test_nobody_brings_the_risk_of_a_ticket_past_its_promise_down():
    desk = _assessor()
    timeout, escalation = desk.floor(np.arange(3))
    assert timeout[0] == desk.as_is().timeout[0]
    assert 0.0 < timeout[1] < 1.0
    assert escalation.tolist() == desk.as_is().escalation.tolist()  # of a constant forest


def test_of_a_forest_left_to_lightgbm_only_the_broken_promise_is_known():
    desk = _assessor()
    desk.__dict__["_scorers"] = None
    timeout, escalation = desk.floor(np.arange(3))
    assert timeout.tolist() == [desk.as_is().timeout[0], 0.0, 0.0]
    assert escalation.tolist() == [0.0, 0.0, 0.0]


@cache
def _grown(seed):
    bundle = grown_bundle(random_log(seed))
    return bundle, History.of(bundle.events)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 3),
    st.floats(30, 120),
    st.lists(st.sampled_from(["A0", "A1", "A2", "A3", "new"]), min_size=1, unique=True),
    st.sampled_from([Calibration(), Calibration("platt", (0.5, 0.1))]),
    st.floats(-2, 2),
)
def test_no_hand_over_brings_a_risk_below_its_floor(seed, hours, names, calibration, shift):
    bundle, history = _grown(seed)
    risk = replace(bundle.risk, timeout_calibration=calibration, shift=shift)
    tickets = [
        ticket(f"T{i}", created_at=at(20), category=category, due_at=due)
        for i, category in enumerate(("logistics", "quality", "invoice", "never seen"))
        for due in (None, at(hours + i))
    ]
    tickets = [replace(one, ticket_id=f"T{i}") for i, one in enumerate(tickets)]
    now = snapshot(tickets, [agent(name) for name in names], at(hours))
    desk = Assessor.of(replace(bundle, risk=risk), history, now)
    rows = np.arange(len(tickets))
    for floor, known in zip(desk.floor(rows), desk.matrix(rows), strict=True):
        assert (floor[:, None] <= known).all()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_a_few_pairs_certify_is_no_more_than_the_optimum_over_all(seed, monkeypatch):
    bundle, _ = _grown(seed)
    tickets = [
        ticket(f"T{i}", created_at=at(60), due_at=at(101 + i), category=category)
        for i, category in enumerate(("logistics", "quality", "invoice", "logistics"))
    ]
    people = [agent(f"A{j}", capacity=1 + j % 2) for j in range(5)]
    desk = ServedDesk.of(bundle, replace(default(), candidates_per_ticket=1))
    now = snapshot(tickets, people, at(100))
    whole = refresh(desk, now, Options(top_k=0)).summary.plan
    assert whole.bound == whole.cost
    monkeypatch.setattr(plan, "AT_ONCE", 0)
    few = refresh(desk, now, Options(top_k=0)).summary.plan
    assert 0.0 < few.bound <= whole.cost <= few.cost


def test_the_history_knows_what_changed_since_a_ticket_was_assigned():
    bundle, _ = tiny_bundle()
    history = History.of(log(created(90, "T0"), event(95, "ticket.contact", ticket_id="T0")))
    tickets = [ticket("T0", created_at=at(90)), ticket("T1", created_at=at(90))]
    desk = Assessor.of(bundle, history, snapshot(tickets, [agent("A1")], at(100)))
    assert desk.changed_since(np.array([us(94), us(94)])).tolist() == [True, False]
    assert desk.changed_since(np.array([us(96), us(96)])).tolist() == [False, False]

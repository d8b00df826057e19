"""Plan after plan of one moment is what each would be from nothing, and the model is asked once."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model import dispatch, remembering
from model.desk import ServedDesk
from model.dispatch import Options
from model.policy import Prices, Weights
from model.policy_reader import default
from model.remembering import Remembered, Remembering
from tests.builders import at, random_log
from tests.model.desks import FakeAssessor, FakeDesk, agent, plain, snapshot, ticket
from tests.model.grown_bundle import grown_bundle

PATIENT = Options(top_k=1, explain=False, deadline_ms=60_000)


@cache
def grown():
    """Real forests, small, and a desk of more pairs than are rows of one frame."""
    desk = ServedDesk.of(grown_bundle(random_log(3)), default())
    tickets = [
        ticket(
            f"T{i}",
            category=("logistics", "invoice", "never heard of")[i % 3],
            agent_id=f"A{i % 7}" if i % 2 else None,
            state="assigned" if i % 2 else "unassigned",
            created_at=at(20 + i),
            due_at=None if i % 5 == 0 else at(95 + 2 * i),
            customer_margin_90d=10.0 * i,
        )
        for i in range(40)
    ]
    return desk, snapshot(tickets, [agent(f"A{i}", capacity=4) for i in range(20)], at(100))


policies = st.builds(
    lambda weights, prices, capacity, objective: replace(
        default(),
        weights=weights,
        prices=prices,
        default_capacity=capacity,
        objective=objective,
    ),
    st.builds(Weights, skill=st.floats(0, 3), load=st.floats(0, 3), value=st.floats(0, 3)),
    st.builds(Prices, hand_over=st.sampled_from([0, 0.02, 0.5]), waiting=st.sampled_from([0, 1])),
    st.sampled_from([2, 10]),
    st.sampled_from(["expected_loss", "four_dimensions"]),
)


@settings(max_examples=15, deadline=None)
@given(st.lists(policies, min_size=2, max_size=4))
def test_whatever_was_planned_before_a_plan_is_the_one_made_from_nothing(looked_at):
    desk, seen = grown()
    known = Remembering(desk)
    for policy in looked_at:
        anew = dispatch.refresh(desk.with_policy(policy), seen, PATIENT)
        assert dispatch.refresh(known.with_policy(policy), seen, PATIENT) == anew


def two():
    mine = [ticket("T1", agent_id="A3"), ticket("T2")]
    return snapshot(mine, [agent("A3"), agent("A7")])


def decided(desk, seen, **policy):
    return dispatch.refresh(desk.with_policy(plain(**policy)), seen, PATIENT)


def test_another_policy_of_the_same_moment_asks_the_model_of_no_pair_again():
    fake = FakeDesk(risk={("T1", "A7"): 0.2})
    desk = Remembering(fake)
    decided(desk, two(), hand_over=0.3)
    asked = len(fake.pairs_asked)
    decided(desk, two(), hand_over=0.3)
    assert len(fake.pairs_asked) == asked


def test_another_ticket_is_another_moment():
    desk = Remembering(FakeDesk())
    one = desk.assess(two())
    assert desk.assess(two()) is one
    later = replace(two(), tickets=(ticket("T3"),))
    assert desk.assess(later) is not one
    assert desk.assess(two()) is not one  # only the last one is kept


def test_a_capacity_that_is_taken_for_an_unknown_one_is_part_of_the_moment():
    desk = Remembering(FakeDesk())
    other = desk.with_policy(replace(desk.policy, default_capacity=3))
    assert other.assess(two()) is not desk.assess(two())


def test_what_is_forgotten_is_not_remembered_again():
    desk = Remembering(FakeDesk())
    before = desk.assess(two())
    desk.forget()
    assert desk.assess(two()) is not before
    assert desk.assess(two()) is not desk.assess(two())
    assert desk.moment.known is None


def test_another_history_remembers_nothing():
    desk = Remembering(FakeDesk())
    before = desk.assess(two())
    assert desk.with_history(desk.history).assess(two()) is not before


class Counting(FakeAssessor):
    """Notes of how many tickets it is asked what their risk is once begun."""

    begun_rows: tuple = ()

    def begun(self, t_idx, a_idx, hours):
        self.begun_rows = (*self.begun_rows, t_idx.tolist())
        return super().begun(t_idx, a_idx, hours) + 0.01 * a_idx[:, None]


def test_only_a_ticket_that_moves_is_asked_about_once_begun():
    inner = Counting(two(), FakeDesk(slope={"T1": 0.01}))
    known, rows, hours = Remembered(inner), np.array([0, 1]), np.array([[0.0, 5.0], [0.0, 9.0]])
    first = known.begun(rows, np.array([0, 0]), hours)
    moved = known.begun(rows, np.array([0, 1]), hours)
    assert inner.begun_rows == ([0, 1], [1])
    assert moved[0].tolist() == first[0].tolist()
    assert moved[1].tolist() == pytest.approx((first[1] + 0.01).tolist())
    known.begun(rows, np.array([0, 1]), hours + 1.0)
    assert inner.begun_rows[-1] == [0, 1]


def test_past_what_may_be_kept_the_model_is_asked_anew(monkeypatch):
    monkeypatch.setattr(remembering, "MOST", 8)
    fake = FakeDesk()
    known = Remembered(FakeAssessor(two(), fake))
    one, other = np.array([0]), np.array([1])
    for a_idx in (one, other, other, one):
        known.pairs(np.array([0]), a_idx)
    assert len(fake.pairs_asked) == 3  # six numbers are kept of the first, six more would be twelve


def test_nobody_writes_into_what_is_remembered():
    known = Remembered(FakeAssessor(two(), FakeDesk()))
    with pytest.raises(ValueError, match="read-only"):
        known.delayed(np.array([0.0, 1.0]))[0] = 0.0

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.columns import columns
from model.cost import places
from model.policy import Prices
from model.score import Edges
from model.waits import GRID_HOURS, waits
from tests.model.desks import HOUR, NOW, FakeDesk, agent, plain, snapshot, ticket


@dataclass
class Slow:
    """An agenda by which everybody comes after so many hours and works without a break."""

    comes: np.ndarray

    def begins(self, agents, work_hours):
        return self.comes[agents] + work_hours


def waits_of(tickets, people, comes=None, prices=None, weight=None, **known):
    desk, snap = FakeDesk(**known), snapshot(tickets, people)
    table, assessor = columns(snap, plain()), desk.assess(snap)
    found = waits(
        assessor,
        assessor.as_is(),
        assessor.delayed(GRID_HOURS),
        table,
        np.ones(len(tickets)) if weight is None else weight,
        prices or Prices(),
        Slow(np.zeros(len(people)) if comes is None else np.array(comes)),
    )
    return found, table


def edge(ticket_row, agent_row):
    return Edges(np.array([ticket_row]), np.array([agent_row]))


def test_what_is_in_progress_comes_before_a_new_ticket():
    tickets = [ticket("old", agent_id="A", state="in_progress"), ticket("new")]
    found, table = waits_of(tickets, [agent("A"), agent("B")], work={("old", "A"): 3.0})
    assert found.hours(edge(1, 0), table).tolist() == [3.0]
    assert found.hours(edge(1, 1), table).tolist() == [0.0]
    assert found.hours(edge(0, 0), table).tolist() == [0.0]  # it is at work on this one
    assert found.hours(edge(0, 1), table).tolist() == [0.0]


def test_a_ticket_that_waits_for_somebody_else_needs_its_owner_there_and_no_more():
    tickets = [
        ticket("old", agent_id="A", state="in_progress"),
        ticket("x", agent_id="A", state="waiting_customer"),
    ]
    found, table = waits_of(tickets, [agent("A"), agent("B")], comes=[14.0, 0.0])
    assert found.hours(edge(1, 0), table).tolist() == [14.0]
    assert found.hours(edge(1, 1), table).tolist() == [0.0]


def test_the_risk_of_a_pair_grows_as_the_ticket_s_own_does():
    found, _ = waits_of([ticket("x")], [agent("A")], kept={"x": 0.5}, slope={"x": 0.1})
    row, pair = np.array([0]), np.array([0.2])
    own = found.timeout(np.array([0.5]), row, np.array([2.0]))
    assert own[0] == pytest.approx(0.7)
    odds = 0.2 / 0.8 * 0.7 / 0.3
    assert found.timeout(pair, row, np.array([2.0]))[0] == pytest.approx(odds / (1 + odds))
    assert found.timeout(pair, row, np.array([0.0])).tolist() == [0.2]


def test_past_the_promise_being_late_is_certain_and_every_hour_is_a_late_one():
    found, _ = waits_of([ticket("x", due_at=NOW + 2 * HOUR)], [agent("A")])
    row = np.array([0, 0])
    assert found.timeout(np.array([0.1, 0.1]), row, np.array([1.0, 2.0])).tolist() == [0.1, 1.0]
    assert found.late_hours(row, np.array([1.0, 5.0])).tolist() == [0.0, 3.0]


def test_a_ticket_late_already_is_not_made_later_than_late():
    late = ticket("x", due_at=NOW - 2 * HOUR)
    found, _ = waits_of([late], [agent("A")], kept={"x": 0.9})
    assert found.timeout(np.array([0.9]), np.array([0]), np.array([5.0])).tolist() == [0.9]
    assert found.late_hours(np.array([0]), np.array([5.0])).tolist() == [5.0]


def test_places_cost_what_the_mean_ticket_loses_by_their_hour():
    prices = Prices(imbalance=0, late_hour=0)
    tickets = [ticket("x"), ticket("y")]
    slope = {"x": 0.1, "y": 0.2}
    kept = {"x": 0.2, "y": 0.2}
    found, table = waits_of(
        tickets, [agent("A", capacity=3)], kept=kept, slope=slope, prices=prices
    )
    price, begin = places(table, table.taken, found, prices)
    assert begin.tolist() == [0, 3]
    assert price == pytest.approx([0.0, 0.15, 0.30])  # after 0, 1, 2 hours of work


def test_tickets_in_progress_take_places_that_delay_nobody_twice():
    prices = Prices(imbalance=0, late_hour=0)
    tickets = [ticket("old", agent_id="A", state="in_progress"), ticket("x")]
    found, table = waits_of(
        tickets, [agent("A", capacity=3)], prices=prices, kept={"x": 0.1, "old": 0.1},
        slope={"x": 0.1, "old": 0.1},
    )  # fmt: skip
    price, _ = places(table, table.taken, found, prices)
    assert price == pytest.approx([0.0, 0.0, 0.1])


def test_without_waits_a_place_costs_the_imbalance_alone():
    snap = snapshot([ticket("x")], [agent("A", capacity=2, queue=("elsewhere",)), agent("B")])
    table = columns(snap, plain())
    price, begin = places(table, table.taken, None, Prices(imbalance=0.4))
    assert begin.tolist() == [0, 1, 11]
    assert price[:2] == pytest.approx([0.3, 0.02])


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=5),
    st.lists(st.floats(0, 0.3), min_size=5, max_size=5),
    st.lists(st.sampled_from([None, -3, 0, 1, 30]), min_size=5, max_size=5),
    st.lists(st.floats(0, 400), min_size=2, max_size=6),
)
def test_waiting_longer_never_costs_less(kept, slope, due, hours):
    names = [f"T{i}" for i in range(len(kept))]
    promised = [None if d is None else NOW + d * HOUR for d in due]
    tickets = [
        ticket(n, due_at=d, created_at=NOW - 9 * HOUR)
        for n, d in zip(names, promised, strict=False)
    ]
    found, _ = waits_of(
        tickets,
        [agent("A")],
        kept=dict(zip(names, kept, strict=True)),
        slope=dict(zip(names, slope, strict=False)),
    )
    delays, rows = np.sort(np.array(hours)), np.zeros(len(hours), dtype=np.int64)
    risks = found.timeout(np.full(len(hours), kept[0]), rows, delays)
    assert (np.diff(risks) >= -1e-12).all()
    assert (np.diff(found.mean_loss(delays)) >= -1e-12).all()
    assert found.loses[0] == 0
    assert len(found.loses) == len(GRID_HOURS)

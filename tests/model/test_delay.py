import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.delay import Delays, delays, grid
from model.policy import Prices

GRID = np.array([0.0, 1.0, 2.0, 4.0])


def curve(risk, left=99.0, weight=1.0, **prices):
    known = Prices(**({"late_hour": 0.0} | prices))
    return delays(GRID[None], np.array([risk], float), np.array([weight]), np.array([left]), known)


def test_the_promise_is_a_point_of_the_grid_and_without_one_any_will_do():
    found = grid(np.array([8.0, -2.0, 2.5e9]))
    assert found[0].tolist() == [0, 1, 2, 4, 6, 8, 9]
    assert found[1].tolist() == found[2].tolist() == [0, 1, 2, 3, 4, 5, 6]


def test_the_loss_is_the_risk_times_what_it_costs():
    found = curve([0.1, 0.2, 0.3, 0.4], weight=2.0, timeout=3.0).loss[0]
    assert found == pytest.approx(6 * np.array([0.1, 0.2, 0.3, 0.4]))


def test_each_hour_past_the_promise_costs():
    found = curve([0.1, 0.2, 1.0, 1.0], left=2.0, late_hour=0.01).loss[0]
    assert found == pytest.approx([0.1, 0.2, 1.0, 1.0 + 2 * 0.01])


def test_without_a_promise_no_hour_is_late():
    assert curve([0.1] * 4, left=np.inf, late_hour=0.01).loss[0].tolist() == [0.1] * 4


def test_a_ticket_that_is_late_already_costs_by_the_hour_from_now():
    found = curve([1.0] * 4, left=-7.0, late_hour=0.01).loss[0]
    assert np.diff(found) == pytest.approx([0.01, 0.01, 0.02])


def test_between_the_grid_it_is_a_straight_line_and_after_it_goes_on():
    line = Delays(np.tile(GRID, (2, 1)), np.array([[0.0, 1.0, 1.0, 2.0], [5.0, 5.0, 5.0, 5.0]]))
    rows, hours = np.array([0, 0, 0, 1]), np.array([0.5, 3.0, 6.0, 9.0])
    assert line.at(rows, hours).tolist() == [0.5, 1.5, 3.0, 5.0]


def test_a_cliff_ahead_is_steeper_than_a_slope_that_ends():
    losses = np.array([[0.0, 0.0, 0.8, 0.8], [0.0, 0.1, 0.2, 0.4], [0.9, 0.9, 0.9, 0.9]])
    assert Delays(np.tile(GRID, (3, 1)), losses).steepest() == pytest.approx([0.4, 0.1, 0.0])


def test_a_ticket_lost_in_a_minute_is_no_more_urgent_than_what_it_can_lose():
    found = Delays(np.array([[0.0, 0.01, 1.01]]), np.array([[0.7, 1.0, 1.0]])).steepest()
    assert found == pytest.approx([0.3])


chance = st.floats(0.001, 0.999)


@given(st.lists(chance, min_size=4, max_size=4), st.floats(-5, 9), st.floats(0, 1))
def test_no_loss_ever_falls(risk, left, hourly):
    found = curve(sorted(risk), left, late_hour=hourly).loss[0]
    assert (np.diff(found) >= 0).all()

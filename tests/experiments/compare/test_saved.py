import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.compare.load import Load
from experiments.compare.saved import needed, saved
from tests.experiments.compare.small import shares

HEADS = np.array([35.0, 40.0, 45.0])


def curves(*late, name="b"):
    """Trials of a policy with 35, 40 and 45 people, and of the matrix with 45."""
    loads = (Load(35), Load(40), Load(45))
    mine = [one for load, k in zip(loads, late, strict=True) for one in shares(name, k, load)]
    return mine + shares("matrix", [5, 4])


def test_people_saved_lie_on_the_line_between_two_head_counts():
    # world 11: 50 % between 60 % at 35 and 40 % at 40 people: 37.5; world 12: 40 % at 40
    found = saved(curves([6, 6], [4, 4], [2, 2]), "b", "matrix", Load(45))
    assert found.people.value == pytest.approx((7.5 + 5.0) / 2)
    # half width: t(0.975, 1) = 12.7062 times the standard error 1.25
    assert found.people.high - found.people.value == pytest.approx(12.7062 * 1.25, abs=1e-3)
    assert str(found) == "6.2 ± 15.9"


def test_a_policy_better_with_the_fewest_saves_at_least_those():
    found = saved(curves([3, 3], [2, 2], [1, 1]), "b", "matrix", Load(45))
    assert (found.people.value, found.at_least, found.at_most) == (10, 2, 0)
    assert str(found) == "≥ 10.0"


def test_a_worse_policy_saves_nobody():
    found = saved(curves([9, 9], [8, 8], [7, 7]), "b", "matrix", Load(45))
    assert str(found) == "≤ 0.0"


def test_a_policy_that_is_better_here_and_worse_there_is_bounded_on_neither_side():
    found = saved(curves([3, 9], [2, 8], [1, 7]), "b", "matrix", Load(45))
    assert (found.at_least, found.at_most) == (1, 1)
    assert np.isnan(found.people.low)
    assert str(found) == "≈ 5.0"


@given(st.lists(st.floats(0, 1), min_size=3, max_size=3), st.floats(0, 1), st.floats(0, 1))
def test_a_laxer_target_never_asks_for_more_people(late, one, other):
    lax, strict = max(one, other), min(one, other)
    assert needed(HEADS, np.array(late), lax) <= needed(HEADS, np.array(late), strict)


def test_more_people_that_did_worse_by_chance_are_evened_out():
    assert needed(HEADS, np.array([0.4, 0.2, 0.3]), 0.25) == pytest.approx(40)


def test_other_demand_is_left_out_of_it():
    busy = shares("b", [10, 10], Load(45, 2.0))
    usual = curves([6, 6], [4, 4], [2, 2])
    assert saved(usual + busy, "b", "matrix", Load(45)) == saved(usual, "b", "matrix", Load(45))

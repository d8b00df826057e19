import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.compare.measures import LATE, MEASURES
from experiments.compare.table import Table, over_seeds
from experiments.compare.trials import TrialError
from tests.experiments.compare.small import comparison, played, shares
from training.study.intervals import Interval


def test_a_mean_over_three_worlds_has_the_interval_of_student():
    # mean 2, standard error 1/√3, t(0.975, 2) = 4.30265
    found = over_seeds(np.array([1.0, 2.0, 3.0]))
    assert found.value == 2
    assert found.high - found.value == pytest.approx(4.30265 / np.sqrt(3), abs=1e-5)


def test_one_world_has_no_interval_and_what_never_ends_has_none():
    for values in ([1.0], [1.0, np.inf]):
        found = over_seeds(np.array(values))
        assert found.value == np.mean(values)
        assert np.isnan([found.low, found.high]).all()


def test_a_difference_is_paired_by_world():
    # the worlds differ by 30 points and more, the contenders by 10, 10 and 20 in each of them
    table = Table.of(shares("a", [1, 4, 8]) + shares("b", [2, 5, 10]))
    found = table.lead("late", "a", "b")
    assert found.value == pytest.approx(-0.4 / 3)
    # the standard error of (-0.1, -0.1, -0.2) is 1/30
    assert found.high - found.value == pytest.approx(4.30265 / 30, abs=1e-5)
    assert table.mean("late", "a").high - table.mean("late", "a").value > 0.8


@given(st.lists(st.integers(0, 10), min_size=2, max_size=5))
def test_nobody_differs_from_themselves(late):
    table = Table.of(shares("a", late))
    assert table.lead("late", "a", "a") == Interval(0, 0, 0)
    assert table.no_worse("late").tolist() == [[len(late)]]


def test_worlds_in_which_one_is_no_later_than_another_are_counted():
    table = Table.of(shares("a", [1, 2, 3]) + shares("b", [1, 1, 4]))
    assert table.no_worse("late").tolist() == [[3, 2], [2, 3]]


def test_days_are_drawn_whole_and_the_same_ones_for_both():
    days = [0, 0, 1, 1, 2, 2]
    a = played("a", 11, [True, False, True, False, True, False], days=days)
    b = played("b", 11, [True, True, True, True, True, True], days=days)
    found = Table.of([a, b]).days_lead("a", "b")
    assert (found.value, found.low, found.high) == (-0.5, -0.5, -0.5)  # on every day alike


def test_days_that_differ_make_a_difference_less_firm():
    days = [0, 0, 1, 1]
    a = played("a", 11, [False, False, True, True], days=days)
    b = played("b", 11, [True, True, True, True], days=days)
    found = Table.of([a, b]).days_lead("a", "b")
    assert (found.value, found.low, found.high) == (-0.5, -1.0, 0.0)


def test_the_way_to_the_bound_is_measured_world_by_world():
    table = comparison(bounds=(0.2, 0.3, 0.1)).table
    found = table.way("default", "four_dimensions_greedy", np.array([0.0, 0.1, 0.1]))
    # 20 of 40 points, 20 of 40, 30 of 30
    assert found.value == pytest.approx((0.5 + 0.5 + 1.0) / 3)


def test_a_contender_that_missed_a_world_is_not_compared():
    with pytest.raises(TrialError, match="every world"):
        Table.of(shares("a", [1, 2]) + shares("b", [1]))
    with pytest.raises(TrialError, match="every world"):
        Table.of(shares("a", [1]) + shares("a", [2]))


def test_every_measure_is_a_figure_and_reads_well():
    table = comparison().table
    told = {m.field: m.with_interval(table.mean(m.field, "default")) for m in MEASURES}
    assert told["late"] == "20.0 ± 24.8"
    assert told["refresh_seconds"] == "0.500 ± 0.000"
    assert LATE.number(float("inf")) == "∞"

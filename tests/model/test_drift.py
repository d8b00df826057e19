"""The population stability index, on shares worked out by hand."""

from math import log

import numpy as np
import pytest

from model.drift import LEAST, LOOK, Bins, psi

NUMBERS = np.arange(100.0)


def test_a_shift_from_half_to_three_quarters_has_the_index_worked_out_by_hand():
    found = psi(np.array([0.5, 0.5]), np.array([0.25, 0.75]))
    assert found == pytest.approx(0.25 * log(1.5) - 0.25 * log(0.5))


def test_an_empty_bin_is_a_large_change_but_no_infinite_one():
    found = psi(np.array([1.0, 0.0]), np.array([0.5, 0.5]))
    assert found == pytest.approx(-0.5 * log(0.5) + (0.5 - LEAST) * log(0.5 / LEAST))


def test_numbers_are_binned_by_their_deciles_and_no_value_is_lost():
    bins = Bins.of(NUMBERS, category=False)
    assert bins.shares.tolist() == pytest.approx([0.1] * 10 + [0.0])
    assert bins.moved(NUMBERS) == 0.0
    assert bins.moved(NUMBERS - 1000) == pytest.approx(bins.moved(np.zeros(1)))
    assert bins.moved(NUMBERS + 1000) > 5


def test_missing_values_are_a_bin_of_their_own():
    half = np.where(NUMBERS < 50, np.nan, NUMBERS)
    bins = Bins.of(half, category=False)
    assert bins.shares[-1] == 0.5
    assert bins.moved(half) == 0.0
    assert bins.moved(np.full(9, np.nan)) > LOOK


def test_categories_are_their_own_bins_and_new_ones_share_one():
    bins = Bins.of(np.array([4.0, 9.0]), category=True)
    found = bins.moved(np.array([9.0, 7.0, 8.0, 9.0]))
    assert found == pytest.approx(psi(np.array([0.5, 0.5, 0.0]), np.array([0.0, 0.5, 0.5])))


def test_a_feature_that_was_never_there_and_now_is_has_moved():
    bins = Bins.of(np.full(10, np.nan), category=False)
    assert bins.moved(np.full(10, np.nan)) == 0.0
    assert bins.moved(NUMBERS) > LOOK


def test_nothing_seen_and_nothing_else_has_not_moved():
    assert Bins.of(np.zeros(0), category=False).moved(np.zeros(0)) == 0.0


def test_of_unmoved_numbers_about_one_index_in_twenty_is_beyond_what_chance_does():
    rng = np.random.default_rng(1)
    beyond = 0
    for _ in range(400):
        bins = Bins.of(rng.normal(size=1000), category=False)
        beyond += bins.moved(rng.normal(size=300)) > bins.by_chance(1000, 300)
    assert 0.02 < beyond / 400 < 0.09

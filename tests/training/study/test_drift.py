from dataclasses import replace
from math import log

import numpy as np
import pytest

from tests.training.study.small import small_study
from training.moments import HOUR_US, NEVER
from training.splits import known_after
from training.study.drift import LEAST, binned, label_delay, meaning, psi


def test_a_shift_from_half_to_three_quarters_has_the_index_worked_out_by_hand():
    old, new = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])
    assert psi(old, new, 2) == pytest.approx(0.25 * log(1.5) - 0.25 * log(0.5))


def test_an_empty_bin_is_a_large_change_but_no_infinite_one():
    found = psi(np.array([0, 0]), np.array([0, 1]), 2)
    assert found == pytest.approx(-0.5 * log(0.5) + (0.5 - LEAST) * log(0.5 / LEAST))


def test_missing_values_are_a_bin_of_their_own():
    nothing, numbers = np.full(100, np.nan), np.arange(100.0)
    old, new, bins = binned(numbers, nothing, category=False)
    assert set(new.tolist()) == {bins - 1}
    assert bins - 1 not in set(old.tolist())


def test_numbers_are_binned_by_the_deciles_of_the_old():
    old, _, bins = binned(np.arange(100.0), np.arange(100.0), category=False)
    assert np.bincount(old, minlength=bins).tolist() == [10] * 10 + [0]


def test_categories_are_their_own_bins():
    old, new, bins = binned(np.array([4.0, 9.0]), np.array([9.0, 7.0]), category=True)
    assert (old.tolist(), new.tolist(), bins) == ([0, 2], [2, 1], 3)


def test_verdicts_that_never_come_leave_the_delay_open():
    delay, watched = np.array([1, NEVER, NEVER]), np.array([9, 9, 9])
    assert known_after(delay, watched, 0.3) == 1
    assert known_after(delay, watched, 0.5) == NEVER
    assert known_after(delay[:0], watched[:0], 0.5) == NEVER


def test_a_promise_of_a_day_is_judged_within_a_day():
    study = small_study()
    assert label_delay(study, study.test, 0.9) == pytest.approx(1.0, abs=0.01)


def test_a_slice_without_tickets_has_no_delay():
    study = small_study()
    later = replace(study.test, start_us=study.test.end_us, end_us=study.test.end_us + HOUR_US)
    assert label_delay(study, later, 0.5) is None


def test_every_column_has_a_meaning_and_so_has_a_desks_own():
    names = small_study().data.names
    assert all(meaning(name).en and meaning(name).zh for name in names)
    assert meaning("attribute:shop") == meaning("late_share:shop")
    assert meaning("category") != meaning("attribute:shop")

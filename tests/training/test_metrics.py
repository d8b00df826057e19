import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.reliability import expected_calibration_error
from training.metrics import compare, coverage, score

ONES = np.ones(4)


def test_a_perfect_order_has_an_auc_of_one():
    found = score(np.array([0.0, 0, 1, 1]), np.array([0.1, 0.2, 0.8, 0.9]), ONES)
    assert (found.rows, found.base_rate, found.auc) == (4, 0.5, 1.0)


def test_with_one_outcome_only_there_is_no_auc_but_a_brier_score():
    found = score(np.zeros(4), np.full(4, 0.1), ONES)
    assert np.isnan(found.auc)
    assert found.brier == pytest.approx(0.01)


def test_no_rows_give_no_figures():
    assert score(np.zeros(0), np.zeros(0), np.zeros(0)).rows == 0


def test_overconfidence_shows_as_calibration_error():
    y = np.array([0.0, 1.0] * 50)
    assert expected_calibration_error(y, np.full(100, 0.9), np.ones(100)) == pytest.approx(0.4)


@given(st.integers(0, 1000))
def test_a_row_of_weight_two_counts_like_two_rows(seed):
    rng = np.random.default_rng(seed)
    y, p = rng.integers(0, 2, 20).astype(float), rng.random(20).round(1)
    y[:2] = [0, 1]
    twice = score(np.r_[y, y], np.r_[p, p], np.ones(40))
    heavy = score(y, p, np.full(20, 2.0))
    assert heavy.auc == pytest.approx(twice.auc)
    assert heavy.log_loss == pytest.approx(twice.log_loss)


def test_a_better_model_differs_by_more_than_noise_and_an_equal_one_not_at_all():
    rng = np.random.default_rng(1)
    y = rng.integers(0, 2, 500).astype(float)
    good, bad = np.clip(y * 0.6 + 0.2 + rng.normal(0, 0.1, 500), 0, 1), rng.random(500)
    auc, brier = compare(y, good, bad, np.ones(500), seed=1, rounds=50)
    assert auc.value > 2 * auc.error > 0
    assert brier.value < -2 * brier.error
    same, _ = compare(y, good, good, np.ones(500), seed=1, rounds=20)
    assert same.value == 0.0


def test_coverage_is_the_share_at_or_below():
    assert coverage(np.array([1.0, 2, 3, 4]), np.full(4, 3.0), ONES) == 0.75

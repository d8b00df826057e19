import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from training.study.intervals import Interval
from training.study.resample import Resamples, aucs, slopes


def test_rows_of_one_cluster_come_and_go_together():
    resamples = Resamples.of(np.array(["a", "b", "a"]), seed=1, rounds=20)
    counts = np.array(list(resamples))
    assert (counts[:, 0] == counts[:, 2]).all()
    assert (counts[:, 0] != counts[:, 1]).any()
    assert counts[0].tolist() == [1.0, 1.0, 1.0]


def test_a_seed_draws_the_same_again_and_another_does_not():
    groups = np.arange(30)
    once, again, other = (Resamples.of(groups, seed).counts for seed in (1, 1, 2))
    assert (once == again).all()
    assert (once != other).any()


def test_an_auc_with_weights_and_ties_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    y, p, w = rng.integers(0, 2, 80) * 1.0, rng.integers(0, 9, 80) / 9, rng.random(80)
    found = aucs(y, p, w, Resamples.of(np.arange(80), seed=1, rounds=3))
    assert found[0] == pytest.approx(roc_auc_score(y, p, sample_weight=w))
    assert len(found) == 4


def test_an_auc_without_both_outcomes_is_unknown_and_so_is_its_interval():
    found = aucs(np.ones(5), np.arange(5.0), np.ones(5), Resamples.of(np.arange(5), 1))
    estimate = Interval.of(found)
    assert np.isnan([estimate.value, estimate.low, estimate.high]).all()
    assert str(estimate) == "–"


def test_a_logistic_regression_finds_the_coefficients_that_made_the_outcomes():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(4000, 2))
    y = (rng.random(4000) < 1 / (1 + np.exp(-(0.5 + x @ [1.0, -2.0])))) * 1.0
    found = slopes(x, y, Resamples.of(np.arange(4000), seed=1, rounds=50))
    assert found[0] == pytest.approx([1.0, -2.0], abs=0.15)
    assert Interval.of(found[:, 0]).low < 1.0 < Interval.of(found[:, 0]).high


def test_a_column_without_spread_has_no_slope_and_separated_outcomes_a_finite_one():
    y = np.repeat([0.0, 1.0], 20)
    x = np.column_stack([np.zeros(40), y])
    found = slopes(x, y, Resamples.of(np.arange(40), seed=1, rounds=5))
    assert found[:, 0].tolist() == [0.0] * 6
    assert np.isfinite(found).all()

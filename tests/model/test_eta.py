import numpy as np
import pytest

from model.eta import MAX_HOURS, conformal_shift, moments, to_hours


def test_after_the_shift_nine_in_ten_lie_below():
    rng = np.random.default_rng(1)
    actual, predicted = rng.normal(0, 1, 5000), np.full(5000, -1.0)
    shift = conformal_shift(predicted[:4000], actual[:4000], np.ones(4000), 0.9)
    assert np.mean(actual[4000:] <= predicted[4000:] + shift) == pytest.approx(0.9, abs=0.02)


def test_with_nothing_to_learn_from_the_quantile_stays():
    nothing = np.zeros(0)
    assert conformal_shift(nothing, nothing, nothing, 0.9) == 0.0


def test_hours_are_never_negative_and_p90_never_before_p50():
    p50, p90 = to_hours((np.array([-5.0, 2.0, 99.0]), np.array([-6.0, 1.0, 99.0])), (0.0, 0.0))
    assert p50.tolist() == [0.0, pytest.approx(np.expm1(2.0)), MAX_HOURS]
    assert (p90 >= p50).all()


def test_an_estimate_is_written_to_the_second_in_utc():
    assert moments(np.array([500_000]), np.array([1.0])) == ["1970-01-01T01:00:00Z"]

import numpy as np
import pytest

from model.eta import MAX_HOURS, conformal_shift, moments, to_hours


def test_after_the_shift_nine_in_ten_lie_below():
    error, all_ended = np.random.default_rng(1).normal(1, 1, 5000), np.full(4000, True)
    shift = conformal_shift(error[:4000], all_ended, np.ones(4000), 0.9)
    assert np.mean(error[4000:] <= shift) == pytest.approx(0.9, abs=0.02)


def test_those_still_open_do_not_make_the_wait_look_short():
    rng = np.random.default_rng(1)
    error, watched = rng.normal(0, 1, 4000), rng.normal(0.5, 1, 4000)
    ended = error <= watched
    shift = conformal_shift(np.minimum(error, watched), ended, np.ones(4000), 0.9)
    assert np.mean(error <= shift) == pytest.approx(0.9, abs=0.02)
    assert conformal_shift(error[ended], ended[ended], np.ones(ended.sum()), 0.9) < shift - 0.3


def test_of_three_errors_the_open_one_passes_its_weight_to_those_beyond():
    error, ended = np.array([1.0, 2.0, 3.0]), np.array([True, False, True])
    # one more of weight 1 stands at infinity: beyond 1 are 3/4 of all, beyond 3 half of these
    assert [conformal_shift(error, ended, np.ones(3), q) for q in (0.25, 0.26, 0.62)] == [1, 3, 3]
    assert conformal_shift(error, ended, np.ones(3), 0.99) == 3  # the level is never reached


def test_with_nothing_ended_the_quantile_stays():
    nothing, error = np.zeros(0), np.array([1.0, 2.0])
    assert conformal_shift(nothing, nothing == 0, nothing, 0.9) == 0.0
    assert conformal_shift(error, error < 0, np.ones(2), 0.9) == 0.0


def test_hours_are_never_negative_and_p90_never_before_p50():
    p50, p90 = to_hours((np.array([-5.0, 2.0, 99.0]), np.array([-6.0, 1.0, 99.0])), (0.0, 0.0))
    assert p50.tolist() == [0.0, pytest.approx(np.expm1(2.0)), MAX_HOURS]
    assert (p90 >= p50).all()


def test_an_estimate_is_written_to_the_second_in_utc():
    assert moments(np.array([500_000]), np.array([1.0])) == ["1970-01-01T01:00:00Z"]

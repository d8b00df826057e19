import numpy as np
import pytest

from training.study.overlap import Overlap, least_overlap, spread


def test_a_category_of_one_agent_is_listed_before_one_that_is_shared_and_rare_ones_not_at_all():
    found = Overlap(
        ("shared", "owned", "rare"),
        np.array([[20, 40, 1], [20, 0, 0]]),
        np.array([0.0, np.nan, np.nan]),
    )
    rows = least_overlap(found).rows
    assert rows == (
        ("owned", 40, 1, pytest.approx(1.0), 0.5, None),
        ("shared", 40, 2, pytest.approx(2.0), 0.0, 0.0),
    )


def test_the_spread_is_taken_around_the_mean_of_those_asked_about_at_one_moment():
    z = np.array([[1.0, 9.0, -1.0], [5.0, np.nan, 7.0], [3.0, np.nan, np.nan]])
    judged = np.array([[0, 0, 0], [3, 0, 25], [0, 0, 0]])
    found = spread(z, judged)  # who gave the ticket away, and who has no colleague, do not count
    assert found[[0, 1, 3]].tolist() == [1.0, 1.0, 1.0]
    assert np.isnan(found[2])

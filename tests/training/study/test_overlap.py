import numpy as np
import pytest

from tests.training.study.small_study import small_study
from training.study.exchange import NEW, exchanges
from training.study.overlap import Overlap, experience, least_overlap, overlap, spread


@pytest.fixture(scope="module")
def study():
    return small_study()


@pytest.fixture(scope="module")
def exchange(study):
    return exchanges(study, colleagues=2)


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


def test_overlap_counts_what_was_dealt_out_before_the_test_begins(study, exchange):
    found = overlap(study, exchange)
    events = study.history.events
    before = events["time"].astype("int64") < study.test.start_us
    given = events[before & (events["type"] == "ticket.assigned")]
    assert found.categories == ("account", "invoice", "logistics", "quality")
    assert found.given.sum() == len(given)
    assert (found.new_to_it == 0.0).all()
    assert (experience(study, exchange)[:, NEW] >= 0).all()

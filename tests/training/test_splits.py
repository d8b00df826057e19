import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import ModelError
from training.moments import HOUR_US, NEVER
from training.splits import censoring_weights, embargoed, slices


def test_slices_follow_each_other_in_time_without_overlap():
    first, second = slices(np.arange(100), 80, (0.75, 0.25))
    assert (first.start_us, first.end_us, second.start_us, second.end_us) == (0, 60, 60, 80)


def test_too_few_tickets_are_refused_with_a_remedy():
    with pytest.raises(ModelError, match="too few"):
        slices(np.array([5, 5, 5]), 10, (0.5, 0.5))


def test_the_embargo_takes_out_the_hours_before_a_boundary():
    created = np.array([0, 8, 9, 10]) * HOUR_US
    assert embargoed(created, (10 * HOUR_US,), 1.5).tolist() == [False, False, True, False]


def test_a_late_verdict_stands_for_those_not_known_yet():
    delay = np.array([1, 1, 8, NEVER, NEVER])
    follow_up = np.array([10, 10, 10, 4, 4])
    assert censoring_weights(delay, follow_up) == pytest.approx([1.0, 1.0, 3.0, 0.0, 0.0])


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=30))
def test_no_weight_is_negative_or_beyond_the_clip(pairs):
    delay, follow_up = (np.array(column) for column in zip(*pairs, strict=True))
    weights = censoring_weights(delay, follow_up, clip=3.0)
    assert ((weights >= 0) & (weights <= 3.0)).all()
    assert ((weights > 0) == (delay <= follow_up)).all()

import numpy as np
import pytest

from features.frame import Encoder, landmark_frame
from features.history import History
from tests.builders import assigned, created, log, resolved, us
from tests.features.test_frame import values


def kept_and_broken(**fields):
    """Ten tickets of the east are late, ten of the west in time, an hour after another."""
    lives = []
    for i in range(20):
        late = i < 10
        region = "east" if late else "west"
        lives += [
            created(i, f"T{i:02d}", due_at=i + 2, region=region, **fields),
            assigned(i, f"T{i:02d}", "A1"),
            resolved(i + (6 if late else 1), f"T{i:02d}"),
        ]
    return lives


def test_a_region_where_promises_break_is_told_from_one_where_they_are_kept():
    events = log(
        *kept_and_broken(), created(40, "E", region="east"), created(41, "W", region="west")
    )
    east, west = values(events, "region_late_rate", ["E", "W"], [40, 41])
    assert east == pytest.approx((10 + 20 * 0.5) / 30, abs=0.02)
    assert west == pytest.approx((0 + 20 * 0.5) / 30, abs=0.02)


def test_the_precedents_of_a_desks_own_attribute_are_columns_of_their_own():
    lives = kept_and_broken(attributes={"shop": "S1"})
    history = History.of(log(*lives, created(40, "N", attributes={"shop": "S1"})))
    ids = [f"T{i:02d}" for i in range(20)]
    encoder = Encoder.learn(history, ids, np.full(20, us(39)))
    frame = landmark_frame(history, encoder, ["N"], np.array([us(40)]))
    desk = 10.5 / 21
    assert frame.column("late_share:shop")[0] == pytest.approx((10 + 20 * desk) / 40)
    assert frame.column("handling_hours:shop")[0] > 1.0


def test_an_attribute_that_nobody_had_before_has_the_precedents_of_the_desk():
    lives = kept_and_broken(attributes={"shop": "S1"})
    history = History.of(log(*lives, created(40, "N", attributes={"shop": "new"})))
    ids = [f"T{i:02d}" for i in range(20)]
    encoder = Encoder.learn(history, ids, np.full(20, us(39)))
    frame = landmark_frame(history, encoder, ["N"], np.array([us(40)]))
    assert frame.column("late_share:shop")[0] == pytest.approx(10.5 / 21)


def test_the_recent_share_of_the_desk_forgets_after_14_days():
    events = log(*kept_and_broken(), created(20 + 24 * 15, "N"))
    found = values(events, "desk_late_rate_recent", ["N"], [20 + 24 * 15])
    assert found == pytest.approx([10.5 / 21])


def test_a_verdict_after_the_moment_changes_no_precedent():
    lives = kept_and_broken()
    before = values(log(*lives), "region_late_rate", ["T19"], [19])
    more = [created(19, "X", due_at=20, region="west"), resolved(30, "X")]
    assert values(log(*lives, *more), "region_late_rate", ["T19"], [19]) == before

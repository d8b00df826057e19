import numpy as np
import pytest

from tests.builders import assigned, created, event, log, resolved, state, us
from training.labels import label
from training.landmarks import STAGES, LandmarkParams, landmarks, look_weights

MINUTE = 1 / 60
NO_GRID = LandmarkParams(grid_last_days=0.0)


def looked_at(events, params=NO_GRID):
    marks = landmarks(events, label(events), params)
    return [
        ((int(t) - us(0)) / 3_600_000_000, STAGES[k])
        for t, k in zip(marks.time_us, marks.kind, strict=True)
    ]


def test_a_ticket_is_looked_at_when_created_when_assigned_and_after_later_events():
    events = log(
        created(0, "T1"), assigned(1, "T1", "A"), assigned(2, "T1", "B"), resolved(9, "T1")
    )
    assert looked_at(events) == [(0, "created"), (1, "assigned"), (2, "later")]


def test_events_within_a_minute_are_seen_after_the_last_of_them():
    events = log(
        created(0, "T1"),
        state(3, "T1", "in_progress"),
        event(3 + 0.5 * MINUTE, "ticket.contact", ticket_id="T1"),
        resolved(9, "T1"),
    )
    assert [round(t * 60) for t, kind in looked_at(events) if kind == "later"] == [180]
    assert len(looked_at(events)) == 2


def test_a_hand_over_in_the_minute_of_the_resolution_is_no_landmark():
    events = log(
        created(0, "T1"), assigned(1, "T1", "A"), assigned(5, "T1", "B"),
        resolved(5 + 0.2 * MINUTE, "T1"),
    )  # fmt: skip
    assert looked_at(events) == [(0, "created"), (1, "assigned")]


def test_many_events_are_thinned_to_the_first_few_and_powers_of_two():
    contacts = [event(h, "ticket.contact", ticket_id="T1") for h in range(1, 21)]
    later = looked_at(log(created(0, "T1"), *contacts), LandmarkParams(3, grid_last_days=0.0))
    assert [t for t, kind in later if kind == "later"] == [1, 2, 3, 4, 8, 16]


def test_the_grid_lies_on_the_clock_of_the_refresh_and_ends_with_the_ticket():
    events = log(created(0.01, "T1"), resolved(4, "T1"))
    params = LandmarkParams(grid_first_hours=1.0, grid_ratio=2.0)
    grid = [t for t, kind in looked_at(events, params) if kind == "grid"]
    assert [round(t * 60) for t in grid] == [65, 125]


def test_nothing_is_asked_of_a_resolved_ticket_and_again_of_a_reopened_one():
    events = log(
        created(0, "T1"),
        resolved(2, "T1"),
        event(3, "ticket.contact", ticket_id="T1"),
        event(6, "ticket.reopened", ticket_id="T1"),
        resolved(8, "T1"),
    )
    assert looked_at(events) == [(0, "created"), (6, "later")]


def test_after_the_promise_passed_a_landmark_is_marked_overdue():
    events = log(created(0, "T1", due_at=2), state(3, "T1", "in_progress"), resolved(9, "T1"))
    assert landmarks(events, label(events), NO_GRID).overdue.tolist() == [False, True]


def test_landmarks_are_numbered_from_the_first_of_each_ticket():
    events = log(
        created(0, "T1"), assigned(1, "T1", "A"), assigned(2, "T1", "B"), resolved(9, "T1"),
        created(0, "T2"), resolved(9, "T2"),
    )  # fmt: skip
    marks = landmarks(events, label(events), NO_GRID)
    assert marks.number.tolist() == [1, 2, 3, 1]
    assert marks.take(marks.ticket == 0).number.tolist() == [1, 2, 3]


def test_the_second_look_at_a_ticket_counts_a_half_and_the_third_a_third():
    assert look_weights(np.array([5, 5, 5, 9])) == pytest.approx([1, 1 / 2, 1 / 3, 1])


def test_a_look_counts_the_same_however_long_the_ticket_lives_on():
    short, long = look_weights(np.array([1, 1])), look_weights(np.array([1] * 40))
    assert long[:2].tolist() == short.tolist()

import numpy as np
import pytest

from tests.builders import created, event, log
from tests.features.test_frame import values

WEEK = 7 * 24


def office(weeks=1):
    """One event an hour from nine to five on five days a week, from Monday nine."""
    hours = [w * WEEK + 24 * d + h for w in range(weeks) for d in range(5) for h in range(8)]
    return [
        created(0, "OLD"),
        *(event(h + 0.5, "ticket.contact", ticket_id="OLD") for h in hours),
    ]


def test_a_weekend_before_the_promise_holds_no_working_time():
    friday_five = WEEK + 4 * 24 + 8
    events = log(*office(2), created(friday_five, "T1", due_at=friday_five + 64))
    found = values(events, "working_hours_left", ["T1"], [friday_five + 0.01])
    assert found == pytest.approx([0.0], abs=1e-9)


def test_a_day_of_work_before_the_promise_counts_its_share_of_the_week():
    monday = WEEK
    events = log(*office(2), created(monday, "T1", due_at=monday + 24))
    found = values(events, "working_hours_left", ["T1"], [monday + 0.01])
    assert found[0] == pytest.approx(WEEK / 5, rel=0.1)


def test_a_whole_week_counts_in_full_and_the_past_by_the_plain_clock():
    events = log(*office(2), created(WEEK, "T1", due_at=2 * WEEK), created(WEEK, "T2"))
    assert values(events, "working_hours_left", ["T1"], [WEEK]) == pytest.approx([WEEK])
    assert values(events, "working_hours_left", ["T1"], [2 * WEEK + 3]) == pytest.approx([-3])
    assert np.isnan(values(events, "working_hours_left", ["T2"], [WEEK])).all()


def test_what_happens_later_does_not_change_how_much_work_seems_ahead():
    events = office(1)
    early = values(log(*events), "working_hours_next_day", ["OLD"], [30])
    assert values(log(*events, created(31, "N")), "working_hours_next_day", ["OLD"], [30]) == early

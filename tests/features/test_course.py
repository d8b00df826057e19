import numpy as np
import pytest

from tests.builders import assigned, created, event, log, state
from tests.features.test_frame import values

LIFE = (
    created(0, "T1"),
    assigned(2, "T1", "A1"),
    state(3, "T1", "in_progress"),
    state(7, "T1", "waiting_customer"),
    state(9, "T1", "in_progress"),
)


@pytest.mark.parametrize(
    ("name", "hours"),
    [
        ("hours_unassigned", 2),
        ("hours_assigned", 1),
        ("hours_in_progress", 4 + 1),
        ("hours_waiting_customer", 2),
        ("hours_paused", 0),
    ],
)
def test_every_hour_of_a_ticket_is_spent_in_one_state(name, hours):
    assert values(log(*LIFE), name, ["T1"], [10]) == [hours]


def test_the_present_state_counts_until_now_and_nothing_later():
    assert values(log(*LIFE), "hours_waiting_customer", ["T1"] * 2, [8, 6]) == [1, 0]


def test_hands_and_events_are_counted_as_of_the_moment():
    events = log(*LIFE, assigned(30, "T1", "A2"))
    assert values(events, "hands", ["T1"] * 3, [1, 10, 30]) == [0, 1, 2]
    assert values(events, "events_24h", ["T1"] * 2, [10, 30]) == [5, 3]


def test_a_ticket_that_the_history_does_not_know_has_no_course():
    events = log(*LIFE, event(0, "customer.margin", customer_id="C", amount=1.0))
    assert np.isnan(values(events, "hours_in_progress", ["elsewhere"], [5])).all()

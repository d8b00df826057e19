import numpy as np
import pytest

from features.history import History
from features.waits import STRENGTH, wait_hours
from tests.builders import closed, created, event, log, state, us

CUSTOMER, DEPARTMENT = "waiting_customer", "internal_collaboration"


def _mean(events, category, hours, name=CUSTOMER):
    history = History.of(log(*events))
    code = history.names["category"].codes([category])
    return float(wait_hours(history, name, code, np.array([us(hours)]))[0])


def _left(waits, prior, mean=29.4):
    """What is left of one of these waits, met at a random moment; the prior is ten usual waits."""
    weight = STRENGTH * mean
    return (sum(h * h / 2 for h in waits) + weight * prior) / (sum(waits) + weight)


def test_nothing_known_is_the_stated_prior():
    assert _mean([created(0, "T1")], "unheard of", 5) == pytest.approx(29.4)
    assert _mean([created(0, "T1")], "unheard of", 5, DEPARTMENT) == pytest.approx(46.1)


def test_ended_waits_count_for_their_category_and_less_for_the_others():
    events = [
        created(0, "T1", category="late"),
        state(1, "T1", CUSTOMER),
        event(5, "ticket.contact", ticket_id="T1"),  # the customer calls, and it goes on waiting
        state(11, "T1", "in_progress"),
        state(12, "T1", CUSTOMER),
        closed(16, "T1"),
    ]
    desk = _left([10, 4], 29.4)
    assert _mean(events, "late", 20) == pytest.approx(_left([10, 4], desk))
    assert _mean(events, "other", 20) == pytest.approx(desk)
    assert _mean(events, "late", 20, DEPARTMENT) == pytest.approx(46.1)


def test_a_wait_under_way_is_not_known_yet():
    waits = [created(0, "T1", category="late"), state(1, "T1", DEPARTMENT)]
    ended = [*waits, state(4, "T1", "in_progress")]
    assert _mean(waits, "late", 3, DEPARTMENT) == pytest.approx(46.1)
    assert _mean(ended, "late", 3, DEPARTMENT) == pytest.approx(46.1)
    assert _mean(ended, "late", 4, DEPARTMENT) < 46.1


def test_a_forgotten_ticket_stands_for_thirty_days_at_most():
    events = [
        created(0, "T1", category="late"),
        state(0, "T1", CUSTOMER),
        state(24 * 90, "T1", "in_progress"),
    ]
    assert _mean(events, "other", 24 * 91) == pytest.approx(_left([720], 29.4))


def test_waits_of_one_length_are_met_halfway():
    days = [each for day in range(60) for each in (
        created(24 * day, f"T{day}", category="late"),
        state(24 * day, f"T{day}", CUSTOMER),
        state(24 * day + 20, f"T{day}", "in_progress"),
    )]  # fmt: skip
    assert _mean(days, "late", 24 * 60) == pytest.approx(10, abs=2)

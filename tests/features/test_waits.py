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


def _shrunk(total, count, prior):
    return (total + STRENGTH * prior) / (count + STRENGTH)


def test_nothing_known_is_the_stated_prior():
    assert _mean([created(0, "T1")], "unheard of", 5) == 29.4
    assert _mean([created(0, "T1")], "unheard of", 5, DEPARTMENT) == 46.1


def test_ended_waits_count_for_their_category_and_less_for_the_others():
    events = [
        created(0, "T1", category="late"),
        state(1, "T1", CUSTOMER),
        event(5, "ticket.contact", ticket_id="T1"),  # the customer calls, and it goes on waiting
        state(11, "T1", "in_progress"),
        state(12, "T1", CUSTOMER),
        closed(16, "T1"),
    ]
    desk = _shrunk(10 + 4, 2, 29.4)
    assert _mean(events, "late", 20) == pytest.approx(_shrunk(14, 2, desk))
    assert _mean(events, "other", 20) == pytest.approx(desk)
    assert _mean(events, "late", 20, DEPARTMENT) == 46.1


def test_a_wait_under_way_is_not_known_yet():
    waits = [created(0, "T1", category="late"), state(1, "T1", DEPARTMENT)]
    ended = [*waits, state(4, "T1", "in_progress")]
    assert _mean(waits, "late", 3, DEPARTMENT) == 46.1
    assert _mean(ended, "late", 3, DEPARTMENT) == 46.1
    assert _mean(ended, "late", 4, DEPARTMENT) < 46.1


def test_a_forgotten_ticket_stands_for_thirty_days_at_most():
    events = [
        created(0, "T1", category="late"),
        state(0, "T1", CUSTOMER),
        state(24 * 90, "T1", "in_progress"),
    ]
    assert _mean(events, "other", 24 * 91) == pytest.approx(_shrunk(720, 1, 29.4))

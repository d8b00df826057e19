import numpy as np
import pytest

from features.catalog import BY_NAME
from features.history import History
from features.promise import NEARER, nearer
from features.view import tickets_at
from tests.builders import created, log, us


def columns(hours, at=10):
    events = log(created(0, "T", due_at=40), created(0, "no promise"))
    history = History.of(events)
    codes = history.names["ticket"].codes(["T", "no promise"])
    tickets = tickets_at(history, codes, np.full(2, us(at)))
    return history, tickets, nearer(history, tickets, np.arange(2), np.full(2, float(hours)))


def test_no_delay_changes_nothing():
    history, tickets, found = columns(0)
    for name, column in found.items():
        assert column.tolist() == pytest.approx(
            BY_NAME[name].fn(history, tickets).tolist(), nan_ok=True
        )


def test_what_is_left_falls_and_what_is_promised_stays():
    *_, found = columns(15)
    assert found["hours_to_due"].tolist() == pytest.approx([15, np.nan], nan_ok=True)
    assert found["due_share_left"].tolist() == pytest.approx([15 / 40, np.nan], nan_ok=True)


def test_past_the_promise_it_goes_on():
    *_, found = columns(35)
    assert found["hours_to_due"][0] == -5
    assert found["working_hours_left"][0] == -5


def test_every_column_is_one_by_which_the_risk_is_known_to_rise():
    assert all(BY_NAME[name].rises == -1 for name in NEARER)


def test_rows_may_be_asked_about_in_any_order_each_with_its_own_delay():
    history, tickets, _ = columns(0)
    found = nearer(history, tickets, np.array([1, 0, 0]), np.array([1.0, 2.0, 3.0]))
    assert found["hours_to_due"].tolist() == pytest.approx([np.nan, 28, 27], nan_ok=True)

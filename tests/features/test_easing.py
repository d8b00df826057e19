import numpy as np

from features.easing import Standing, eased
from features.history import History
from features.stream import NEVER
from features.timeline import STATUS
from tests.builders import created, log, us
from tests.features.test_rhythm import WEEK, office

NAMES = ("agent_open", "hours_to_due", "due_share_left", "promised_hours", "working_hours_left")


def _eased(history, row, due, hours, names=NAMES):
    x = np.array([row], dtype=float)
    moment, promise = us(WEEK), due if due == NEVER else us(due)
    paused = STATUS["paused"]
    standing = Standing(np.array([moment]), np.array([promise]), np.array([paused]))
    return eased(history, names, x, standing, np.array([hours]))[0].tolist()


def test_more_of_the_same_promise_is_left():
    history = History.of(log(*office(2), created(WEEK, "T1")))
    row = [3, 24, 0.5, 48, 30]
    found = _eased(history, row, WEEK + 24, 12.0)
    assert found[:4] == [3, 36, 0.75, 48]
    assert found[4] > 30
    assert row == [3, 24, 0.5, 48, 30]


def test_hours_gained_after_friday_evening_hold_no_work():
    history = History.of(log(*office(2), created(WEEK, "T1")))
    friday_five = WEEK + 4 * 24 + 8
    plain = _eased(history, [0, 1, 1, 1, 0], friday_five, 0.0)[4]
    assert _eased(history, [0, 1, 1, 1, 0], friday_five, 48.0)[4] == plain


def test_what_is_late_stays_as_it_is():
    history = History.of(log(*office(1), created(WEEK, "T1")))
    late = [0, -2, -0.1, 20, -2]
    assert _eased(history, late, WEEK - 2, 12.0) == late


def test_a_ticket_without_a_promise_has_waited_less_in_its_state():
    history = History.of(log(*office(1), created(WEEK, "T1")))
    names = ("hours_to_due", "age_hours", "hours_in_state", "hours_paused", "hours_assigned")
    found = _eased(history, [np.nan, 30, 8, 9, 20], NEVER, 12.0, names)
    assert np.array_equal(found, [np.nan, 18, 0, 0, 20], equal_nan=True)
    assert _eased(history, [5, 30, 8, 9, 20], WEEK + 5, 12.0, names) == [17, 30, 8, 9, 20]

import numpy as np

from features.easing import eased
from features.history import History
from features.stream import NEVER
from tests.builders import created, log, us
from tests.features.test_rhythm import WEEK, office

NAMES = ("agent_open", "hours_to_due", "due_share_left", "promised_hours", "working_hours_left")


def _eased(history, row, due, hours):
    x = np.array([row], dtype=float)
    times = (np.array([us(WEEK)]), np.array([due if due == NEVER else us(due)]))
    return eased(history, NAMES, x, times, np.array([hours]))[0].tolist()


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


def test_what_is_late_or_has_no_promise_stays_as_it_is():
    history = History.of(log(*office(1), created(WEEK, "T1")))
    late = [0, -2, -0.1, 20, -2]
    assert _eased(history, late, WEEK - 2, 12.0) == late
    none = [0, np.nan, np.nan, np.nan, np.nan]
    assert np.array_equal(_eased(history, none, NEVER, 12.0), none, equal_nan=True)

"""The floor's figures against a day before."""

from datetime import timedelta

from serving.console.trend import trend_of
from serving.decisions.earlier import Day, Reading
from tests.serving.console.floors import AS_OF

SUMMARY = {"open": 10, "expected_timeouts": 2.5}


def reading(hours: float, open_: int, expected: float) -> Reading:
    return Reading(1, AS_OF - timedelta(hours=hours), open_, expected)


def test_a_figure_stands_against_the_day_before():
    found = trend_of(SUMMARY, AS_OF, Day(reading(24, 14, 1.5)))
    assert (found.open.value, found.open.change) == (10, -4)
    assert (found.expected.value, found.expected.change) == (2.5, 1.0)
    assert found.yesterday == "03-01 10:05"


def test_without_a_day_before_there_is_no_difference():
    found = trend_of(SUMMARY, AS_OF, Day())
    assert (found.open.change, found.yesterday, found.open.line, found.hours) == (None, "", (), 0)


def test_a_line_is_even_in_time_however_the_readings_lie():
    readings = (reading(2, 2, 0.0), reading(0.5, 8, 1.0))
    found = trend_of(SUMMARY, AS_OF, Day(None, readings))
    assert found.open.line == (2.0, 4.0, 6.0, 8.0, 10.0)
    assert found.hours == 2

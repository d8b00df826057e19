"""Moments in words: never nearer than is known, rounded outwards, in the day of whoever reads."""

from datetime import datetime, timedelta, timezone

import pytest

from serving.console.when import expected

SHANGHAI = timezone(timedelta(hours=8))
NOW = datetime(2026, 3, 2, 11, tzinfo=SHANGHAI)  # a Monday


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "end", "en", "zh"),
    [
        (at(2, 15, 4), at(2, 16, 52), "between today 15:00 and today 17:00",
         "今天15:00 至 今天17:00之间"),
        (at(2, 15, 16), at(3, 10, 41), "between today 15:15 and tomorrow 11:00",
         "今天15:15 至 明天11:00之间"),
        (at(3, 9, 59), at(5, 13), "between tomorrow 09:00 and the afternoon of Thursday 5 March",
         "明天09:00 至 3月5日（周四）下午之间"),
        (at(6, 8), at(9, 20),
         "between the morning of Friday 6 March and the evening of Monday 9 March",
         "3月6日（周五）上午 至 3月9日（周一）晚上之间"),
        (at(5, 13), at(5, 17), "in the afternoon of Thursday 5 March", "3月5日（周四）下午"),
        (at(2, 10), at(2, 11, 20), "by today 11:30", "今天11:30之前"),
        (at(2, 10), at(2, 23, 50), "by tomorrow 00:00", "明天00:00之前"),
        (at(2, 10), at(3, 23, 50), "by the evening of tomorrow", "明天晚上之前"),
    ],
)  # fmt: skip
def test_an_interval_is_told_no_nearer_than_it_is_known(start, end, en, zh):
    assert expected(start, end, NOW, "en")[0] == en
    assert expected(start, end, NOW, "zh")[0] == zh


def test_two_times_on_the_quarter_hour_stay_apart():
    assert expected(at(2, 15), at(2, 15), NOW, "en")[0] == "between today 15:00 and today 15:15"


def test_what_the_interval_means_is_said_with_it():
    assert "five are solved by the first" in expected(at(2, 15), at(2, 16), NOW, "en")[1]
    assert "nine are solved by then" in expected(at(2, 10), at(2, 16), NOW, "en")[1]

"""Working time against the wall clock asked minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.calendar import MISSING, Calendar, local_hour, local_weekday, spans
from features.errors import FendanError

NINE_TO_SIX = (spans("09:00-18:00"),) * 5 + ((), ())
LUNCH_MEETING = (spans("12:00-13:30"),) * 7
NIGHTLY = (spans("00:00-04:00, 22:00-24:00"),) * 7
ZONES = ("UTC", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo")
MINUTE = 60_000_000


def us(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp()) * 1_000_000


def wall(at_us: int, zone: str) -> datetime:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us)).astimezone(
        ZoneInfo(zone)
    )


def clock_says_working(calendar: Calendar, at_us: int) -> bool:
    local = wall(at_us, calendar.zone)
    minute = 60 * local.hour + local.minute
    inside = [
        any(start <= minute < end for start, end in week[local.weekday()])
        for week in (calendar.shifts, calendar.meetings)
    ]
    return local.date() not in calendar.holidays and inside[0] and not inside[1]


def worked(calendar: Calendar, start: str, end: str) -> float:
    return float(calendar.worked_between(us(start), us(end)))


def test_without_arguments_every_hour_is_worked():
    assert worked(Calendar(), "2026-03-01T00:00+00:00", "2026-03-03T12:30+00:00") == 60.5
    assert Calendar().is_working([0, us("2026-03-01T03:00+08:00")]).all()


def test_nights_weekends_holidays_and_meetings_are_not_worked():
    office = Calendar("Asia/Shanghai", NINE_TO_SIX, (date(2026, 3, 4),), LUNCH_MEETING)
    assert worked(office, "2026-03-02T10:00+08:00", "2026-03-02T13:00+08:00") == 2.0
    assert worked(office, "2026-03-02T17:00+08:00", "2026-03-03T10:00+08:00") == 2.0
    assert worked(office, "2026-03-04T00:00+08:00", "2026-03-05T00:00+08:00") == 0.0
    assert worked(office, "2026-03-06T17:00+08:00", "2026-03-09T10:00+08:00") == 2.0


def test_a_shift_begins_on_its_first_instant_and_ends_before_its_last():
    office = Calendar("Asia/Shanghai", NINE_TO_SIX)
    nine, six = us("2026-03-02T09:00+08:00"), us("2026-03-02T18:00+08:00")
    assert office.is_working([nine - 1, nine, six - 1, six]).tolist() == [False, True, True, False]


def test_the_hour_skipped_in_spring_is_not_worked_and_the_doubled_one_counts_twice():
    nights = Calendar("America/New_York", NIGHTLY)
    assert worked(nights, "2026-03-08T00:00-05:00", "2026-03-09T00:00-04:00") == 5.0
    assert worked(nights, "2026-11-01T00:00-04:00", "2026-11-02T00:00-05:00") == 7.0
    assert worked(nights, "2026-06-01T00:00-04:00", "2026-06-02T00:00-04:00") == 6.0


def test_an_end_before_the_start_counts_backwards_and_a_missing_one_gives_nan():
    office = Calendar("UTC", NINE_TO_SIX)
    assert worked(office, "2026-03-02T12:00+00:00", "2026-03-02T10:00+00:00") == -2.0
    assert np.isnan(office.worked_between([MISSING, 0], [0, MISSING])).all()
    assert not office.is_working([MISSING]).any()


def test_a_promise_in_the_year_9999_is_held_to_the_end_of_the_range():
    far = int(np.datetime64("9999-12-31", "us").astype(np.int64))
    end_of_range = us("2100-01-01T00:00+00:00") - 1
    office = Calendar("Asia/Shanghai", NINE_TO_SIX)
    assert office.worked_between(0, far) == office.worked_between(0, end_of_range)


def test_nobody_ever_working_is_allowed():
    idle = Calendar(shifts=((),) * 7)
    assert worked(idle, "2026-03-02T00:00+00:00", "2026-04-02T00:00+00:00") == 0.0
    assert not idle.is_working([0, us("2026-03-02T10:00+00:00")]).any()


def test_starts_and_ends_broadcast():
    hours = Calendar().worked_between(np.array([[0], [3_600_000_000]]), 7_200_000_000)
    assert hours.tolist() == [[2.0], [1.0]]


@pytest.mark.parametrize(
    "make",
    [
        lambda: Calendar("Mars/Olympus"),
        lambda: Calendar("America"),
        lambda: Calendar(shifts=((),) * 6),
        lambda: Calendar(meetings=(((600, 600),),) * 7),
        lambda: spans("9 to 5"),
        lambda: spans("22:00-06:00"),
        lambda: spans("10:00-25:00"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused_with_a_remedy(make):
    with pytest.raises(FendanError) as refusal:
        make()
    assert refusal.value.remedy


SPAN = st.tuples(st.integers(0, 95), st.integers(0, 96)).map(
    lambda pair: (15 * min(pair), 15 * max(pair))
)
WEEK = st.lists(
    st.lists(SPAN.filter(lambda s: s[0] < s[1]), max_size=3).map(tuple), min_size=7, max_size=7
).map(tuple)
# Around the changes of the clock and an ordinary week, in steps of a minute.
STARTS = st.sampled_from(
    [us(f"{day}T00:00+00:00") for day in ("2026-03-07", "2026-10-31", "2026-04-04", "2015-10-17")]
)


@settings(max_examples=25, deadline=None)
@given(
    WEEK,
    WEEK,
    st.sampled_from(ZONES),
    STARTS,
    st.integers(0, 1500),
    st.integers(0, 2200),
    st.booleans(),
)
def test_working_time_is_the_sum_of_the_minutes_at_which_the_clock_says_working(
    shifts, meetings, zone, origin, skip, length, holiday
):
    start = origin + skip * MINUTE
    free = (wall(start, zone).date(),) if holiday else ()
    calendar = Calendar(zone, shifts, free, meetings)
    minutes = start + np.arange(length, dtype=np.int64) * MINUTE
    by_clock = [clock_says_working(calendar, int(at)) for at in minutes]
    assert calendar.is_working(minutes).tolist() == by_clock
    total = calendar.worked_between(start, start + length * MINUTE)
    assert float(total) == pytest.approx(sum(by_clock) / 60)


INSTANT = st.integers(0, us("2099-12-31T00:00+00:00"))


@settings(max_examples=50, deadline=None)
@given(INSTANT, INSTANT, INSTANT, st.sampled_from(ZONES))
def test_parts_add_up_to_the_whole(a, b, c, zone):
    office = Calendar(zone, NINE_TO_SIX, meetings=LUNCH_MEETING)
    parts = office.worked_between([a, b], [b, c]).sum()
    assert parts == pytest.approx(float(office.worked_between(a, c)), abs=1e-6)


@settings(max_examples=100, deadline=None)
@given(st.lists(INSTANT, max_size=20), st.sampled_from(ZONES))
def test_hour_and_weekday_are_those_of_the_wall_clock(instants, zone):
    clocks = [wall(at, zone) for at in instants]
    assert local_hour(instants, zone).tolist() == [clock.hour for clock in clocks]
    assert local_weekday(instants, zone).tolist() == [clock.weekday() for clock in clocks]

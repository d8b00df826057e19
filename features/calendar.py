"""Working time: how many hours somebody worked between two instants, and what the clock said.

Instants are int64 microseconds since 1970 in UTC, as everywhere inside; `MISSING` (which is
NaT's bit pattern) marks an absent one. An instant is working time when the wall clock of the
zone, at that instant, stands inside a shift and outside every meeting on a day that is no
holiday. So on the night when clocks go back, a shift over the doubled hour counts it twice, and
when they go forward the skipped hour is not worked.

Times are held to the years 1970 to 2099: nobody's promise lies further, and a due date in the
year 9999 means "never".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from features.errors import FendanError

Instants = npt.NDArray[np.int64]
Span = tuple[int, int]
"""Minutes of a local day, half-open `[start, end)`, within 0 and 1440."""

MISSING: Final = np.iinfo(np.int64).min
_SECOND: Final = 1_000_000
_MINUTE: Final = 60 * _SECOND
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
_EPOCH: Final = date(1970, 1, 1)
_DAYS: Final = (date(2100, 1, 1) - _EPOCH).days
_MINUTES_OF_DAY: Final = 1440
_WEEKDAYS: Final = 7
_ALL_DAY: Final[tuple[Span, ...]] = ((0, _MINUTES_OF_DAY),)
_SPAN = re.compile(r"([0-2]?\d):([0-5]\d)\s*-\s*([0-2]?\d):([0-5]\d)")


def spans(text: str) -> tuple[Span, ...]:
    """The spans written in `text`, separated by commas; the end of the day is 24:00.

    >>> spans("09:00-12:00, 13:30-18:00")
    ((540, 720), (810, 1080))

    Raises:
        FendanError: not of this form, empty, or outside the day. A night shift is two spans.
    """
    found = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        match = _SPAN.fullmatch(part)
        if match is None:
            raise FendanError("not a span of hours", where=part, remedy="write 09:00-12:00")
        hour, minute, last_hour, last_minute = (int(group) for group in match.groups())
        found.append((60 * hour + minute, 60 * last_hour + last_minute))
        _check_span(found[-1])
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Calendar:
    """When somebody, or the whole desk, works. Without arguments: always.

    `shifts` and `meetings` have seven entries, Monday first, each a tuple of spans of local
    time; spans may overlap or be in any order. `holidays` are local dates without work.

    >>> office = Calendar("Asia/Shanghai", shifts=(spans("09:00-18:00"),) * 5 + ((), ()),
    ...                   meetings=(spans("12:00-13:30"),) * 7)
    >>> monday_ten, tuesday_noon = np.array(
    ...     ["2026-03-02T02:00", "2026-03-03T04:00"], "datetime64[us]"
    ... ).astype(np.int64)
    >>> office.worked_between(monday_ten, tuesday_noon).item()
    9.5

    Raises:
        FendanError: an unknown zone, not seven days, or a span outside its day.
    """

    zone: str = "UTC"
    shifts: tuple[tuple[Span, ...], ...] = (_ALL_DAY,) * _WEEKDAYS
    holidays: tuple[date, ...] = ()
    meetings: tuple[tuple[Span, ...], ...] = ((),) * _WEEKDAYS

    def __post_init__(self) -> None:
        _zone(self.zone)
        for name, week in (("shifts", self.shifts), ("meetings", self.meetings)):
            if len(week) != _WEEKDAYS:
                raise FendanError(
                    f"{name} for {len(week)} days",
                    where="calendar",
                    remedy="give seven entries, Monday first, () for a free day",
                )
            for span in (span for day in week for span in day):
                _check_span(span)

    def worked_between(
        self, start_us: npt.ArrayLike, end_us: npt.ArrayLike
    ) -> npt.NDArray[np.float64]:
        """Hours of working time in `[start, end)`, element by element (the two broadcast).

        Negative when the end lies before the start, so that parts always add up to the whole;
        NaN where either is `MISSING`.
        """
        start, end = np.broadcast_arrays(_instants(start_us), _instants(end_us))
        hours = (self._worked_until(end) - self._worked_until(start)) / _HOUR
        return np.where((start == MISSING) | (end == MISSING), np.nan, hours)

    def is_working(self, at_us: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Whether each instant is working time; a `MISSING` one is not."""
        at = _instants(at_us)
        table = _table(self)
        row = np.searchsorted(table.start, _held(at), side="right") - 1
        before_end = _held(at) < table.end[np.maximum(row, 0)]
        return np.asarray(before_end & (row >= 0) & (at != MISSING))

    def _worked_until(self, at: Instants) -> Instants:
        """Microseconds worked from 1970 to each instant: one binary search in prefix sums."""
        table = _table(self)
        row = np.searchsorted(table.start, _held(at), side="right") - 1
        known = np.maximum(row, 0)
        inside = np.minimum(_held(at), table.end[known]) - table.start[known]
        return np.where(row >= 0, table.before[known] + inside, 0)


def local_hour(us: npt.ArrayLike, zone: str) -> npt.NDArray[np.int64]:
    """The hour on the wall, 0 to 23, at each instant; -1 where it is `MISSING`.

    >>> local_hour([0, MISSING], "Asia/Shanghai").tolist()
    [8, -1]
    """
    at = _instants(us)
    return np.where(at == MISSING, -1, _local(at, zone) % _DAY // _HOUR)


def local_weekday(us: npt.ArrayLike, zone: str) -> npt.NDArray[np.int64]:
    """The local day of the week, Monday 0 to Sunday 6; -1 where the instant is `MISSING`.

    >>> local_weekday([0], "America/New_York").tolist()  # still Wednesday there
    [2]
    """
    at = _instants(us)
    return np.where(at == MISSING, -1, _weekday(_local(at, zone) // _DAY))


@dataclass(frozen=True, slots=True)
class _Table:
    """Working spans in UTC, sorted and disjoint; `before` is the time worked before each."""

    start: Instants
    end: Instants
    before: Instants


@lru_cache(maxsize=256)
def _table(calendar: Calendar) -> _Table:
    start, end = _local_spans(calendar)
    since, offset = _offsets(calendar.zone)
    until = np.append(since[1:], _DAYS * _DAY)
    pieces = [(np.zeros(1, np.int64), np.zeros(1, np.int64))]  # so that no table is empty
    for first, last, shift in zip(since, until, offset, strict=True):
        rows = slice(
            int(np.searchsorted(end, first + shift, side="right")),
            int(np.searchsorted(start, last + shift, side="left")),
        )
        pieces.append((np.maximum(start[rows] - shift, first), np.minimum(end[rows] - shift, last)))
    starts, ends = (np.concatenate(side) for side in zip(*pieces, strict=True))
    return _Table(starts, ends, np.cumsum(ends - starts) - (ends - starts))


def _local_spans(calendar: Calendar) -> tuple[Instants, Instants]:
    """Every working span on the wall clock, sorted, as if each local day had 24 hours."""
    days = np.arange(-1, _DAYS + 1, dtype=np.int64)
    free = np.array([(day - _EPOCH).days for day in calendar.holidays], dtype=np.int64)
    days = days[~np.isin(days, free)]
    starts, ends = [], []
    for weekday in range(_WEEKDAYS):
        midnight = days[_weekday(days) == weekday] * _DAY
        for first, last in _net(calendar.shifts[weekday], calendar.meetings[weekday]):
            starts.append(midnight + first * _MINUTE)
            ends.append(midnight + last * _MINUTE)
    empty = np.zeros(0, np.int64)
    return np.sort(np.concatenate([empty, *starts])), np.sort(np.concatenate([empty, *ends]))


def _net(shifts: tuple[Span, ...], meetings: tuple[Span, ...]) -> list[Span]:
    """The shifts without the meetings, merged: minute by minute, then read off as runs."""
    working = np.zeros(_MINUTES_OF_DAY + 2, dtype=np.int8)  # a free minute at either side
    for first, last in shifts:
        working[first + 1 : last + 1] = 1
    for first, last in meetings:
        working[first + 1 : last + 1] = 0
    change = np.diff(working)
    begins, stops = np.flatnonzero(change == 1), np.flatnonzero(change == -1)
    return list(zip(begins.tolist(), stops.tolist(), strict=True))


@lru_cache(maxsize=64)
def _offsets(name: str) -> tuple[Instants, Instants]:
    """Since when (UTC µs) which offset from UTC (µs) holds in a zone, over the whole range.

    Looked up once a day and then bisected to the second, so two changes within 24 hours would
    be missed; no zone has had that since 1970.
    """
    zone = _zone(name)
    days = range(0, _DAYS * 86_400 + 1, 86_400)
    changed = [
        _first_change(zone, low, high)
        for low, high in pairwise(days)
        if _offset(zone, low) != _offset(zone, high)
    ]
    since = [0, *changed]
    offsets = [_offset(zone, second) for second in since]
    return np.array(since, np.int64) * _SECOND, np.array(offsets, np.int64) * _SECOND


def _offset(zone: ZoneInfo, second: int) -> int:
    shift = datetime.fromtimestamp(second, zone).utcoffset()
    return 0 if shift is None else int(shift.total_seconds())


def _first_change(zone: ZoneInfo, low: int, high: int) -> int:
    before = _offset(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high


def _local(at: Instants, zone: str) -> Instants:
    """The wall clock of the zone, as microseconds since its own 1970-01-01T00:00."""
    since, offset = _offsets(zone)
    return _held(at) + offset[np.searchsorted(since, _held(at), side="right") - 1]


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as fault:  # unknown, ill-formed, a folder's name
        raise FendanError(
            f"unknown time zone {name!r}", where="calendar", remedy="write it as Asia/Shanghai"
        ) from fault


def _check_span(span: Span) -> None:
    if not 0 <= span[0] < span[1] <= _MINUTES_OF_DAY:
        raise FendanError(
            f"a span from minute {span[0]} to {span[1]}",
            where="calendar",
            remedy="keep it within one day, start before end; a night shift is two spans",
        )


def _weekday(days: Instants) -> Instants:
    return (days + 3) % _WEEKDAYS  # 1970-01-01 was a Thursday


def _instants(us: npt.ArrayLike) -> Instants:
    return np.asarray(us, dtype=np.int64)


def _held(at: Instants) -> Instants:
    return np.clip(at, 0, _DAYS * _DAY - 1)

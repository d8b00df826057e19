"""Moments in words for customers: as near as can be promised, and no nearer.

Times within half a day are told to the quarter of an hour, later ones of today and tomorrow to the
hour, all others by the part of their day. An interval is rounded outwards.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from features.names import DAYS
from features.words import Language
from serving.console.words import words

_NEAR: Final = timedelta(hours=12)
_NOON, _EVENING = 12, 18
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def expected(start: datetime, end: datetime, now: datetime, language: Language) -> tuple[str, str]:
    """When something is solved, by the moments of the 50 % and the 90 % chance; and what that is.

    All three in one zone, in which it is told; `end` lies after `now`.

    >>> from datetime import UTC
    >>> def at(day, hour, minute=0):
    ...     return datetime(2026, 3, day, hour, minute, tzinfo=UTC)
    >>> expected(at(2, 15, 4), at(3, 10, 40), at(2, 11), "en")[0]
    'between today 15:00 and tomorrow 11:00'
    >>> expected(at(2, 10), at(5, 13), at(2, 11), "en")[0]
    'by the afternoon of Thursday 5 March'
    >>> expected(at(5, 13), at(5, 17), at(2, 11), "zh")[0]
    '3月5日（周四）下午'
    """
    said = words("status", language)
    last = _told(end, now, language, up=True)
    first = _told(start, now, language, up=False)
    if start <= now:
        return said["by"].format(end=last), said["by_how"]
    if first == last:
        return said["within"].format(at=last), said["by_how"]
    return said["between"].format(start=first, end=last), said["between_how"]


def clock(at: datetime, now: datetime, language: Language) -> str:
    """A moment that is known to the minute; the day in words where it is near.

    >>> from datetime import UTC
    >>> now = datetime(2026, 3, 2, 11, tzinfo=UTC)
    >>> clock(now, now, "zh"), clock(now - timedelta(days=3, hours=2, minutes=55), now, "en")
    ('今天11:00', 'Friday 27 February 08:05')
    """
    gap = " " if language == "en" else ""
    return f"{_day(at, now, language)}{gap}{at:%H:%M}"


def _told(at: datetime, now: datetime, language: Language, *, up: bool) -> str:
    """A moment, rounded; up to the next step where it stands on one already."""
    step = timedelta(minutes=15) if at - now < _NEAR else timedelta(hours=1)
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    rounded = midnight + ((at - midnight) // step + up) * step
    if (rounded.date() - now.date()).days in (0, 1):
        return clock(rounded, now, language)
    said = words("status", language)
    part = "morning" if at.hour < _NOON else "afternoon" if at.hour < _EVENING else "evening"
    return said["part_of_day"].format(day=_day(at, now, language), part=said[part])


def _day(at: datetime, now: datetime, language: Language) -> str:
    said = words("status", language)
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get((at.date() - now.date()).days)
    if near:
        return said[near]
    day = DAYS[at.weekday()].told(language)
    if language == "zh":
        return f"{at.month}月{at.day}日（{day}）"
    return f"{day} {at.day} {_MONTHS[at.month - 1]}"

"""The clock that a desk reads: day and time, with the year where that may be another."""

from __future__ import annotations

from datetime import datetime, tzinfo


def day_and_time(moment: datetime, zone: tzinfo | None = None) -> str:
    """A moment in `zone`, else in the zone it is told in.

    >>> from datetime import UTC
    >>> evening = datetime.fromisoformat("2026-05-25T21:30:00+08:00")
    >>> day_and_time(evening), day_and_time(evening, UTC)
    ('05-25 21:30', '05-25 13:30')
    """
    shown = moment if zone is None else moment.astimezone(zone)
    return f"{shown:%m-%d %H:%M}"


def minute(at: datetime | None, zone: tzinfo | None = None) -> str:
    """A moment with its year, in `zone`, else in the zone it is told in; a dash for none.

    >>> from datetime import UTC
    >>> evening = datetime.fromisoformat("2026-05-25T21:30:16+08:00")
    >>> minute(evening), minute(evening, UTC), minute(None)
    ('2026-05-25 21:30', '2026-05-25 13:30', '–')
    """
    if at is None:
        return "–"
    shown = at if zone is None else at.astimezone(zone)
    return f"{shown:%Y-%m-%d %H:%M}"

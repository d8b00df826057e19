"""Moments along a chart: round hours or days of the desk's clock, with their names."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import Final

from serving.console.charts import Tick

_STEPS: Final = (0.25, 0.5, 1, 2, 3, 6, 12, 24, 48, 96, 168, 336, 672)
"""Hours between two ticks."""
_MOST: Final = 7
_HOUR: Final = 3600.0


def time_ticks(begin: float, end: float, zone: tzinfo) -> list[Tick]:
    """Round moments in `[begin, end]` (seconds since 1970), at most seven: (moment, name).

    >>> from datetime import UTC
    >>> time_ticks(3600.0, 6 * 3600.0, UTC)[:2]
    [(3600.0, '01-01 01:00'), (7200.0, '02:00')]
    """
    wide = (end - begin) / _HOUR
    step = next((s for s in _STEPS if wide / s <= _MOST - 1), _STEPS[-1])
    first = datetime.fromtimestamp(begin, zone)
    moment = first.replace(hour=0, minute=0, second=0, microsecond=0)
    found, day = list[Tick](), ""
    while moment.timestamp() <= end and len(found) < _MOST:
        if moment.timestamp() >= begin:
            found.append((moment.timestamp(), _named(moment, day, step)))
            day = f"{moment:%m-%d}"
        moment += timedelta(hours=step)
    return found


def _named(moment: datetime, day: str, step: float) -> str:
    """The day where it is another than before, the time where steps are shorter than days."""
    today = f"{moment:%m-%d}"
    if step >= 24:
        return today
    return f"{moment:%H:%M}" if today == day else f"{today} {moment:%H:%M}"

"""Times and numbers in the tags of a registry: whoever may write there can write anything."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Final

from model.rows import instant

LONGEST: Final = 200
"""Characters of a tag that are shown."""
_YEARS: Final = range(1970, 9000)
"""Beyond these a time cannot be told in every zone."""


def moment(text: str | None) -> datetime | None:
    """A time with an offset; None for what is none.

    >>> moment("2026-03-01T00:00:00Z").isoformat()
    '2026-03-01T00:00:00+00:00'
    >>> [moment(text) for text in ("2026-03-01T00:00:00", "March", "9999-12-31T23:59:59Z", None)]
    [None, None, None, None]
    """
    if text is None or len(text) > LONGEST:
        return None
    try:
        found = instant(text)
    except (TypeError, ValueError):
        return None
    return found if found.year in _YEARS else None


def number(text: str | None) -> float | None:
    """A finite number; None for what is none.

    >>> number("0.81"), number("nan"), number("much"), number(None)
    (0.81, None, None, None)
    """
    try:
        found = float(text) if text is not None and len(text) <= LONGEST else math.nan
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def shortened(text: str, most: int = 5 * LONGEST) -> str:
    """The text, its end left out where it is longer than people read.

    >>> shortened("a long story", 6)
    'a long…'
    """
    return text if len(text) <= most else f"{text[:most]}…"

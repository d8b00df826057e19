"""The figures of a pulse written out: as tiles, as charts, and as rows by period and by team."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import isnan
from typing import Any, Final, Literal

from features.picture import moment_of
from features.stream import Floats
from features.words import Language
from serving.console.charts import Series, Tick
from serving.console.words import words
from serving.pulse.figures import Figures
from serving.pulse.pulse import Pulse

Kind = Literal["count", "hours", "share"]
"""How a figure is written."""

TEAMS_SHOWN: Final = 100
SHOWN: Final[tuple[tuple[str, str, Kind], ...]] = (
    ("arrivals", "arrivals", "count"),
    ("resolved", "resolved", "count"),
    ("response", "response_p50", "hours"),
    ("close", "close_p50", "hours"),
    ("timeout_share", "late_share", "share"),
    ("repeated", "repeated_share", "share"),
    ("reopened", "reopened", "count"),
    ("escalated", "escalated", "count"),
)
"""The word of each figure, where it stands in `Figures`, and how it is written."""
CHARTED: Final = SHOWN[:6]
COLUMNS: Final[tuple[tuple[str, Kind], ...]] = (
    ("arrivals", "count"),
    ("resolved", "count"),
    ("response_p50", "hours"),
    ("response_p90", "hours"),
    ("close_p50", "hours"),
    ("close_p90", "hours"),
    ("late", "count"),
    ("late_share", "share"),
    ("repeated_share", "share"),
    ("reopened", "count"),
    ("escalated", "count"),
)
"""The figures of a row, and how each is written."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure of the whole period, written out; `before` is that of the period before, or ''."""

    word: str
    value: str
    before: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure by period: its word, lines and ticks, and whether it is a share."""

    word: str
    series: tuple[Series, ...]
    ticks: tuple[Tick, ...]
    percent: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A period or a team by name, and its figures written out, in the order of the columns."""

    name: str
    cells: tuple[str, ...]
    sparks: tuple[tuple[float, ...], ...] = ()


def tiles(pulse: Pulse) -> tuple[Tile, ...]:
    """Each figure of the whole period, beside that of the period before."""
    now = pulse.figures(pulse.span.whole)
    before = None if pulse.earlier is None else pulse.figures(pulse.earlier.whole)
    return tuple(
        Tile(
            word,
            written(getattr(now, figure)[0, 0], kind),
            "" if before is None else written(getattr(before, figure)[0, 0], kind),
        )
        for word, figure, kind in SHOWN
    )


def charts(pulse: Pulse, language: Language) -> tuple[Chart, ...]:
    """The charted figures, day by day or week by week, over those of the period before."""
    told = words("pulse", language)
    now = pulse.figures(pulse.span)
    before = None if pulse.earlier is None else pulse.figures(pulse.earlier)
    starts = [_day(pulse, edge) for edge in pulse.span.edges[:-1].tolist()]
    step = -(-len(starts) // 7)
    ticks = tuple((float(n), f"{starts[n]:%m-%d}") for n in range(0, len(starts), step))
    drawn = []
    for word, figure, kind in CHARTED:
        own = Series(told["this_period"], _points(getattr(now, figure)[0]), dots=len(starts) < 3)
        earlier = () if before is None else _points(getattr(before, figure)[0])
        faint = (Series(told["period_before"], earlier, "faint"),) if earlier else ()
        series = (own, *faint) if own.points else ()
        drawn.append(Chart(word, series, ticks, kind == "share"))
    return tuple(drawn)


def _points(values: Floats) -> tuple[tuple[float, float], ...]:
    """The points that are there."""
    return tuple((float(n), float(v)) for n, v in enumerate(values.tolist()) if not isnan(v))


def rows(pulse: Pulse) -> tuple[Row, ...]:
    """Newest first, the period under way at the top (its name ends in …)."""
    shown = []
    for span, more in ((pulse.current, " …"), (pulse.span, "")):
        found = pulse.figures(span)
        starts = [_day(pulse, edge) for edge in span.edges[:-1].tolist()]
        shown += [
            Row(f"{starts[n]:%Y-%m-%d}{more}", _cells(found, 0, n))
            for n in reversed(range(len(starts)))
        ]
    return tuple(shown)


def team_rows(pulse: Pulse) -> tuple[Row, ...]:
    """Teams by how many they closed; the last one is of those whose team is not known."""
    whole = pulse.figures(pulse.span.whole, "team")
    course = pulse.figures(pulse.span, "team")
    busy = (whole.arrivals + whole.resolved + whole.judged)[:, 0]
    order = sorted(range(busy.size), key=lambda n: (-int(busy[n]), n))
    names = pulse.names("team")
    return tuple(
        Row(
            names[n] or "",
            _cells(whole, n, 0),
            tuple(
                tuple(y for _, y in _points(column[n]))
                for column in (course.close_p50, course.late_share)
            ),
        )
        for n in order[:TEAMS_SHOWN]
        if busy[n]
    )


def _cells(found: Figures, group: int, place: int) -> tuple[str, ...]:
    return tuple(written(getattr(found, name)[group, place], kind) for name, kind in COLUMNS)


def _day(pulse: Pulse, edge: int) -> datetime:
    return moment_of(edge).astimezone(pulse.now.tzinfo)


def written(value: Any, kind: Kind) -> str:  # noqa: ANN401 - a number of numpy or of Python
    """A figure as people read it.

    >>> written(1234, "count"), written(0.372, "share"), written(float("nan"), "hours")
    ('1,234', '37.2 %', '–')
    """
    if kind == "count":
        return f"{int(value):,}"
    if isnan(value):
        return "–"
    return f"{100 * value:.1f} %" if kind == "share" else f"{value:,.1f} h"

"""The pulse: the desk's figures by day and week, what jumped, and the vital few causes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import isnan
from typing import Any, Final, cast, get_args

from features.picture import moment_of
from features.stream import Floats
from features.words import Language
from serving.console.charts import Bar, Series, Tick
from serving.console.visit import Visit
from serving.console.words import words
from serving.names import name_of
from serving.pulse.alarms import Alarm
from serving.pulse.calendar import By
from serving.pulse.causes import Category, Cause, Stage
from serving.pulse.figures import Figures
from serving.pulse.pulse import Asked, Pulse

PERIODS: Final = (7, 28, 90)
BARS_SHOWN: Final = 12
ROWS_SHOWN: Final = 100
TEAMS_SHOWN: Final = 100
SHOWN: Final = (
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


@dataclass(frozen=True, slots=True)
class Jump:
    """An alarm in words."""

    text: str
    team: str


@dataclass(frozen=True, slots=True)
class View:
    """Everything the template shows; `sent` is the query that asks the API for the same."""

    asked: Asked
    as_of: str
    zone: str
    teams: tuple[str, ...]
    categories: tuple[str, ...]
    jumps: tuple[Jump, ...]
    tiles: tuple[Tile, ...]
    charts: tuple[Chart, ...]
    rows: tuple[Row, ...]
    team_rows: tuple[Row, ...]
    late: int
    stages: tuple[Stage, ...]
    category_rows: tuple[Category, ...]
    causes: tuple[Cause, ...]
    vital: int
    bars: tuple[Bar, ...]
    is_empty: bool = False


NOTHING_YET: Final = View(
    Asked(), "", "", (), (), (), (), (), (), (), 0, (), (), (), 0, (), is_empty=True
)
"""Before any ticket has arrived."""


def asked_of(visit: Visit) -> Asked:
    """What the address asks for; what it says wrongly is as if it were not said."""
    by, days = visit.asked("by"), visit.asked("days")
    return Asked(
        by=cast("By", by) if by in get_args(By) else "day",
        days=int(days) if days in {str(period) for period in PERIODS} else 28,
        team=visit.asked("team"),
        category=visit.asked("category"),
    )


def view_of(pulse: Pulse, language: Language) -> View:
    """What the page says of a pulse."""
    told = pulse.causes
    return View(
        asked=pulse.asked,
        as_of=f"{pulse.now:%m-%d %H:%M}",
        zone=pulse.zone,
        teams=pulse.teams,
        categories=pulse.categories,
        jumps=tuple(_jump(alarm, language) for alarm in pulse.alarms),
        tiles=_tiles(pulse),
        charts=_charts(pulse, language),
        rows=_rows(pulse),
        team_rows=_team_rows(pulse),
        late=told.late,
        stages=told.stages,
        category_rows=told.categories[:ROWS_SHOWN],
        causes=told.cells[:ROWS_SHOWN],
        vital=sum(cell.vital for cell in told.cells),
        bars=_bars(told.cells, language),
    )


def _jump(alarm: Alarm, language: Language) -> Jump:
    told = words("pulse", language)
    kind = "share" if alarm.figure == "timeout_share" else "hours"
    text = told["jumped" if alarm.before else "appeared"].format(
        team=alarm.team or told["whole_desk"],
        figure=name_of(alarm.figure, language),
        rise=round(100 * alarm.rise) if alarm.before else "",
        before=_written(alarm.before, kind),
        now=_written(alarm.now, kind),
        tickets=alarm.tickets,
    )
    return Jump(text, alarm.team or "")


def _tiles(pulse: Pulse) -> tuple[Tile, ...]:
    now = pulse.figures(pulse.span.whole)
    before = None if pulse.earlier is None else pulse.figures(pulse.earlier.whole)
    return tuple(
        Tile(
            word,
            _written(getattr(now, figure)[0, 0], kind),
            "" if before is None else _written(getattr(before, figure)[0, 0], kind),
        )
        for word, figure, kind in SHOWN
    )


def _charts(pulse: Pulse, language: Language) -> tuple[Chart, ...]:
    told = words("pulse", language)
    now = pulse.figures(pulse.span)
    before = None if pulse.earlier is None else pulse.figures(pulse.earlier)
    starts = [_day(pulse, edge) for edge in pulse.span.edges[:-1].tolist()]
    step = -(-len(starts) // 7)
    ticks = tuple((float(n), f"{starts[n]:%m-%d}") for n in range(0, len(starts), step))
    charts = []
    for word, figure, kind in CHARTED:
        own = Series(told["this_period"], _points(getattr(now, figure)[0]), dots=len(starts) < 3)
        earlier = () if before is None else _points(getattr(before, figure)[0])
        faint = (Series(told["period_before"], earlier, "faint"),) if earlier else ()
        series = (own, *faint) if own.points else ()
        charts.append(Chart(word, series, ticks, kind == "share"))
    return tuple(charts)


def _points(values: Floats) -> tuple[tuple[float, float], ...]:
    """The points that are there."""
    return tuple((float(n), float(v)) for n, v in enumerate(values.tolist()) if not isnan(v))


def _rows(pulse: Pulse) -> tuple[Row, ...]:
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


def _team_rows(pulse: Pulse) -> tuple[Row, ...]:
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
    columns: tuple[tuple[str, str], ...] = (
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
    return tuple(_written(getattr(found, name)[group, place], kind) for name, kind in columns)


def _bars(cells: tuple[Cause, ...], language: Language) -> tuple[Bar, ...]:
    """The largest cells by their number in the table, and one bar for all the others."""
    first = [Bar(str(n + 1), c.late, "a" if c.vital else "faint") for n, c in enumerate(cells)]
    rest = sum(bar.value for bar in first[BARS_SHOWN:])
    others = (Bar(words("pulse", language)["others"], rest, "faint"),) if rest else ()
    return (*first[:BARS_SHOWN], *others)


def _day(pulse: Pulse, edge: int) -> datetime:
    return moment_of(edge).astimezone(pulse.now.tzinfo)


def _written(value: Any, kind: str) -> str:  # noqa: ANN401 - a number of numpy or of Python
    """A figure as people read it.

    >>> _written(1234, "count"), _written(0.372, "share"), _written(float("nan"), "hours")
    ('1,234', '37.2 %', '–')
    """
    if kind == "count":
        return f"{int(value):,}"
    if isnan(value):
        return "–"
    return f"{100 * value:.1f} %" if kind == "share" else f"{value:,.1f} h"

"""The pulse: the desk's figures by day and week, what jumped, and the vital few causes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast, get_args

from features.words import Language
from serving.console.charts import Bar
from serving.console.clock import day_and_time
from serving.console.pulse_figures import (
    Chart,
    Kind,
    Row,
    Tile,
    charts,
    rows,
    team_rows,
    tiles,
    written,
)
from serving.console.visit import Visit
from serving.console.words import words
from serving.names import name_of
from serving.pulse.alarms import Alarm
from serving.pulse.calendar import By
from serving.pulse.causes import Category, Cause, Stage
from serving.pulse.pulse import Asked, Pulse

PERIODS: Final = (7, 28, 90)
BARS_SHOWN: Final = 12
ROWS_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Jump:
    """An alarm in words."""

    text: str
    team: str


@dataclass(frozen=True, slots=True)
class View:
    """Everything the template shows."""

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
        as_of=day_and_time(pulse.now),
        zone=pulse.zone,
        teams=pulse.teams,
        categories=pulse.categories,
        jumps=tuple(_jump(alarm, language) for alarm in pulse.alarms),
        tiles=tiles(pulse),
        charts=charts(pulse, language),
        rows=rows(pulse),
        team_rows=team_rows(pulse),
        late=told.late,
        stages=told.stages,
        category_rows=told.categories[:ROWS_SHOWN],
        causes=told.cells[:ROWS_SHOWN],
        vital=sum(cell.vital for cell in told.cells),
        bars=_bars(told.cells, language),
    )


def _jump(alarm: Alarm, language: Language) -> Jump:
    told = words("pulse", language)
    kind: Kind = "share" if alarm.figure == "timeout_share" else "hours"
    text = told["jumped" if alarm.before else "appeared"].format(
        team=alarm.team or told["whole_desk"],
        figure=name_of(alarm.figure, language),
        rise=round(100 * alarm.rise) if alarm.before else "",
        before=written(alarm.before, kind),
        now=written(alarm.now, kind),
        tickets=alarm.tickets,
    )
    return Jump(text, alarm.team or "")


def _bars(cells: tuple[Cause, ...], language: Language) -> tuple[Bar, ...]:
    """The largest cells by their number in the table, and one bar for all the others."""
    first = [Bar(str(n + 1), c.late, "a" if c.vital else "faint") for n, c in enumerate(cells)]
    rest = sum(bar.value for bar in first[BARS_SHOWN:])
    others = (Bar(words("pulse", language)["others"], rest, "faint"),) if rest else ()
    return (*first[:BARS_SHOWN], *others)

"""The floor: what the manager sees of the last decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from features.words import Language
from serving.console.asked import ROWS_SHOWN, Asked
from serving.console.board import Board
from serving.console.choices import Moving, moving_of
from serving.console.heat import Heat
from serving.console.plan import Json, Plan
from serving.console.record import Todo, todo_of
from serving.console.rows import Row, row_of
from serving.console.teams import Group, Shift
from serving.console.trend import Trend, trend_of
from serving.decisions.earlier import Day
from serving.decisions.override_log import Override
from serving.names import name_of

LEFT_SHOWN: Final = 30
"""Tickets that nobody has, and rejected ones, that are listed apart; the table has the others."""
ACTIONS_SHOWN: Final = 200
"""Actions that are listed, those that save most; each stands on its ticket's page, too."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A ticket or an agent that made no sense: why, and where it stands in what was sent."""

    name: str
    why: str
    pointer: str


@dataclass(frozen=True, slots=True)
class Left:
    """What has no place: tickets of nobody, the most pressing first, and what was refused.

    Both are cut at `LEFT_SHOWN`; `all_unplaced` and `all_refused` count all of them.
    """

    unplaced: tuple[Row, ...]
    all_unplaced: int
    refused: tuple[Refused, ...]
    all_refused: int


@dataclass(frozen=True, slots=True)
class Table:
    """The tickets `asked` for: `rows` of one page, from the ticket `first` (from 1) of `all_rows`.

    `asked.page` is the page that is shown, of `pages`.
    """

    asked: Asked
    rows: tuple[Row, ...]
    first: int
    all_rows: int
    pages: int


@dataclass(frozen=True, slots=True)
class View:
    """Everything the template shows; `now` is the moment (seconds) that countdowns start from.

    `alerts` counts the tickets of each; `actions` are shown of `all_actions`.
    """

    refresh_id: str
    as_of: str
    now: float
    policy: str
    model: str
    degraded: tuple[str, ...]
    summary: dict[str, Any]
    kept: int
    trend: Trend
    alerts: Mapping[str, int]
    heat: Heat
    teams: tuple[Group[str], ...]
    shifts: tuple[Group[Shift], ...]
    left: Left
    actions: tuple[Todo, ...]
    all_actions: int
    table: Table
    moving: Moving


def view_of(
    board: Board,
    language: Language,
    now: datetime,
    asked: Asked = Asked(),  # noqa: B008 - frozen
    day: Day = Day(),  # noqa: B008 - frozen
    choices: Iterable[Override] = (),
) -> View:
    """What the page says of a decision, of the tickets asked for, against the day before.

    `choices` are those of people that hold.
    """
    plan, answer = board.plan, board.plan.answer
    return View(
        refresh_id=plan.refresh_id,
        as_of=plan.moment,
        now=plan.now(now).timestamp(),
        policy=_version(answer["policy"]),
        model=_version(answer["model"]),
        degraded=tuple(name_of(stage, language) for stage in answer["degraded"]),
        summary=answer["summary"],
        kept=board.kept,
        trend=trend_of(answer["summary"], plan.as_of, day),
        alerts=board.alerts,
        heat=board.heat,
        teams=board.teams,
        shifts=board.shifts,
        left=_left(board, language),
        actions=tuple(todo_of(each, language) for each in board.actions[:ACTIONS_SHOWN]),
        all_actions=len(board.actions),
        table=table_of(board, asked, language),
        moving=moving_of(plan, choices, language),
    )


def table_of(board: Board, asked: Asked, language: Language) -> Table:
    """A page of the tickets asked for; nothing is made of those that are not on it."""
    found = board.index.find(asked)
    pages = max(-(-len(found) // ROWS_SHOWN), 1)
    page = min(asked.page, pages)
    first = (page - 1) * ROWS_SHOWN
    ids = [board.index.ids[at] for at in found[first : first + ROWS_SHOWN].tolist()]
    rows = _rows(board.plan, ids, language)
    return Table(replace(asked, page=page), rows, first + 1, len(found), pages)


def _rows(plan: Plan, ids: Iterable[str], language: Language) -> tuple[Row, ...]:
    return tuple(row_of(plan.records[each], plan.tickets[each], language) for each in ids)


def _left(board: Board, language: Language) -> Left:
    answer = board.plan.answer
    faults = [
        *((each["ticket_id"], each) for each in answer["rejected"]),
        *((each["agent_id"], each) for each in answer.get("agent_faults", ())),
    ]
    return Left(
        _rows(board.plan, board.unplaced[:LEFT_SHOWN], language),
        len(board.unplaced),
        tuple(
            Refused(name, name_of(fault["code"], language), fault["pointer"])
            for name, fault in faults[:LEFT_SHOWN]
        ),
        len(faults),
    )


def _version(v: Json) -> str:
    return f"{v['name']} v{v['version']}"

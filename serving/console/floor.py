"""The floor: what the manager sees of the last decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from features.words import Language
from serving.console.choices import Moving, moving_of
from serving.console.heat import Heat, heat_of
from serving.console.plan import Json, Plan
from serving.console.rows import Asked, Row, fitting, row_of
from serving.console.standing import ALERTS, Standing
from serving.console.teams import Group, Shift, by_shift, by_team
from serving.console.trend import Trend, trend_of
from serving.decisions.earlier import Day
from serving.decisions.override_log import Override
from serving.names import called, name_of

LEFT_SHOWN: Final = 30
"""Tickets that nobody has, and rejected ones, that are listed apart; the table has the others."""


@dataclass(frozen=True, slots=True)
class ActionRow:
    """What to do for a ticket, in words."""

    action: str
    name: str
    ticket_id: str
    about: str
    reason: str


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
class View:
    """Everything the template shows; `now` is the moment (seconds) that countdowns start from.

    `rows` are shown of `all_rows` that fit what was `asked`; `alerts` counts the tickets of each.
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
    actions: tuple[ActionRow, ...]
    asked: Asked
    rows: tuple[Row, ...]
    all_rows: int
    moving: Moving


def view_of(
    plan: Plan,
    language: Language,
    now: datetime,
    asked: Asked = Asked(),  # noqa: B008 - frozen
    day: Day = Day(),  # noqa: B008 - frozen
    choices: Iterable[Override] = (),
) -> View:
    """What the page says of a decision, of the tickets asked for, against the day before.

    `choices` are those of people that hold.
    """
    answer, standing = plan.answer, Standing.of(plan)
    chosen = fitting(plan, asked)
    shown = chosen[: asked.limit]
    alerts = Counter(record["alert"] for record in plan.records.values())
    return View(
        refresh_id=plan.refresh_id,
        as_of=plan.moment,
        now=plan.now(now).timestamp(),
        policy=_version(answer["policy"]),
        model=_version(answer["model"]),
        degraded=tuple(name_of(stage, language) for stage in answer["degraded"]),
        summary=answer["summary"],
        kept=sum(a["action"] in ("keep", "hold") for a in answer["assignments"]),
        trend=trend_of(answer["summary"], plan.as_of, day),
        alerts={alert: alerts[alert] for alert in ALERTS},
        heat=heat_of(standing),
        teams=by_team(standing),
        shifts=by_shift(standing),
        left=_left(plan, language),
        actions=tuple(_action(a, language) for a in sorted(answer["actions"], key=_most_saved)),
        asked=asked,
        rows=tuple(row_of(r, plan.tickets[r["ticket_id"]], language) for r in shown),
        all_rows=len(chosen),
        moving=moving_of(plan, choices, language),
    )


def _left(plan: Plan, language: Language) -> Left:
    ids = {each["ticket_id"] for each in plan.answer["unassigned"]}
    unplaced = [r for r in fitting(plan, Asked()) if r["ticket_id"] in ids]
    faults = [
        *((each["ticket_id"], each) for each in plan.answer["rejected"]),
        *((each["agent_id"], each) for each in plan.answer.get("agent_faults", ())),
    ]
    return Left(
        tuple(row_of(r, plan.tickets[r["ticket_id"]], language) for r in unplaced[:LEFT_SHOWN]),
        len(unplaced),
        tuple(
            Refused(name, name_of(fault["code"], language), fault["pointer"])
            for name, fault in faults[:LEFT_SHOWN]
        ),
        len(faults),
    )


def _most_saved(action: Json) -> float:
    return -(action.get("saves") or 0.0)


def _action(a: Json, language: Language) -> ActionRow:
    return ActionRow(
        action=a["action"],
        name=name_of(a["action"], language),
        ticket_id=a["ticket_id"],
        about=called(a.get("party") or a.get("to") or "", language),
        reason=a["reason_zh" if language == "zh" else "reason"],
    )


def _version(v: Json) -> str:
    return f"{v['name']} v{v['version']}"

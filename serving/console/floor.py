"""The floor: what the manager sees of the last decision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from serving.console.choices import Moving, moving_of
from serving.console.plan import Plan
from serving.decisions.override_log import Override
from serving.names import Language, name_of

ROWS_SHOWN = 200
REASONS_SHOWN = 3
QUEUE_SHOWN = 12
_SEVERITY = {"red": 0, "warn": 1, "watch": 2, "none": 3}
_NOTHING_TOLD: dict[str, Any] = {"terms": [], "runner_up": None}


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket: `due` is seconds since 1970 or None, risks are whole per cent.

    `costs` are the terms of the choice, `second` is who came second and why not first.
    """

    ticket_id: str
    category: str
    alert: str
    action: str
    agent_id: str | None
    previous: str | None
    risk: int
    risk_if_kept: int
    due: float | None
    closes: str
    tier: int
    reasons: tuple[str, ...]
    costs: tuple[str, ...]
    second: str
    blocked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Queue:
    """An agent's tickets in the order to work them: (ticket, alert)."""

    agent_id: str
    team: str
    capacity: int | None
    tickets: tuple[tuple[str, str], ...]
    more: int


@dataclass(frozen=True, slots=True)
class ActionRow:
    """What to do for a ticket, in words."""

    action: str
    name: str
    ticket_id: str
    about: str
    reason: str


@dataclass(frozen=True, slots=True)
class View:
    """Everything the template shows; `now` is the moment (seconds) that countdowns start from."""

    refresh_id: str
    as_of: str
    now: float
    agent: str | None
    policy: str
    model: str
    degraded: tuple[str, ...]
    summary: dict[str, Any]
    kept: int
    rows: tuple[Row, ...]
    all_rows: int
    queues: tuple[Queue, ...]
    actions: tuple[ActionRow, ...]
    rejected: tuple[tuple[str, str, str], ...]
    moving: Moving


def view_of(
    plan: Plan,
    language: Language,
    now: datetime,
    agent: str | None = None,
    limit: int | None = ROWS_SHOWN,
    standing: Iterable[Override] = (),
) -> View:
    """What the page says of a decision; `agent` keeps that agent's tickets, None all of them.

    `standing` are the choices of people that hold.
    """
    answer = plan.answer
    rows = sorted(_rows(plan, language), key=_most_pressing)
    alerts = {row.ticket_id: row.alert for row in rows}
    chosen = [row for row in rows if agent is None or row.agent_id == agent]
    return View(
        refresh_id=plan.refresh_id,
        as_of=plan.as_of.isoformat(" ", "seconds"),
        now=plan.now(now).timestamp(),
        agent=agent,
        policy=_version(answer["policy"]),
        model=_version(answer["model"]),
        degraded=tuple(name_of(stage, language) for stage in answer["degraded"]),
        summary=answer["summary"],
        kept=sum(a["action"] in ("keep", "hold") for a in answer["assignments"]),
        rows=tuple(chosen[:limit]),
        all_rows=len(chosen),
        queues=tuple(_queues(plan, alerts, agent)),
        actions=tuple(_action(a, language) for a in answer["actions"]),
        rejected=tuple(
            (r["ticket_id"], name_of(r["code"], language), r["pointer"]) for r in answer["rejected"]
        ),
        moving=moving_of(plan, standing, language),
    )


def _most_pressing(row: Row) -> tuple[int, int, str]:
    return _SEVERITY[row.alert], -row.risk, row.ticket_id


def _rows(plan: Plan, language: Language) -> Iterator[Row]:
    text = "text_zh" if language == "zh" else "text"
    for a in plan.records.values():
        ticket = plan.tickets[a["ticket_id"]]
        due, why = ticket.get("due_at"), a.get("why") or _NOTHING_TOLD
        yield Row(
            ticket_id=a["ticket_id"],
            category=ticket["category"],
            alert=a["alert"],
            action=a.get("action", "unassigned"),
            agent_id=a.get("agent_id"),
            previous=a["previous_agent_id"],
            risk=round(100 * a["risk"]["timeout"]),
            risk_if_kept=round(100 * a["risk"]["timeout_if_kept"]),
            due=None if due is None else datetime.fromisoformat(due).timestamp(),
            closes=datetime.fromisoformat(a["eta"]["p50"]).strftime("%m-%d %H:%M"),
            tier=a["tier"],
            reasons=tuple(r[text] for r in a["reasons"][:REASONS_SHOWN]),
            costs=tuple(f"{t[text]} = {t['amount']:.2f}" for t in why["terms"]),
            second=(why["runner_up"] or {text: ""})[text],
            blocked=tuple(
                f"{name_of(rule, language)} {count}" for rule, count in a.get("blocked", {}).items()
            ),
        )


def _queues(plan: Plan, alerts: dict[str, str], agent: str | None) -> Iterator[Queue]:
    for agent_id, queue in plan.answer["queues"].items():
        if agent in (None, agent_id):
            known = plan.agents.get(agent_id, {})
            shown = queue if agent else queue[:QUEUE_SHOWN]
            yield Queue(
                agent_id=agent_id,
                team=known.get("team") or "",
                capacity=known.get("capacity"),
                tickets=tuple((t, alerts.get(t, "none")) for t in shown),
                more=len(queue) - len(shown),
            )


def _action(a: dict[str, Any], language: Language) -> ActionRow:
    return ActionRow(
        action=a["action"],
        name=name_of(a["action"], language),
        ticket_id=a["ticket_id"],
        about=a.get("party") or a.get("to") or "",
        reason=a["reason_zh" if language == "zh" else "reason"],
    )


def _version(v: dict[str, Any]) -> str:
    return f"{v['name']} v{v['version']}"

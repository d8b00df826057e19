"""The page of the last refresh: a logged decision turned into what a person reads.

Works on the logged JSON, so every worker shows the same page whoever made the decision.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from serving.decisions.log import Logged
from serving.page_words import Language, name_of, words

ROWS_SHOWN = 200
REASONS_SHOWN = 3
QUEUE_SHOWN = 12
_SEVERITY = {"red": 0, "warn": 1, "watch": 2, "none": 3}
_NOTHING_TOLD: dict[str, Any] = {"terms": [], "runner_up": None}
_HERE = Path(__file__).parent


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


def view_of(
    logged: Logged,
    language: Language,
    now: datetime,
    agent: str | None = None,
    limit: int | None = ROWS_SHOWN,
) -> View:
    """What the page says of a decision; `agent` keeps that agent's tickets, None all of them.

    Countdowns run from `as_of` plus the time since the decision was made, so a desk that lives
    in another time (a simulated one) counts in its own.
    """
    request, answer = orjson.loads(logged.request), orjson.loads(logged.answer)
    as_of = datetime.fromisoformat(answer["as_of"])
    rows = sorted(_rows(request, answer, language), key=_most_pressing)
    alerts = {row.ticket_id: row.alert for row in rows}
    chosen = [row for row in rows if agent is None or row.agent_id == agent]
    return View(
        refresh_id=answer["refresh_id"],
        as_of=as_of.isoformat(" ", "seconds"),
        now=(as_of + (now - logged.created_at)).timestamp(),
        policy=_version(answer["policy"]),
        model=_version(answer["model"]),
        degraded=tuple(name_of(stage, language) for stage in answer["degraded"]),
        summary=answer["summary"],
        kept=sum(a["action"] in ("keep", "hold") for a in answer["assignments"]),
        rows=tuple(chosen[:limit]),
        all_rows=len(chosen),
        queues=tuple(_queues(request, answer, alerts, agent)),
        actions=tuple(_action(a, language) for a in answer["actions"]),
        rejected=tuple(
            (r["ticket_id"], name_of(r["code"], language), r["pointer"]) for r in answer["rejected"]
        ),
    )


def _most_pressing(row: Row) -> tuple[int, int, str]:
    return _SEVERITY[row.alert], -row.risk, row.ticket_id


def _rows(request: dict[str, Any], answer: dict[str, Any], language: Language) -> Iterator[Row]:
    # Of two tickets with one id the first was planned, the second rejected.
    tickets = {t["ticket_id"]: t for t in reversed(request["tickets"])}
    text = "text_zh" if language == "zh" else "text"
    for a in (*answer["assignments"], *answer["unassigned"]):
        ticket = tickets[a["ticket_id"]]
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


def _queues(
    request: dict[str, Any], answer: dict[str, Any], alerts: dict[str, str], agent: str | None
) -> Iterator[Queue]:
    agents = {a["agent_id"]: a for a in request.get("agents") or ()}
    for agent_id, queue in answer["queues"].items():
        if agent in (None, agent_id):
            known = agents.get(agent_id, {})
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


class Pages:
    """The templates, rendered."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["countdown"] = countdown
        self._templates.globals["name_of"] = name_of

    def last_refresh(
        self, view: View | None, language: Language, agent: str | None, *, broken: bool
    ) -> str:
        """The page; without a view, why there is none."""
        return self._templates.get_template("page.html").render(
            view=view, language=language, words=words(language), agent=agent, broken=broken
        )

    def docs(self, document: dict[str, Any]) -> str:
        """The OpenAPI document, readable without a script from elsewhere."""
        return self._templates.get_template("docs.html").render(document=document, pretty=_pretty)


def countdown(seconds: float) -> str:
    """Time left, or minus and the time past it; the page's script writes it the same way.

    >>> countdown(7265), countdown(-59), countdown(200000)
    ('2:01:05', '−0:00:59', '55:33:20')
    """
    whole = int(abs(seconds))
    sign = "−" if seconds < 0 else ""
    return f"{sign}{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def _pretty(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()

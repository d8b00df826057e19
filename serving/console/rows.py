"""The floor's ticket table: which tickets were asked for, and what a row says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Self

from features.words import Language
from serving.console.plan import Json, Plan
from serving.console.record import (
    clock_of,
    costs_of,
    percent,
    reasons_of,
    second_of,
    seconds_of,
)
from serving.console.standing import ALERTS
from serving.console.visit import Visit
from serving.names import name_of

ROWS_SHOWN: Final = 200
MOST_ROWS: Final = 2_000
"""Rows of a table that was asked for whole: a longer one is for nobody to read, and slow."""
NOBODY: Final = "-"
"""Stands for the team of tickets that nobody has."""
_SEARCHED: Final = ("ticket_id", "category", "subcategory", "region")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: empty is any; `text` is looked for in ids and categories.

    `is_all` shows the first `MOST_ROWS` that fit, not only `ROWS_SHOWN`.
    """

    team: str = ""
    alert: str = ""
    agent: str = ""
    text: str = ""
    is_all: bool = False

    @classmethod
    def of(cls, visit: Visit) -> Self:
        """What the parameters `team`, `alert`, `agent`, `q` and `rows=all` say."""
        team, alert, agent, text = (
            visit.asked(name).strip() for name in ("team", "alert", "agent", "q")
        )
        return cls(team, alert, agent, text, is_all=visit.asked("rows") == "all")

    @property
    def limit(self) -> int:
        """How many rows are shown at most."""
        return MOST_ROWS if self.is_all else ROWS_SHOWN

    @property
    def is_narrow(self) -> bool:
        """Whether some tickets are left out."""
        return bool(self.team or self.alert or self.agent or self.text)

    def fits(self, record: Json, ticket: Json, team: str) -> bool:
        """Whether a ticket is asked for; `team` is that of who has it."""
        agent = record.get("agent_id") or ""
        text = self.text.casefold()
        return (
            self.alert in ("", record["alert"])
            and self.agent in ("", agent)
            and self.team in ("", team)
            and (not text or any(text in word.casefold() for word in _searched(ticket, agent)))
        )


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket: `due` is seconds since 1970 or None, risks are whole per cent.

    `costs` are the terms of the choice, `second` is who came second and why not first; `blocked`
    is how many agents each rule ruled out, `code` why nobody has it.
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
    code: str
    blocked: tuple[str, ...]

    @property
    def has_more(self) -> bool:
        """Whether there is more to tell than fits a line."""
        return bool(self.costs or self.second or self.blocked or len(self.reasons) > 1)


def fitting(plan: Plan, asked: Asked) -> list[Json]:
    """The records asked for, the most pressing first."""
    teams = {agent_id: agent.get("team") or "" for agent_id, agent in plan.agents.items()}
    teams[""] = NOBODY
    found = [
        record
        for ticket_id, record in plan.records.items()
        if asked.fits(
            record, plan.tickets[ticket_id], teams.get(record.get("agent_id") or "", NOBODY)
        )
    ]
    return sorted(found, key=_most_pressing)


def row_of(record: Json, ticket: Json, language: Language) -> Row:
    """A record of the answer as a row."""
    return Row(
        ticket_id=record["ticket_id"],
        category=ticket["category"],
        alert=record["alert"],
        action=record.get("action", "unassigned"),
        agent_id=record.get("agent_id"),
        previous=record["previous_agent_id"],
        risk=percent(record["risk"]["timeout"]),
        risk_if_kept=percent(record["risk"]["timeout_if_kept"]),
        due=seconds_of(ticket.get("due_at")),
        closes=clock_of(record["eta"]["p50"]),
        tier=record["tier"],
        reasons=reasons_of(record, language),
        costs=costs_of(record, language),
        second=second_of(record, language),
        code=name_of(record["code"], language) if "code" in record else "",
        blocked=tuple(ruled_out(record.get("blocked", {}), language)),
    )


def ruled_out(blocked: Mapping[str, int], language: Language) -> Iterator[str]:
    """How many agents each rule ruled out, in words, most of them first.

    >>> list(ruled_out({"at_capacity": 3, "off_shift": 12}, "en"))
    ['off shift 12', 'at capacity 3']
    """
    for rule, count in sorted(blocked.items(), key=lambda pair: -pair[1]):
        yield f"{name_of(rule, language)} {count}"


def _searched(ticket: Json, agent: str) -> Iterator[str]:
    yield agent
    for name in _SEARCHED:
        yield ticket.get(name) or ""


def _most_pressing(record: Json) -> tuple[int, float, str]:
    return ALERTS.index(record["alert"]), -record["risk"]["timeout"], record["ticket_id"]

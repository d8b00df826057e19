"""What a row of the floor's ticket table says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from features.words import Language
from serving.console.plan import Json
from serving.console.record import (
    clock_of,
    costs_of,
    percent,
    reasons_of,
    second_of,
    seconds_of,
)
from serving.names import name_of


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

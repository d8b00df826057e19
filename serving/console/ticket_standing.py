"""What the last plan says of one ticket, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp
from typing import Final

from features.words import Language
from serving.console.plan import Json, Plan
from serving.console.record import Todo, clock_of, percent, second_of, text_in, todo_of, why_of
from serving.names import name_of

DIMENSIONS: Final = ("value", "urgency", "skill", "load")
_STRONG: Final = 4.0
"""A push in log-odds that fills its bar: the odds times 55."""
_NOBODY: Final[Json] = {}


@dataclass(frozen=True, slots=True)
class Push:
    """What pushes the risk up or down.

    `wide` is its part of a bar in [0, 100], `times` what it multiplies the odds by, in words.
    """

    text: str
    raises: bool
    wide: float
    times: str


@dataclass(frozen=True, slots=True)
class Cost:
    """A term of what the choice costs, in price units; `wide` as in `Push`."""

    text: str
    amount: str
    wide: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent who may take the ticket: per cent but for `held` and `capacity`, tickets."""

    agent_id: str
    chosen: bool
    owner: bool
    score: str
    scores: tuple[tuple[str, int], ...]
    risk: int
    held: int
    capacity: int | None
    team: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What the last plan says of the ticket; risks are whole per cent."""

    action: str
    alert: str
    agent_id: str | None
    previous: str | None
    risk: int
    risk_if_kept: int
    escalation: int
    eta: tuple[str, str]
    tier: int
    pushes: tuple[Push, ...]
    costs: tuple[Cost, ...]
    second: str
    candidates: tuple[Candidate, ...]
    blocked: tuple[tuple[str, int], ...]
    actions: tuple[Todo, ...]


def standing_of(plan: Plan, record: Json, language: Language) -> Standing:
    """What the plan's record of a ticket says, for people."""
    text, why = text_in(language), why_of(record)
    dearest = max((abs(t["amount"]) for t in why["terms"]), default=1.0) or 1.0
    return Standing(
        action=record.get("action", "unassigned"),
        alert=record["alert"],
        agent_id=record.get("agent_id"),
        previous=record["previous_agent_id"],
        risk=percent(record["risk"]["timeout"]),
        risk_if_kept=percent(record["risk"]["timeout_if_kept"]),
        escalation=percent(record["risk"]["escalation"]),
        eta=(clock_of(record["eta"]["p50"]), clock_of(record["eta"]["p90"])),
        tier=record["tier"],
        pushes=tuple(_push(reason[text], reason["effect"]) for reason in record["reasons"]),
        costs=tuple(
            Cost(t[text], f"{t['amount']:.3f}", 100 * abs(t["amount"]) / dearest)
            for t in why["terms"]
        ),
        second=second_of(record, language),
        candidates=tuple(_candidates(plan, record)),
        blocked=tuple(
            (name_of(rule, language), count) for rule, count in record.get("blocked", {}).items()
        ),
        actions=tuple(
            todo_of(each, language)
            for each in plan.answer["actions"]
            if each["ticket_id"] == record["ticket_id"]
        ),
    )


def _push(text: str, effect: float) -> Push:
    """A reason with its effect on the log-odds.

    >>> _push("category: quality", 0.6931), _push("team", -9.0).times
    (Push(text='category: quality', raises=True, wide=17.3275, times='× 2.0'), '÷ >99')
    """
    times = exp(min(abs(effect), 20.0))
    said = f"{times:.1f}" if times < 99 else ">99"
    wide = min(100 * abs(effect) / _STRONG, 100.0)
    return Push(text, effect > 0, wide, f"{'×' if effect > 0 else '÷'} {said}")


def _candidates(plan: Plan, record: Json) -> Iterator[Candidate]:
    for each in record.get("candidates", ()):
        agent_id = each["agent_id"]
        agent = plan.agents.get(agent_id, _NOBODY)
        yield Candidate(
            agent_id=agent_id,
            chosen=agent_id == record.get("agent_id"),
            owner=agent_id == record["previous_agent_id"],
            score=f"{each['score']:.2f}",
            scores=tuple((name, percent(each["scores"][name])) for name in DIMENSIONS),
            risk=percent(each["risk"]["timeout"]),
            held=len(plan.answer["queues"].get(agent_id, ())),
            capacity=agent.get("capacity"),
            team=agent.get("team") or "",
        )

"""What people chose against the plan, and whom a ticket can be moved to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from features.words import Language
from model.rules import RULES
from serving.console.clock import day_and_time
from serving.console.plan import Plan
from serving.decisions.override_log import Override
from serving.names import name_of


@dataclass(frozen=True, slots=True)
class Choice:
    """A standing override: `made` is the desk's own time; `waits` for the next refresh.

    One `handed_back` gives the ticket to anybody but `previous`.
    """

    override_id: str
    ticket_id: str
    agent_id: str | None
    previous: str | None
    who: str
    reason: str
    made: str
    pinned: bool
    waits: bool
    handed_back: bool


@dataclass(frozen=True, slots=True)
class Person:
    """An agent who may be chosen: what the plan gives them, and how many they can hold."""

    agent_id: str
    team: str
    open: int
    capacity: int | None


@dataclass(frozen=True, slots=True)
class Moving:
    """The choices that stand, whom to choose, and the hard rules by code in words."""

    choices: tuple[Choice, ...]
    people: tuple[Person, ...]
    rules: tuple[tuple[str, str], ...]


def moving_of(plan: Plan, standing: Iterable[Override], language: Language) -> Moving:
    """What the floor says of moves by hand, the latest choice first."""
    choices = sorted(standing, key=lambda one: one.created_at, reverse=True)
    codes = (*dict(RULES), "at_capacity")
    return Moving(
        choices=tuple(_choice(plan, one) for one in choices),
        people=tuple(_person(plan, agent_id) for agent_id in sorted(plan.agents)),
        rules=tuple((code, name_of(code, language)) for code in codes),
    )


def _choice(plan: Plan, one: Override) -> Choice:
    return Choice(
        override_id=one.override_id,
        ticket_id=one.ticket_id,
        agent_id=one.agent_id,
        previous=one.previous_agent_id,
        who=one.who,
        reason=one.reason,
        made=day_and_time(one.at, plan.as_of.tzinfo),
        pinned=one.pinned,
        waits=one.created_at > plan.made_at,
        handed_back=one.handed_back,
    )


def _person(plan: Plan, agent_id: str) -> Person:
    agent = plan.agents[agent_id]
    queue = plan.answer["queues"].get(agent_id, ())
    return Person(agent_id, agent.get("team") or "", len(queue), agent.get("capacity"))

"""An agent's queue: what is theirs to work at, in which order, why, and what they handed back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from features.words import Language
from serving.console.plan import Json, Plan
from serving.console.record import (
    Todo,
    clock_of,
    costs_of,
    percent,
    reasons_of,
    second_of,
    seconds_of,
    todo_of,
)
from serving.decisions.hand_backs import may_end, may_hand_back
from serving.decisions.override_log import Override
from serving.principal import Principal

CARDS_SHOWN: Final = 60
STATES_TOLD: Final = (
    "paused", "waiting_customer", "internal_collaboration", "returned", "reopened",
)  # fmt: skip
"""States in which there is more to know of a ticket than that it is to be worked at."""


@dataclass(frozen=True, slots=True)
class Card:
    """A ticket of the queue: `place` counts from 1, `due` is seconds since 1970 or None.

    `span` are the seconds it was given in all, from its creation until it is due. `action` is
    what the plan did with it; `costs` are the terms of that choice, `second` who came second and
    why not first. `state` is empty where there is nothing more to know than that it is theirs.
    """

    place: int
    ticket_id: str
    category: str
    alert: str
    tier: int
    risk: int
    due: float | None
    span: float
    closes: str
    in_hand: bool
    state: str
    action: str
    previous: str | None
    level: str
    contacts: int
    reasons: tuple[str, ...]
    second: str
    costs: tuple[str, ...]
    todo: tuple[Todo, ...]


@dataclass(frozen=True, slots=True)
class Returned:
    """A ticket that the agent handed back, and where it is by now.

    It `waits` for the next refresh; after that `agent_id` has it, or nobody can.
    """

    override_id: str
    ticket_id: str
    reason: str
    waits: bool
    agent_id: str | None
    may_end: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """An agent to choose: open tickets in the queue, and how many of them are red."""

    agent_id: str
    team: str
    open: int
    red: int


@dataclass(frozen=True, slots=True)
class View:
    """Everything the template shows; without `agent`, `choices` are who can be looked at.

    `own` says that whoever looks is that agent, by their key; `sent` that the last refresh has
    them. `now` is the moment (seconds since 1970) that countdowns start from.
    """

    now: float
    as_of: str
    agent: str
    own: bool
    sent: bool
    capacity: int | None
    cards: tuple[Card, ...]
    all_cards: int
    returned: tuple[Returned, ...]
    may_hand_back: bool
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Looking:
    """Who looks at whose queue, when, in which language; `limit` bounds the cards, None does not.

    `agent` is empty where nobody was chosen yet.
    """

    who: Principal
    agent: str
    language: Language
    now: datetime
    limit: int | None = CARDS_SHOWN


def view_of(plan: Plan, looking: Looking, standing: Sequence[Override]) -> View:
    """The queue of an agent under a decision; `standing` are people's choices that hold."""
    agent = looking.agent
    returned = tuple(_returned(plan, looking, standing))
    gone = {each.ticket_id for each in returned}
    queue = [t for t in plan.answer["queues"].get(agent, ()) if t not in gone]
    return View(
        now=plan.now(looking.now).timestamp(),
        as_of=plan.moment,
        agent=agent,
        own=bool(agent) and looking.who.agent_id == agent,
        sent=agent in plan.agents,
        capacity=plan.agents.get(agent, {}).get("capacity"),
        cards=tuple(_cards(plan, looking, queue[: looking.limit])),
        all_cards=len(queue),
        returned=returned,
        may_hand_back=bool(agent) and may_hand_back(looking.who, agent),
        choices=() if agent else tuple(_choices(plan)),
    )


def _cards(plan: Plan, looking: Looking, queue: Sequence[str]) -> Iterator[Card]:
    working_on = plan.agents.get(looking.agent, {}).get("working_on")
    todo = _todo(plan.answer["actions"], frozenset(queue), looking.language)
    for place, ticket_id in enumerate(queue, 1):
        in_hand = working_on == ticket_id or plan.tickets[ticket_id]["state"] == "in_progress"
        yield _card(plan, ticket_id, place, looking.language, in_hand, tuple(todo[ticket_id]))


def _card(
    plan: Plan,
    ticket_id: str,
    place: int,
    language: Language,
    in_hand: bool,
    todo: tuple[Todo, ...],
) -> Card:
    ticket, record = plan.tickets[ticket_id], plan.records[ticket_id]
    due = seconds_of(ticket.get("due_at"))
    return Card(
        place=place,
        ticket_id=ticket_id,
        category=ticket["category"],
        alert=record["alert"],
        tier=record["tier"],
        risk=percent(record["risk"]["timeout"]),
        due=due,
        span=max((due or 0.0) - (seconds_of(ticket["created_at"]) or 0.0), 1.0),
        closes=clock_of(record["eta"]["p50"]),
        in_hand=in_hand,
        state=ticket["state"] if ticket["state"] in STATES_TOLD else "",
        action=record["action"],
        previous=record["previous_agent_id"],
        level=ticket.get("customer_level") or "",
        contacts=ticket.get("contacts_72h") or 0,
        reasons=reasons_of(record, language),
        second=second_of(record, language),
        costs=costs_of(record, language),
        todo=todo,
    )


def _todo(
    actions: Iterable[Json], queue: frozenset[str], language: Language
) -> dict[str, list[Todo]]:
    """What to do for each ticket of a queue."""
    found: dict[str, list[Todo]] = {ticket_id: [] for ticket_id in queue}
    for action in actions:
        if action["ticket_id"] in found:
            found[action["ticket_id"]].append(todo_of(action, language))
    return found


def _returned(plan: Plan, looking: Looking, standing: Sequence[Override]) -> Iterator[Returned]:
    for each in standing:
        if each.handed_back and each.previous_agent_id == looking.agent:
            record: Json = plan.records.get(each.ticket_id, {})
            yield Returned(
                each.override_id,
                each.ticket_id,
                each.reason,
                waits=each.refresh_id == plan.refresh_id,
                agent_id=record.get("agent_id"),
                may_end=may_end(looking.who, each),
            )


def _choices(plan: Plan) -> Iterator[Choice]:
    red = Counter(
        record.get("agent_id") for record in plan.records.values() if record["alert"] == "red"
    )
    queues: dict[str, Any] = plan.answer["queues"]
    for agent_id in sorted({*plan.agents, *queues}, key=_in_order):
        team = plan.agents.get(agent_id, {}).get("team") or ""
        yield Choice(agent_id, team, len(queues.get(agent_id, ())), red[agent_id])


def _in_order(agent_id: str) -> tuple[int, str]:
    """A9 before A10."""
    return len(agent_id), agent_id

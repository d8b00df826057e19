"""The next best action for tickets that no agent can move: chase, nudge, escalate.

A new action is one function that says which tickets are due for it and why, and one line of
`ACTIONS`; the budgets are kept here for all of them, the dearest expected loss first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

import numpy as np

from features.snapshot import Party, Snapshot, Ticket
from model.alert import LEVELS, RED
from model.columns import URGENT, Columns, Floats, Ints
from model.decision import NextAction
from model.policy_actions import Actions


@dataclass(frozen=True, slots=True)
class Situation:
    """The tickets with what the plan makes of them: arrays (n_t,); `agent` is -1 for nobody."""

    snapshot: Snapshot
    columns: Columns
    agent: Ints
    alert: Ints
    timeout: Floats
    loss: Floats


@dataclass(frozen=True, slots=True)
class Spent:
    """What was done before this refresh: today's counts by action, and what not to repeat.

    `recent` holds (action, ticket id). The caller keeps it; equal requests with equal `Spent`
    give equal answers.
    """

    today: Mapping[str, int] = field(default_factory=dict)
    recent: frozenset[tuple[str, str]] = frozenset()


class Budget(Protocol):
    """How many of an action there may be."""

    @property
    def per_refresh(self) -> int:
        """In one answer."""

    @property
    def per_day(self) -> int:
        """In one day, what `Spent` counts included."""


Due = Callable[[Situation, Actions, int], Iterator[NextAction]]


def next_actions(
    situation: Situation, actions: Actions, spent: Spent | None = None
) -> tuple[NextAction, ...]:
    """What is due and within budget, by action in the order of `ACTIONS`, then by loss."""
    done = spent or Spent()
    rows = np.argsort(-situation.loss, kind="stable").tolist()
    found: list[NextAction] = []
    for name, due, budget_of in ACTIONS:
        budget = budget_of(actions)
        left = min(budget.per_refresh, budget.per_day - done.today.get(name, 0))
        for action in (each for row in rows for each in due(situation, actions, row)):
            if left <= 0:
                break
            if (name, action.ticket_id) not in done.recent:
                found.append(action)
                left -= 1
    return tuple(found)


def _chase(situation: Situation, actions: Actions, row: int) -> Iterator[NextAction]:
    """A ticket that waits for its customer, long enough or at enough risk."""
    ticket, rule = situation.snapshot.tickets[row], actions.chase_customer
    if ticket.state != "waiting_customer":
        return
    risk, hours = float(situation.timeout[row]), _hours_since(situation, ticket.state_since)
    if (hours is None or hours < rule.after_hours) and risk < rule.risk:
        return
    since, since_zh = ("", "") if hours is None else (f" for {hours:.1f} h", f" {hours:.1f} 小时")
    yield NextAction(
        "chase_customer",
        ticket.ticket_id,
        f"waiting for the customer{since}; timeout risk {risk:.0%}",
        f"已等待客户{since_zh}；超时风险 {risk:.0%}",
    )


def _nudge(situation: Situation, actions: Actions, row: int) -> Iterator[NextAction]:
    """Each department that a ticket waits for: not asked yet, overdue, or due soon."""
    ticket, rule = situation.snapshot.tickets[row], actions.nudge_party
    if ticket.state != "internal_collaboration":
        return
    now = situation.snapshot.as_of
    for party in ticket.parties or ():
        if party.done_at is not None and party.done_at <= now:
            continue
        told = _delay(party, now, rule.answer_hours, rule.due_within_hours)
        if told is not None:
            name = party.party
            yield NextAction(
                "nudge_party",
                ticket.ticket_id,
                f"{name} {told[0]}",
                f"{name} {told[1]}",
                party=name,
            )


def _delay(party: Party, now: datetime, answer: float, soon: float) -> tuple[str, str] | None:
    """What to tell a department, in English and Chinese; None while it has time."""
    if party.requested_at is None or party.requested_at > now:
        # asked one after the other, departments take nearly twice as long as asked at once
        return "has not been asked yet: ask now, not after the others", "尚未发起：请立即并行发起"
    due = party.due_at or party.requested_at + timedelta(hours=answer)
    left = (due - now) / timedelta(hours=1)
    if left <= 0:
        return f"is overdue by {-left:.1f} h", f"已逾期 {-left:.1f} 小时"
    if left <= soon:
        return f"is due in {left * 60:.0f} min", f"将在 {left * 60:.0f} 分钟后到期"
    return None


def _escalate(situation: Situation, actions: Actions, row: int) -> Iterator[NextAction]:
    """An urgent ticket that nobody takes, or one whose alert calls for it."""
    ticket, rule = situation.snapshot.tickets[row], actions.escalate
    unplaced = bool(situation.columns.tier[row] == URGENT and situation.agent[row] < 0)
    if unplaced and rule.unplaced_urgent:
        why = ("urgent, and nobody may take it now", "紧急工单，目前无人可接")
    elif LEVELS[situation.alert[row]] in rule.alerts:
        why = _alarm(situation, ticket, row)
    else:
        return
    yield NextAction("escalate", ticket.ticket_id, why[0], why[1], to=rule.to)


def _alarm(situation: Situation, ticket: Ticket, row: int) -> tuple[str, str]:
    late = _hours_since(situation, ticket.due_at)
    if late is not None and late >= 0:
        return f"past its promised time by {late:.1f} h", f"已超过承诺时间 {late:.1f} 小时"
    risk, level = float(situation.timeout[row]), LEVELS[situation.alert[row]]
    return f"{level} alert: timeout risk {risk:.0%}", f"{_ZH[level]}预警：超时风险 {risk:.0%}"


def _hours_since(situation: Situation, moment: datetime | None) -> float | None:
    return None if moment is None else (situation.snapshot.as_of - moment) / timedelta(hours=1)


_ZH: Final = {"watch": "关注", "warn": "黄色", LEVELS[RED]: "红色"}

ACTIONS: Final[tuple[tuple[str, Due, Callable[[Actions], Budget]], ...]] = (
    ("escalate", _escalate, lambda actions: actions.escalate),
    ("chase_customer", _chase, lambda actions: actions.chase_customer),
    ("nudge_party", _nudge, lambda actions: actions.nudge_party),
)
"""(action, what is due for it, its budget), in the order of the answer."""

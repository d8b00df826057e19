"""The next best actions, each chosen by the expected loss it saves, within its budgets.

An action that gains a ticket `h` hours saves

    w * (prices.timeout * (P - P_h) + prices.late_hour * h * P_h)

with `w` the weight of the ticket, `P` its timeout risk as it is and `P_h` with `h` hours gained
(`AssessorLike.eased`). `h` is the share that the policy says the action saves of what is awaited:
the learned wait for the customer or a department (`features.waits`), else the hours until closed.

What saves most timeouts goes first. Tickets as good as late, of which only hours are saved, come
last and may not take a budget whole (`late_share`): they must not keep anybody from a ticket that
can still be saved.

A new action is one function in `due`, one line of `ACTIONS`, and its rules in `policy_actions`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np

from model import due
from model.columns import Floats, Ints
from model.decision import ActionName, NextAction
from model.due import Case
from model.policy_actions import Worth
from model.situation import Situation, gained
from model.spent import Spent

_LONGEST: Final = 7 * 24.0  # hours; no action is believed to shorten more than a week


@dataclass(frozen=True, slots=True)
class _Wanted:
    """An action that could be done; `late` where it saves hours of lateness, but no timeout."""

    action: NextAction
    must: bool
    late: bool
    rank: float


def next_actions(situation: Situation, spent: Spent | None = None) -> tuple[NextAction, ...]:
    """What is due, worth it and within budget: by action in the order of `ACTIONS`, best first."""
    done = spent or Spent()
    found: list[NextAction] = []
    for name, due_for in ACTIONS:
        rule, today = situation.policy.actions.named(name), done.today.get(name, 0)
        if min(rule.per_refresh, rule.per_day - today) > 0:
            cases = _fresh(situation, name, rule, due_for(situation), done)
            found.extend(_within(rule, today, list(_wanted(situation, name, rule, cases))))
    return tuple(found)


def _within(rule: Worth, today: int, wanted: list[_Wanted]) -> list[NextAction]:
    """What the budgets allow, `today` of the day's being gone: what must be, then the best."""
    wanted.sort(key=lambda each: (not each.must, each.late, -each.rank))
    left = min(rule.per_refresh, rule.per_day - today)
    chosen = [each.action for each in wanted if not each.late][:left]
    late = [each.action for each in wanted if each.late]
    reserved = math.ceil(rule.per_day * (1.0 - rule.late_share))
    spare = min(left - len(chosen), rule.per_day - today - len(chosen) - reserved)
    return chosen + late[: max(spare, 0)]


def _fresh(
    situation: Situation, name: ActionName, rule: Worth, cases: Iterable[Case], done: Spent
) -> list[Case]:
    """The cases that were not acted on before, or long enough ago; the ladder step by step."""
    ids, now = situation.columns.ticket_ids, situation.snapshot.as_of
    rested = now - timedelta(hours=rule.repeat_hours)
    fresh: list[Case] = []
    climbing: set[int] = set()
    for case in cases:
        last = done.last.get((name, ids[case.row], case.party or case.to or ""))
        if case.since is None:
            due_again = last is None or last <= rested
        else:  # a step of the ladder
            due_again = (last is None or last < case.since) and case.row not in climbing
            climbing |= {case.row} if due_again else set()
        if due_again:
            fresh.append(case)
    return fresh


def _wanted(
    situation: Situation, name: ActionName, rule: Worth, cases: list[Case]
) -> Iterator[_Wanted]:
    """The cases that save enough, in words; without the model a ticket's loss is its worth."""
    rows = np.array([case.row for case in cases], dtype=np.int64)
    hours = np.minimum([case.hours for case in cases], _LONGEST) * rule.saves
    eased = gained(situation, rows, hours)
    timeouts, saves = _saves(situation, rows, hours, eased)
    for at, case in enumerate(cases):
        worth = float(saves[at])
        if eased is not None and worth < rule.min_saves and not case.must:
            continue
        told = ("", "")
        if eased is not None:
            told = _told(float(situation.kept[case.row]), float(eased[at]), float(hours[at]))
        action = NextAction(
            name,
            situation.columns.ticket_ids[case.row],
            case.why + told[0],
            case.why_zh + told[1],
            party=case.party,
            to=case.to,
            saves=None if eased is None else worth,
        )
        late = float(timeouts[at]) < rule.min_saves and not case.must
        yield _Wanted(action, case.must, late, worth if late else float(timeouts[at]))


def _saves(
    situation: Situation, rows: Ints, hours: Floats, eased: Floats | None
) -> tuple[Floats, Floats]:
    """The expected loss saved by timeouts, and in all (n,), in price units: the module's formula.

    Without the model both are the ticket's whole loss, so that the dearest come first.
    """
    if eased is None:
        return situation.loss[rows], situation.loss[rows]
    prices, weight = situation.policy.prices, situation.weight[rows]
    timeouts: Floats = weight * prices.timeout * (situation.kept[rows] - eased)
    return timeouts, timeouts + weight * prices.late_hour * hours * eased


def _told(now: float, then: float, hours: float) -> tuple[str, str]:
    """What is expected of an action, in English and Chinese.

    >>> _told(0.62, 0.41, 8.8)[0], _told(1.0, 1.0, 8.8)[0]
    ('; expected to lower the timeout risk from 62% to 41%', '; expected to gain 8.8 h')
    """
    if f"{now:.0%}" == f"{then:.0%}":
        return f"; expected to gain {hours:.1f} h", f"；预计可节省 {hours:.1f} 小时"
    return (
        f"; expected to lower the timeout risk from {now:.0%} to {then:.0%}",
        f"；预计超时风险由 {now:.0%} 降至 {then:.0%}",
    )


ACTIONS: Final[tuple[tuple[ActionName, Callable[[Situation], Iterator[Case]]], ...]] = (
    ("escalate", due.escalate),
    ("chase_customer", due.chase_customer),
    ("nudge_party", due.nudge_party),
    ("start_parties", due.start_parties),
    ("warn_manager", due.warn_manager),
)
"""(action, for which tickets it is due), in the order of the answer."""

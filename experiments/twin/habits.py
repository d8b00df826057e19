"""Who used to get which ticket: the twin deals out as the log did, because it does not say why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from experiments.simulator.rules import Waiting
from experiments.twin.findings import Finding
from experiments.twin.reading import Reading
from features.stream import DAY, NEVER
from features.words import Words

LAST_WEEKS: Final = 8
ENOUGH: Final = 8
"""Assignments that a category and region need for a row of their own."""
Shares = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Habits:
    """Shares of the agents by (category, region), by category, and over all; of escalated ones."""

    cells: Mapping[tuple[str, str], Shares]
    kinds: Mapping[str, Shares]
    desk: Shares
    experts: Mapping[str, Shares]

    def of(self, ticket: Waiting) -> Shares:
        """The shares that hold for a ticket."""
        if ticket.escalated and ticket.category in self.experts:
            return self.experts[ticket.category]
        cell = self.cells.get((ticket.category, ticket.region))
        return cell or self.kinds.get(ticket.category) or self.desk


@dataclass(slots=True)
class HabitRule:
    """Deals out by shares, in turn: who is furthest behind their share gets the next one.

    `given` are tickets that have an owner already. Who has the day off is passed over if
    somebody else of the row has not.
    """

    habits: Habits
    given: Mapping[str, str]
    _arrears: dict[int, dict[str, float]] = field(default_factory=dict)

    def place(self, waiting: Sequence[Waiting], on_rota: AbstractSet[str]) -> list[str | None]:
        """The agent of each ticket.

        >>> habits = Habits({}, {}, {"A1": 0.5, "A2": 0.5}, {})
        >>> rule = HabitRule(habits, {})
        >>> ticket = Waiting("T1", "invoice", "east", False, False, None)
        >>> rule.place([ticket] * 3, {"A1", "A2"})
        ['A1', 'A2', 'A1']
        >>> rule.place([ticket], {"A1"})
        ['A1']
        """
        return [self._next(ticket, on_rota) for ticket in waiting]

    def _next(self, ticket: Waiting, on_rota: AbstractSet[str]) -> str | None:
        if ticket.agent_id is None and ticket.ticket_id in self.given:
            return self.given[ticket.ticket_id]
        shares = self.habits.of(ticket)
        if ticket.agent_id in shares:
            return ticket.agent_id
        here = {agent: share for agent, share in shares.items() if agent in on_rota} or dict(shares)
        total = sum(here.values())
        arrears = self._arrears.setdefault(id(shares), {})
        for agent, share in here.items():
            arrears[agent] = arrears.get(agent, 0.0) + share / total
        chosen = max(here, key=lambda agent: arrears[agent])
        arrears[chosen] -= 1.0
        return chosen


def estimate(reading: Reading, active: Sequence[str]) -> tuple[Habits, tuple[Finding, ...]]:
    """The shares of first assignments in the last weeks, of agents who are still there."""
    cases = reading.cases
    names, kinds = reading.names("agent"), reading.names("category")
    places = [*reading.names("region"), "unknown"]
    rows = np.flatnonzero((cases.owner >= 0) & (cases.assigned != NEVER))
    table = pd.DataFrame(
        {
            "at": cases.assigned[rows],
            "agent": [names[a] for a in cases.owner[rows]],
            "category": [kinds[c] for c in cases.category[rows]],
            "region": [places[r] for r in cases.region[rows]],
        }
    ).sort_values("at", kind="stable")
    table = table[table["agent"].isin(list(active))]
    recent = table[table["at"] > reading.end - 7 * LAST_WEEKS * DAY]
    recent = recent if len(recent) else table
    cells = {
        (str(key[0]), str(key[1])): _shares(part)
        for key, part in recent.groupby(["category", "region"])
        if len(part) >= ENOUGH
    }
    by_kind = {str(kind): _shares(part) for kind, part in recent.groupby("category")}
    habits = Habits(cells, by_kind, _shares(recent), _experts(reading, active))
    return habits, (_finding(habits, len(recent)), _moves(reading))


def _shares(table: pd.DataFrame) -> Shares:
    counts = table["agent"].value_counts(normalize=True)
    return {str(agent): float(share) for agent, share in sorted(counts.items())}


def _experts(reading: Reading, active: Sequence[str]) -> Mapping[str, Shares]:
    """Who has tickets an hour after their escalation, by category, where there are some."""
    history = reading.history
    line = history.timeline
    escalated = history.stream("escalation", "ticket")
    tickets = np.unique(line.ticket[np.flatnonzero(line.before("owner") >= 0)])
    when = escalated.last_time(tickets, np.full(tickets.size, reading.end))
    tickets, when = tickets[when != NEVER], when[when != NEVER]
    row = history.row(tickets, np.minimum(when + DAY // 24, reading.end))
    names, kinds = reading.names("agent"), reading.names("category")
    owner, kind = line.facts["owner"][row], line.facts["category"][row]
    table = pd.DataFrame(
        {
            "agent": [names[a] if a >= 0 else "" for a in owner],
            "category": [kinds[c] if c >= 0 else "" for c in kind],
        }
    )
    table = table[table["agent"].isin(list(active))]
    return {str(k): _shares(p) for k, p in table.groupby("category") if len(p) >= ENOUGH}


def _finding(habits: Habits, n: int) -> Finding:
    return Finding(
        Words("who gets which ticket", "派单习惯"), "estimated", f"{len(habits.cells)} cells 格",
        Words("shares of first assignments by category and region; dealt in turn, for neither the "
              "order nor the reasons are in the log",
              "按类别与区域统计首次派单份额，轮流派出；日志不含顺序规则与理由"), n,
    )  # fmt: skip


def _moves(reading: Reading) -> Finding:
    moved = reading.history.stream("hand_over", "ticket")
    cases = reading.cases
    count = moved.count(cases.ticket, np.full(len(cases), reading.end))
    return Finding(
        Words("hand-overs", "转单"), "unknown", f"{count.sum() / len(cases):.2f} per ticket 每单",
        Words("counted, but the twin moves only escalated tickets: why others moved is not told",
              "可计数，但孪生台只转升级单：其余转单原因不明"), int(count.sum()),
    )  # fmt: skip

"""Load: what the agent has already, what the desk has, and what time it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from features.history import History
from features.queues import turn_of
from features.spec import FeatureSpec
from features.stream import DAY, HOUR, Floats
from features.timeline import STATUS, parked
from features.view import AgentView, PairView, TicketView


def _held(name: str) -> Callable[[History, PairView], Floats]:
    def held(_history: History, pairs: PairView) -> Floats:
        has = pairs.of_agent(pairs.agents.load[name], 0)
        return np.where(pairs.a >= 0, has - (_is_own(name, pairs) & ~pairs.moved), np.nan)

    return held


def _is_own(name: str, pairs: PairView) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether the ticket itself is among the counted: it does not weigh on itself."""
    status = pairs.tickets.status[pairs.t]
    if name == "started":
        return np.asarray(status == STATUS["in_progress"])
    if name == "parked":
        return parked(status)
    if name == "overdue":
        due = pairs.tickets.times["due"][pairs.t]
        return (due > np.iinfo(np.int64).min) & (due <= pairs.at)
    return np.asarray(status != STATUS["closed"])


def capacity_left(_history: History, pairs: PairView) -> Floats:
    """How many more tickets the agent can hold, this one not counted; NaN where unsaid."""
    capacity = np.where(pairs.a >= 0, _capacity(pairs), np.nan)
    return capacity - _held("open")(_history, pairs)


def _capacity(pairs: PairView) -> Floats:
    if not len(pairs.agents):
        return np.full(pairs.a.shape, np.nan)
    return pairs.agents.capacity[np.maximum(pairs.a, 0)]


def agent_ahead(_history: History, pairs: PairView) -> Floats:
    """Open tickets of the agent that are due before this one (else: arrived before it).

    NaN with nobody.
    """
    times = pairs.tickets.times
    turns = turn_of(times["due"], times["created"])[pairs.t]
    if not len(pairs.agents):
        return np.full(pairs.a.shape, np.nan)
    ahead = pairs.agents.queue.ahead(np.maximum(pairs.a, 0), turns)
    return np.where(pairs.a >= 0, ahead, np.nan)


def shift_left_hours(_history: History, agents: AgentView) -> Floats:
    """Working hours left in the agent's shift; NaN where the desk does not say."""
    return agents.shift_left_hours


def agent_assigned_24h(history: History, agents: AgentView) -> Floats:
    """Tickets that came to the agent in `(t - 24 h, t]`."""
    return _float(history.count("assignment", "agent", agents.agent, agents.at, DAY))


def agent_closed_24h(history: History, agents: AgentView) -> Floats:
    """Tickets that the agent closed in `(t - 24 h, t]`."""
    return _float(history.count("closure", "agent", agents.agent, agents.at, DAY))


def _backlog(name: str) -> Callable[[History, TicketView], Floats]:
    def level(_history: History, tickets: TicketView) -> Floats:
        return _float(tickets.backlog[name])

    return level


def desk_arrivals_1h(history: History, tickets: TicketView) -> Floats:
    """Complaints in `(t - 1 h, t]`."""
    return _float(history.count("arrival", "desk", np.zeros_like(tickets.at), tickets.at, HOUR))


def desk_arrivals_24h(history: History, tickets: TicketView) -> Floats:
    """Complaints in `(t - 24 h, t]`."""
    return _float(history.count("arrival", "desk", np.zeros_like(tickets.at), tickets.at, DAY))


def desk_closures_24h(history: History, tickets: TicketView) -> Floats:
    """Tickets closed in `(t - 24 h, t]`."""
    return _float(history.count("closure", "desk", np.zeros_like(tickets.at), tickets.at, DAY))


def category_arrivals_24h(history: History, tickets: TicketView) -> Floats:
    """Complaints of the category in `(t - 24 h, t]`."""
    category = tickets.named["category"]
    return _float(history.count("arrival", "category", category, tickets.at, DAY))


def hour(_history: History, tickets: TicketView) -> Floats:
    """Hour of the day in UTC, with its fraction: [0, 24)."""
    return (tickets.at % DAY) / HOUR


def weekday(_history: History, tickets: TicketView) -> Floats:
    """Day of the week in UTC, Monday 0."""
    return _float((tickets.at // DAY + 3) % 7)


def _float(counts: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Floats:
    return counts.astype(np.float64)


SPECS: Final = (
    FeatureSpec(
        "agent_open", "pair", "load", "tickets",
        "open tickets of the agent", "坐席在办工单数", _held("open"),
        moved="agent",
    ),
    FeatureSpec(
        "agent_started", "pair", "load", "tickets",
        "tickets the agent works on", "坐席处理中工单数", _held("started"),
        moved="agent",
    ),
    FeatureSpec(
        "agent_parked", "pair", "load", "tickets",
        "tickets of the agent that wait for others", "坐席等待中工单数", _held("parked"),
        moved="agent",
    ),
    FeatureSpec(
        "agent_overdue", "pair", "load", "tickets",
        "late tickets of the agent", "坐席超时工单数", _held("overdue"),
        moved="agent",
    ),
    FeatureSpec(
        "agent_ahead", "pair", "load", "tickets",
        "tickets of the agent that are due earlier", "坐席名下更早到期工单数", agent_ahead,
    ),
    FeatureSpec(
        "capacity_left", "pair", "load", "tickets",
        "capacity left", "坐席剩余容量", capacity_left,
        moved="agent",
    ),
    FeatureSpec(
        "shift_left_hours", "agent", "load", "h",
        "working time left in the shift", "当班剩余时长", shift_left_hours,
    ),
    FeatureSpec(
        "agent_assigned_24h", "agent", "load", "tickets",
        "tickets given to the agent in 24 h", "坐席 24 小时派入数", agent_assigned_24h,
    ),
    FeatureSpec(
        "agent_closed_24h", "agent", "load", "tickets",
        "tickets closed by the agent in 24 h", "坐席 24 小时结案数", agent_closed_24h,
    ),
    FeatureSpec(
        "desk_open", "ticket", "load", "tickets",
        "open tickets of the desk", "全台在办工单数", _backlog("desk_open"),
    ),
    FeatureSpec(
        "desk_unassigned", "ticket", "load", "tickets",
        "tickets that nobody owns", "未分派工单数", _backlog("desk_unassigned"),
    ),
    FeatureSpec(
        "category_open", "ticket", "load", "tickets",
        "open tickets of the category", "同类在办工单数", _backlog("category_open"),
    ),
    FeatureSpec(
        "desk_arrivals_1h", "ticket", "load", "tickets",
        "complaints in the last hour", "近 1 小时进线", desk_arrivals_1h,
    ),
    FeatureSpec(
        "desk_arrivals_24h", "ticket", "load", "tickets",
        "complaints in 24 h", "近 24 小时进线", desk_arrivals_24h,
    ),
    FeatureSpec(
        "desk_closures_24h", "ticket", "load", "tickets",
        "tickets closed in 24 h", "近 24 小时结案", desk_closures_24h,
    ),
    FeatureSpec(
        "category_arrivals_24h", "ticket", "load", "tickets",
        "complaints of the category in 24 h", "同类近 24 小时进线", category_arrivals_24h,
    ),
    FeatureSpec(
        "hour", "ticket", "load", "h (UTC)", "hour of the day (UTC)", "时刻（UTC）", hour,
    ),
    FeatureSpec(
        "weekday", "ticket", "load", "d", "day of the week", "星期", weekday,
    ),
)  # fmt: skip

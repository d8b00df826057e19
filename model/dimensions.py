"""The four dimensions as people see them: value, urgency, skill and room, each in [0, 1].

They order candidates and are shown beside the risk; the risk itself is the model's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from features.history import History
from features.precedent import kind_log_hours
from features.skill import pair_late
from features.stream import DAY, MICRO, Floats, Ints
from features.text import SIGNALS
from features.urgency import REPEAT_CONTACTS, age_hours, hours_to_due
from features.view import AgentView, TicketView

LEVELS: Final = {
    "diamond": 1.0,
    "platinum": 0.9,
    "vip": 0.9,
    "gold": 0.75,
    "silver": 0.5,
    "bronze": 0.35,
    "normal": 0.3,
    "钻石": 1.0,
    "铂金": 0.9,
    "金卡": 0.75,
    "银卡": 0.5,
    "普通": 0.3,
}
"""What a customer level says of value where no margin is known; other names say nothing."""
UNKNOWN_VALUE: Final = 0.4
PRESSURE: Final = {
    "public_exposure": 0.5,
    "regulator": 0.4,
    "safety": 0.7,
    "anger": 0.2,
}
"""How much of the remaining calm each signal in the text takes away."""
REPEAT_PRESSURE: Final = 0.4
REOPENED_PRESSURE: Final = 0.2
UNPROMISED_HOURS: Final = 48.0
"""The time within which a ticket without a promise should be closed."""


@dataclass(frozen=True, slots=True, eq=False)
class Dimensions:
    """`value` and `urgency` (n_t,), `load` (n_a,), `skill_by_kind` (n_k, n_a); more is better.

    `kind` (n_t,) is the row of `skill_by_kind` of each ticket: its category among those of the
    queue. `load` is the room an agent has: 1 with an empty queue, 0 at capacity.
    """

    value: Floats
    urgency: Floats
    kind: Ints
    skill_by_kind: Floats
    load: Floats

    @property
    def skill(self) -> Floats:
        """The skill of every pair, (n_t, n_a): for small desks, a large one has no room for it."""
        return self.skill_by_kind[self.kind]


def dimensions_of(
    history: History, tickets: TicketView, agents: AgentView, default_capacity: float
) -> Dimensions:
    """The dimensions of every ticket and agent of one moment."""
    kind, skill_by_kind = skill(history, tickets, agents)
    return Dimensions(
        value=value(history, tickets),
        urgency=urgency(history, tickets),
        kind=kind,
        skill_by_kind=skill_by_kind,
        load=room(agents, default_capacity),
    )


def value(history: History, tickets: TicketView) -> Floats:
    """1 - exp(-margin / typical margin), at least what the customer's level says.

    The typical margin is the desk's mean over the customers for whom one was booked in
    `(t - 90 d, t]`.
    """
    known = ~np.isnan(tickets.margin_90d)
    scale = _typical_margin(history, tickets.at)
    margin = np.where(known, np.maximum(tickets.margin_90d, 0.0), 0.0)
    earned = np.where(known, 1.0 - np.exp(-margin / scale), 0.0)
    level = _level(tickets)
    either = np.fmax(np.where(known, earned, np.nan), level)
    return np.where(np.isnan(either), UNKNOWN_VALUE, either)


def _typical_margin(history: History, at: Ints) -> float:
    customers = np.arange(len(history.names["customer"]))
    if not at.size or not customers.size:
        return 1.0
    when = np.full(customers.size, at[0])
    booked = history.total("margin", "amount", "customer", customers, when, 90 * DAY) / MICRO
    positive = booked[booked > 0]
    return float(positive.mean()) if positive.size else 1.0


def _level(tickets: TicketView) -> Floats:
    column = tickets.attributes.get("customer_level")
    if column is None or column.names is None:
        return np.full(len(tickets), np.nan)
    table = np.array([LEVELS.get(str(name).lower(), np.nan) for name in column.names.index])
    return np.append(table, np.nan)[column.values.astype(np.int64)]


def urgency(history: History, tickets: TicketView) -> Floats:
    """How little slack is left, pressed further by what the customer says and does.

    `1 - (1 - lateness) * prod(1 - pressure)`: lateness is a logistic of the promised time left
    less the category's usual handling time.
    """
    usual = np.exp(kind_log_hours(history, "category", tickets.named["category"], tickets.at))
    left = hours_to_due(history, tickets)
    left = np.where(np.isnan(left), UNPROMISED_HOURS - age_hours(history, tickets), left)
    slack = (left - usual) / np.maximum(usual / 2.0, 1.0)
    calm = 1.0 - 1.0 / (1.0 + np.exp(np.clip(slack, -30.0, 30.0)))
    for place, name in enumerate(SIGNALS):
        calm = calm * (1.0 - PRESSURE[name] * tickets.signals[:, place])
    calm = calm * (1.0 - REPEAT_PRESSURE * (tickets.contacts_72h >= REPEAT_CONTACTS))
    calm = calm * (1.0 - REOPENED_PRESSURE * (tickets.reopenings > 0))
    return np.asarray(1.0 - calm, np.float64)


def skill(history: History, tickets: TicketView, agents: AgentView) -> tuple[Ints, Floats]:
    """Which of the categories each ticket is of (n_t,), and the skill of all in each (n_k, n_a).

    Skill is 1 - the agent's shrunk late share in the category.
    """
    categories, place = np.unique(tickets.named["category"], return_inverse=True)
    n_agents = len(agents)
    grid_category = np.repeat(categories, n_agents)
    grid = np.tile(np.arange(n_agents), categories.size)
    if not grid.size:
        return place.ravel(), np.zeros((categories.size, n_agents))
    late = pair_late(history, agents.agent[grid], agents.team[grid], grid_category, agents.at[grid])
    return place.ravel(), (1.0 - late).reshape(categories.size, n_agents)


def room(agents: AgentView, default_capacity: float) -> Floats:
    """The free part of the agent's capacity."""
    capacity = np.where(np.isnan(agents.capacity), default_capacity, agents.capacity)
    free = 1.0 - agents.load["open"] / np.maximum(capacity, 1.0)
    return np.asarray(np.clip(free, 0.0, 1.0), np.float64)

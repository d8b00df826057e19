"""The four dimensions as people see them: value, urgency, skill and room, each in [0, 1].

They order candidates and are shown beside the risk; the risk itself is the model's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from features.history import History
from features.lately import remembered
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
class Skill:
    """How well agents handle tickets: skill differs by the ticket's kind alone.

    `table` (n_kinds, n_a) has a row for each kind of ticket, `kind` (n_t,) is that of each one.
    Tickets x agents are never laid out: 100,000 x 5,000 of them would fill 4 GB.

    >>> skill = Skill(np.array([[0.9, 0.5], [0.2, 0.4]]), np.array([1, 0, 1]))
    >>> skill(np.array([0, 1]), np.array([1, 0])).tolist(), skill.shape
    ([0.4, 0.9], (3, 2))
    """

    table: Floats
    kind: Ints

    def __call__(self, ticket: Ints, agent: Ints) -> Floats:
        """The skill of each pair of rows; the two shapes are broadcast against each other."""
        return self.table[self.kind[ticket], agent]

    @property
    def shape(self) -> tuple[int, int]:
        """(n_t, n_a)."""
        return self.kind.size, self.table.shape[1]

    def mean(self, ticket: Ints) -> Floats:
        """The mean over all agents for each of the tickets, (n,)."""
        return np.asarray(self.table.mean(axis=1)[self.kind[ticket]], np.float64)

    def first(self, agents: int) -> Skill:
        """The same of the first so many agents alone."""
        return Skill(self.table[:, :agents], self.kind)


@dataclass(frozen=True, slots=True, eq=False)
class Dimensions:
    """`value` and `urgency` (n_t,), `skill` of pairs, `load` (n_a,); more is better for all.

    `load` is the room an agent has: 1 with an empty queue, 0 at capacity.
    """

    value: Floats
    urgency: Floats
    skill: Skill
    load: Floats


def dimensions_of(
    history: History, tickets: TicketView, agents: AgentView, default_capacity: float
) -> Dimensions:
    """The dimensions of every ticket and agent of one moment."""
    return Dimensions(
        value=value(history, tickets),
        urgency=urgency(history, tickets),
        skill=skill(history, tickets, agents),
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
    if not at.size:
        return 1.0
    moment = int(at[0])
    return remembered(history, ("margin", moment), lambda: _mean_margin(history, moment))


def _mean_margin(history: History, moment: int) -> float:
    customers = np.arange(len(history.names["customer"]))
    if not customers.size:
        return 1.0
    when = np.full(customers.size, moment)
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


def skill(history: History, tickets: TicketView, agents: AgentView) -> Skill:
    """1 - the agent's shrunk late share in the ticket's category."""
    categories, place = np.unique(tickets.named["category"], return_inverse=True)
    n_agents = len(agents)
    grid_category = np.repeat(categories, n_agents)
    grid = np.tile(np.arange(n_agents), categories.size)
    if not grid.size:
        return Skill(np.zeros((categories.size, n_agents)), place.ravel())
    late = pair_late(history, agents.agent[grid], agents.team[grid], grid_category, agents.at[grid])
    return Skill((1.0 - late).reshape(categories.size, n_agents), place.ravel())


def room(agents: AgentView, default_capacity: float) -> Floats:
    """The free part of the agent's capacity."""
    capacity = np.where(np.isnan(agents.capacity), default_capacity, agents.capacity)
    free = 1.0 - agents.load["open"] / np.maximum(capacity, 1.0)
    return np.asarray(np.clip(free, 0.0, 1.0), np.float64)

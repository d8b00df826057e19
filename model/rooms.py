"""What places in the queues of agents cost under a plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.columns import Bools, Floats, Ints
from model.cost import place_price
from model.plan import Look, Plan


@dataclass(frozen=True, slots=True)
class Rooms:
    """What an agent's (n_a,) `last` used and `next` place cost, and how many are used."""

    used: Ints
    full: Bools
    last: Floats
    next: Floats


def rooms_of(look: Look, plan: Plan) -> Rooms:
    """The rooms of a plan; the next place of a full agent costs as much as their last one."""
    columns, everybody = look.columns, np.arange(len(look.columns.capacity))
    placed = plan.agent[plan.edge >= 0]
    used = columns.taken + np.bincount(placed, minlength=len(everybody))

    def price(number: Ints) -> Floats:
        within = np.clip(number, 0, np.maximum(columns.capacity - 1, 0))
        return place_price(columns, everybody, within, look.waits, look.policy.prices)

    return Rooms(used, used >= columns.capacity, price(used - 1), price(used))

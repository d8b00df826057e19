"""The customers: what they are worth, how long they wait, and the orders they place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from experiments.simulator.draws import Floats, Ints, lognormal, stream
from experiments.simulator.params import DAY_S, WorldParams

LEVELS: Final = ("regular", "silver", "gold", "platinum")
_LEVEL_QUANTILES: Final = (0.62, 0.87, 0.97)
HISTORY_DAYS: Final = 90


@dataclass(frozen=True, slots=True)
class Customers:
    """(n,) per customer. `impatient` and `weight` (how often they complain) are latent."""

    level: Ints
    region: Ints
    english: NDArray[np.bool_]
    impatient: NDArray[np.bool_]
    weight: Floats
    orders_per_year: Floats

    def __len__(self) -> int:
        return int(self.level.size)


@dataclass(frozen=True, slots=True)
class Orders:
    """(m,) margins booked, sorted by time (seconds since the start, from -90 days on)."""

    time: Ints
    customer: Ints
    amount: Floats


def draw_customers(params: WorldParams, seed: int) -> Customers:
    """The customers' features, drawn once; levels follow how much somebody buys."""
    rng = stream(seed, "customers")
    who, count = params.customers, params.customers.count
    rate = who.orders_per_year * rng.gamma(1.2, 1 / 1.2, count)
    level = np.searchsorted(np.quantile(rate, _LEVEL_QUANTILES), rate).astype(np.int64)
    shares = np.array([share for _, share in params.regions])
    region = rng.choice(shares.size, count, p=shares / shares.sum()).astype(np.int64)
    return Customers(
        level=level,
        region=region,
        english=rng.random(count) < who.english_share,
        impatient=rng.random(count) < who.impatient_share,
        weight=rng.gamma(0.7, 1.0, count) + 0.05,
        orders_per_year=rate,
    )


def draw_orders(params: WorldParams, customers: Customers, seed: int) -> Orders:
    """Orders as Poisson per customer; a returned one books a negative margin."""
    rng = stream(seed, "orders")
    span = params.days + HISTORY_DAYS
    counts = rng.poisson(customers.orders_per_year * span / 365)
    customer = np.repeat(np.arange(len(customers)), counts)
    day = rng.integers(-HISTORY_DAYS, params.days, customer.size)
    time = day * DAY_S + rng.integers(8 * 3600, 23 * 3600, customer.size)
    scale = params.customers.order_margin * (0.7 + 0.35 * customers.level[customer].astype(float))
    amount: Floats = lognormal(rng, scale, 0.8, customer.size)
    back = rng.random(customer.size) < params.customers.return_share
    booked: Floats = np.asarray(np.where(back, -0.6 * amount, amount), np.float64).round(2)
    order = np.argsort(time, kind="stable")
    return Orders(time[order], customer[order], booked[order])


def live_margins(orders: Orders, customer: Ints, time: Ints) -> Floats:
    """(n,) what each customer brought in the `HISTORY_DAYS` up to and including a second.

    >>> orders = Orders(np.array([0, 5, 9]), np.array([1, 0, 1]), np.array([2.0, 8.0, 4.0]))
    >>> live_margins(orders, np.array([1, 1, 0]), np.array([8, 9, 4])).tolist()
    [2.0, 6.0, 0.0]
    """
    reach = HISTORY_DAYS * DAY_S
    span = 2 * reach + int(max(orders.time.max(initial=0), time.max(initial=0))) + 1
    sequence = np.lexsort((orders.time, orders.customer))
    key = orders.customer[sequence] * span + orders.time[sequence] + 2 * reach
    sums = np.concatenate([[0.0], np.cumsum(orders.amount[sequence])])
    asked = customer * span + time + 2 * reach
    upto, before = (np.searchsorted(key, at, side="right") for at in (asked, asked - reach))
    return np.asarray(sums[upto] - sums[before], np.float64)


def who_complains(
    customers: Customers, region: Ints, rng: np.random.Generator, regions: int
) -> Ints:
    """(n,) a customer of each ticket's region, those who complain often more often."""
    chosen = np.zeros(region.size, np.int64)
    for here in range(regions):
        people = np.flatnonzero(customers.region == here)
        if not people.size:  # a region so small that no customer was drawn for it
            people = np.arange(len(customers))
        weight = customers.weight[people]
        spots = np.flatnonzero(region == here)
        chosen[spots] = rng.choice(people, spots.size, p=weight / weight.sum())
    return chosen

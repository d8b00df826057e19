"""A fair plan at once, and nearly the right tolls: the tickets bid for places.

A ticket without a place bids for the cheapest one it may have. It pays as much more as leaves
its next best choice equally dear, and a step on top, so that every bid gets somewhere; whoever
held the place bids anew. A plan so made costs at most one step a ticket more than the optimum,
mostly far less, and the prices that were bid are tolls (`model.tolls`) of the same quality
(Bertsekas and Castanon 1989, *The auction algorithm for the transportation problem*).
"""

from __future__ import annotations

from typing import Final

import numba
import numpy as np

from model.assignment import Problem
from model.columns import Floats, Ints
from model.tolls import NOWHERE

_STEPS: Final = 16  # bids that raise a place by what the usual ticket costs
_GROWTH: Final = 1.005  # of a ticket's step by each of its bids: so that no bidding war is long
_BIDS: Final = 256  # a ticket, on average, before the rest is left without a place


def auctioned(problem: Problem) -> tuple[Ints, Ints]:
    """A plan (n_t,), and the toll of each agent (n_a,) in millionths, `NOWHERE` without a place."""
    start = np.searchsorted(problem.ticket, np.arange(len(problem.unplaced) + 1))
    plan, toll = _bid(
        start, problem.agent, problem.cost, problem.unplaced, problem.place, problem.begin,
        _step(problem, start),
    )  # fmt: skip
    return plan, toll


def _step(problem: Problem, start: Ints) -> float:
    """A share of the least that the median ticket can cost."""
    some = np.flatnonzero(np.diff(start))
    if not some.size:
        return 1.0
    least = np.minimum.reduceat(problem.cost, start[some])
    return max(float(np.median(least)) / _STEPS, 1.0)


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _bid(  # pragma: no cover
    start: Ints, agent: Ints, cost: Ints, unplaced: Ints, place: Ints, begin: Ints, step: float
) -> tuple[Ints, Ints]:
    """Ticket i has the edges `[start[i], start[i + 1])`; places of an agent lie in a heap."""
    tickets, agents = unplaced.size, begin.size - 1
    price, holder = place.copy(), np.full(place.size, -1, np.int64)
    toll, plan = np.full(agents, NOWHERE, np.int64), np.full(tickets, -1, np.int64)
    for j in range(agents):
        if begin[j] < begin[j + 1]:
            toll[j] = price[begin[j]]
    steps: Floats = np.full(tickets, step)
    queue, head, waiting = np.arange(tickets), 0, tickets
    for _ in range(_BIDS * tickets):
        if waiting == 0:
            break
        i, head, waiting = queue[head], (head + 1) % tickets, waiting - 1
        best, least, second = -1, unplaced[i], NOWHERE
        for edge in range(start[i], start[i + 1]):
            paid = cost[edge] + toll[agent[edge]]
            if paid < least:
                best, least, second = edge, paid, least
            elif paid < second:
                second = paid
        if best < 0:
            continue  # prices only rise: no second look
        j = agent[best]
        own = slice(begin[j], begin[j + 1])
        loser = holder[begin[j]]
        _raise(price[own], holder[own], toll[j] + second - least + np.int64(steps[i]), i)
        plan[i], toll[j] = best, price[begin[j]]
        steps[i] *= _GROWTH
        if loser >= 0:
            plan[loser], queue[(head + waiting) % tickets] = -1, loser
            waiting += 1
    return plan, toll


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _raise(price: Ints, holder: Ints, paid: int, ticket: int) -> None:  # pragma: no cover
    """Give the cheapest place of a heap to a ticket, at a price that is no lower."""
    at, child = 0, 1
    while child < price.size:
        if child + 1 < price.size and price[child + 1] < price[child]:
            child += 1
        if price[child] >= paid:
            break
        price[at], holder[at] = price[child], holder[child]
        at, child = child, 2 * child + 1
    price[at], holder[at] = paid, ticket

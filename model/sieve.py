"""Solving over many pairs by way of few: the cheapest edges first, then those that would help.

Most pairs are in no good plan. An auction (`model.auction`) gives tolls (`model.tolls`), the
solver plans over the cheapest edges of each ticket, toll paid, and its own tolls say which of the
others could make the plan cheaper: those that cost less than the ticket's cheapest so far. When
none is left the plan is the optimum over all of them (column generation: Dantzig and Wolfe 1960);
it ends sooner when the bound of `tolls` shows that no more than 0.5 % is left to save.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numba
import numpy as np

from model.assignment import Problem, total_cost
from model.auction import auctioned
from model.columns import Bools, Ints
from model.tolls import NOWHERE, bound, reach, tolls

KEPT: Final = 8
"""Edges of a ticket in the first round."""
_ADDED: Final = 6  # edges of a ticket in each further round
_ROUNDS: Final = 8
_FEW: Final = 20  # edges a ticket that are solved at once
_NEAR: Final = 5e-3  # of the cost: what further rounds could still save is not worth them

Solver = Callable[[Problem], Ints]


@dataclass(frozen=True, slots=True)
class Sifted:
    """A plan (n_t,) over all edges, the tolls (n_a,) behind it, and the edges (n_e,) looked at."""

    plan: Ints
    toll: Ints
    kept: Bools


def sifted(problem: Problem, solver: Solver, always: Bools) -> Sifted:
    """The plan of `solver` over the edges worth looking at; edges marked `always` (n_e,) are.

    The auction's plan stands where the solver's is dearer.
    """
    everywhere = np.full(len(problem.unplaced), NOWHERE, dtype=np.int64)
    plan, toll = auctioned(problem)
    total, proven = total_cost(problem, plan), bound(problem, toll, everywhere)
    kept = always | _lowest(problem, toll, everywhere, KEPT)
    kept[plan[plan >= 0]] = True
    kept |= len(kept) <= _FEW * len(problem.unplaced)
    for _ in range(_ROUNDS):
        rows = np.flatnonzero(kept)
        part = problem.part(rows)
        solved = solver(part)
        found, cost = tolls(part, solved), total_cost(part, solved)
        below = bound(problem, found, everywhere)
        if cost <= total:
            plan, total = np.append(rows, -1)[solved], cost
        if below > proven:
            toll, proven = found, below
        if total - proven <= _NEAR * total:
            break
        better = _lowest(problem, found, reach(part, found, everywhere), _ADDED) & ~kept
        if not better.any():
            break
        kept |= better
    return Sifted(plan, toll, kept)


def _lowest(problem: Problem, toll: Ints, below: Ints, count: int) -> Bools:
    """Bool (n_e,): the `count` cheapest edges of each ticket, toll paid, less than `below` (n_t,).

    Of equals those come first whose mixed number is lower, so that alike tickets do not all
    look at the same few agents.
    """
    found = np.zeros(len(problem.ticket), dtype=bool)
    _mark(problem.ticket, problem.agent, problem.cost, toll, below, count, found)
    return found


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _mark(  # pragma: no cover
    ticket: Ints, agent: Ints, cost: Ints, toll: Ints, below: Ints, count: int, found: Bools
) -> None:
    price, mixed = np.empty(count, np.int64), np.empty(count, np.int64)
    which = np.empty(count, np.int64)
    size, current = 0, -1
    for edge in range(ticket.size + 1):
        if edge == ticket.size or ticket[edge] != current:
            for place in range(size):
                found[which[place]] = True
            if edge == ticket.size:
                break
            size, current = 0, ticket[edge]
        paid = cost[edge] + toll[agent[edge]]
        if paid >= below[current] or (size == count and paid > price[size - 1]):
            continue
        noise = ((current + 1) * 0x9E3779B1 ^ (agent[edge] + 1) * 0x85EBCA77) & 0xFFFFFFFF
        noise = ((noise ^ (noise >> 15)) * 0x2C1B3C6D) & 0xFFFFFFFF
        place = size if size < count else count - 1
        if size == count and paid == price[place] and noise >= mixed[place]:
            continue
        while place > 0 and (
            price[place - 1] > paid or (price[place - 1] == paid and mixed[place - 1] > noise)
        ):
            price[place], mixed[place] = price[place - 1], mixed[place - 1]
            which[place] = which[place - 1]
            place -= 1
        price[place], mixed[place], which[place] = paid, noise, edge
        size = min(size + 1, count)

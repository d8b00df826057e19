"""Solving over many pairs by way of few: the cheapest edges first, then those that would help.

Most pairs are in no good plan. A plan over the cheapest edges of each ticket gives tolls
(`model.tolls`), and the tolls say which of the other edges could make the plan cheaper: those
that cost less, toll paid, than the ticket's cheapest so far. When none is left the plan is the
optimum over all of them (column generation: Dantzig and Wolfe 1960); it ends sooner when the
bound of `tolls` shows that no more than a 100,000th is left to save. Few edges are solved at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numba
import numpy as np

from model.assignment import Problem, total_cost
from model.columns import Bools, Ints
from model.tolls import NOWHERE, bound, reach, tolls

KEPT: Final = 16
"""Edges of a ticket in the first round."""
_ADDED: Final = 6  # edges of a ticket in each further round
_ROUNDS: Final = 8
_FEW: Final = 20  # edges a ticket that are solved at once
_PASSES: Final = 4  # of choosing anew, before the first round
_NEAR: Final = 1e-5  # of the cost: what further rounds could still save is not worth them

Solver = Callable[[Problem], Ints]


@dataclass(frozen=True, slots=True)
class Sifted:
    """A plan (n_t,) over all edges, the tolls (n_a,) behind it, and the edges (n_e,) looked at."""

    plan: Ints
    toll: Ints
    kept: Bools


def sifted(problem: Problem, solver: Solver, always: Bools) -> Sifted:
    """The plan of `solver` over the edges worth looking at; edges marked `always` (n_e,) are."""
    everywhere = np.full(len(problem.unplaced), NOWHERE, dtype=np.int64)
    toll = tolls(problem, _settled(problem), _PASSES)
    kept = always | _lowest(problem, toll, everywhere, KEPT)
    kept |= len(kept) <= _FEW * len(problem.unplaced)
    for _ in range(_ROUNDS):
        rows = np.flatnonzero(kept)
        part = problem.part(rows)
        plan = solver(part)
        toll, total = tolls(part, plan), total_cost(part, plan)
        if total - bound(problem, toll, everywhere) <= _NEAR * total:
            break
        better = _lowest(problem, toll, reach(part, toll, everywhere), _ADDED) & ~kept
        if not better.any():
            break
        kept |= better
    return Sifted(np.append(rows, -1)[plan], toll, kept)


def _settled(problem: Problem) -> Ints:
    """A fair plan at once: the tickets choose one after the other, and anew, a few times."""
    plan = np.full(len(problem.unplaced), -1, dtype=np.int64)
    used = np.zeros(len(problem.begin) - 1, dtype=np.int64)
    for _ in range(_PASSES):
        _choose(
            problem.ticket, problem.agent, problem.cost, problem.unplaced, problem.place,
            problem.begin, plan, used,
        )  # fmt: skip
    return plan


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _choose(  # pragma: no cover
    ticket: Ints,
    agent: Ints,
    cost: Ints,
    unplaced: Ints,
    place: Ints,
    begin: Ints,
    plan: Ints,
    used: Ints,
) -> None:
    """Each ticket in turn takes the cheapest edge whose agent has a place left."""
    start = 0
    while start < ticket.size:
        i, stop = ticket[start], start + 1
        while stop < ticket.size and ticket[stop] == i:
            stop += 1
        if plan[i] >= 0:
            used[agent[plan[i]]] -= 1
        best, least = -1, unplaced[i]
        for edge in range(start, stop):
            free = begin[agent[edge]] + used[agent[edge]]
            if free < begin[agent[edge] + 1] and cost[edge] + place[free] < least:
                best, least = edge, cost[edge] + place[free]
        plan[i] = best
        if best >= 0:
            used[agent[best]] += 1
        start = stop


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

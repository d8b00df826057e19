"""What a place of each agent is worth, and the cost that no plan can beat.

The toll of an agent is what one more ticket with them would cost the rest of the queue: the price
of the next free place, or of sending one of their tickets elsewhere. For *any* tolls `t_j >= 0`

    sum_i min(unplaced_i, min_j (c_ij + t_j)) + sum_j sum_k min(0, place_jk - t_j)

is at most the cost of every plan (Lagrangian relaxation of "an agent's tickets fit their places":
Ahuja, Magnanti, Orlin 1993, chapter 16), so a gap to it is certified, whatever found the plan.
With the tolls of an optimal plan it equals the optimum of the pairs that were priced.
"""

from __future__ import annotations

from typing import Final

import numba
import numpy as np

from model.assignment import Problem
from model.columns import Ints

NOWHERE: Final = 2**60
"""A cost beyond every other: of a pair that cannot be."""
_ROUNDS: Final = 200  # of the shortest paths; fewer than ten are the rule


def tolls(problem: Problem, plan: Ints, rounds: int = _ROUNDS) -> Ints:
    """The toll of each agent (n_a,) in millionths, `NOWHERE` for one without a place.

    Shortest paths from each agent to a free place or to nobody over what the plan leaves
    (Bellman-Ford). Exact for an optimal plan; for another one still tolls, only less sharp.
    """
    begin, used = problem.begin, problem.used(plan)
    found = np.full(len(used), NOWHERE, dtype=np.int64)
    free = np.flatnonzero(used < problem.room)
    found[free] = problem.place[begin[:-1][free] + used[free]]
    _relax(problem.ticket, problem.agent, problem.cost, problem.unplaced, plan, found, rounds)
    return found


def reach(problem: Problem, toll: Ints, elsewhere: Ints) -> Ints:
    """The least each ticket (n_t,) can cost, tolls paid: the first sum of the module's formula.

    `elsewhere` (n_t,) is at most the cost of the ticket, toll paid, with any agent to whom it has
    no edge, `NOWHERE` where it has an edge to everybody who may take it.
    """
    least: Ints = np.minimum(problem.unplaced, elsewhere)
    _cheapest(problem.ticket, problem.agent, problem.cost, toll, least)
    return least


def bound(problem: Problem, toll: Ints, elsewhere: Ints) -> int:
    """At most the cost of every plan, in millionths: see the module's formula."""
    paid = np.repeat(toll, problem.room)
    spare = np.minimum(problem.place - paid, 0)
    return int(reach(problem, toll, elsewhere).sum() + spare.sum())


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _relax(  # pragma: no cover
    ticket: Ints, agent: Ints, cost: Ints, unplaced: Ints, plan: Ints, toll: Ints, rounds: int
) -> None:
    """Lower each toll to what moving one of the agent's tickets away costs, until none falls."""
    for _ in range(rounds):
        fell = False
        start = 0
        while start < ticket.size:
            i, stop = ticket[start], start + 1
            while stop < ticket.size and ticket[stop] == i:
                stop += 1
            own = plan[i]
            if own >= 0:
                away = unplaced[i]
                for edge in range(start, stop):
                    if edge != own:
                        away = min(away, cost[edge] + toll[agent[edge]])
                moving = max(away - cost[own], 0)
                if moving < toll[agent[own]]:
                    toll[agent[own]] = moving
                    fell = True
            start = stop
        if not fell:
            break


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _cheapest(  # pragma: no cover
    ticket: Ints, agent: Ints, cost: Ints, toll: Ints, least: Ints
) -> None:
    """Lower `least` of each ticket to its cheapest edge, toll paid."""
    for edge in range(ticket.size):
        paid = cost[edge] + toll[agent[edge]]
        least[ticket[edge]] = min(least[ticket[edge]], paid)

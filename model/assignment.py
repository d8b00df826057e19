"""One plan for the whole queue: which ticket goes to which agent, at the least total cost.

Costs are whole millionths of a price unit, so that the same problem has the same optimum on
every machine. A plan is an array (n_t,) of edge numbers, -1 for a ticket placed nowhere.

Among plans of equal cost the solver's choice stands; it depends on nothing but the order of the
edges, and rows are sorted by ticket and agent id, so the same desk always has the same plan.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from ortools.graph.python import min_cost_flow

from features.errors import FendanError
from model.columns import Bools, Ints

MILLION: Final = 1_000_000
_BATCH: Final = 16  # greedy fills at most this part of an agent's free places in one round


class PlanError(FendanError):
    """The optimiser found no plan."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Edges (n_e,) sorted by ticket, in millionths; tickets (n_t,); agents (n_a,).

    `unplaced` is the cost of placing a ticket nowhere. `place` (n_p,) is the price of each free
    place, agent after agent: those of agent j stand in `[begin[j], begin[j + 1])` and never fall
    (convex, so that load spreads). `first` are tickets whose places come first when `greedy`
    deals them out.
    """

    ticket: Ints
    agent: Ints
    cost: Ints
    unplaced: Ints
    place: Ints
    begin: Ints
    first: Bools

    @property
    def room(self) -> Ints:
        """The free places of each agent, (n_a,)."""
        return np.diff(self.begin)

    def used(self, plan: Ints) -> Ints:
        """How many tickets a plan gives each agent, (n_a,)."""
        return np.bincount(self.agent[plan[plan >= 0]], minlength=len(self.begin) - 1)

    def part(self, rows: Ints) -> Problem:
        """The problem with the edges `rows` alone, in ascending order."""
        return replace(self, ticket=self.ticket[rows], agent=self.agent[rows], cost=self.cost[rows])


def optimal(problem: Problem) -> Ints:
    """The plan of least cost: a minimum-cost flow, tickets to agents to places.

    A place of an agent is an arc of capacity 1; an arc from each ticket to the sink stands for
    no agent, so there always is a plan.

    Raises:
        PlanError: the solver gives up (costs out of range).
    """
    tickets, edges = len(problem.unplaced), len(problem.ticket)
    if not tickets:
        return np.empty(0, dtype=np.int64)
    agent, price = _places(problem)
    sink = tickets + len(problem.begin) - 1
    rows = np.arange(tickets)
    tail = np.concatenate([problem.ticket, rows, tickets + agent])
    head = np.concatenate([tickets + problem.agent, np.full(tickets + len(agent), sink)])
    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        tail,
        head,
        np.ones(len(tail), dtype=np.int64),
        np.concatenate([problem.cost, problem.unplaced, price]),
    )
    flow.set_nodes_supplies(np.append(rows, sink), np.append(np.ones_like(rows), -tickets))
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise PlanError(
            f"no plan ({status.name})", where="optimiser", remedy="lower the policy's prices"
        )
    used = np.flatnonzero(flow.flows(arcs[:edges]))
    plan = np.full(tickets, -1, dtype=np.int64)
    plan[problem.ticket[used]] = used
    return plan


def greedy(problem: Problem) -> Ints:
    """A good plan, fast: again and again, whoever would regret most takes their best agent.

    The regret of a ticket is what its second-best choice (another agent, or none) costs more
    than its best. Ties go to the lower row. The tickets of `first` choose before all others:
    regret does not see that their last place is about to go. A few percent dearer than `optimal`.
    """
    first = problem.first[problem.ticket]
    nobody = np.full(len(problem.unplaced), -1, dtype=np.int64)
    plan = _dealt(problem, nobody, np.flatnonzero(first))
    return _dealt(problem, plan, np.flatnonzero(~first))


def _dealt(problem: Problem, plan: Ints, alive: Ints) -> Ints:
    """The plan after the tickets of the edges `alive` chose among the places it left."""
    plan = plan.copy()
    used = problem.used(plan)
    room = problem.room - used
    alive = alive[room[problem.agent[alive]] > 0]
    while len(alive):
        ticket, agent = problem.ticket[alive], problem.agent[alive]
        cost = problem.cost[alive] + problem.place[(problem.begin[:-1] + used)[agent]]
        best, regret = _regrets(ticket, cost, problem.unplaced)
        worth = cost[best] < problem.unplaced[ticket[best]]  # prices only rise: no second look
        best, regret = best[worth], regret[worth]
        taken = best[_winners(agent[best], regret, room)]
        plan[ticket[taken]] = alive[taken]
        count = np.bincount(agent[taken], minlength=len(room))
        room, used = room - count, used + count
        hopeful = np.isin(ticket, ticket[best]) & (plan[ticket] < 0) & (room[agent] > 0)
        alive = alive[hopeful]
    return plan


def total_cost(problem: Problem, plan: Ints) -> int:
    """The cost of a plan in millionths: its edges, the places they take, and the unplaced."""
    _, place = _numbered(problem.used(plan), problem.begin)
    unplaced = problem.unplaced[plan < 0]
    return int(problem.cost[plan[plan >= 0]].sum() + problem.place[place].sum() + unplaced.sum())


def _places(problem: Problem) -> tuple[Ints, Ints]:
    """Agent and price of every place that could be used."""
    wanted = np.bincount(problem.agent, minlength=len(problem.begin) - 1)
    agent, place = _numbered(np.minimum(problem.room, wanted), problem.begin)
    return agent, problem.place[place]


def _numbered(count: Ints, begin: Ints) -> tuple[Ints, Ints]:
    """`count[j]` times each j, and beside it `begin[j]`, `begin[j] + 1`, ..."""
    whose = np.repeat(np.arange(len(count)), count)
    order = np.arange(len(whose)) - np.repeat(np.cumsum(count) - count, count)
    return whose, begin[whose] + order


def _regrets(ticket: Ints, cost: Ints, unplaced: Ints) -> tuple[Ints, Ints]:
    """For each ticket with an edge: its cheapest edge (the first such) and its regret."""
    start = np.flatnonzero(np.r_[True, ticket[1:] != ticket[:-1]])
    size = np.diff(np.r_[start, len(ticket)])
    least = np.minimum.reduceat(cost, start)
    cheapest = np.flatnonzero(cost == np.repeat(least, size))
    best = cheapest[np.r_[True, np.diff(ticket[cheapest]) > 0]]
    others = cost.copy()
    others[best] = np.iinfo(np.int64).max
    second = np.minimum.reduceat(others, start)
    return best, np.minimum(second, unplaced[ticket[best]]) - least


def _winners(agent: Ints, regret: Ints, room: Ints) -> Bools:
    """Which of the tickets that want an agent get their wish in this round."""
    order = np.lexsort((-regret, agent))
    ranked = agent[order]
    first = np.searchsorted(ranked, ranked)
    won = np.zeros(len(agent), dtype=bool)
    allowed = np.maximum(room // _BATCH, 1)
    won[order] = np.arange(len(agent)) - first < allowed[ranked]
    return won

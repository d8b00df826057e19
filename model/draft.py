"""A plan in the making: edges priced, solved, completed, and cut down to what played a part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from model import cost
from model.assignment import MILLION, Problem, greedy, total_cost
from model.columns import Bools, Floats, Ints
from model.decision import PlanFigures
from model.look import Look
from model.pairs import PairRisks, picked, stacked
from model.score import Edges, find, joined, places_of, score
from model.shortlist import shortlist
from model.sieve import sifted
from model.tolls import NOWHERE, bound, tolls

Risks = Callable[[Edges], PairRisks]
Solver = Callable[[Problem], Ints]
_ROUNDS: Final = 20  # each one places a ticket at least, nearly always all that can be
_FEW: Final = 80  # edges a ticket that a plan may carry on; of more, those that played a part


@dataclass(frozen=True, slots=True)
class Draft:
    """Priced edges and a plan over them: `kept` (n_e,) were looked at, `toll` as in `tolls`.

    With `four_dimensions` there are no risks yet.
    """

    edges: Edges
    known: PairRisks | None
    terms: cost.Terms
    problem: Problem
    edge: Ints
    toll: Ints
    kept: Bools

    @property
    def agent(self) -> Ints:
        """The agent's row of each ticket, -1 for none."""
        return np.append(self.edges.agent, -1)[self.edge]


def drafted(look: Look, edges: Edges, known: PairRisks | None, solver: Solver) -> Draft:
    """The plan of `solver` over these edges; `known` are their risks where they are asked for."""
    terms, problem = _priced(look, edges, known, look.columns.taken)
    found = sifted(problem, solver, look.columns.owner[edges.ticket] == edges.agent)
    return Draft(edges, known, terms, problem, found.plan, found.toll, found.kept)


def completed(look: Look, draft: Draft, risks: Risks, solver: Solver) -> Draft:
    """The plan after tickets left over were offered to every agent with a place left.

    The shortlist can leave a ticket without a place though an agent it did not contain has one;
    this ends only when no such agent is left (or only dearer than waiting). What was placed
    before stays.
    """
    columns, policy = look.columns, look.policy
    for _ in range(_ROUNDS):
        agent = draft.agent
        used = columns.taken + np.bincount(agent[agent >= 0], minlength=len(columns.capacity))
        left = np.flatnonzero((agent < 0) & ~look.complete(draft.edges))
        free = used < columns.capacity
        if not (len(left) and free.any()):
            break
        count = policy.candidates_per_ticket
        more = shortlist(look.eligibility, look.dimensions, policy.weights, left, free, count)
        known = None if draft.known is None else risks(more)
        placed = np.append(more.agent, -1)[solver(_priced(look, more, known, used)[1])]
        if not (placed >= 0).any():
            break
        draft = _extended(look, draft, more, known, np.where(placed >= 0, placed, agent))
    return draft


def _extended(look: Look, draft: Draft, more: Edges, known: PairRisks | None, agent: Ints) -> Draft:
    """The draft with further edges, by which more tickets have an agent (n_t,)."""
    edges, rows = joined(draft.edges, more)
    kept = np.concatenate([draft.kept, np.ones(len(more), dtype=bool)])[rows]
    if draft.known is not None and known is not None:
        known = stacked(draft.known, known, rows)
    terms, problem = _priced(look, edges, known, look.columns.taken)
    edge = find(edges, agent)
    return Draft(edges, known, terms, problem, edge, tolls(problem, edge), kept)


def narrowed(look: Look, draft: Draft, top: int) -> Draft:
    """The draft without edges that played no part, where there are very many of them."""
    edges = draft.edges
    if len(edges) <= _FEW * len(look.weight):
        return draft
    everybody = np.ones(len(look.columns.capacity), dtype=bool)
    best = shortlist(
        look.eligibility, look.dimensions, look.policy.weights,
        np.arange(len(look.weight)), everybody, 2 * top,
    )  # fmt: skip
    kept = draft.kept.copy()
    kept[draft.edge[draft.edge >= 0]] = True
    kept[places_of(edges, best)] = True
    rows = np.flatnonzero(kept)
    known = None if draft.known is None else picked(draft.known, rows)
    terms = {name: amount[rows] for name, amount in draft.terms.items()}
    edge = find(edges.at(rows), draft.agent)
    problem, everywhere = draft.problem.part(rows), np.ones(len(rows), dtype=bool)
    return Draft(edges.at(rows), known, terms, problem, edge, draft.toll, everywhere)


def figures(look: Look, draft: Draft) -> tuple[Draft, PlanFigures]:
    """What the plan costs, what a greedy one over the same edges does, and what none can beat.

    With the greedy plan for the draft's where that is cheaper: possible only after a round of
    `completed`, which does not look back.
    """
    rows, problem = np.flatnonzero(draft.kept), draft.problem
    other = np.append(rows, -1)[greedy(problem.part(rows))]
    costs = total_cost(problem, draft.edge), total_cost(problem, other)
    if costs[1] < costs[0]:
        draft = replace(draft, edge=other)
    told = (min(costs), costs[1], _beaten_by_none(look, draft))
    return draft, PlanFigures(*(each / MILLION for each in told))


def _beaten_by_none(look: Look, draft: Draft) -> int:
    """The better of two bounds: by the plan's tolls, and by what each agent's next place costs.

    The tolls of a plan that was completed can be far off.
    """
    few = np.flatnonzero(~look.complete(draft.edges))
    lost, rules, problem = np.zeros(len(few)), look.eligibility, draft.problem
    if draft.known is not None and len(few):
        weight, floor = look.weight[few], PairRisks(*look.assessor.floor(few))
        lost = cost.loss(weight, floor, look.policy.prices)
    least = cost.at_least(lost + look.moves.price[few])
    elsewhere = np.full(len(look.weight), NOWHERE, dtype=np.int64)

    def proven(toll: Ints) -> int:
        eligible = np.where(rules.lasting & rules.ready, toll, NOWHERE)
        elsewhere[few] = least + eligible.min(axis=1, initial=NOWHERE)[rules.profile[few]]
        return bound(problem, toll, elsewhere)

    cheapest = np.append(problem.place, NOWHERE)[problem.begin[:-1]]
    return max(proven(draft.toll), proven(np.where(problem.room > 0, cheapest, NOWHERE)))


def _priced(
    look: Look, edges: Edges, known: PairRisks | None, taken: Ints
) -> tuple[cost.Terms, Problem]:
    """The edges' terms, and the problem they make with the places that are not `taken`."""
    columns, prices, waits = look.columns, look.policy.prices, look.waits
    if known is None:
        terms = {"score": 1.0 - score_of(look, edges)}
        unplaced = np.full(len(look.weight), 1.0 + prices.unplaced)
        waits = None
    else:
        terms = cost.expected_loss(edges, look.weight, known, columns, waits, prices)
        as_it_is = cost.loss(look.weight, look.as_is, prices)
        unplaced = as_it_is + look.weight * prices.unplaced
        if waits is not None and prices.ahead:
            rules = look.eligibility
            terms["ahead"] = cost.ahead(edges, columns, rules, waits, prices.ahead)
    terms["hand_over"] = cost.hand_over(edges, columns, look.moves)
    costs = np.sum(list(terms.values()), axis=0), unplaced
    places = cost.places(columns, taken, waits, prices)
    return terms, cost.problem(edges, costs, columns, look.moves, places)


def score_of(look: Look, edges: Edges) -> Floats:
    """The four-dimension score of each edge, (n_e,)."""
    return score(look.dimensions, edges.ticket, edges.agent, look.policy.weights)

"""From an assessed desk to one plan: candidates, their risks, the optimum, and nobody forgotten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from model import cost
from model.assessment import AssessorLike, ChanceLike, DimensionsLike, RiskLike
from model.assignment import MILLION, Problem, greedy, total_cost
from model.columns import Bools, Columns, Floats, Ints
from model.decision import PlanFigures
from model.eligibility import Eligibility
from model.moves import Moves
from model.pairs import PairRisks, picked, spread, stacked
from model.policy import Policy
from model.score import Edges, find, joined, places_of, score
from model.shortlist import shortlist
from model.sieve import sifted
from model.tolls import NOWHERE, bound, tolls
from model.waits import Waits

Risks = Callable[[Edges], PairRisks]
Solver = Callable[[Problem], Ints]
_ROUNDS: Final = 20  # each one places a ticket at least, nearly always all that can be
_PAIRS: Final = 16_000_000  # that are held at once: some 40 bytes each
_FEW: Final = 80  # edges a ticket that a plan may carry on; of more, those that played a part


@dataclass(frozen=True, slots=True)
class Look:
    """An assessed desk: what the plan is made from; without `waits` nobody is thought to wait."""

    columns: Columns
    eligibility: Eligibility
    assessor: AssessorLike
    as_is: RiskLike
    dimensions: DimensionsLike
    weight: Floats
    moves: Moves
    waits: Waits | None
    policy: Policy


@dataclass(frozen=True, slots=True)
class Plan:
    """The candidates of all tickets, and the one each ticket goes to.

    `edge` (n_t,) is the chosen edge, -1 for none; `hold` (n_t,) marks tickets that may wait for
    an owner who is away; `risks` are NaN at edges that nobody looks at; `terms` (`cost`) say what
    each edge costs.
    """

    edges: Edges
    score: Floats
    risks: PairRisks
    edge: Ints
    hold: Bools
    terms: cost.Terms
    figures: PlanFigures | None = None

    @property
    def agent(self) -> Ints:
        """The agent's row of each ticket, -1 for none."""
        return np.append(self.edges.agent, -1)[self.edge]

    def timeout(self, as_is: ChanceLike) -> Floats:
        """The timeout risk of each ticket under the plan, as it is where it goes to nobody."""
        planned = np.append(self.risks.timeout, np.nan)[self.edge]
        return np.where(self.edge >= 0, planned, as_is.timeout)


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


def make(look: Look, risks: Risks, solver: Solver, top: int) -> Plan:
    """The plan of the whole queue; `risks` and `solver` are what the deadline left of them.

    With `four_dimensions` only the risks of chosen and shown candidates are asked for: `top`
    a ticket.
    """
    edges = candidates(look, top)
    known = risks(edges) if look.policy.objective == "expected_loss" else None
    draft = _completed(look, _drafted(look, edges, known, solver), risks, solver)
    figures = _figures(look, draft)
    draft = _narrowed(look, draft, top)
    hold, scored = look.moves.hold, _score(look, draft.edges)
    known = draft.known
    if known is None:
        away = to_the_absent(look, draft.edges, hold)
        rows = shown(draft.edges, scored, draft.edge, max(top, 1), away)
        known = spread(risks(draft.edges.at(rows)), rows, len(draft.edges))
    return Plan(draft.edges, scored, known, draft.edge, hold, draft.terms, figures)


def every_candidate(look: Look, top: int) -> Edges:
    """The pairs that every hard rule but capacity allows now, on a large desk the shortlist.

    The best `top` of each ticket are among them (`_breadth`).
    """
    rows, everybody = np.arange(len(look.weight)), np.ones(len(look.columns.capacity), dtype=bool)
    return shortlist(
        look.eligibility,
        look.dimensions,
        look.policy.weights,
        rows,
        everybody,
        _breadth(look, top),
    )


def _breadth(look: Look, top: int) -> int:
    """How long a shortlist is: half of it are the best by score, and `top` of those are shown."""
    most = max(_PAIRS // max(len(look.weight), 1), 1)
    return max(min(look.policy.candidates_per_ticket, most), 2 * top)


def candidates(look: Look, top: int) -> Edges:
    """The pairs to choose from: of each ticket its shortlist, and its owner while they may keep it.

    An owner who is away is one of them where the ticket may wait for them (`moves.hold`).
    """
    owner, rows = look.columns.owner, np.arange(len(look.weight))
    stays = np.flatnonzero(look.eligibility.allows(rows, owner) | look.moves.hold)
    return joined(every_candidate(look, top), Edges(stays, owner[stays]))[0]


def to_the_absent(look: Look, edges: Edges, hold: Bools) -> Bools:
    """Bool (n,): the edges by which a ticket waits for its owner, who is away."""
    absent: Bools = hold[edges.ticket] & (look.columns.owner[edges.ticket] == edges.agent)
    return absent


def shown(edges: Edges, scored: Floats, edge: Ints, top: int, away: Bools | None = None) -> Ints:
    """The edges to show, by ticket: the chosen one, then the best scores, at most `top`.

    Edges marked `away` (n,) are shown only if chosen: nobody who is away may take a ticket.
    """
    chosen = np.zeros(len(edges), dtype=bool)
    chosen[edge[edge >= 0]] = True
    order = np.lexsort((edges.agent, -scored, ~chosen, edges.ticket))
    if away is not None:
        order = order[(chosen | ~away)[order]]
    ticket = edges.ticket[order]
    rank = np.arange(len(order)) - np.searchsorted(ticket, ticket)
    return order[rank < top]


def _drafted(look: Look, edges: Edges, known: PairRisks | None, solver: Solver) -> Draft:
    terms, problem = _priced(look, edges, known, look.columns.taken)
    found = sifted(problem, solver, look.columns.owner[edges.ticket] == edges.agent)
    return Draft(edges, known, terms, problem, found.plan, found.toll, found.kept)


def _completed(look: Look, draft: Draft, risks: Risks, solver: Solver) -> Draft:
    """The plan after tickets left over were offered to every agent with a place left.

    The shortlist can leave a ticket without a place though an agent it did not contain has one;
    this ends only when no such agent is left (or only dearer than waiting). What was placed
    before stays.
    """
    columns, policy = look.columns, look.policy
    for _ in range(_ROUNDS):
        agent = draft.agent
        used = columns.taken + np.bincount(agent[agent >= 0], minlength=len(columns.capacity))
        left, free = (
            np.flatnonzero((agent < 0) & ~_complete(look, draft.edges)),
            used < columns.capacity,
        )
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


def _narrowed(look: Look, draft: Draft, top: int) -> Draft:
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


def _figures(look: Look, draft: Draft) -> PlanFigures:
    """What the plan costs, what a greedy one over the same edges does, and what none can beat."""
    rows, problem = np.flatnonzero(draft.kept), draft.problem
    part = problem.part(rows)
    least = np.zeros(len(look.weight))
    if draft.known is not None:
        least = look.weight * look.policy.prices.timeout * look.assessor.floor()
    elsewhere = cost.elsewhere(look.moves, least, _complete(look, draft.edges), NOWHERE)
    return PlanFigures(
        cost=total_cost(problem, draft.edge) / MILLION,
        greedy=total_cost(part, greedy(part)) / MILLION,
        bound=bound(problem, draft.toll, elsewhere) / MILLION,
    )


def _complete(look: Look, edges: Edges) -> Bools:
    """Bool (n_t,): whether everybody who may take the ticket is among its edges."""
    may = (look.eligibility.lasting & look.eligibility.ready).sum(axis=1)
    wanted = may[look.eligibility.profile] + look.moves.hold
    complete: Bools = np.bincount(edges.ticket, minlength=len(wanted)) >= wanted
    return complete


def _priced(
    look: Look, edges: Edges, known: PairRisks | None, taken: Ints
) -> tuple[cost.Terms, Problem]:
    """The edges' terms, and the problem they make with the places that are not `taken`."""
    columns, prices, waits = look.columns, look.policy.prices, look.waits
    if known is None:
        terms = {"score": 1.0 - _score(look, edges)}
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


def _score(look: Look, edges: Edges) -> Floats:
    return score(look.dimensions, edges.ticket, edges.agent, look.policy.weights)

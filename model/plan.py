"""From an assessed desk to one plan: candidates, their risks, the optimum, and nobody forgotten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from model import assignment, cost
from model.assessment import AssessorLike, ChanceLike, DimensionsLike, RiskLike
from model.columns import Bools, Columns, Floats, Ints
from model.eligibility import Eligibility
from model.pairs import PairRisks, spread, stacked
from model.policy import Policy
from model.score import Edges, find, joined, score, shortlist

Risks = Callable[[Edges], PairRisks]
Solver = Callable[[assignment.Problem], Ints]
_ROUNDS: Final = 20  # each one places a ticket at least, nearly always all that can be


@dataclass(frozen=True, slots=True)
class Look:
    """An assessed desk: what the plan is made from."""

    columns: Columns
    eligibility: Eligibility
    assessor: AssessorLike
    as_is: RiskLike
    dimensions: DimensionsLike
    weight: Floats
    policy: Policy


@dataclass(frozen=True, slots=True)
class Plan:
    """The candidates of all tickets, and the one each ticket goes to.

    `edge` (n_t,) is the chosen edge, -1 for none; `hold` (n_t,) marks tickets that may wait for
    an owner who is away; `risks` are NaN at edges that nobody looks at.
    """

    edges: Edges
    score: Floats
    risks: PairRisks
    edge: Ints
    hold: Bools
    cost: float

    @property
    def agent(self) -> Ints:
        """The agent's row of each ticket, -1 for none."""
        return np.append(self.edges.agent, -1)[self.edge]

    def timeout(self, as_is: ChanceLike) -> Floats:
        """The timeout risk of each ticket under the plan, as it is where it goes to nobody."""
        planned = np.append(self.risks.timeout, np.nan)[self.edge]
        return np.where(self.edge >= 0, planned, as_is.timeout)


def make(look: Look, risks: Risks, solver: Solver, top: int) -> Plan:
    """The plan of the whole queue; `risks` and `solver` are what the deadline left of them.

    With `four_dimensions` only the risks of chosen and shown candidates are asked for: `top`
    a ticket.
    """
    edges, hold = candidates(look, top)
    by_risk = look.policy.objective == "expected_loss"
    known = risks(edges) if by_risk else None
    agent = _solved(look, edges, known, hold, solver, look.columns.taken)
    edges, known, agent = _completed(look, edges, known, agent, hold, risks, solver)
    edge = find(edges, agent)
    scored = _score(look, edges)
    priced = _priced(look, edges, known, hold, look.columns.taken)
    total = assignment.total_cost(priced, edge) / assignment.MILLION
    if known is None:
        away = to_the_absent(look, edges, hold)
        rows = shown(edges, scored, edge, max(top, 1), away)
        part = Edges(edges.ticket[rows], edges.agent[rows])
        known = spread(risks(part), rows, len(edges))
    return Plan(edges, scored, known, edge, hold, total)


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
    return max(look.policy.candidates_per_ticket, 2 * top)


def candidates(look: Look, top: int) -> tuple[Edges, Bools]:
    """The pairs to choose from, and which tickets (n_t,) may wait for an owner who is away.

    A started or pinned ticket stays possible with an owner who fails only rules that pass
    (status, shift). It is offered to others only if that owner holds more such tickets than
    they have places: the excess must move.
    """
    columns, policy = look.columns, look.policy
    rows, owner = np.arange(len(columns.owner)), columns.owner
    ready = look.eligibility.allows(rows, owner)
    lasting = (columns.started | columns.pinned) & look.eligibility.fits(rows, owner)
    hold = lasting & ~ready
    held = columns.taken + np.bincount(owner[hold], minlength=len(columns.capacity))
    crowded = np.append(held > columns.capacity, False)[owner]
    everybody = np.ones(len(columns.capacity), dtype=bool)
    others = shortlist(
        look.eligibility,
        look.dimensions,
        policy.weights,
        rows[~hold | crowded],
        everybody,
        _breadth(look, top),
    )
    stay = np.flatnonzero(ready | hold)
    return joined(others, Edges(stay, owner[stay]))[0], hold


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


def _completed(
    look: Look,
    edges: Edges,
    known: PairRisks | None,
    agent: Ints,
    hold: Bools,
    risks: Risks,
    solver: Solver,
) -> tuple[Edges, PairRisks | None, Ints]:
    """The plan after tickets left over were offered to every agent with a place left.

    The shortlist can leave a ticket without a place though an agent it did not contain has one;
    this ends only when no such agent is left (or only dearer than waiting). What was placed
    before stays.
    """
    columns = look.columns
    for _ in range(_ROUNDS):
        used = columns.taken + np.bincount(agent[agent >= 0], minlength=len(columns.capacity))
        left, free = np.flatnonzero(agent < 0), used < columns.capacity
        if not (len(left) and free.any()):
            break
        count = look.policy.candidates_per_ticket
        more = shortlist(look.eligibility, look.dimensions, look.policy.weights, left, free, count)
        more_known = None if known is None else risks(more)
        placed = _solved(look, more, more_known, hold, solver, used)
        if not (placed >= 0).any():
            break
        agent = np.where(placed >= 0, placed, agent)
        edges, rows = joined(edges, more)
        if known is not None and more_known is not None:
            known = stacked(known, more_known, rows)
    return edges, known, agent


def _solved(
    look: Look, edges: Edges, known: PairRisks | None, hold: Bools, solver: Solver, taken: Ints
) -> Ints:
    plan = solver(_priced(look, edges, known, hold, taken))
    return np.append(edges.agent, -1)[plan]


def _priced(
    look: Look, edges: Edges, known: PairRisks | None, hold: Bools, taken: Ints
) -> assignment.Problem:
    prices = look.policy.prices
    if known is None:
        costs = cost.four_dimensions(_score(look, edges), len(look.weight), prices)
    else:
        costs = cost.expected_loss(edges, look.weight, known, look.as_is, prices)
    return cost.problem(edges, costs, look.columns, hold, taken, prices)


def _score(look: Look, edges: Edges) -> Floats:
    return score(look.dimensions, edges.ticket, edges.agent, look.policy.weights)

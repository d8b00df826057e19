"""From an assessed desk to one plan: candidates, their risks, the optimum, and nobody forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from model.assessment import ChanceLike
from model.columns import Bools, Floats, Ints
from model.cost import Terms
from model.decision import PlanFigures
from model.draft import (
    Risks,
    Solver,
    completed,
    drafted,
    figures,
    narrowed,
    score_of,
    terms_of,
)
from model.look import Look
from model.pairs import PairRisks, spread
from model.score import Edges, find, joined
from model.shortlist import shortlist

__all__ = [
    "Look", "Lots", "Plan", "Risks", "Solver", "candidates", "every_candidate", "given", "make",
    "shown", "to_the_absent",
]  # fmt: skip

AT_ONCE: Final = 500_000
"""Pairs that are looked at in any case: a tenth of a second. So small desks are planned whole."""
_PAIRS: Final = 16_000_000  # that are held at once: some 40 bytes each


@dataclass(frozen=True, slots=True, eq=False)
class Lots:
    """The near-ties among which agents were drawn (`model.explore`).

    Those of ticket row `ticket[i]` (k,) are the edges `edge[starts[i]:starts[i + 1]]`, cheapest
    first; `dearer` says by how much than the edge `planned[i]`.
    """

    ticket: Ints
    planned: Ints
    starts: Ints
    edge: Ints
    dearer: Floats


@dataclass(frozen=True, slots=True)
class Plan:
    """The candidates of all tickets, and the one each ticket goes to.

    `edge` (n_t,) is the chosen edge, -1 for none; `hold` (n_t,) marks tickets that may wait for
    an owner who is away; `risks` are NaN at edges that nobody looks at; `terms` (`cost`) say what
    each edge costs; `lots` where agents were drawn.
    """

    edges: Edges
    score: Floats
    risks: PairRisks
    edge: Ints
    hold: Bools
    terms: Terms
    figures: PlanFigures | None = None
    lots: Lots | None = None

    @property
    def agent(self) -> Ints:
        """The agent's row of each ticket, -1 for none."""
        return np.append(self.edges.agent, -1)[self.edge]

    def drawn_for(self, agents: int) -> Bools:
        """Bool (agents,): who is one of the near-ties among whom a lot was drawn."""
        found = np.zeros(agents, dtype=bool)
        if self.lots is not None:
            found[self.edges.agent[self.lots.edge]] = True
        return found

    def timeout(self, as_is: ChanceLike) -> Floats:
        """The timeout risk of each ticket under the plan, as it is where it goes to nobody."""
        planned = np.append(self.risks.timeout, np.nan)[self.edge]
        return np.where(self.edge >= 0, planned, as_is.timeout)


def make(look: Look, risks: Risks, solver: Solver, top: int) -> Plan:
    """The plan of the whole queue; `risks` and `solver` are what the deadline left of them.

    With `four_dimensions` only the risks of chosen and shown candidates are asked for: `top`
    a ticket.
    """
    edges = candidates(look, top)
    known = risks(edges) if look.policy.objective == "expected_loss" else None
    draft = completed(look, drafted(look, edges, known, solver), risks, solver)
    draft, told = figures(look, draft)
    draft = narrowed(look, draft, top)
    hold, scored = look.moves.hold, score_of(look, draft.edges)
    known = draft.known
    if known is None:
        away = to_the_absent(look, draft.edges, hold)
        rows = shown(draft.edges, scored, draft.edge, max(top, 1), away)
        known = spread(risks(draft.edges.at(rows)), rows, len(draft.edges))
    return Plan(draft.edges, scored, known, draft.edge, hold, draft.terms, told)


def given(look: Look, agent: Ints, hold: Bools, risks: Risks, top: int) -> Plan:
    """The plan that somebody else made: each ticket goes to `agent` (n_t,), -1 for nobody.

    `hold` (n_t,) are the tickets that may wait for an owner who is away. Risks are asked for only
    of the chosen and shown candidates, and no bound is certified.
    """
    placed = np.flatnonzero(agent >= 0)
    edges, _ = joined(every_candidate(look, top), Edges(placed, agent[placed]))
    rows = np.sort(shown(edges, score_of(look, edges), find(edges, agent), max(top, 1)))
    edges = edges.at(rows)
    known, scored = risks(edges), score_of(look, edges)
    return Plan(edges, scored, known, find(edges, agent), hold, terms_of(look, edges, known))


def every_candidate(look: Look, top: int) -> Edges:
    """Pairs that every hard rule but capacity allows now: of each ticket its shortlist.

    The best `top` of each ticket are among them (`_breadth`).
    """
    return _listed(look, _breadth(look, top))


def _listed(look: Look, count: int) -> Edges:
    rows, everybody = np.arange(len(look.weight)), np.ones(len(look.columns.capacity), dtype=bool)
    weights = look.policy.weights
    return shortlist(look.eligibility, look.dimensions, weights, rows, everybody, count)


def _breadth(look: Look, top: int) -> int:
    """How long a shortlist is: half of it are the best by score, and `top` of those are shown."""
    most = max(_PAIRS // max(len(look.weight), 1), 1)
    return max(min(look.policy.candidates_per_ticket, most), 2 * top)


def candidates(look: Look, top: int) -> Edges:
    """The pairs to choose from: of each ticket its shortlist, as long as `AT_ONCE` allows.

    And its owner while they may keep it. An owner who is away is one of them where the ticket may
    wait for them (`moves.hold`).
    """
    owner, rows = look.columns.owner, np.arange(len(look.weight))
    stays = np.flatnonzero(look.eligibility.allows(rows, owner) | look.moves.hold)
    count = max(_breadth(look, top), AT_ONCE // max(len(rows), 1))
    return joined(_listed(look, count), Edges(stays, owner[stays]))[0]


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

"""Drawing lots among near-ties, so that the log can judge what another choice would have brought.

A log of a plan that always takes the cheapest agent says nothing of the others. So for a share of
the new tickets (`policy.explore`) the agent is drawn, and the chance of it kept: the propensity of
off-policy evaluation (`experiments.ope`). In this order, nothing but the last step by chance:

1. Tickets that nobody owns, that are not urgent, and that the plan gives to somebody take part if
   their coin is below `share`.
2. Their near-ties, the lowest coin first: the planned agent, and who has a place left and costs,
   that place included, at most `within` more; of these the cheapest, `among` with the planned one.
   Who is a near-tie of one ticket is none of a later one's. Where nobody else is left there is
   nothing to draw.
3. One of the n near-ties, each with the chance 1 / n.

So all sets are fixed before any lot is drawn, and disjoint: capacity holds whatever is drawn, the
chance is the true one, and a lot costs the plan at most `within`. Coin and lot of a ticket are
digits of SHA-256 of seed, moment and ticket id: the same request is always answered alike.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from model.columns import URGENT, Bools, Floats, Ints
from model.decision import Explored, NearTie, Scores
from model.plan import Look, Lots, Plan
from model.rooms import rooms_of

_DIGITS: Final = 64  # bits of a coin, and of a lot


Choice = Callable[[Look, Plan, Lots], Ints]
"""Of each ticket's near-ties the one taken: its place (k,) in `Lots.edge`."""


def by_lot(look: Look, _plan: Plan, lots: Lots) -> Ints:
    """Each near-tie with the same chance."""
    _, luck = _luck(look, lots.ticket)
    return lots.starts[:-1] + (luck * np.diff(lots.starts)).astype(np.int64)


def explored(look: Look, plan: Plan, choice: Choice = by_lot) -> Plan:
    """The plan after lots were drawn; the plan itself where the policy draws none.

    Experiments put another `choice` in the place of the lot, all else alike; what is told of
    propensities is true of lots alone.
    """
    policy = look.policy.explore
    if policy.share == 0:
        return plan
    new = ~look.columns.owned & (look.columns.tier < URGENT) & (plan.edge >= 0)
    rows = np.flatnonzero(new)
    coin, _ = _luck(look, rows)
    order = np.argsort(coin, kind="stable")
    lots = _near_ties(look, plan, rows[order[coin[order] < policy.share]])
    return _settled(plan, lots, choice(look, plan, lots))


def _luck(look: Look, rows: Ints) -> tuple[Floats, Floats]:
    """The coin and the lot of each ticket row (n,), in [0, 1)."""
    columns = look.columns
    about = f"{look.policy.explore.seed}\0{columns.as_of_us}\0"
    found = np.empty((2, len(rows)))
    for at, ticket_id in enumerate(columns.ticket_ids[rows].tolist()):
        digest = hashlib.sha256(f"{about}{ticket_id}".encode()).digest()
        found[:, at] = [_digits(digest[:8]), _digits(digest[8:16])]
    return found[0], found[1]


def _digits(part: bytes) -> float:
    """A fraction in [0, 1) of 53 bits: those that a float holds.

    >>> _digits(bytes([0] * 8)), _digits(bytes([128] + [0] * 7)), _digits(bytes([255] * 8)) < 1
    (0.0, 0.5, True)
    """
    return (int.from_bytes(part, "big") >> (_DIGITS - 53)) / 2.0**53


def _near_ties(look: Look, plan: Plan, rows: Ints) -> Lots:
    """The near-ties of the ticket `rows`, the first of which chooses first."""
    rooms, edges, policy = rooms_of(look, plan), plan.edges, look.policy.explore
    cost: Floats = np.sum(list(plan.terms.values()), axis=0)
    start, end = (np.searchsorted(edges.ticket, rows, side) for side in ("left", "right"))
    open_to = ~rooms.full
    asked: Bools = np.zeros(len(open_to), dtype=bool)
    found: list[tuple[int, Ints, Floats]] = []
    for row, first, last in zip(rows.tolist(), start.tolist(), end.tolist(), strict=True):
        planned = int(plan.edge[row])
        if asked[edges.agent[planned]]:
            continue
        near = np.arange(first, last)
        agent = edges.agent[near]
        paid = cost[planned] + rooms.last[edges.agent[planned]]
        dearer = np.where(near == planned, 0.0, cost[near] + rooms.next[agent] - paid)
        able = (open_to[agent] & ~asked[agent]) | (near == planned)
        kept = np.flatnonzero(able & (dearer <= policy.within))
        if len(kept) > 1:
            nearest = np.lexsort((dearer[kept], near[kept] != planned))[: policy.among]
            kept = kept[nearest[np.argsort(dearer[kept[nearest]], kind="stable")]]
            asked[agent[kept]] = True
            found.append((row, near[kept], dearer[kept]))
    return _lots(plan, sorted(found, key=lambda each: each[0]))


def _lots(plan: Plan, found: list[tuple[int, Ints, Floats]]) -> Lots:
    ticket = np.array([row for row, _, _ in found], dtype=np.int64)
    sizes = [len(edge) for _, edge, _ in found]
    return Lots(
        ticket=ticket,
        planned=plan.edge[ticket],
        starts=np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]),
        edge=np.concatenate([np.empty(0, np.int64), *(edge for _, edge, _ in found)]),
        dearer=np.concatenate([np.empty(0), *(dearer for _, _, dearer in found)]),
    )


def _settled(plan: Plan, lots: Lots, place: Ints) -> Plan:
    """The plan in which each ticket of `lots` goes to the near-tie at its `place` (k,)."""
    edge = plan.edge.copy()
    edge[lots.ticket] = lots.edge[place]
    figures = plan.figures
    if figures is not None:
        figures = replace(figures, cost=figures.cost + float(lots.dearer[place].sum()))
    return replace(plan, edge=edge, figures=figures, lots=lots)


def told_of(look: Look, plan: Plan, placed: Ints) -> Sequence[Explored | None] | None:
    """What is told of the lot of each of the ticket rows `placed` (n,), None where none was drawn.

    None for all where the policy draws none.
    """
    lots = plan.lots
    if lots is None:
        return None
    told: dict[int, Explored] = {}
    ids, agents = look.columns.agent_ids, plan.edges.agent
    for at, row in enumerate(lots.ticket.tolist()):
        part = slice(int(lots.starts[at]), int(lots.starts[at + 1]))
        ties = _ties(look, plan, row, lots.edge[part], lots.dearer[part])
        planned = str(ids[agents[lots.planned[at]]])
        told[row] = Explored(1.0 / len(ties), planned, ties)
    return [told.get(row) for row in placed.tolist()]


def _ties(look: Look, plan: Plan, row: int, edge: Ints, dearer: Floats) -> tuple[NearTie, ...]:
    dims, agent = look.dimensions, plan.edges.agent[edge]
    skill, load = dims.skill(np.full(len(agent), row), agent), dims.load[agent]
    whole = float(dims.value[row]), float(dims.urgency[row])
    columns = (
        look.columns.agent_ids[agent], dearer, plan.score[edge], skill, load,
        plan.risks.timeout[edge],
    )  # fmt: skip
    return tuple(
        NearTie(agent_id, more, score, Scores(*whole, skilled, loaded), timeout)
        for agent_id, more, score, skilled, loaded, timeout in zip(
            *(column.tolist() for column in columns), strict=True
        )
    )

"""Why this agent, and why not the next one: the plan's costs beside those of its alternatives.

A ticket with agent j costs the terms of its edge (`model.cost`) and `place`: the last place of
j's queue that the plan uses, which is what would be saved without the ticket. With another agent
k it would cost the terms of that edge and k's next place. In an optimal plan no other agent with a
place left is cheaper, so the runner-up is the cheapest of them, and of the full ones those who are
cheaper still. What would have made them first is the first single change that suffices: no
hand-over, an earlier start, a shorter queue, a lower risk or a higher score.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from model.columns import Floats, Ints
from model.hurdles import PLACE, Pairs, Rivals, first_hurdles
from model.plan import Look, Plan
from model.rooms import Rooms, rooms_of
from model.whys import CostTerms, RunnersUp, Whys

_LAST: Final = 1e6  # price units: what puts one agent behind all others
_NOTHING: Final = 5e-7  # price units: less is no whole millionth


def contrasts(look: Look, plan: Plan) -> Whys:
    """Why each placed ticket (n,) of a plan is where it is, by row."""
    placed = np.flatnonzero(plan.edge >= 0)
    rooms, drawn = rooms_of(look, plan), plan.drawn_for(len(look.columns.capacity))
    names = (*plan.terms, PLACE)
    chosen = _pairs(plan, plan.edge[placed], rooms.last)
    second = _second(plan, chosen, rooms)
    able = np.flatnonzero(second >= 0)
    other = _pairs(plan, second[able], rooms.next)
    more = np.zeros((len(placed), len(names)))
    more[able] = other.amount - chosen.amount[able]
    hurdle, numbers = np.zeros(len(placed), np.int64), np.zeros((len(placed), 2))

    def beside(choices: Pairs, others: Pairs) -> Rivals:
        used, lot = rooms.used[others.agent], drawn[others.agent] | drawn[choices.agent]
        return Rivals(look, plan.risks, plan.score, names, choices, others, used, lot)

    hurdle[able], numbers[able] = first_hurdles(beside(chosen.at(able), other))
    who: list[str | None] = [None] * len(placed)
    ids = look.columns.agent_ids[other.agent].tolist()
    for row, agent in zip(able.tolist(), ids, strict=True):
        who[row] = agent
    return Whys(
        _terms(beside(chosen, chosen)),
        RunnersUp(who, more.sum(axis=1), hurdle, numbers, names, more),
    )


def _pairs(plan: Plan, rows: Ints, place: Floats) -> Pairs:
    agent = plan.edges.agent[rows]
    amounts = [amount[rows] for amount in plan.terms.values()]
    return Pairs(rows, plan.edges.ticket[rows], agent, np.stack([*amounts, place[agent]], axis=1))


def _second(plan: Plan, chosen: Pairs, rooms: Rooms) -> Ints:
    """The edge (n,) of each runner-up, -1 where there is none: see the module's words.

    Where nobody else has a place left, the cheapest of the full ones. Ties: the lower agent row.
    """
    edges, tickets = plan.edges, len(plan.edge)
    found = np.full(len(chosen.row), -1, dtype=np.int64)
    if not len(found):
        return found
    paid = np.full(tickets, np.nan)
    paid[chosen.ticket] = chosen.amount.sum(axis=1)
    cost = np.sum(list(plan.terms.values()), axis=0) + rooms.next[edges.agent]
    cost += _LAST * (rooms.full[edges.agent] & (cost >= paid[edges.ticket]))
    cost[chosen.row] = np.inf
    start = np.flatnonzero(np.diff(edges.ticket, prepend=-1))
    least = np.full(tickets, np.inf)
    least[edges.ticket[start]] = np.minimum.reduceat(cost, start)
    cheapest = np.flatnonzero((cost == least[edges.ticket]) & np.isfinite(cost))[::-1]
    best = np.full(tickets, -1, dtype=np.int64)
    best[edges.ticket[cheapest]] = cheapest  # of equals the first is written last
    return best[chosen.ticket]


def _terms(sides: Rivals) -> CostTerms:
    """What each choice costs, the dearest term first, what comes to nothing left out."""
    chosen, names = sides.chosen, np.array(sides.names, dtype=object)
    order = np.argsort(-chosen.amount, axis=1, kind="stable")
    amount = np.take_along_axis(chosen.amount, order, axis=1)
    kept = np.abs(amount) >= _NOTHING
    number, price = _numbers(sides)
    return CostTerms(
        starts=np.concatenate([[0], np.cumsum(kept.sum(axis=1))]),
        term=names[order][kept].tolist(),
        amount=amount[kept],
        number=np.take_along_axis(number, order, axis=1)[kept],
        price=np.take_along_axis(price, order, axis=1)[kept],
    )


def _numbers(sides: Rivals) -> tuple[Floats, Floats]:
    """What the text of each term (n, k) names, and the price that it is multiplied by."""
    chosen, shape = sides.chosen, sides.chosen.amount.shape
    number, price = np.zeros(shape), np.zeros(shape)
    of_risk = {"timeout": sides.risks.timeout, "escalation": sides.risks.escalation}
    ahead = sides.look.policy.prices.ahead
    for at, name in enumerate(sides.names):
        amount = chosen.amount[:, at]
        if name in of_risk:
            number[:, at] = of_risk[name][chosen.row]
            price[:, at] = amount / np.maximum(number[:, at], 1e-300)
        elif name == "waiting":
            number[:, at] = sides.hours
        elif name == "ahead" and ahead:
            number[:, at] = amount / ahead
        elif name == "score":
            number[:, at] = 1.0 - amount
        elif name == PLACE:
            number[:, at] = sides.used
    return number, price

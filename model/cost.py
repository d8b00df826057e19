"""What a plan costs under a policy: the prices on the edges that `assignment` minimises.

With `P`, `E` the risks of timeout and escalation if ticket i goes to agent j, `d` the hours until
j could begin it (`waits`) and `w_i = 1 + value_i ^ weights.value` (1 where that weight is 0), an
edge costs the sum of its terms:

- `timeout`     `w_i * prices.timeout * P_ij`
- `escalation`  `w_i * prices.escalation * E_ij`
- `waiting`     `w_i * (prices.waiting * prices.timeout * (P_ij(d) - P_ij)
                + prices.late_hour * hours of d past the promise)`
- `ahead`       `prices.ahead * (d - the hours until the first who may take it could begin it)`,
                if that is more than 0; nothing for the owner
- `hand_over`   0 for the owner and for tickets that nobody owns, else `prices.hand_over`, or
                `prices.hand_over_started` once an agent has begun

With the objective `four_dimensions` the terms are `score`, `1 - score_ij`, and `hand_over`.
A ticket placed nowhere costs what it costs as it is, plus `prices.unplaced` (times `w_i`) plus
the hand-over from its owner. One that may wait its turn (`may_wait`) costs, instead of `unplaced`,
what it loses until the first who may take it could begin it (as in `waiting`) plus `prices.pooled`;
for the others the longest wait is added at the price of `ahead`, which leaves nobody out alone.

An agent's n-th place (n from 1, those taken counted) costs `imbalance * (n - 1/2) / capacity`,
plus what the mean open ticket loses (terms `waiting` and `ahead`) by being begun as late as that
place is, compared with the first one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from model.assessment import ChanceLike, DimensionsLike
from model.assignment import MILLION, Problem
from model.columns import URGENT, Bools, Columns, Floats, Ints
from model.eligibility import Eligibility
from model.moves import Moves
from model.policy import Policy, Prices
from model.score import Edges
from model.waits import LONGEST, Waits

Terms = Mapping[str, Floats]
"""The amount of each edge (n_e,) by term, in price units; together they are its cost."""

_STAY: Final = 100.0  # times the dearest edge: dropping a started or pinned ticket is a last resort
_FIXED: Final = 10.0  # likewise, moving one that must not move now
SOON: Final = 0.5
"""Hours: whoever is done by then will be free at one of the next refreshes."""


def worth(dimensions: DimensionsLike, policy: Policy) -> Floats:
    """How much a loss on each ticket weighs (n_t,): `w` of the module's formula, in [1, 2]."""
    if policy.weights.value == 0:
        return np.ones(len(dimensions.value))
    weight: Floats = 1.0 + dimensions.value**policy.weights.value
    return weight


def loss(weight: Floats, risk: ChanceLike, prices: Prices) -> Floats:
    """The expected loss of each row, in price units."""
    lost: Floats = weight * (prices.timeout * risk.timeout + prices.escalation * risk.escalation)
    return lost


def expected_loss(
    edges: Edges,
    weight: Floats,
    pair: ChanceLike,
    columns: Columns,
    waits: Waits | None,
    prices: Prices,
) -> dict[str, Floats]:
    """The terms of each edge but `hand_over` and `ahead`; without `waits` nobody waits."""
    of_ticket = weight[edges.ticket]
    terms = {
        "timeout": of_ticket * prices.timeout * pair.timeout,
        "escalation": of_ticket * prices.escalation * pair.escalation,
    }
    if waits is None:
        return terms
    hours = waits.hours(edges, columns)
    terms["waiting"] = of_ticket * waits.cost(pair.timeout, edges.ticket, hours, prices)
    return terms


def ahead(edges: Edges, columns: Columns, rules: Eligibility, waits: Waits, price: float) -> Floats:
    """The price of each edge that promises a ticket to one who begins later than another could.

    An owner keeps what is theirs: that promises nothing.
    """
    later = waits.hours(edges, columns) - _soonest(rules, waits)[edges.ticket]
    promised = columns.owner[edges.ticket] != edges.agent
    dear: Floats = price * np.maximum(later, 0.0) * promised
    return dear


def may_wait(columns: Columns, rules: Eligibility, waits: Waits | None, prices: Prices) -> Bools:
    """Bool (n_t,): tickets that need not be promised to anybody yet (late binding).

    Nobody has begun them or is pinned to them, they have no owner who may keep them, two agents
    or more may take them, and none of these could begin within `SOON`. An urgent ticket always
    gets a name. Without `prices.ahead` every ticket is promised at once.
    """
    rows = np.arange(len(columns.owner))
    if waits is None or not prices.ahead:
        return np.zeros(len(rows), dtype=bool)
    several = np.count_nonzero(rules.lasting & rules.ready, axis=1)[rules.profile] > 1
    settled = columns.started | columns.pinned | (columns.tier >= URGENT)
    waiting: Bools = several & ~settled & ~rules.allows(rows, columns.owner)
    return waiting & (_soonest(rules, waits) > SOON)


def unplaced(
    weight: Floats,
    as_is: ChanceLike,
    columns: Columns,
    rules: Eligibility,
    waits: Waits | None,
    prices: Prices,
) -> Floats:
    """What each ticket (n_t,) costs with nobody, but for the hand-over from its owner.

    What may not wait its turn is never left out because of `prices.ahead` alone.
    """
    lost = loss(weight, as_is, prices)
    dear: Floats = lost + weight * prices.unplaced + prices.ahead * LONGEST
    rows = np.flatnonzero(may_wait(columns, rules, waits, prices))
    if waits is None or not len(rows):
        return dear
    hours = _soonest(rules, waits)[rows]
    until_then = waits.cost(as_is.timeout[rows], rows, hours, prices)
    dear[rows] = lost[rows] + weight[rows] * until_then + prices.pooled
    return dear


def _soonest(rules: Eligibility, waits: Waits) -> Floats:
    """Hours until the first agent who may take each ticket (n_t,) could begin it."""
    everybody = np.where(rules.lasting & rules.ready, waits.free, np.inf)
    soonest: Floats = everybody.min(axis=1, initial=np.inf)[rules.profile]
    return soonest


def hand_over(edges: Edges, columns: Columns, moves: Moves) -> Floats:
    """The price of the hand-over that each edge is, 0 where it is none."""
    away = columns.owner[edges.ticket] != edges.agent
    price: Floats = moves.price[edges.ticket] * away
    return price


def places(
    columns: Columns, taken: Ints, waits: Waits | None, prices: Prices
) -> tuple[Floats, Ints]:
    """The price of every free place, agent after agent, and where each agent's begin (n_a + 1,).

    `taken` (n_a,) are the places that are gone already.
    """
    room = np.maximum(columns.capacity - taken, 0)
    begin = np.concatenate([[0], np.cumsum(room)])
    agent = np.repeat(np.arange(len(room)), room)
    number = taken[agent] + np.arange(len(agent)) - begin[agent]
    return place_price(columns, agent, number, waits, prices), begin


def place_price(
    columns: Columns, agent: Ints, number: Ints, waits: Waits | None, prices: Prices
) -> Floats:
    """The price (n,) of place `number[i]` (from 0) in the queue of agent `agent[i]`."""
    price: Floats = prices.imbalance * (number + 0.5) / np.maximum(columns.capacity[agent], 1)
    if waits is not None:
        hours, first = waits.place_hours(agent, number), waits.free[agent]
        price += np.maximum(waits.mean_loss(hours) - waits.mean_loss(first), 0.0)
        price += prices.ahead * np.maximum(hours - first, 0.0)
    return price


def problem(
    edges: Edges,
    costs: tuple[Floats, Floats],
    columns: Columns,
    moves: Moves,
    places: tuple[Floats, Ints],
) -> Problem:
    """The priced problem: `costs` of edges, and of tickets with nobody but for the hand-over."""
    edge, unplaced = costs
    price, begin = places
    fixed, stay = _locks(edge, unplaced + moves.price, price, moves)
    away = columns.owner[edges.ticket] != edges.agent
    return Problem(
        ticket=edges.ticket,
        agent=edges.agent,
        cost=_millionths(edge + fixed[edges.ticket] * away),
        unplaced=_millionths(unplaced + moves.price + stay),
        place=_millionths(price),
        begin=begin,
        first=moves.kept,
    )


def _locks(edge: Floats, unplaced: Floats, place: Floats, moves: Moves) -> tuple[Floats, Floats]:
    """What moving each ticket that must not move costs on top, and dropping one that must not."""
    dearest = edge.max(initial=0.0) + unplaced.max(initial=0.0) + place.max(initial=0.0) + 1.0
    fixed = np.where(moves.fixed, _FIXED * dearest, 0.0)
    return fixed, np.where(moves.kept, _STAY * dearest, fixed)


def at_least(price: Floats) -> Ints:
    """Prices in millionths, none of them above itself."""
    return np.floor(price * MILLION).astype(np.int64)


def _millionths(price: Floats) -> Ints:
    return np.rint(price * MILLION).astype(np.int64)

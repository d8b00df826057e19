"""What a plan costs under a policy: the prices on the edges that `assignment` minimises.

With `P`, `E` the risks of timeout and escalation if ticket i goes to agent j, and
`w_i = 1 + value_i ^ weights.value` (1 where that weight is 0), an edge costs

- `expected_loss`:   `w_i * (prices.timeout * P_ij + prices.escalation * E_ij) + churn_ij`
- `four_dimensions`: `1 - score_ij + churn_ij`

`churn_ij` is 0 for the owner and for tickets that nobody owns, else `hand_over`, or
`hand_over_started` once an agent has begun. A ticket placed nowhere costs what it costs as it is,
plus `prices.unplaced` (times `w_i`) plus the churn of taking it from its owner.
An agent's n-th place (n from 1, those taken counted) costs `imbalance * (n - 1/2) / capacity`.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from model.assessment import ChanceLike, DimensionsLike
from model.assignment import MILLION, Problem
from model.columns import Bools, Columns, Floats, Ints
from model.policy import Policy, Prices
from model.score import Edges

_STAY: Final = 100.0  # times the dearest edge: dropping a started or pinned ticket is a last resort
_REST: Final = 10.0  # likewise, moving one that waits for an owner who is away


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
    edges: Edges, weight: Floats, pair: ChanceLike, as_is: ChanceLike, prices: Prices
) -> tuple[Floats, Floats]:
    """Cost of each edge, and of each ticket left with nobody, churn apart."""
    edge = loss(weight[edges.ticket], pair, prices)
    return edge, loss(weight, as_is, prices) + weight * prices.unplaced


def four_dimensions(score: Floats, tickets: int, prices: Prices) -> tuple[Floats, Floats]:
    """Cost of each edge, and of each ticket left with nobody, churn apart."""
    return 1.0 - score, np.full(tickets, 1.0 + prices.unplaced)


def problem(
    edges: Edges,
    costs: tuple[Floats, Floats],
    columns: Columns,
    hold: Bools,
    taken: Ints,
    prices: Prices,
) -> Problem:
    """The priced problem: `costs` without churn, `hold` (n_t,) tickets that wait for their owner.

    `taken` (n_a,) are the places that are gone already.
    """
    edge, unplaced = costs
    ceiling = 2 * (prices.timeout + prices.escalation + prices.unplaced) + prices.imbalance + 2
    ceiling += prices.hand_over + prices.hand_over_started
    move = np.where(columns.started, prices.hand_over_started, prices.hand_over) * columns.owned
    rest = np.where(hold, _REST * ceiling, 0.0)
    away = columns.owner[edges.ticket] != edges.agent
    stays = (columns.started | columns.pinned) & (columns.owner >= 0)
    per_place = prices.imbalance / np.maximum(columns.capacity, 1)
    return Problem(
        ticket=edges.ticket,
        agent=edges.agent,
        cost=_millionths(edge + (move + rest)[edges.ticket] * away),
        unplaced=_millionths(unplaced + move + np.where(stays, _STAY * ceiling, 0.0)),
        room=np.maximum(columns.capacity - taken, 0),
        place=per_place * (taken + 0.5),
        step=per_place,
        first=stays,
    )


def _millionths(price: Floats) -> Ints:
    return np.rint(price * MILLION).astype(np.int64)

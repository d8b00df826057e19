"""Near-ties as columns, and who would be chosen among them: the evaluation policies.

An evaluation policy says of each near-tie with which chance it would take it. It sees what the
decision log keeps and nothing else, so it is judged on a log and played in the simulated centre by
the same function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from model.columns import Floats, Ints
from model.decision import Explored
from model.plan import Look, Lots, Plan


@dataclass(frozen=True, slots=True, eq=False)
class Ties:
    """Near-ties (m,) of n tickets: those of ticket i stand in `[starts[i], starts[i + 1])`.

    The cheapest come first; `planned` (n,) is the row of the one whom the plan chose. `dearer` is
    in price units, `timeout` the risk with this agent, the others are dimensions in [0, 1].
    """

    starts: Ints
    planned: Ints
    dearer: Floats
    timeout: Floats
    value: Floats
    urgency: Floats
    skill: Floats
    load: Floats

    def __len__(self) -> int:
        return self.starts.size - 1

    @property
    def sizes(self) -> Ints:
        """How many near-ties each ticket has, (n,)."""
        return np.diff(self.starts)

    def total(self, column: Floats) -> Floats:
        """The sum of a column (m,) over each ticket's near-ties, (n,)."""
        if not len(self):
            return np.zeros(0)
        return np.asarray(np.add.reduceat(column, self.starts[:-1]), np.float64)

    def highest(self, column: Floats) -> Ints:
        """The row (n,) with the highest of a column (m,) for each ticket, of equals the first."""
        if not len(self):
            return np.zeros(0, np.int64)
        best = np.maximum.reduceat(column, self.starts[:-1])
        hits = np.flatnonzero(column == np.repeat(best, self.sizes))
        return hits[np.searchsorted(hits, self.starts[:-1])]

    def surely(self, rows: Ints) -> Floats:
        """The chances (m,) of a policy that always takes these rows."""
        chance = np.zeros(self.dearer.size)
        chance[rows] = 1.0
        return chance


def ties_of(lots: Sequence[Explored]) -> Ties:
    """The near-ties of logged lots; the planned agent is one of them."""
    sizes = [len(lot.near_ties) for lot in lots]
    starts = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
    names = [[tie.agent_id for tie in lot.near_ties] for lot in lots]
    place = [known.index(lot.planned_agent_id) for known, lot in zip(names, lots, strict=True)]
    rows = [
        (tie.dearer, tie.timeout, s.value, s.urgency, s.skill, s.load)
        for lot in lots
        for tie in lot.near_ties
        for s in (tie.scores,)
    ]
    columns = np.array(rows, dtype=np.float64).reshape(len(rows), 6).T
    return Ties(starts, starts[:-1] + np.array(place, dtype=np.int64), *columns)


def ties_in(look: Look, plan: Plan, lots: Lots) -> Ties:
    """The near-ties of lots that are being drawn: the same as `ties_of` what is then logged."""
    dims, ticket = look.dimensions, np.repeat(lots.ticket, np.diff(lots.starts))
    agent = plan.edges.agent[lots.edge]
    return Ties(
        starts=lots.starts,
        planned=np.flatnonzero(lots.edge == np.repeat(lots.planned, np.diff(lots.starts))),
        dearer=lots.dearer,
        timeout=plan.risks.timeout[lots.edge],
        value=dims.value[ticket],
        urgency=dims.urgency[ticket],
        skill=dims.skill(ticket, agent),
        load=dims.load[agent],
    )


EvaluationPolicy = Callable[[Ties], Floats]
"""Of near-ties the chance (m,) that it takes each; what is missing to 1 it would give to others."""


def planned(ties: Ties) -> Floats:
    """The agent of the plan, as without lots."""
    return ties.surely(ties.planned)


def dearest(ties: Ties) -> Floats:
    """The one who costs most: the worst, if the plan's costs are right."""
    return ties.surely(ties.highest(ties.dearer))


def most_skilled(ties: Ties) -> Floats:
    """The one with the highest learned skill."""
    return ties.surely(ties.highest(ties.skill))


def safest(ties: Ties) -> Floats:
    """The one with whom the risk of a timeout is lowest, whatever they have to do."""
    return ties.surely(ties.highest(-ties.timeout))


def emptiest(ties: Ties) -> Floats:
    """The one with the most room."""
    return ties.surely(ties.highest(ties.load))


def at_random(ties: Ties) -> Floats:
    """Each with the same chance: the lots themselves."""
    chance: Floats = np.repeat(1.0 / np.maximum(ties.sizes, 1), ties.sizes)
    return chance


EVALUATED: Final[Mapping[str, EvaluationPolicy]] = MappingProxyType(
    {
        "planned": planned,
        "dearest": dearest,
        "most_skilled": most_skilled,
        "safest": safest,
        "emptiest": emptiest,
        "at_random": at_random,
    }
)
"""By name."""

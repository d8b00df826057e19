"""The four-dimension score of pairs, and sets of pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from model.assessment import DimensionsLike
from model.columns import Floats, Ints
from model.policy import Weights

_FLOOR: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Edges:
    """Pairs (ticket row, agent row), each once, sorted by ticket and then agent."""

    ticket: Ints
    agent: Ints

    def __len__(self) -> int:
        return len(self.ticket)

    def at(self, rows: Ints) -> Edges:
        """The pairs of these rows, in ascending order."""
        return Edges(self.ticket[rows], self.agent[rows])


def score(dimensions: DimensionsLike, ticket: Ints, agent: Ints, weights: Weights) -> Floats:
    """The score in [0, 1] of each pair (n,): the weighted geometric mean of its dimensions.

    `(value^wv * urgency^wu * skill^ws * load^wl) ^ (1 / (wv + wu + ws + wl))`; the root keeps
    scores comparable when weights grow. A weight of 0 leaves its dimension out. A dimension below
    0.001 counts as 0.001: a customer worth nothing must not make all agents equal.
    """
    total = weights.value + weights.urgency + weights.skill + weights.load
    skill = floored(dimensions.skill.table) ** (weights.skill / total)
    found: Floats = (
        (floored(dimensions.value) ** (weights.value / total))[ticket]
        * (floored(dimensions.urgency) ** (weights.urgency / total))[ticket]
        * skill[dimensions.skill.kind[ticket], agent]
        * (floored(dimensions.load) ** (weights.load / total))[agent]
    )
    return found


def joined(first: Edges, second: Edges) -> tuple[Edges, Ints]:
    """The pairs of both, each once, in order; and where each one lies in first then second."""
    ticket = np.concatenate([first.ticket, second.ticket])
    agent = np.concatenate([first.agent, second.agent])
    key = ticket * (agent.max(initial=0) + 1) + agent
    order = np.argsort(key, kind="stable")  # of a pair in both, the first one comes first
    fresh = np.diff(key[order], prepend=-1) != 0
    rows = order[fresh]
    return Edges(ticket[rows], agent[rows]), rows


def places_of(edges: Edges, some: Edges) -> Ints:
    """The rows of `edges` at which the pairs of `some` stand, without those it does not have."""
    agents = max(edges.agent.max(initial=0), some.agent.max(initial=0)) + 1
    key, wanted = edges.ticket * agents + edges.agent, some.ticket * agents + some.agent
    place = np.searchsorted(key, wanted)
    found: Ints = place[np.append(key, -1)[place] == wanted]
    return found


def find(edges: Edges, agent: Ints) -> Ints:
    """The edge of each ticket (n_t,) to `agent[ticket]`; -1 where that is -1 or no edge."""
    rows = np.flatnonzero(edges.agent == agent[edges.ticket])
    found = np.full(len(agent), -1, dtype=np.int64)
    found[edges.ticket[rows]] = rows
    return found


def floored(dimension: Floats) -> Floats:
    """A dimension as it counts in the score: a 0 must not hide the order that the others give."""
    return np.maximum(dimension, _FLOOR)

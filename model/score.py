"""The four-dimension score, and the few agents of each ticket that are looked at closely."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from model.assessment import DimensionsLike
from model.columns import Bools, Floats, Ints
from model.eligibility import Eligibility
from model.policy import Weights

_BLOCK: Final = 1024  # tickets ranked at a time: the tables of one block stay in the cache
_FLOOR: Final = 1e-3  # a dimension of 0 must not hide the order that the others give


@dataclass(frozen=True, slots=True)
class Edges:
    """Pairs (ticket row, agent row), each once, sorted by ticket and then agent."""

    ticket: Ints
    agent: Ints

    def __len__(self) -> int:
        return len(self.ticket)


def score(dimensions: DimensionsLike, ticket: Ints, agent: Ints, weights: Weights) -> Floats:
    """The score in [0, 1] of each pair (n,): the weighted geometric mean of its dimensions.

    `(value^wv * urgency^wu * skill^ws * load^wl) ^ (1 / (wv + wu + ws + wl))`; the root keeps
    scores comparable when weights grow. A weight of 0 leaves its dimension out. A dimension below
    0.001 counts as 0.001: a customer worth nothing must not make all agents equal.
    """
    total = weights.value + weights.urgency + weights.skill + weights.load
    found: Floats = (
        _floored(dimensions.value[ticket]) ** (weights.value / total)
        * _floored(dimensions.urgency[ticket]) ** (weights.urgency / total)
        * _floored(dimensions.skill(ticket, agent)) ** (weights.skill / total)
        * _floored(dimensions.load[agent]) ** (weights.load / total)
    )
    return found


def shortlist(
    eligibility: Eligibility,
    dimensions: DimensionsLike,
    weights: Weights,
    tickets: Ints,
    open_to: Bools,
    count: int,
) -> Edges:
    """At most `count` eligible agents for each of the ticket rows `tickets`.

    `open_to` (n_a,) are the agents to choose from. With no more of them than `count`, all are
    taken, so a small desk is planned over every pair. Otherwise half are the best by score and
    half are drawn by a fixed hash from the other eligible ones. The draw is what makes everybody
    reachable: a thousand alike tickets have the same best eight agents, whose places are soon
    gone, whereas `count / 2` random agents each almost surely let a plan fill the desk (a random
    bipartite graph with 4 or more edges a ticket has a matching up to 97 % of the places; the
    rest is placed by `dispatch`, which asks again for those left over).
    """
    ticket: list[Ints] = []
    agent: list[Ints] = []
    liking, everybody = weights.load * np.log(_floored(dimensions.load)), np.arange(len(open_to))
    for start in range(0, len(tickets), _BLOCK):
        rows = tickets[start : start + _BLOCK]
        allowed = eligibility.mask(rows) & open_to
        if np.count_nonzero(open_to) > count:
            skill = _floored(dimensions.skill(rows[:, None], everybody))
            order = liking + weights.skill * np.log(skill)
            allowed = _few(allowed, order, _noise(rows, len(open_to)), count)
        at, whom = np.nonzero(allowed)
        ticket.append(rows[at])
        agent.append(whom)
    none = np.empty(0, dtype=np.int64)
    return Edges(np.concatenate([none, *ticket]), np.concatenate([none, *agent]))


def joined(first: Edges, second: Edges) -> tuple[Edges, Ints]:
    """The pairs of both, each once, in order; and where each one lies in first then second."""
    ticket = np.concatenate([first.ticket, second.ticket])
    agent = np.concatenate([first.agent, second.agent])
    order = np.lexsort((agent, ticket))  # stable: of a pair in both, the first one comes first
    ticket, agent = ticket[order], agent[order]
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = (np.diff(ticket) != 0) | (np.diff(agent) != 0)
    return Edges(ticket[fresh], agent[fresh]), order[fresh]


def find(edges: Edges, agent: Ints) -> Ints:
    """The edge of each ticket (n_t,) to `agent[ticket]`; -1 where that is -1 or no edge."""
    rows = np.flatnonzero(edges.agent == agent[edges.ticket])
    found = np.full(len(agent), -1, dtype=np.int64)
    found[edges.ticket[rows]] = rows
    return found


def _floored(dimension: Floats) -> Floats:
    return np.maximum(dimension, _FLOOR)


def _few(allowed: Bools, order: Floats, noise: Floats, count: int) -> Bools:
    """Of those `allowed` (n, n_a), the `count` to keep in each row: half best, half drawn."""
    best = (count + 1) // 2
    # noise far below any difference that matters, so that equals are not always the same ones
    chosen = allowed & _lowest(np.where(allowed, 1e-6 * noise - order, np.inf), best)
    if count > best:
        left = allowed & ~chosen
        chosen |= left & _lowest(np.where(left, noise, np.inf), count - best)
    return chosen


def _lowest(table: Floats, count: int) -> Bools:
    """Where the `count` lowest values of each row are."""
    found = np.zeros(table.shape, dtype=bool)
    np.put_along_axis(found, np.argpartition(table, count - 1, axis=1)[:, :count], True, axis=1)
    return found


def _noise(rows: Ints, agents: int) -> Floats:
    """A number in [0, 1) for each (row, agent), the same every time: a mixed 32-bit product."""
    mixed: npt.NDArray[np.uint32] = rows.astype(np.uint32)[:, None] * np.uint32(
        0x9E3779B1
    ) + np.arange(1, agents + 1, dtype=np.uint32) * np.uint32(0x85EBCA77)
    mixed ^= mixed >> np.uint32(15)
    mixed *= np.uint32(0x2C1B3C6D)
    mixed ^= mixed >> np.uint32(12)
    found: Floats = mixed / 2.0**32
    return found

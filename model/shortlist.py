"""The few agents of each ticket that are looked at closely.

Tickets of one profile (`eligibility`) and one kind (`Skill`) have the same agents in the
same order: these are ranked once, and each ticket takes the best and draws some of the rest.
"""

from __future__ import annotations

from typing import Final

import numba
import numpy as np

from model.assessment import DimensionsLike
from model.columns import Bools, Floats, Ints
from model.eligibility import Eligibility
from model.policy import Weights
from model.score import Edges, floored

_ALIKE: Final = 1e-9  # log scores that differ by less are equal


def shortlist(
    eligibility: Eligibility,
    dimensions: DimensionsLike,
    weights: Weights,
    tickets: Ints,
    open_to: Bools,
    count: int,
) -> Edges:
    """At most `count` eligible agents for each of the ticket rows `tickets`, in ascending order.

    `open_to` (n_a,) are the agents to choose from. With no more of them than `count`, all are
    taken, so a small desk is planned over every pair. Otherwise half are the best by score (among
    equals some are drawn) and half are drawn by a fixed hash from the other eligible ones. The
    draw is what makes everybody reachable: a thousand alike tickets have the same best eight
    agents, whose places are soon gone, whereas `count / 2` random agents each almost surely let a
    plan fill the desk (a random bipartite graph with 4 or more edges a ticket has a matching up
    to 97 % of the places; the rest is placed by `plan`, which asks again for those left over).
    """
    count = min(count, int(np.count_nonzero(open_to)))
    liking = weights.load * np.log(floored(dimensions.load))
    order = liking + weights.skill * np.log(floored(dimensions.skill.table))
    profile, kind = eligibility.profile[tickets], dimensions.skill.kind[tickets]
    cells, cell = np.unique(profile * len(order) + kind, return_inverse=True)
    rows = np.argsort(cell, kind="stable")
    starts = np.searchsorted(cell[rows], np.arange(len(cells) + 1))
    allowed = eligibility.lasting & eligibility.ready & open_to
    agent = np.full((len(tickets), count), -1, dtype=np.int64)
    _pick(cells, starts, rows, tickets, allowed, order, agent)
    at, place = np.nonzero(agent >= 0)
    return Edges(tickets[at], agent[at, place])


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _mixed(row: int, turn: int) -> int:  # pragma: no cover
    """A number in [0, 2^32), the same every time, for the n-th draw of a row."""
    found = ((row + 1) * 0x9E3779B1 ^ (turn + 1) * 0x85EBCA77) & 0xFFFFFFFF
    found = ((found ^ (found >> 15)) * 0x2C1B3C6D) & 0xFFFFFFFF
    return found ^ (found >> 12)


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _draw(  # pragma: no cover
    ranked: Ints, low: int, high: int, row: int, seen: Ints, chosen: Ints, size: int, upto: int
) -> int:
    """Fill `chosen[size:upto]` with agents of `ranked[low:high]` that the row has not yet."""
    turn = 0
    while size < upto:
        place = low + _mixed(row, turn + 97 * low) % (high - low)
        while seen[ranked[place]] == row:  # taken already: the next one, around the end
            place = place + 1 if place + 1 < high else low
        seen[ranked[place]] = row
        chosen[size] = ranked[place]
        size, turn = size + 1, turn + 1
    return size


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _pick(  # pragma: no cover
    cells: Ints,
    starts: Ints,
    rows: Ints,
    tickets: Ints,
    allowed: Bools,
    order: Floats,
    agent: Ints,
) -> None:
    """Write the shortlist of each ticket into its row of `agent` (n, count)."""
    count, kinds = agent.shape[1], order.shape[0]
    best = (count + 1) // 2
    seen = np.full(order.shape[1], -1, np.int64)
    for cell in range(cells.size):
        profile, kind = cells[cell] // kinds, cells[cell] % kinds
        eligible = np.flatnonzero(allowed[profile])
        liked = order[kind][eligible]
        by_liking = np.argsort(-liked, kind="mergesort")
        ranked, liked = eligible[by_liking], liked[by_liking]
        if ranked.size > count:  # those sure to be among the best, and the equals of the last one
            sure = np.searchsorted(-liked, -(liked[best - 1] + _ALIKE))
            tied = np.searchsorted(-liked, -(liked[best - 1] - _ALIKE))
        for at in rows[starts[cell] : starts[cell + 1]]:
            if ranked.size <= count:
                agent[at, : eligible.size] = eligible
                continue
            row = tickets[at]
            for place in range(sure):
                agent[at, place] = ranked[place]
                seen[ranked[place]] = row
            size = _draw(ranked, sure, max(tied, best), row, seen, agent[at], sure, best)
            _draw(ranked, sure, ranked.size, row, seen, agent[at], size, count)
            agent[at].sort()

"""A desk without a plan: owners keep what they have, and new tickets are dealt out one by one.

A ticket stays with its owner as long as a lasting rule does not forbid it and the owner has a
place, also when the owner has gone home: nothing is pulled back and nothing reconsidered. The
rest is new to the desk. It is dealt out in an order of arrival or of deadlines; for each ticket a
`Pick` chooses among the agents who are at work, may take it, and have a place left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from features.picture import instants_of
from features.snapshot import Snapshot
from model.columns import AT_WORK, Bools, Columns, Floats, Ints
from model.look import Look

LONG_AGO: Final = np.iinfo(np.int64).min
"""When somebody who holds nothing was last given a ticket."""


@dataclass(frozen=True, slots=True, eq=False)
class Floor:
    """What a dispatcher sees who deals out tickets; `held` and `last` follow each one dealt.

    `held` (n_a,) are the tickets of each agent; `last` (n_a,) is when one was last given to
    them, in microseconds, as far as the open tickets tell. `circle` (n_a,) is the place of each
    agent in the round in which turns go, a permutation drawn from the seed.
    """

    look: Look
    snapshot: Snapshot
    given_us: Ints
    circle: Ints
    held: Ints
    last: Ints

    @classmethod
    def of(cls, look: Look, snapshot: Snapshot, agent: Ints, seed: int) -> Floor:
        """The floor when every ticket that stays is with its `agent` (n_t,), -1 for the others."""
        columns = look.columns
        size, owned = len(columns.capacity), columns.owner >= 0
        given_us = instants_of([t.assigned_at or t.created_at for t in snapshot.tickets])
        last = np.full(size, LONG_AGO)
        np.maximum.at(last, columns.owner[owned], given_us[owned])
        held = columns.taken + np.bincount(agent[agent >= 0], minlength=size)
        circle = np.random.default_rng(seed).permutation(size)
        return cls(look, snapshot, given_us, circle, held, last)

    @property
    def share(self) -> Floats:
        """How full each agent is (n_a,), of what they can hold."""
        share: Floats = self.held / np.maximum(self.look.columns.capacity, 1)
        return share


Pick = Callable[[int, Ints], int]
"""Of a ticket row and the agents who may take it (k,), ascending, at least one: who gets it."""
Rule = Callable[[Floor], Pick]
"""Makes the pick of one refresh; it may keep whose turn it is."""


def keepers(look: Look) -> tuple[Ints, Bools]:
    """The agent each ticket stays with (n_t,), -1 for none, and which wait for one who is away.

    Of an owner with more tickets than places the one in hand stays, then started and pinned
    ones, then the oldest.
    """
    columns, rows = look.columns, np.arange(len(look.weight))
    able = look.eligibility.fits(rows, columns.owner)
    away = able & ~look.eligibility.allows(rows, columns.owner)
    firmly = columns.started | columns.pinned
    keys = (columns.created_us, ~firmly, columns.stage != AT_WORK, columns.owner)
    order = np.lexsort(keys)
    order = order[able[order]]
    owner = columns.owner[order]
    place = np.arange(len(order)) - np.searchsorted(owner, owner)
    stays = order[place < np.append(columns.capacity - columns.taken, 0)[owner]]
    agent = np.full(len(rows), -1, dtype=np.int64)
    agent[stays] = columns.owner[stays]
    return agent, away


def dealt(floor: Floor, agent: Ints, order: Ints, pick: Pick) -> Ints:
    """The agents (n_t,) after each ticket of `order` that has none was dealt out, in that order.

    A ticket that its owner works on at this moment is given to nobody else.
    """
    look, columns = floor.look, floor.look.columns
    agent, now, everybody = agent.copy(), columns.as_of_us, np.arange(len(columns.capacity))
    in_hand = look.moves.fixed & (columns.stage == AT_WORK)
    new = order[(agent[order] < 0) & ~in_hand[order]]
    for turn, row in enumerate(new.tolist()):
        room = floor.held < columns.capacity
        able = np.flatnonzero(look.eligibility.allows(np.full(len(room), row), everybody) & room)
        if not len(able):
            continue
        chosen = pick(row, able)
        agent[row] = chosen
        floor.held[chosen] += 1
        floor.last[chosen] = now + turn  # after all that were given before
    return agent


def by_arrival(columns: Columns) -> Ints:
    """The tickets (n_t,), oldest first; ties by id."""
    return np.argsort(columns.created_us, kind="stable")


def by_deadline(columns: Columns) -> Ints:
    """The tickets (n_t,), earliest promised time first; ties oldest first, then by id."""
    return np.lexsort((columns.created_us, columns.due_us))

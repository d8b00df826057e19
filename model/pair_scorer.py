"""All pairs of a desk scored exactly, though no row of a pair ever exists.

The splits of a forest are shared out among the parts of a hand-over (`features.parts`): those
on the ticket's features leave a mask of leaves for each ticket, those on the agent's and on
(agent, category) one for each agent in each category, those on the few features of the true pair
one for each of their bins. The leaf of a pair is the one bit that all of them leave.

Most trees need not even that: the ticket alone settles the leaf, or no agent sways it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.parts import HandOvers, places
from model.leaves import Floats, Ints, Masks, distinct, least, meet
from model.scorer import ALL, Scorer, in_threads

PAIRS_A_BLOCK: Final = 1 << 14
"""Pairs looked at together: their columns stay in the cache."""


@dataclass(frozen=True, slots=True)
class Block:
    """Pairs by ticket: ticket `rows[i]` with the agents `agent[starts[i]:starts[i + 1]]`.

    `columns` (n, q) are the features of the true pair.
    """

    rows: Ints
    starts: Ints
    agent: Ints
    columns: Floats

    @classmethod
    def of(cls, parts: HandOvers, t: Ints, a: Ints) -> Block:
        """Ticket `t[i]` with agent `a[i]`, (n,) each, `t` ascending."""
        rows, begin = np.unique(t, return_index=True)
        return cls(rows, np.append(begin, t.size), a, parts.pair(t, a))


@dataclass(frozen=True, slots=True)
class Agents:
    """The masks of the agents in every category: see `model.leaves.meet`."""

    class_of: NDArray[np.uint16]
    found: Masks
    first: Ints


@dataclass(frozen=True, eq=False)
class PairScorer:
    """One forest over the hand-overs of one desk."""

    scorer: Scorer
    parts: HandOvers

    def prepare(self) -> None:
        """Compute what all pairs share, once, before threads ask for it at the same time."""
        _ = self.agents, self.pair_masks, self.swayed, self.parts.ticket

    def add(self, block: Block, masks: Masks, total: Ints) -> None:
        """Add the leaves of the block's pairs to `total` (n,), in the scorer's whole numbers.

        `masks` are those of the block's tickets, `of_tickets(block.rows)`.
        """
        which = self.parts.categories[0][block.rows]
        bins = np.empty((len(self.pair_tables), block.agent.size), np.uint16)
        for place, table in enumerate(self.pair_tables):
            bins[place] = table.bins(block.columns)
        meet(
            np.argsort(which, kind="stable"), block.starts, block.agent, bins,
            masks, which, self.agents.class_of, self.agents.found,
            self.agents.first, self.pair_masks, self.swayed, self.scorer.trees.leaves,
            self.scorer.value, total,
        )  # fmt: skip

    @cached_property
    def agents(self) -> Agents:
        """Which leaves each agent leaves in each category, the same masks only once."""
        trees, n_a = len(self.scorer.trees), len(self.parts.agents)
        own = self.scorer.masks(self.parts.agent, self._columns(places("agent")))
        n_c = self.parts.categories[1].size
        kind = np.uint16 if n_a < 1 << 16 else np.uint32
        class_of = np.empty((n_c, trees, n_a), kind)
        first, found = np.zeros((n_c, trees + 1), np.int64), []
        cell, used = self._columns(places("cell")), 0
        space = np.empty((trees, n_a), np.uint64)
        for category in range(n_c):
            masks = own & self.scorer.masks(self.parts.cell(category), cell)
            count = np.zeros(trees, np.int64)
            distinct(np.ascontiguousarray(masks.T), class_of[category], space, count)
            found.append(space[np.arange(n_a) < count[:, None]])
            first[category] = used + np.concatenate([[0], np.cumsum(count)])
            used += int(count.sum())
        return Agents(class_of, np.concatenate(found), first)

    @cached_property
    def anybody(self) -> Masks:
        """The leaves that some agent or other leaves in each category, (n_c, trees)."""
        known = self.agents
        starts = known.first[:, :-1]
        return np.bitwise_or.reduceat(known.found, starts.ravel()).reshape(starts.shape)

    def least(self, rows: Ints) -> Floats:
        """Raw scores (n,) below which no agent brings these tickets: of each tree its least leaf.

        Agents differ from tree to tree here, so that nobody may be as good.
        """
        total = np.zeros(rows.size, np.int64)
        which, leaves = self.parts.categories[0][rows], self.scorer.trees.leaves
        least(self.of_tickets(rows), which, self.anybody, leaves, self.scorer.value, total)
        return self.scorer.score(total)

    @cached_property
    def pair_tables(self) -> tuple[PairTable, ...]:
        """The masks of the features of the true pair that the forest asks about."""
        asked = np.unique(self.scorer.trees.feature)
        return tuple(
            PairTable.of(self.scorer, feature, place)
            for place, feature in enumerate(places("pair"))
            if feature in asked
        )

    @cached_property
    def pair_masks(self) -> Masks:
        """The masks of all pair tables, (trees, tables, bins)."""
        widest = max((table.masks.shape[1] for table in self.pair_tables), default=1)
        masks = np.full((len(self.scorer.trees), len(self.pair_tables), widest), ALL)
        for place, table in enumerate(self.pair_tables):
            masks[:, place, : table.masks.shape[1]] = table.masks
        return masks

    @cached_property
    def swayed(self) -> Masks:
        """The leaves of each tree that a feature of the true pair can rule out, (trees,)."""
        ruled_out: Masks = np.bitwise_or.reduce(~self.pair_masks, axis=(1, 2))
        return ruled_out

    def of_tickets(self, rows: Ints) -> Masks:
        """The leaves that the tickets' own features leave, (n, trees)."""
        column = np.arange(self.parts.ticket.shape[1])
        column[[*places("agent"), *places("cell"), *places("pair")]] = -1
        return self.scorer.masks(self.parts.ticket[rows], column)

    def _columns(self, own: Sequence[int]) -> Ints:
        column = np.full(self.parts.ticket.shape[1], -1, np.int64)
        column[list(own)] = np.arange(len(own))
        return column


@dataclass(frozen=True, slots=True)
class PairTable:
    """Column `place` of a pair's features in bins, and the mask of each bin, (trees, bins).

    Bin i holds the numbers in `(cuts[i - 1], cuts[i]]`, the next one those above all, the last NaN.
    Of a category (`coded`) the codes are cut off towards zero first, as the forest does.
    """

    place: int
    cuts: Floats
    masks: Masks
    coded: bool

    @classmethod
    def of(cls, scorer: Scorer, feature: int, place: int) -> PairTable:
        """The bins that the forest's splits on a feature can tell apart."""
        own = scorer.splits.feature == feature
        sizes = np.diff(scorer.trees.word)[own]
        codes = np.arange(-1.0, 32.0 * sizes.max())  # of a category: a bin for each code
        cuts = codes if sizes.any() else np.unique(scorer.splits.threshold[own])
        column = np.full(int(scorer.trees.feature.max()) + 1, -1, np.int64)
        column[feature] = 0
        each = np.concatenate([cuts, [np.inf, np.nan]])[:, None]
        return cls(place, cuts, np.ascontiguousarray(scorer.masks(each, column).T), sizes.any())

    def bins(self, columns: Floats) -> Ints:
        """The bin of each pair, (n,)."""
        value = np.trunc(columns[:, self.place]) if self.coded else columns[:, self.place]
        place = np.searchsorted(self.cuts, value)
        return np.where(np.isnan(value), self.cuts.size + 1, place)


def score(scorers: Sequence[PairScorer], t: Ints, a: Ints, threads: int = 1) -> tuple[Floats, ...]:
    """The raw scores (n,) of ticket `t[i]` handed to agent `a[i]`, one array a scorer.

    All scorers look at the same `HandOvers`. Pairs are taken by ticket, in blocks, on `threads`.
    """
    sorted_already = bool((np.diff(t) >= 0).all())
    order = None if sorted_already else np.argsort(t, kind="stable")
    by_ticket, agents = (t, a) if order is None else (t[order], a[order])
    totals = [np.zeros(t.size, np.int64) for _ in scorers]
    for scorer in scorers:
        scorer.prepare()

    def part(start: int) -> None:
        stop = min(start + PAIRS_A_BLOCK, t.size)
        block = Block.of(scorers[0].parts, by_ticket[start:stop], agents[start:stop])
        for scorer, total in zip(scorers, totals, strict=True):
            scorer.add(block, scorer.of_tickets(block.rows), total[start:stop])

    in_threads(part, range(0, t.size if scorers else 0, PAIRS_A_BLOCK), threads)
    found = [each.scorer.score(total) for each, total in zip(scorers, totals, strict=True)]
    return tuple(found) if order is None else tuple(_back(one, order) for one in found)


def _back(sorted_values: Floats, order: Ints) -> Floats:
    values = np.empty_like(sorted_values)
    values[order] = sorted_values
    return values

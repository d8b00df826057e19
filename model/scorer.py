"""Rows scored exactly and fast: a forest as whole numbers, held against LightGBM before use.

Leaf values are kept as whole multiples of a power of two, fine enough that rounding cannot be
seen (under 1e-14 for log-odds). Whole numbers may be added in any order: one row, a million rows
or a pair put together from parts (`model.pair_scorer`) give the same score to the bit.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

import numpy as np

from features.errors import ModelError
from model.leaves import (
    CODES,
    LEFT,
    RIGHT,
    ZERO,
    Floats,
    Ints,
    Masks,
    Splits,
    below,
    go_down,
    reach,
    rule_out,
)
from model.trees import MAX_LEAVES, Trees

WORD: Final = 62
"""Bits for a sum of leaves; one more is the sign, and one is spare."""
TOLERANCE: Final = 1e-12
"""How far a score may be from LightGBM's."""
TRIALS: Final = 400
TINY: Final = float(np.float32(1e-35))
"""LightGBM's `kZeroThreshold`."""
ALL: Final = np.uint64(2**64 - 1)
ROWS_A_THREAD: Final = 512

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Scorer:
    """The trees of a forest with their leaves as multiples `value` of `2 ** -bits`."""

    trees: Trees
    bits: int
    value: Ints

    @classmethod
    def of(cls, trees: Trees) -> Scorer:
        """As fine as a sum of the largest leaf of every tree allows."""
        largest = np.maximum.reduceat(np.abs(trees.value), trees.leaves[:-1]).sum()
        bits = WORD - int(np.ceil(np.log2(largest + 1.0)))
        return cls(trees, bits, np.rint(np.ldexp(trees.value, bits)).astype(np.int64))

    @cached_property
    def splits(self) -> Splits:
        """What the nodes ask."""
        trees = self.trees
        kind = np.select(
            [trees.categorical, trees.nan_is_zero, trees.nan_left], [CODES, ZERO, LEFT], RIGHT
        )
        threshold = trees.threshold.copy()  # LightGBM reads what is nearer to zero than TINY as 0.0
        threshold[(threshold >= -TINY) & (threshold < 0.0)] = np.nextafter(-TINY, -np.inf)
        threshold[(threshold >= 0.0) & (threshold < TINY)] = TINY
        feature = trees.feature.astype(np.int64)
        return Splits(feature, kind.astype(np.int8), threshold, trees.word, trees.words)

    @cached_property
    def below(self) -> tuple[Masks, Masks]:
        """The leaves left and right of each node, (nodes,) each."""
        left, right = below(self.trees.nodes, self.trees.left, self.trees.right)
        return np.asarray(left), np.asarray(right)

    def score(self, total: Ints) -> Floats:
        """Sums of `value` as raw scores."""
        return np.ldexp(total.astype(np.float64), -self.bits)

    def raw(self, x: Floats, threads: int = 1) -> Floats:
        """(n,) raw scores of the rows of `x` (n, p), on as many threads as they are worth."""
        x, trees = np.ascontiguousarray(x, np.float64), self.trees
        total = np.zeros(len(x), np.int64)

        def part(start: int) -> None:
            rows = slice(start, start + ROWS_A_THREAD)
            go_down(
                x[rows], self.splits, trees.nodes, trees.leaves, trees.left, trees.right,
                self.value, total[rows],
            )  # fmt: skip

        in_threads(part, range(0, len(x), ROWS_A_THREAD), threads)
        return self.score(total)

    def masks(self, x: Floats, column: Ints) -> Masks:
        """(n, trees) the leaves that are left once the splits on the columns of `x` are known.

        `column[f]` is where feature f stands in `x` (n, q), -1 if it does not.
        """
        x, trees = np.ascontiguousarray(x, np.float64), self.trees
        asked = np.flatnonzero(column[trees.feature] >= 0)
        masks = np.empty((len(x), len(trees)), np.uint64)
        if 2 * asked.size > trees.feature.size:
            reach(x, column, trees.nodes, self.splits, trees.left, trees.right, masks)
            return masks
        size = np.diff(trees.leaves).astype(np.uint64)
        masks[:] = ALL >> (np.uint64(MAX_LEAVES) - size)
        starts = np.searchsorted(asked, trees.nodes)
        rule_out(x, column, starts, asked, self.splits, self.below, masks)
        return masks


def in_threads(part: Callable[[int], None], wanted: Iterable[int], threads: int) -> None:
    """Do the parts, several at a time; what is compiled lets other threads run meanwhile."""
    each = list(wanted)
    if threads <= 1 or len(each) <= 1:
        for one in each:
            part(one)
        return
    list(_pool(threads).map(part, each))


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    """Kept: starting threads anew for every call cost a tenth of a refresh."""
    return ThreadPoolExecutor(threads, "scorer")


def checked(text: str, columns: int, reference: Callable[[Floats], Floats]) -> Scorer | None:
    """The scorer of a booster's text, or None where it is not the equal of the `reference`.

    It is held against the reference on rows around every threshold, with NaN, infinities and
    codes that no split knows, by going down and by ruling out.
    """
    try:
        scorer = Scorer.of(Trees.read(text))
        x = trial_rows(scorer.trees, columns)
        expected = reference(x)
        same = expected.shape == (len(x),) and _near(scorer.raw(x), expected)
        masks = scorer.masks(x, np.arange(columns))
        by_mask = scorer.value[
            scorer.trees.leaves[:-1] + np.bitwise_count(masks - np.uint64(1) & ~masks)
        ].sum(axis=1)
        same = same and np.array_equal(scorer.score(by_mask), scorer.raw(x))
    except ModelError as error:
        _LOG.warning("forest left to LightGBM, slower: %s", error)
        return None
    if not same:
        _LOG.warning("forest left to LightGBM, slower: the fast scorer gives other scores")
    return scorer if same else None


def _near(found: Floats, expected: Floats) -> bool:
    return bool((np.abs(found - expected) <= TOLERANCE * np.maximum(np.abs(expected), 1.0)).all())


def trial_rows(trees: Trees, columns: int, rows: int = TRIALS, seed: int = 0) -> Floats:
    """Rows (rows, columns) that try the splits: at and beside thresholds, and out of range."""
    rng = np.random.default_rng(seed)
    odd = np.array([np.nan, np.inf, -np.inf, 0.0, -1.0, -0.5, 1e300, 2.0**31, 99999.0])
    x = odd[rng.integers(0, odd.size, (rows, columns))]
    for feature in np.unique(trees.feature).tolist():
        own = trees.feature == feature
        cuts = trees.threshold[own & ~trees.categorical]
        codes = np.arange(64.0) if trees.categorical[own].any() else cuts
        near = np.concatenate([cuts, np.nextafter(cuts, np.inf), np.nextafter(cuts, -np.inf)])
        usual = near if cuts.size else codes
        some = rng.random(rows) < 0.85
        x[some, feature] = usual[rng.integers(0, usual.size, int(some.sum()))]
    return x

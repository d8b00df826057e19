"""Exact Shapley values of a forest: what each column adds to a row's score, many rows at once.

Path-dependent TreeSHAP (Lundberg, Erion and Lee 2018, *Consistent individualized feature
attribution for tree ensembles*): the numbers of LightGBM's `pred_contrib`, added in another
order. For one leaf of value v the game is a product over the distinct features of its path,

    f(S) = v * prod_{j in S} o_j * prod_{j not in S} z_j

with `o_j` 1 where the row meets all conditions of the path on feature j, else 0, and `z_j` the
share of the training rows that went that way. Its Shapley value is

    phi_i = v (o_i - z_i) * integral_0^1 prod_{j != i} (t o_j + (1 - t) z_j) dt,

a polynomial of degree d - 1, so Gauss-Legendre with ceil(d / 2) points is exact (cf. Yu et al.
2022, *Linear TreeSHAP*). At one point t, going down a tree multiplies the factors along each
path; going up adds the leaves below each child, and what the child's feature adds is that sum
times `(o - z) / (t o + (1 - t) z)`. Where a path asks a feature again, the new factor takes the
place of the old one.

All factors are divided by `(1 - t) z`, which goes into the leaf: a condition that is not met then
costs nothing, one that is met multiplies by `1 + t / ((1 - t) z)`. The innermost loops run over
rows side by side, without branches, so that the processor takes several at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numba
import numpy as np

from features.errors import ModelError
from features.stream import Floats
from model.leaves import CODES, LEFT, ZERO, Splits, known
from model.scorer import Scorer, in_threads, trial_rows
from model.shapley_tables import Paths, Tables, tabulate
from model.trees import Trees

_BLOCK: Final = 128
"""Rows side by side: loops long enough, and a tree's sums still fit the second cache."""
_LANES: Final = 8
"""Fewer rows than a block are rounded up to a multiple of this."""
_FEWEST: Final = 256
"""Rows that are worth a thread of their own."""
TOLERANCE: Final = 1e-9
"""How far a value may be from LightGBM's."""
_TRIALS: Final = 100

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Shapley:
    """All that does not depend on the row; `base` is the mean score of the training rows."""

    splits: Splits
    paths: Paths
    tables: Tables
    base: float

    @classmethod
    def of(cls, trees: Trees) -> Shapley:
        """Work out the tables of a forest."""
        return cls(Scorer.of(trees).splits, *tabulate(trees))

    def contributions(self, x: Floats, threads: int = 1) -> Floats:
        """(n, p + 1) what each column of `x` (n, p) adds to a row's score; the base is last.

        A row adds up to the forest's raw score. Neither the other rows nor `threads` change a bit.

        Raises:
            ModelError: `x` has fewer columns than the forest asks for.
        """
        if self.splits.feature.max(initial=-1) >= x.shape[1]:
            raise ModelError(
                f"the rows have {x.shape[1]} columns, fewer than the forest asks for",
                where="forest",
                remedy="send the columns that it was trained on",
            )
        x = np.ascontiguousarray(x, np.float64)
        out = np.empty((x.shape[0], x.shape[1] + 1))
        out[:, -1] = self.base
        share = max(-(-x.shape[0] // max(threads, 1)), _FEWEST)

        def part(start: int) -> None:
            rows = slice(start, start + share)
            _explain(self.splits, self.paths, self.tables, x[rows], out[rows])

        in_threads(part, range(0, len(x), share), threads)
        return out


def checked(trees: Trees, columns: int, reference: Callable[[Floats], Floats]) -> Shapley | None:
    """The Shapley values of a forest, or None where they are not the equal of the `reference`."""
    shapley, x = Shapley.of(trees), trial_rows(trees, columns, _TRIALS)
    expected = reference(x)
    allowed = TOLERANCE * np.maximum(np.abs(expected), 1.0)
    if (np.abs(shapley.contributions(x) - expected) <= allowed).all():
        return shapley
    _LOG.warning("reasons left to LightGBM, slower: the fast values are other ones")
    return None


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _explain(  # pragma: no cover
    splits: Splits, paths: Paths, tables: Tables, x: Floats, out: Floats
) -> None:
    """Fill `out` (n, p + 1) but for its last column."""
    nodes, p = paths.nodes, x.shape[1]
    wide = min(_BLOCK, -(-x.shape[0] // _LANES) * _LANES)
    most = 2 * max(1, np.max(nodes[1:] - nodes[:-1]))
    column, found = np.zeros((p, wide)), np.empty((p, wide))
    holds, sums = np.empty((most, wide)), np.empty((most, tables.rest.shape[1], wide))
    for start in range(0, x.shape[0], wide):
        rows = min(wide, x.shape[0] - start)
        column[:, :rows] = x[start : start + rows].T
        found[:] = 0.0
        for tree in range(nodes.size - 1):
            _decide(splits, paths, tree, column, holds)
            _down(paths, tables, tree, holds, sums)
            _up(splits, paths, tables, tree, holds, sums, found)
        out[start : start + rows, :p] = found[:, :rows].T


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _decide(  # pragma: no cover
    splits: Splits, paths: Paths, tree: int, column: Floats, holds: Floats
) -> None:
    """1.0 where a row meets all that the path to a child asks of its feature, else 0.0."""
    begin, last, wide = paths.nodes[tree], paths.last, column.shape[1]
    for node in range(begin, paths.nodes[tree + 1]):
        value, kind, limit = column[splits.feature[node]], splits.kind[node], splits.threshold[node]
        left, right = holds[2 * (node - begin)], holds[2 * (node - begin) + 1]
        if kind == CODES:
            for b in range(wide):
                goes = known(value[b], splits.word[node], splits.word[node + 1], splits.words)
                left[b] = 1.0 if goes else 0.0
        else:
            lost = kind == LEFT or (kind == ZERO and limit >= 0.0)  # as LightGBM, for NaN
            for b in range(wide):
                left[b] = 1.0 if (value[b] <= limit) | (np.isnan(value[b]) & lost) else 0.0
        for b in range(wide):
            right[b] = 1.0 - left[b]
        if last[2 * node] >= 0:
            before = holds[last[2 * node] - 2 * begin]
            for b in range(wide):
                left[b] *= before[b]
                right[b] *= before[b]


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _down(  # pragma: no cover
    paths: Paths, tables: Tables, tree: int, holds: Floats, sums: Floats
) -> None:
    """The product of the factors on the way to each child, times what a leaf puts in."""
    root, m, wide = 2 * paths.nodes[tree], tables.points[tree], holds.shape[1]
    for child in range(root, 2 * paths.nodes[tree + 1]):
        own, above, before = holds[child - root], paths.parent[child >> 1], paths.last[child]
        for q in range(m):
            place = tables.first[tree] + (child - root) * m + q
            met, put, product = tables.met[place], tables.leaf[place], sums[child - root, q]
            if above < 0:
                for b in range(wide):
                    product[b] = put * (1.0 + own[b] * met)
            elif before < 0:
                so_far = sums[above - root, q]
                for b in range(wide):
                    product[b] = so_far[b] * (put * (1.0 + own[b] * met))
            else:
                so_far, held, unmet = (
                    sums[above - root, q],
                    holds[before - root],
                    tables.unmet[place],
                )
                for b in range(wide):
                    factor = (1.0 - held[b]) + held[b] * unmet + own[b] * met
                    product[b] = so_far[b] * (put * factor)


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _up(  # pragma: no cover
    splits: Splits,
    paths: Paths,
    tables: Tables,
    tree: int,
    holds: Floats,
    sums: Floats,
    found: Floats,
) -> None:
    """Add the leaves below each child to its parent, and what its feature adds to `found`."""
    begin, m, wide = paths.nodes[tree], tables.points[tree], holds.shape[1]
    for node in range(paths.nodes[tree + 1] - 1, begin - 1, -1):
        left, above, before = 2 * (node - begin), paths.parent[node], paths.last[2 * node]
        adds, holds_l, holds_r = found[splits.feature[node]], holds[left], holds[left + 1]
        for q in range(m):
            place = tables.first[tree] + left * m + q
            hot_l, hot_r, rest = tables.hot[place], tables.hot[place + m], tables.rest[tree, q]
            sum_l, sum_r = sums[left, q], sums[left + 1, q]
            if before < 0:
                for b in range(wide):
                    adds[b] += sum_l[b] * (rest + holds_l[b] * hot_l)
                    adds[b] += sum_r[b] * (rest + holds_r[b] * hot_r)
            else:
                held, cool = holds[before - 2 * begin], tables.cool[place]
                for b in range(wide):
                    adds[b] += sum_l[b] * (holds_l[b] * hot_l - held[b] * cool)
                    adds[b] += sum_r[b] * (holds_r[b] * hot_r - held[b] * cool)
            if above >= 0:
                whole = sums[above - 2 * begin, q]
                for b in range(wide):
                    whole[b] = sum_l[b] + sum_r[b]

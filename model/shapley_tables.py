"""What exact Shapley values need of a forest and not of a row: see `model.shapley` for the idea."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from features.stream import Floats, Ints
from model.trees import Trees

Codes = NDArray[np.int32]
Sides = tuple[Codes, Codes]
"""The nodes' left and right children, counted within the tree."""


class Paths(NamedTuple):
    """Where nodes and children stand. The children of node `n` are `2 n` (left) and `2 n + 1`.

    Tree `t` has the nodes `[nodes[t], nodes[t + 1])`. `parent[n]` is the child that is node `n`,
    -1 of a root. Of a child: `last` is the child above it that the same feature led to, -1 where
    its path asks the feature for the first time; `share` the cover ratio z of that feature down
    to it; `distinct` the number of features on its path.
    """

    nodes: Ints
    parent: Ints
    last: Ints
    share: Floats
    distinct: Ints


class Tables(NamedTuple):
    """Numbers by child and point: of tree `t`, `points[t]` of them a child, from `first[t]` on.

    `met` and `unmet` make the factor going down, `hot` and `cool` the weight going up, `leaf` is
    what a leaf puts in. `rest[t, q]` is the weight of a condition that is not met.
    """

    points: Ints
    first: Ints
    met: Floats
    unmet: Floats
    hot: Floats
    cool: Floats
    leaf: Floats
    rest: Floats


def tabulate(trees: Trees) -> tuple[Paths, Tables, float]:
    """The tables of a forest, and its mean score over the training rows."""
    sides = (trees.left, trees.right)
    paths = Paths(
        trees.nodes,
        *_follow(trees.nodes, trees.leaves, trees.feature, sides, trees.node_rows, trees.leaf_rows),
    )
    points = (_most_distinct(trees.nodes, paths.distinct) + 1) // 2
    first = np.concatenate([[0], np.cumsum(2 * np.diff(trees.nodes) * points)])
    at, weight = _gauss(int(points.max(initial=1)))
    rows = np.add.reduceat(trees.leaf_rows, trees.leaves[:-1])
    put = trees.value * trees.leaf_rows / np.repeat(rows, np.diff(trees.leaves))
    met, unmet, hot, cool, leaf = _tabulate(
        paths, trees.leaves, sides, put, points, first, at, weight
    )
    rest = (-weight / (1.0 - at))[points]
    return paths, Tables(points, first, met, unmet, hot, cool, leaf, rest), float(put.sum())


def _gauss(most: int) -> tuple[Floats, Floats]:
    """Points and weights on [0, 1], each (most + 1, most): row m has m of them, then weight 0."""
    at, weight = np.zeros((most + 1, most)), np.zeros((most + 1, most))
    for m in range(1, most + 1):
        place, share = np.polynomial.legendre.leggauss(m)
        at[m, :m], weight[m, :m] = (place + 1.0) / 2.0, share / 2.0
    return at, weight


def _most_distinct(nodes: Ints, distinct: Ints) -> Ints:
    """(trees,) the most distinct features on a path of each tree, 0 where it never split."""
    most = np.zeros(nodes.size - 1, np.int64)
    split = np.flatnonzero(np.diff(nodes))
    if split.size:
        most[split] = np.maximum.reduceat(distinct, 2 * nodes[split])
    return most


@numba.njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]  # numba ships no types
def _follow(  # pragma: no cover
    nodes: Ints, leaves: Ints, feature: Codes, sides: Sides, node_rows: Floats, leaf_rows: Floats
) -> tuple[Ints, Ints, Floats, Ints]:
    """The columns of `Paths` but `nodes`."""
    left, right = sides
    parent, last = np.full(feature.size, -1, np.int64), np.full(2 * feature.size, -1, np.int64)
    share, distinct = np.ones(2 * feature.size), np.zeros(2 * feature.size, np.int64)
    for tree in range(nodes.size - 1):
        begin = nodes[tree]
        for node in range(begin, nodes[tree + 1]):  # a node's number is above its parent's
            before = parent[node]
            while before >= 0 and feature[before >> 1] != feature[node]:
                before = parent[before >> 1]
            for child in (2 * node, 2 * node + 1):
                below = right[node] if child & 1 else left[node]
                rows = node_rows[begin + below] if below >= 0 else leaf_rows[leaves[tree] + ~below]
                last[child], share[child] = before, rows / node_rows[node]
                distinct[child] = 1 if before < 0 else 0
                if before >= 0:
                    share[child] *= share[before]
                if parent[node] >= 0:
                    distinct[child] += distinct[parent[node]]
                if below >= 0:
                    parent[begin + below] = child
    return parent, last, share, distinct


@numba.njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]  # numba ships no types
def _tabulate(  # pragma: no cover
    paths: Paths,
    leaves: Ints,
    sides: Sides,
    put: Floats,
    points: Ints,
    first: Ints,
    at: Floats,
    weight: Floats,
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """`met`, `unmet`, `hot`, `cool`, `leaf` of `Tables`; `put` is value times cover, by leaf."""
    nodes, size = paths.nodes, first[-1]
    left, right = sides
    met, unmet, leaf = np.zeros(size), np.zeros(size), np.ones(size)
    hot, cool = np.zeros(size), np.zeros(size)
    for tree in range(nodes.size - 1):
        m = points[tree]
        for child in range(2 * nodes[tree], 2 * nodes[tree + 1]):
            before, z = paths.last[child], paths.share[child]
            below = right[child >> 1] if child & 1 else left[child >> 1]
            for q in range(m):
                place = first[tree] + (child - 2 * nodes[tree]) * m + q
                t, w = at[m, q], weight[m, q]
                met[place] = t / ((1.0 - t) * z)
                hot[place] = w * ((1.0 - z) / (t + (1.0 - t) * z) + 1.0 / (1.0 - t))
                if before >= 0:
                    unmet[place] = 1.0 / (1.0 + t / ((1.0 - t) * paths.share[before]))
                    met[place] *= unmet[place]
                    cool[place] = hot[first[tree] + (before - 2 * nodes[tree]) * m + q]
                if below < 0:
                    leaf[place] = put[leaves[tree] + ~below] * (1.0 - t) ** paths.distinct[child]
    return met, unmet, hot, cool, leaf

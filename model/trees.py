"""A forest's trees as flat arrays, read from LightGBM's own text: what scorer and Shapley share.

Only what the text says: nothing is executed, and a tree that the exact scorers cannot follow
(linear leaves, zero as missing, more than 64 leaves) is refused by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.errors import ModelError

MAX_LEAVES: Final = 64
"""One bit for each leaf of a tree in a machine word."""

_CATEGORICAL, _DEFAULT_LEFT = 1, 2
_MISSING_ZERO, _MISSING_NAN = 4, 8


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """The trees of one forest; all arrays are read only.

    Tree `t` has the nodes `[nodes[t], nodes[t + 1])` and the leaves `[leaves[t], leaves[t + 1])`;
    a tree of one leaf has no node. Of a node: `feature`, and for a number `threshold` (`<=` goes
    left), for a category the bits `words[word[n]:word[n + 1]]` of the codes that go left.
    `nan_left` says where NaN goes; `nan_is_zero` that NaN is read as 0.0. `left` and `right` are
    the node's children, counted within the tree: a node from 0 on, else the leaf `~child`.
    `node_rows` and `leaf_rows` are the training rows that came through.
    """

    nodes: NDArray[np.int64]
    leaves: NDArray[np.int64]
    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    categorical: NDArray[np.bool_]
    nan_left: NDArray[np.bool_]
    nan_is_zero: NDArray[np.bool_]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    word: NDArray[np.int64]
    words: NDArray[np.uint32]
    value: NDArray[np.float64]
    node_rows: NDArray[np.float64]
    leaf_rows: NDArray[np.float64]

    def __len__(self) -> int:
        return self.nodes.size - 1

    @classmethod
    def read(cls, text: str) -> Trees:
        """The trees of a booster's text, in its order.

        Raises:
            ModelError: no trees, or one that cannot be followed exactly.
        """
        parts = [_tree(section) for section in _sections(text)]
        if not parts:
            raise ModelError("the booster has no trees", where="forest")
        joined = {
            each.name: np.concatenate([part[each.name] for part in parts])
            for each in fields(cls)
            if each.name not in ("nodes", "leaves", "word")
        }
        sizes = np.concatenate([part["sizes"] for part in parts])
        trees = cls(
            nodes=_starts([part["feature"].size for part in parts]),
            leaves=_starts([part["value"].size for part in parts]),
            word=_starts(sizes.tolist()),
            **joined,
        )
        for each in fields(cls):
            getattr(trees, each.name).setflags(write=False)
        return trees


def _sections(text: str) -> Iterator[dict[str, str]]:
    """The `key=value` lines of each tree."""
    body = text.partition("\nend of trees")[0]
    for section in body.split("\nTree=")[1:]:
        lines = (line.partition("=") for line in section.splitlines()[1:])
        yield {key: value for key, _, value in lines}


def _tree(said: dict[str, str]) -> dict[str, NDArray[Any]]:
    leaves = int(said["num_leaves"])
    if leaves > MAX_LEAVES or said.get("is_linear", "0") == "1":
        raise ModelError(
            f"a tree of {leaves} leaves" if leaves > MAX_LEAVES else "a tree with linear leaves",
            where="forest",
            remedy=f"train with at most {MAX_LEAVES} leaves a tree, and without linear_tree",
        )
    nodes = leaves - 1
    kind = _numbers(said, "decision_type", nodes).astype(np.int64)
    categorical = (kind & _CATEGORICAL) > 0
    missing = kind & (_MISSING_ZERO | _MISSING_NAN)
    if (missing[~categorical] == _MISSING_ZERO).any():
        raise ModelError("a tree takes zero as missing", where="forest", remedy="train without it")
    threshold = _numbers(said, "threshold", nodes)
    sizes, words = _bits(said, categorical, threshold)
    return {
        "feature": _numbers(said, "split_feature", nodes).astype(np.int32),
        "threshold": np.where(categorical, np.nan, threshold),
        "categorical": categorical,
        "nan_left": ((kind & _DEFAULT_LEFT) > 0) & (missing == _MISSING_NAN) & ~categorical,
        "nan_is_zero": (missing != _MISSING_NAN) & ~categorical,
        "left": _numbers(said, "left_child", nodes).astype(np.int32),
        "right": _numbers(said, "right_child", nodes).astype(np.int32),
        "sizes": sizes,
        "words": words,
        "value": _numbers(said, "leaf_value", leaves),
        "node_rows": _numbers(said, "internal_count", nodes),
        "leaf_rows": _numbers(said, "leaf_count", leaves if nodes else 0, missing=1.0),
    }


def _bits(
    said: dict[str, str], categorical: NDArray[np.bool_], place: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """How many words of bits each node has, and the words, in the order of the nodes."""
    sizes = np.zeros(categorical.size, np.int64)
    if not categorical.any():
        return sizes, np.empty(0, np.uint32)
    bounds = np.array(said["cat_boundaries"].split(), np.int64)
    words = np.array(said["cat_threshold"].split(), np.uint64).astype(np.uint32)
    rows = place[categorical].astype(np.int64)  # which of the tree's sets of categories
    sizes[categorical] = np.diff(bounds)[rows]
    return sizes, np.concatenate([words[bounds[row] : bounds[row + 1]] for row in rows])


def _numbers(
    said: dict[str, str], key: str, count: int, missing: float = np.nan
) -> NDArray[np.float64]:
    if count == 0:
        return np.full(1 if key == "leaf_count" else 0, missing)
    found = np.array(said[key].split(), np.float64)
    if found.size != count:
        raise ModelError(f"{key} has {found.size} entries, not {count}", where="forest")
    return found


def _starts(sizes: Sequence[int]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(np.array(sizes, np.int64))]).astype(np.int64)

"""The trees of a booster, read from its text."""

import lightgbm
import numpy as np
import pytest

from features.errors import ModelError
from model.trees import Trees


def grown(leaves=31, **settings):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3000, 5))
    x[:, 4] = rng.integers(0, 40, 3000)
    x[rng.random(x.shape) < 0.1] = np.nan
    y = (np.nan_to_num(x[:, 0]) + (x[:, 4] % 3 == 0) + rng.normal(size=3000) > 0.5).astype(int)
    told = {"objective": "binary", "num_leaves": leaves, "verbose": -1, "num_threads": 1}
    data = lightgbm.Dataset(x, y, categorical_feature=[4])
    return lightgbm.train({**told, **settings}, data, 10), x


def leaf_of(trees, tree, row):
    """The slow and plain way down."""
    node, base = 0, trees.nodes[tree]
    while node >= 0:
        at, value = base + node, row[trees.feature[base + node]]
        if trees.categorical[at]:
            bits = trees.words[trees.word[at] : trees.word[at + 1]]
            code = -1 if np.isnan(value) else int(value)
            inside = 0 <= code < 32 * len(bits)
            left = inside and bool(bits[code // 32] >> np.uint32(code % 32) & 1)
        elif np.isnan(value) and not trees.nan_is_zero[at]:
            left = trees.nan_left[at]
        else:
            left = np.nan_to_num(value) <= trees.threshold[at]
        node = trees.left[at] if left else trees.right[at]
    return ~node


def test_going_down_the_trees_gives_what_lightgbm_gives():
    booster, x = grown()
    trees = Trees.read(booster.model_to_string())
    found = [
        sum(trees.value[trees.leaves[t] + leaf_of(trees, t, row)] for t in range(len(trees)))
        for row in x[:200]
    ]
    assert np.abs(booster.predict(x[:200], raw_score=True) - found).max() < 1e-12


def test_a_tree_that_never_split_is_one_leaf():
    booster, _ = grown(min_data_in_leaf=3000)
    trees = Trees.read(booster.model_to_string())
    assert trees.feature.size == 0
    assert trees.value.size == len(trees)


@pytest.mark.parametrize(
    ("leaves", "settings", "said"),
    [
        (80, {"min_data_in_leaf": 2}, "leaves"),
        (8, {"zero_as_missing": True}, "zero as missing"),
    ],
)
def test_a_tree_that_cannot_be_followed_exactly_is_refused(leaves, settings, said):
    booster, _ = grown(leaves, **settings)
    with pytest.raises(ModelError, match=said):
        Trees.read(booster.model_to_string())


def test_a_text_without_trees_is_refused():
    with pytest.raises(ModelError, match="no trees"):
        Trees.read("tree\nversion=v4\n")

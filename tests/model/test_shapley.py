"""Exact Shapley values beside LightGBM's, and beside the definition on a tree of three splits."""

from itertools import combinations
from math import factorial

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import ModelError
from model.risk import Forest
from model.shapley import Shapley, checked
from model.trees import Trees


def grown(seed, **told):
    """A forest over numbers, two of them often unknown, and a category; and rows, some strange."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(1500, 6))
    x[:, 5] = rng.integers(0, 40, 1500)
    x[:, :3][rng.random((1500, 3)) < 0.2] = np.nan
    x[:, 3] = x[:, 3].round(1)
    y = np.nan_to_num(x[:, 0]) * x[:, 4] + (x[:, 5] % 3 == 0) + np.isnan(x[:, 1]) + x[:, 3] ** 2
    given = {"num_leaves": 31, "min_data_in_leaf": 5, "verbose": -1, "num_threads": 1, "seed": seed}
    data = lightgbm.Dataset(x, y, categorical_feature=[5])
    rows = x[:300].copy()
    rows[:8, 5] = np.nan, -1.0, -0.5, 2.7, 1e9, np.inf, -np.inf, 40.0
    rows[8:12, 0] = np.inf, -np.inf, 0.0, 1e300
    return lightgbm.train({**given, **told}, data, 12), rows


def both(booster, rows):
    ours = Shapley.of(Trees.read(booster.model_to_string())).contributions(rows)
    return ours, booster.predict(rows, pred_contrib=True, num_threads=1)


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 99),
    leaves=st.sampled_from([2, 3, 7, 31, 64]),
    depth=st.sampled_from([-1, 2, 5]),
    use_missing=st.booleans(),
)
def test_they_are_what_lightgbm_gives(seed, leaves, depth, use_missing):
    booster, rows = grown(seed, num_leaves=leaves, max_depth=depth, use_missing=use_missing)
    ours, theirs = both(booster, rows)
    assert np.abs(ours - theirs).max() < 1e-9


def test_a_path_that_asks_one_feature_again_and_again_is_followed():
    x = np.linspace(-3, 3, 2000)[:, None] * np.ones(3)
    told = {"num_leaves": 60, "min_data_in_leaf": 2, "verbose": -1, "num_threads": 1}
    booster = lightgbm.train(told, lightgbm.Dataset(x, np.exp(x[:, 0])), 5)
    ours, theirs = both(booster, x[::7])
    assert np.abs(ours - theirs).max() < 1e-9


def test_paths_of_more_than_ten_different_features_are_followed():
    rng = np.random.default_rng(3)
    x = (rng.random((6000, 14)) < 0.5).astype(float)
    y = np.where(x.cumprod(axis=1) > 0, 1.0, 0.0).sum(axis=1)  # the first 0 ends the path
    told = {"num_leaves": 15, "min_data_in_leaf": 1, "min_sum_hessian_in_leaf": 0, "verbose": -1}
    booster = lightgbm.train({**told, "num_threads": 1}, lightgbm.Dataset(x, y), 3)
    shapley = Shapley.of(Trees.read(booster.model_to_string()))
    assert shapley.paths.distinct.max() > 10
    ours, theirs = both(booster, x[:300])
    assert np.abs(ours - theirs).max() < 1e-9


def test_trees_that_never_split_say_only_the_base():
    booster, rows = grown(0, min_data_in_leaf=1500)
    ours, theirs = both(booster, rows)
    assert (ours[:, :-1] == 0.0).all()
    assert np.abs(ours - theirs).max() < 1e-9


def test_a_row_adds_up_to_its_score():
    booster, rows = grown(1)
    ours, _ = both(booster, rows)
    assert np.abs(ours.sum(axis=1) - booster.predict(rows, raw_score=True)).max() < 1e-9


def test_neither_the_other_rows_nor_threads_change_a_bit():
    booster, rows = grown(2)
    shapley = Shapley.of(Trees.read(booster.model_to_string()))
    rows = np.concatenate([rows, rows])
    whole = shapley.contributions(rows)
    assert np.array_equal(shapley.contributions(rows, threads=2), whole)
    for part in (slice(0, 1), slice(3, 132), slice(599, 600)):
        assert np.array_equal(shapley.contributions(rows[part]), whole[part])


def test_no_rows_give_no_values():
    booster, rows = grown(2)
    assert both(booster, rows)[0][:0].shape == (0, 7)
    shapley = Shapley.of(Trees.read(booster.model_to_string()))
    assert shapley.contributions(rows[:0]).shape == (0, 7)


def test_rows_of_too_few_columns_are_refused():
    booster, rows = grown(2)
    shapley = Shapley.of(Trees.read(booster.model_to_string()))
    with pytest.raises(ModelError, match="2 columns"):
        shapley.contributions(rows[:, :2])


TINY = """tree
version=v4
Tree=0
num_leaves=4
num_cat=0
split_feature=0 1 0
threshold=0 0 1
decision_type=2 2 2
left_child=1 -1 -3
right_child=2 -2 -4
leaf_value=1 2 4 8
leaf_count=10 30 20 40
internal_value=0 0 0
internal_count=100 40 60
is_linear=0
shrinkage=1

end of trees
"""
"""x0 <= 0: (x1 <= 0: 1, else 2), else (x0 <= 1: 4, else 8)."""


def game(row, known):
    """What the tiny tree expects of a row of which only the `known` columns are."""
    low = row[0] <= 0 if 0 in known else None
    inner = (1 if row[1] <= 0 else 2) if 1 in known else (10 * 1 + 30 * 2) / 40
    outer = (4 if row[0] <= 1 else 8) if 0 in known else (20 * 4 + 40 * 8) / 60
    if low is None:
        return (40 * inner + 60 * outer) / 100
    return inner if low else outer


def by_definition(row, column, columns):
    others, n = [c for c in range(columns) if c != column], columns
    return sum(
        factorial(size) * factorial(n - size - 1) / factorial(n)
        * (game(row, {*told, column}) - game(row, set(told)))
        for size in range(n)
        for told in combinations(others, size)
    )  # fmt: skip


@pytest.mark.parametrize("row", [(-1.0, -1.0), (-1.0, 1.0), (0.5, -1.0), (2.0, 1.0)])
def test_on_a_tiny_tree_they_are_the_definition_s(row):
    found = Shapley.of(Trees.read(TINY)).contributions(np.array([row]))[0]
    assert found[-1] == pytest.approx(game(row, set()))
    assert found[:2] == pytest.approx([by_definition(row, c, 2) for c in (0, 1)])


def test_a_forest_explains_by_them():
    booster, rows = grown(4)
    forest = Forest(booster.model_to_string())
    trees = Trees.read(forest.text)
    assert np.array_equal(forest.contributions(rows), Shapley.of(trees).contributions(rows))


def test_values_that_are_not_lightgbm_s_are_left_to_lightgbm(caplog):
    booster, _ = grown(4)
    trees = Trees.read(booster.model_to_string())
    right = Shapley.of(trees).contributions
    assert checked(trees, 6, right) is not None
    assert checked(trees, 6, lambda x: right(x) + 1e-6) is None
    assert "left to LightGBM" in caplog.text


def test_a_forest_that_cannot_be_followed_is_explained_by_lightgbm():
    booster, rows = grown(4, num_leaves=90)
    expected = booster.predict(rows, pred_contrib=True, num_threads=1)
    assert np.array_equal(Forest(booster.model_to_string()).contributions(rows), expected)

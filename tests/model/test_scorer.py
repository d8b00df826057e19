"""The fast scorer: LightGBM's scores, by rows and by parts."""

from dataclasses import replace

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.frame import pair_frame
from features.replay import snapshot_at
from features.view import PairView
from model import assess, hand_over, pair_scorer, policy_reader, scorer
from model.desk import ServedDesk
from model.risk import Forest
from model.scorer import Scorer, checked, trial_rows
from model.trees import Trees
from tests.builders import at, random_log
from tests.model.grown_bundle import grown_bundle

ODD = [np.nan, np.inf, -np.inf, -1.0, -0.5, -7.0, 0.0, -0.0, 1e-36, -1e-36, 39.9, 500.0, 2.0**31]


def grown(seed=0, leaves=31, trees=12, **settings):
    """A forest over numbers, one of them whole, and two categories; NaN in some columns."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(1500, 7))
    x[:, 3], x[:, 4] = rng.integers(0, 40, 1500), rng.integers(0, 90, 1500)
    x[:, 5] = rng.integers(0, 6, 1500)
    x[:, :5][rng.random((1500, 5)) < 0.1] = np.nan
    y = np.nan_to_num(x[:, 0]) + (x[:, 4] % 3 == 0) + 0.3 * x[:, 5] + rng.normal(size=1500)
    told = {
        "objective": "binary", "num_leaves": leaves, "min_data_in_leaf": 2, "verbose": -1,
        "num_threads": 1, "seed": seed, "min_data_per_group": 5, "cat_smooth": 1.0,
    }  # fmt: skip
    data = lightgbm.Dataset(x, (y > 0.7).astype(int), categorical_feature=[3, 4])
    return lightgbm.train({**told, **settings}, data, trees)


def reference(booster):
    return lambda x: np.asarray(booster.predict(x, raw_score=True, num_threads=1))


def scorer_of(booster):
    return Scorer.of(Trees.read(booster.model_to_string()))


def odd_rows(booster, seed, n=300):
    rng = np.random.default_rng(seed)
    x = trial_rows(scorer_of(booster).trees, booster.num_feature(), n, seed)
    some = rng.random(x.shape) < 0.2
    x[some] = rng.choice(ODD, int(some.sum()))
    return x


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    leaves=st.sampled_from([2, 7, 31, 64]),
    use_missing=st.booleans(),
)
def test_rows_score_as_lightgbm_scores_them_whatever_stands_in_them(seed, leaves, use_missing):
    booster = grown(seed, leaves, use_missing=use_missing)
    x = odd_rows(booster, seed + 1)
    found = scorer_of(booster).raw(x)
    assert np.abs(found - reference(booster)(x)).max() <= 1e-12


def test_a_forest_of_trees_that_never_split_scores_its_constant():
    booster = grown(min_data_in_leaf=1500)
    x = np.zeros((3, 7))
    assert np.abs(scorer_of(booster).raw(x) - reference(booster)(x)).max() <= 1e-12


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), owner=st.lists(st.integers(0, 2), min_size=7, max_size=7))
def test_splits_shared_out_among_any_hands_leave_the_leaf_of_the_row(seed, owner):
    booster = grown(seed, 64)
    made, x = scorer_of(booster), odd_rows(booster, seed, 60)
    masks = [
        made.masks(x, np.where(np.array(owner) == hand, np.arange(7), -1)) for hand in range(3)
    ]
    met = masks[0] & masks[1] & masks[2]
    assert (np.bitwise_count(met) == 1).all()
    leaf = made.trees.leaves[:-1] + np.bitwise_count(met - np.uint64(1))
    assert np.array_equal(made.score(made.value[leaf].sum(axis=1)), made.raw(x))


def test_neither_the_number_of_rows_nor_the_threads_change_a_bit(monkeypatch):
    monkeypatch.setattr(scorer, "ROWS_A_THREAD", 64)
    booster = grown()
    made, x = scorer_of(booster), odd_rows(booster, 3, 500)
    whole = made.raw(x)
    assert np.array_equal(made.raw(x, threads=3), whole)
    assert np.array_equal(np.concatenate([made.raw(row[None]) for row in x]), whole)


def test_a_forest_whose_fast_scores_are_wrong_is_left_to_lightgbm(monkeypatch, caplog):
    booster = grown()
    forest, x = Forest(booster.model_to_string()), odd_rows(booster, 4)
    assert forest.scorer is not None

    def wrong(trees):
        value = trees.value.copy()
        value[5] += 1e-6
        return {name: getattr(trees, name) for name in trees.__slots__} | {"value": value}

    true = Trees.read
    monkeypatch.setattr(Trees, "read", lambda text: Trees(**wrong(true(text))))
    spoilt = Forest(booster.model_to_string())
    assert spoilt.scorer is None
    assert "left to LightGBM" in caplog.text
    assert np.array_equal(spoilt.raw(x), reference(booster)(x))


@pytest.mark.parametrize("told", [{"num_leaves": 100}, {"linear_tree": True}])
def test_a_kind_of_forest_that_cannot_be_followed_is_left_to_lightgbm(told):
    booster = grown(**told)
    forest, x = Forest(booster.model_to_string()), np.random.default_rng(1).normal(size=(50, 7))
    assert forest.scorer is None
    assert np.array_equal(forest.raw(x), reference(booster)(x))


def test_a_text_that_is_no_forest_is_not_followed():
    assert checked("tree\nversion=v4\n", 3, lambda x: x[:, 0]) is None


@pytest.fixture(scope="module")
def assessor():
    events = random_log(7, tickets=60)
    desk = ServedDesk.of(grown_bundle(events), policy_reader.default())
    return desk.assess(snapshot_at(desk.history, at(60)))


def every_pair(assessor):
    n_t, n_a = assessor.owner.size, assessor.listed
    return np.repeat(np.arange(n_t), n_a), np.tile(np.arange(n_a), n_t)


def test_parts_of_hand_overs_score_as_their_rows_do(assessor, monkeypatch):
    monkeypatch.setattr(assess, "FEW", 0)
    t, a = every_pair(assessor)
    moved = a != assessor.owner[t]
    view = PairView(assessor.tickets, assessor.agents, t, a, moved)
    x = pair_frame(assessor.history, assessor.bundle.encoder, view).values
    rows = hand_over.PairRisk(assessor.bundle.risk, x)
    parts = assessor.pairs(t, a)
    assert isinstance(parts, hand_over.HandOverRisk)
    assert moved.any()
    for name in ("timeout", "escalation", "eta_p50_hours", "eta_p90_hours"):
        assert np.array_equal(getattr(parts, name), getattr(rows, name)), name
    by_lightgbm = assessor.bundle.risk.timeout.booster.predict(x, raw_score=True)
    assert np.abs(assessor.bundle.risk.timeout.raw(x) - by_lightgbm).max() <= 1e-12


def test_blocks_threads_and_the_order_of_pairs_do_not_matter(assessor, monkeypatch):
    t, a = every_pair(assessor)
    scorers = assessor._scorers
    whole = pair_scorer.score(scorers, t, a)
    monkeypatch.setattr(pair_scorer, "PAIRS_A_BLOCK", 5)
    order = np.random.default_rng(0).permutation(t.size)
    for threads in (1, 3):
        found = pair_scorer.score(scorers, t[order], a[order], threads)
        for one, expected in zip(found, whole, strict=True):
            assert np.array_equal(one, expected[order])


def test_the_matrix_holds_every_ticket_with_every_agent(assessor):
    t, a = every_pair(assessor)
    rows = np.array([2, 0])
    timeout, escalation = assessor.matrix(rows)
    pairs = assessor.pairs(t, a)
    assert np.array_equal(timeout, pairs.timeout.reshape(-1, assessor.listed)[rows])
    assert np.array_equal(escalation, pairs.escalation.reshape(-1, assessor.listed)[rows])
    assert np.unique(timeout).size > 2


def test_a_desk_whose_forest_is_left_to_lightgbm_asks_it_about_rows(assessor, monkeypatch):
    t, a = every_pair(assessor)
    expected = assessor.pairs(t, a)
    monkeypatch.setattr(Forest, "scorer", None)
    risk = assessor.bundle.risk  # copies have not asked for their scorer yet
    risk = replace(risk, timeout=replace(risk.timeout), escalation=replace(risk.escalation))
    slow = replace(assessor, bundle=replace(assessor.bundle, risk=risk))
    found = slow.pairs(t, a)
    assert isinstance(found, hand_over.PairRisk)
    assert np.abs(found.timeout - expected.timeout).max() <= 1e-12
    assert np.abs(found.escalation - expected.escalation).max() <= 1e-12


def test_a_category_among_the_features_of_the_true_pair_has_a_bin_for_each_code():
    booster = grown(2, 64)
    made = scorer_of(booster)
    for feature in (0, 4, 5):
        table = pair_scorer.PairTable.of(made, feature, 0)
        x = odd_rows(booster, 5)[:, [feature]]
        column = np.full(7, -1)
        column[feature] = 0
        assert np.array_equal(table.masks[:, table.bins(x)].T, made.masks(x, column))

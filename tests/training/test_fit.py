import numpy as np
import pytest

from features.errors import ModelError
from model.risk import sigmoid
from training.baselines import CategoryRate, Logistic
from training.fit import ForestParams, Table, fit_outcome, fit_quantile
from training.metrics import score

PARAMS = ForestParams(
    trees=30, learning_rate=0.1, min_rows_per_leaf=10, feature_share=1.0, category_smooth=10.0
)


def table(seed=1, n=800, answer=None):
    rng = np.random.default_rng(seed)
    number, code = rng.normal(size=n), rng.integers(0, 5, n).astype(float)
    y = (number + (code >= 3) * 2 + rng.normal(0, 0.5, n) > 1).astype(float)
    x = np.column_stack([number, code, rng.normal(size=n)])
    x[::50, 0] = np.nan
    y = y if answer is None else np.full(n, answer)
    return Table(x, ("number", "code", "noise"), ("code",), y, np.ones(n))


def auc(forest, data):
    return score(data.y, sigmoid(forest.raw(data.x)), data.w).auc


def test_a_forest_learns_numbers_and_categories():
    forest = fit_outcome(table(1), PARAMS, seed=1, threads=1)
    assert auc(forest, table(3)) > 0.9
    assert forest.booster.num_trees() == 30


def test_the_same_seed_gives_the_same_text():
    first, again = (fit_outcome(table(), PARAMS, 1, 1).text for _ in range(2))
    assert first == again


def test_a_category_never_seen_is_scored_like_a_missing_one():
    forest = fit_outcome(table(), PARAMS, 1, 1)
    asked = np.array([[0.0, 77.0, 0.0], [0.0, -1.0, 0.0], [0.0, np.nan, 0.0]])
    assert len(set(forest.raw(asked).tolist())) == 1


def test_trees_stay_readable_by_an_exact_scorer():
    text = fit_outcome(table(), PARAMS, 1, 1).text
    assert max(int(v.split("=")[1]) for v in text.splitlines() if v.startswith("num_leaves")) <= 63
    assert "is_linear=1" not in text


def test_with_one_outcome_the_forest_is_the_base_rate():
    forest = fit_outcome(table(answer=0.0), PARAMS, 1, 1)
    assert forest.text == ""
    assert sigmoid(forest.raw(np.zeros((2, 3)))) == pytest.approx([1e-4, 1e-4])


def test_rows_without_weight_teach_nothing():
    data = table()
    heavy = Table(data.x, data.names, data.categorical, data.y, (np.arange(800) < 400) * 1.0)
    half = fit_outcome(heavy, PARAMS, 1, 1)
    assert half.text == fit_outcome(data.take(np.arange(400)), PARAMS, 1, 1).text


@pytest.mark.parametrize("sign", [1, -1])
def test_a_risk_that_may_only_rise_with_a_column_or_fall_does_so_against_the_rows(sign):
    data = table()
    bent = Table(data.x, data.names, data.categorical, (abs(data.x[:, 0]) > 0.7) * 1.0, data.w)
    free, bound = (fit_outcome(bent, PARAMS, 1, 1, rises) for rises in ((), (sign, 0, 0)))
    swept = np.column_stack([np.linspace(-3, 3, 61), np.zeros(61), np.zeros(61)])
    assert (np.diff(sign * free.raw(swept)) < 0).any()
    assert (np.diff(sign * bound.raw(swept)) >= 0).all()


def test_a_quantile_forest_lies_above_its_share_of_the_rows():
    data = table()
    hours = Table(data.x, data.names, data.categorical, np.abs(data.x[:, 2]), data.w)
    forest = fit_quantile(hours, 0.9, PARAMS, 1, 1)
    assert np.mean(hours.y <= forest.raw(hours.x)) == pytest.approx(0.9, abs=0.06)


def test_more_leaves_than_a_mask_has_bits_are_refused():
    with pytest.raises(ModelError, match="between 2 and 63"):
        ForestParams(leaves=64)


def test_the_category_rate_is_smoothed_and_unseen_categories_get_the_overall_rate():
    names = np.array(["a"] * 30 + ["b"] * 10, dtype=object)
    y = np.array([1.0] * 30 + [0.0] * 10)
    rate = CategoryRate.learn(names, y, np.ones(40), strength=10)
    expected = [37.5 / 40, 7.5 / 20, 0.75, 0.75]
    assert rate.predict(np.array(["a", "b", "z", None], dtype=object)) == pytest.approx(expected)


def test_the_logistic_baseline_learns_and_takes_what_it_never_saw():
    model = Logistic.learn(table(1), seed=1)
    held_out = table(2)
    held_out.x[0] = [np.nan, 99.0, np.nan]
    assert score(held_out.y, model.predict(held_out.x), held_out.w).auc > 0.85
    assert Logistic.learn(table(answer=1.0), seed=1).predict(held_out.x)[0] == 1.0

import numpy as np
import pytest

from training.baselines import DeadlineRule, PlainForest
from training.fit import Table

NAMES = ("due_share_left", "age_hours", "category_handling_hours")


def test_the_deadline_rule_says_how_much_of_the_promised_time_is_gone():
    x = np.array([[0.25, 3.0, 1.0], [-0.5, 3.0, 1.0]])
    assert DeadlineRule(NAMES).predict(x).tolist() == [0.75, 1.0]


def test_without_a_promise_the_age_is_held_against_the_usual_handling_time():
    x = np.array([[np.nan, 10.0, 10.0], [np.nan, 30.0, 10.0], [np.nan, 24.0, np.nan]])
    assert DeadlineRule(NAMES).predict(x).tolist() == [0.5, 0.75, 0.5]


def test_a_plain_forest_learns_what_stands_in_a_column():
    x = np.repeat([[0.0], [1.0]], 100, axis=0)
    y = x[:, 0].copy()
    table = Table(x, ("channel",), ("channel",), y, np.ones(200))
    low, high = PlainForest.learn(table, seed=1, threads=1).predict(np.array([[0.0], [1.0]]))
    assert low < 0.1 < 0.9 < high


def test_a_plain_forest_that_saw_hardly_any_outcome_says_the_base_rate():
    y = np.r_[np.ones(5), np.zeros(45)]
    table = Table(np.zeros((50, 1)), ("channel",), (), y, np.ones(50))
    found = PlainForest.learn(table, seed=1, threads=1).predict(np.zeros((1, 1)))
    assert found == pytest.approx([0.1])

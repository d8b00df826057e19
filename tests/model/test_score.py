import numpy as np
import pytest

from model.policy import Weights
from model.score import Edges, find, joined, places_of, score
from tests.model.desks import Dimensions, skilled


def test_the_score_is_the_weighted_geometric_mean():
    dims = Dimensions(
        np.array([0.7]), np.array([0.94]), skilled(np.array([[0.88]])), np.array([0.6])
    )
    zero = np.array([0])
    assert score(dims, zero, zero, Weights())[0] == pytest.approx((0.7 * 0.94 * 0.88 * 0.6) ** 0.25)
    heavy = score(dims, zero, zero, Weights(value=2, urgency=1, skill=1, load=0))
    assert heavy[0] == pytest.approx((0.7**2 * 0.94 * 0.88) ** 0.25)


def test_a_weight_of_zero_switches_a_dimension_off_even_at_zero():
    dims = Dimensions(np.array([0.0]), np.array([1.0]), skilled(np.array([[1.0]])), np.array([1.0]))
    zero = np.array([0])
    assert score(dims, zero, zero, Weights())[0] == pytest.approx(0.001**0.25)
    assert score(dims, zero, zero, Weights(value=0))[0] == 1


def test_a_customer_worth_nothing_does_not_make_all_agents_equal():
    dims = Dimensions(np.zeros(1), np.ones(1), skilled(np.array([[0.2, 0.8]])), np.ones(2))
    poor, good = score(dims, np.array([0, 0]), np.array([0, 1]), Weights())
    assert 0 < poor < good


def test_pairs_are_found_where_they_stand_and_others_are_not():
    edges = Edges(np.array([0, 0, 2]), np.array([1, 3, 0]))
    some = Edges(np.array([0, 1, 2]), np.array([3, 0, 0]))
    assert places_of(edges, some).tolist() == [1, 2]


def test_joined_edges_come_once_and_in_order():
    first = Edges(np.array([0, 2]), np.array([1, 0]))
    both, rows = joined(first, Edges(np.array([1, 2]), np.array([5, 0])))
    assert both.ticket.tolist() == [0, 1, 2]
    assert both.agent.tolist() == [1, 5, 0]
    assert rows.tolist() == [0, 2, 1]


def test_an_edge_is_found_by_its_agent():
    edges = Edges(np.array([0, 0, 2]), np.array([1, 3, 0]))
    assert find(edges, np.array([3, -1, 4])).tolist() == [1, -1, -1]

import numpy as np
import pytest

from model.columns import columns
from model.eligibility import judge
from model.policy import Weights
from model.score import Edges, find, joined, score, shortlist
from model.screen import screen
from tests.model.desks import Dimensions, agent, plain, skilled, snapshot, ticket


def dimensions(tickets, agents, seed=0):
    random = np.random.default_rng(seed)
    return Dimensions(
        random.random(tickets),
        random.random(tickets),
        skilled(random.random((tickets, agents))),
        random.random(agents),
    )


def _shortlist(tickets, agents, count, dims=None, excluded=()):
    people = [agent(f"A{j:04d}") for j in range(agents)]
    desk = snapshot([ticket(f"T{i:05d}", excluded_agents=excluded) for i in range(tickets)], people)
    clean = screen(desk).snapshot
    rules = judge(clean, columns(clean, plain()), plain())
    rows, everybody = np.arange(tickets), np.ones(agents, dtype=bool)
    known = dims or dimensions(tickets, agents)
    return shortlist(rules, known, Weights(), rows, everybody, count)


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


def test_on_a_small_desk_every_eligible_pair_is_looked_at():
    edges = _shortlist(3, 4, count=4, excluded=("A0001",))
    assert sorted(zip(edges.ticket.tolist(), edges.agent.tolist(), strict=True)) == [
        (i, j) for i in range(3) for j in (0, 2, 3)
    ]


def test_a_shortlist_holds_the_best_and_never_more_than_asked():
    dims = dimensions(50, 40)
    edges = _shortlist(50, 40, count=8, dims=dims)
    assert set(np.bincount(edges.ticket).tolist()) == {8}
    best = np.argmax(dims.skill.table * dims.load, axis=1)
    pairs = set(zip(edges.ticket.tolist(), edges.agent.tolist(), strict=True))
    assert all((row, int(agent)) in pairs for row, agent in enumerate(best))


def test_nobody_ruled_out_is_on_a_shortlist():
    edges = _shortlist(50, 40, count=8, excluded=("A0003", "A0007"))
    assert not np.isin(edges.agent, [3, 7]).any()


def test_everybody_is_reached_though_all_tickets_like_the_same_agents():
    skill = skilled(np.tile(np.linspace(0.1, 1.0, 100), (400, 1)))
    dims = Dimensions(np.ones(400), np.ones(400), skill, np.ones(100))
    reached = np.bincount(_shortlist(400, 100, count=10, dims=dims).agent, minlength=100)
    assert reached.min() >= 5


def test_joined_edges_come_once_and_in_order():
    first = Edges(np.array([0, 2]), np.array([1, 0]))
    both, rows = joined(first, Edges(np.array([1, 2]), np.array([5, 0])))
    assert both.ticket.tolist() == [0, 1, 2]
    assert both.agent.tolist() == [1, 5, 0]
    assert rows.tolist() == [0, 2, 1]


def test_an_edge_is_found_by_its_agent():
    edges = Edges(np.array([0, 0, 2]), np.array([1, 3, 0]))
    assert find(edges, np.array([3, -1, 4])).tolist() == [1, -1, -1]

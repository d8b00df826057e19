import numpy as np

from model.columns import columns
from model.eligibility import judge
from model.policy import Weights
from model.screen import screen
from model.shortlist import shortlist
from tests.model.desks import Dimensions, agent, plain, skilled, snapshot, ticket


def dimensions(tickets, agents, seed=0):
    random = np.random.default_rng(seed)
    return Dimensions(
        random.random(tickets),
        random.random(tickets),
        skilled(random.random((tickets, agents))),
        random.random(agents),
    )


def alike(tickets, agents, skill):
    """The dimensions of tickets that all like the same agents."""
    return Dimensions(
        np.ones(tickets), np.ones(tickets), skilled(np.tile(skill, (tickets, 1))), np.ones(agents)
    )


def _shortlist(tickets, agents, count, dims=None, excluded=(), rows=None):
    people = [agent(f"A{j:04d}") for j in range(agents)]
    desk = snapshot([ticket(f"T{i:05d}", excluded_agents=excluded) for i in range(tickets)], people)
    clean = screen(desk).snapshot
    rules = judge(clean, columns(clean, plain()), plain())
    rows = np.arange(tickets) if rows is None else rows
    everybody = np.ones(agents, dtype=bool)
    known = dims or dimensions(tickets, agents)
    return shortlist(rules, known, Weights(), rows, everybody, count)


def pairs(edges):
    return list(zip(edges.ticket.tolist(), edges.agent.tolist(), strict=True))


def test_on_a_small_desk_every_eligible_pair_is_looked_at():
    edges = _shortlist(3, 4, count=4, excluded=("A0001",))
    assert pairs(edges) == [(i, j) for i in range(3) for j in (0, 2, 3)]


def test_a_shortlist_holds_the_best_and_never_more_than_asked():
    dims = dimensions(50, 40)
    edges = _shortlist(50, 40, count=8, dims=dims)
    assert set(np.bincount(edges.ticket).tolist()) == {8}
    order = np.argsort(-dims.skill.table * dims.load, axis=1)[:, :4]
    found = set(pairs(edges))
    assert all((row, int(who)) in found for row, best in enumerate(order) for who in best)


def test_pairs_come_once_and_in_order():
    found = pairs(_shortlist(60, 50, count=9))
    assert found == sorted(set(found))


def test_nobody_ruled_out_is_on_a_shortlist():
    edges = _shortlist(50, 40, count=8, excluded=("A0003", "A0007"))
    assert not np.isin(edges.agent, [3, 7]).any()


def test_everybody_is_reached_though_all_tickets_like_the_same_agents():
    dims = alike(400, 100, np.linspace(0.1, 1.0, 100))
    reached = np.bincount(_shortlist(400, 100, count=10, dims=dims).agent, minlength=100)
    assert reached.min() >= 5
    assert (reached[95:] == 400).all()


def test_of_agents_who_are_equal_different_tickets_look_at_different_ones():
    dims = alike(200, 50, np.r_[np.full(40, 0.5), np.full(10, 0.9)])
    reached = np.bincount(_shortlist(200, 50, count=6, dims=dims).agent, minlength=50)
    assert reached[40:].min() >= 30  # three of the ten best each
    assert reached[:40].min() >= 1


def test_a_ticket_has_the_same_shortlist_whoever_else_is_asked_about():
    dims = dimensions(30, 40)
    whole = [each for each in pairs(_shortlist(30, 40, 8, dims)) if each[0] in (3, 17)]
    assert pairs(_shortlist(30, 40, 8, dims, rows=np.array([3, 17]))) == whole

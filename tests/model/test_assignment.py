from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model import assignment
from model.assignment import MILLION, PlanError, Problem, greedy, optimal, total_cost


def problem(costs, room, unplaced, place=None, step=None, first=()):
    """A problem from a table tickets × agents of costs in millionths; None is no edge.

    Agent j's k-th place costs `place[j] + step[j] * k`.
    """
    pairs = [(i, j, c) for i, row in enumerate(costs) for j, c in enumerate(row) if c is not None]
    ticket, agent, cost = (np.array([p[k] for p in pairs], dtype=np.int64) for k in range(3))
    start, rise = place or [0] * len(room), step or [0] * len(room)
    prices = [start[j] + rise[j] * k for j, free in enumerate(room) for k in range(free)]
    return Problem(
        ticket=ticket,
        agent=agent,
        cost=cost,
        unplaced=np.array(unplaced, dtype=np.int64),
        place=np.array(prices, dtype=np.int64),
        begin=np.concatenate([[0], np.cumsum(np.array(room, dtype=np.int64))]),
        first=np.isin(np.arange(len(unplaced)), first),
    )


def agents_of(given, plan):
    return [None if edge < 0 else int(given.agent[edge]) for edge in plan]


def brute_force(given):
    """The least cost over every way to place every ticket."""
    choices = [
        [-1, *np.flatnonzero(given.ticket == row).tolist()] for row in range(len(given.unplaced))
    ]
    plans = (np.array(choice, dtype=np.int64) for choice in product(*choices))
    return min(total_cost(given, plan) for plan in plans if _fits(given, plan))


def _fits(given, plan):
    return bool((given.used(plan) <= given.room).all())


def test_the_optimum_gives_up_the_best_pair_when_that_saves_more_elsewhere():
    given = problem([[1, 2], [2, 9]], room=[1, 1], unplaced=[100, 100])
    assert agents_of(given, optimal(given)) == [1, 0]
    assert total_cost(given, optimal(given)) == 4


def test_greedy_goes_by_regret_and_finds_the_same_here():
    given = problem([[1, 2], [2, 9]], room=[1, 1], unplaced=[100, 100])
    assert agents_of(given, greedy(given)) == [1, 0]


def test_a_ticket_is_left_when_every_place_is_dearer():
    given = problem([[50]], room=[1], unplaced=[10])
    assert agents_of(given, optimal(given)) == agents_of(given, greedy(given)) == [None]


def test_greedy_lets_those_choose_first_who_would_lose_all():
    costs = [[0, 5], [1, 900], [900, 1]]
    given = problem(costs, room=[1, 1], unplaced=[10**6, 1000, 1000], first=[0])
    assert agents_of(given, greedy(given)) == [0, None, 1]
    blind = problem(costs, room=[1, 1], unplaced=[10**6, 1000, 1000])
    assert agents_of(blind, greedy(blind)) == [None, 0, 1]


def test_rising_prices_of_places_spread_the_load():
    flat = problem([[10, 11]] * 4, room=[4, 4], unplaced=[10**9] * 4)
    assert agents_of(flat, optimal(flat)) == [0, 0, 0, 0]
    rising = problem([[10, 11]] * 4, [4, 4], [10**9] * 4, place=[0, 0], step=[MILLION, MILLION])
    for solver in (optimal, greedy):
        assert sorted(agents_of(rising, solver(rising))) == [0, 0, 1, 1]


def test_nothing_to_place_is_a_plan():
    given = problem([], room=[3], unplaced=[])
    assert len(optimal(given)) == len(greedy(given)) == 0
    lonely = problem([[None], [None]], room=[], unplaced=[1, 1])
    assert optimal(lonely).tolist() == greedy(lonely).tolist() == [-1, -1]


def test_costs_out_of_range_are_refused_by_name():
    given = problem([[2**62]], room=[1], unplaced=[2**62])
    with pytest.raises(PlanError, match="BAD_COST_RANGE"):
        optimal(given)


def test_one_agent_with_many_places_takes_few_rounds(monkeypatch):
    rounds = []
    regrets = assignment._regrets
    monkeypatch.setattr(assignment, "_regrets", lambda *a: rounds.append(1) or regrets(*a))
    given = problem([[i] for i in range(2000)], room=[2000], unplaced=[10**6] * 2000)
    assert (greedy(given) >= 0).all()
    assert len(rounds) < 150


@st.composite
def problems(draw):
    tickets, agents = draw(st.integers(0, 4)), draw(st.integers(0, 3))
    cost = st.one_of(st.none(), st.integers(0, 10_000))
    table = draw(st.lists(st.lists(cost, min_size=agents, max_size=agents), min_size=tickets,
                          max_size=tickets))  # fmt: skip
    room = draw(st.lists(st.integers(0, 3), min_size=agents, max_size=agents))
    unplaced = draw(st.lists(st.integers(0, 20_000), min_size=tickets, max_size=tickets))
    prices = st.lists(st.integers(0, 10_000), min_size=agents, max_size=agents)
    return problem(table, room, unplaced, draw(prices), draw(prices))


@settings(max_examples=150, deadline=None)
@given(problems())
def test_the_optimum_is_what_brute_force_finds(given):
    plan = optimal(given)
    assert _fits(given, plan)
    assert total_cost(given, plan) == brute_force(given)


@settings(max_examples=150, deadline=None)
@given(problems())
def test_greedy_keeps_the_places_and_is_never_cheaper(given):
    plan = greedy(given)
    assert _fits(given, plan)
    assert total_cost(given, plan) >= total_cost(given, optimal(given))
    assert (np.flatnonzero(plan >= 0) == given.ticket[plan[plan >= 0]]).all()


@settings(max_examples=50, deadline=None)
@given(problems(), st.randoms(use_true_random=False))
def test_the_order_of_the_agents_does_not_change_the_cost(given, random):
    new = list(range(len(given.room)))
    random.shuffle(new)
    place = np.array(new, dtype=np.int64)
    order = np.lexsort((place[given.agent], given.ticket))
    back = np.argsort(place)
    places = np.split(given.place, given.begin[1:-1])
    other = Problem(
        given.ticket[order],
        place[given.agent][order],
        given.cost[order],
        given.unplaced,
        np.concatenate([np.empty(0, np.int64), *(places[j] for j in back)])[: len(given.place)],
        np.concatenate([[0], np.cumsum(given.room[back])]),
        given.first,
    )
    assert total_cost(other, optimal(other)) == total_cost(given, optimal(given))

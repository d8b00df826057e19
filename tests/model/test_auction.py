import numpy as np
from hypothesis import given, settings

from model.assignment import optimal, total_cost
from model.auction import auctioned
from model.tolls import NOWHERE, bound
from tests.model.test_assignment import _fits, brute_force, problem, problems


def everywhere(given):
    return np.full(len(given.unplaced), NOWHERE)


def test_the_ticket_that_has_more_to_lose_gets_the_place():
    given = problem([[1, 2], [2, 9]], room=[1, 1], unplaced=[100, 100])
    plan, _ = auctioned(given)
    assert given.agent[plan].tolist() == [1, 0]


def test_a_ticket_stays_without_a_place_that_costs_more_than_none():
    given = problem([[50]], room=[1], unplaced=[10])
    assert auctioned(given)[0].tolist() == [-1]


def test_an_agent_without_a_place_can_be_had_at_no_price():
    given = problem([[1, 1]], room=[0, 1], unplaced=[100])
    plan, toll = auctioned(given)
    assert given.agent[plan].tolist() == [1]
    assert toll[0] == NOWHERE


def test_of_many_alike_tickets_as_many_are_placed_as_there_are_places():
    given = problem([[7, 7]] * 9, room=[2, 3], unplaced=[10**6] * 9)
    plan, _ = auctioned(given)
    assert (plan >= 0).sum() == 5


def test_a_bidding_war_between_two_ends():
    given = problem([[1], [1]], room=[1], unplaced=[10**12, 10**12])
    plan, _ = auctioned(given)
    assert (plan >= 0).sum() == 1


def test_a_large_desk_is_planned_within_a_few_percent_and_so_is_its_bound():
    random = np.random.default_rng(0)
    costs = random.integers(5_000, 10_000, (80, 20)).tolist()
    given = problem(costs, [4] * 20, [10**6] * 80, step=[50] * 20)
    plan, toll = auctioned(given)
    best = total_cost(given, optimal(given))
    assert total_cost(given, plan) <= 1.07 * best
    assert bound(given, toll, everywhere(given)) >= 0.93 * best


@settings(max_examples=100, deadline=None)
@given(problems())
def test_a_plan_keeps_to_the_places_and_its_tolls_bound_the_optimum(given):
    plan, toll = auctioned(given)
    assert _fits(given, plan)
    assert (given.ticket[plan[plan >= 0]] == np.flatnonzero(plan >= 0)).all()
    assert bound(given, toll, everywhere(given)) <= brute_force(given) <= total_cost(given, plan)

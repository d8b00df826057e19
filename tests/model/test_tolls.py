import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from model.assignment import greedy, optimal, total_cost
from model.tolls import NOWHERE, bound, reach, tolls
from tests.model.test_assignment import brute_force, problem, problems


def everywhere(given):
    return np.full(len(given.unplaced), NOWHERE)


def test_the_toll_of_an_agent_with_a_place_left_is_its_price():
    given = problem([[1, 9]], room=[2, 1], unplaced=[100], place=[3, 5], step=[4, 0])
    assert tolls(given, optimal(given)).tolist() == [7, 5]


def test_the_toll_of_a_full_agent_is_what_sending_a_ticket_elsewhere_costs():
    given = problem([[1, 9]], room=[1, 1], unplaced=[100])
    assert tolls(given, optimal(given)).tolist() == [8, 0]
    alone = problem([[1]], room=[1], unplaced=[100])
    assert tolls(alone, optimal(alone)).tolist() == [99]


def test_an_agent_without_a_place_can_be_had_at_no_price():
    given = problem([[1]], room=[0], unplaced=[5])
    assert tolls(given, optimal(given)).tolist() == [NOWHERE]
    assert bound(given, tolls(given, optimal(given)), everywhere(given)) == 5


def test_what_was_not_looked_at_lowers_the_bound_to_what_it_could_cost():
    given = problem([[50]], room=[1], unplaced=[90])
    toll = tolls(given, optimal(given))
    assert bound(given, toll, everywhere(given)) == 50
    assert reach(given, np.array([0]), np.array([20])).tolist() == [20]
    assert bound(given, np.array([0]), np.array([20])) == 20


@settings(max_examples=150, deadline=None)
@given(problems())
def test_the_bound_of_an_optimal_plan_is_its_cost(given):
    plan = optimal(given)
    assert bound(given, tolls(given, plan), everywhere(given)) == total_cost(given, plan)


@settings(max_examples=100, deadline=None)
@given(problems(), st.lists(st.integers(0, 20_000), min_size=3, max_size=3))
def test_no_tolls_whatever_bound_more_than_the_optimum(given, some):
    best = brute_force(given)
    assert bound(given, np.array(some[: len(given.room)], np.int64), everywhere(given)) <= best
    assert bound(given, tolls(given, greedy(given)), everywhere(given)) <= best


@settings(max_examples=100, deadline=None)
@given(problems(), st.data())
def test_the_bound_holds_for_pairs_that_were_left_out(given, data):
    kept = data.draw(
        st.lists(st.booleans(), min_size=len(given.ticket), max_size=len(given.ticket))
    )
    rows = np.flatnonzero(np.array(kept, dtype=bool))
    part = given.part(rows)
    elsewhere = everywhere(given)
    np.minimum.at(elsewhere, given.ticket, given.cost)  # a floor under every pair of the ticket
    toll = tolls(part, optimal(part))
    assert bound(part, toll, elsewhere + toll.min(initial=NOWHERE)) <= brute_force(given)

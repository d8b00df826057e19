import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from model import sieve
from model.assignment import greedy, optimal, total_cost
from model.sieve import sifted
from model.tolls import NOWHERE, bound
from tests.model.test_assignment import _fits, problem, problems


def wide(tickets=60, agents=40, seed=0, room=2):
    random = np.random.default_rng(seed)
    costs = random.integers(0, 10_000, (tickets, agents)).tolist()
    return problem(costs, [room] * agents, [10**6] * tickets, step=[50] * agents)


def no_edge(given):
    return np.zeros(len(given.ticket), dtype=bool)


def asked_of(solver):
    sizes = []

    def counted(part):
        sizes.append(len(part.ticket))
        return solver(part)

    return counted, sizes


def test_of_many_edges_few_are_solved_and_the_plan_is_as_good():
    given, (solver, sizes) = wide(), asked_of(optimal)
    found = sifted(given, solver, no_edge(given))
    best = total_cost(given, optimal(given))
    assert max(sizes) < len(given.ticket) / 2
    assert best <= total_cost(given, found.plan) <= best * (1 + 2e-5)
    everywhere = np.full(60, NOWHERE)
    assert bound(given, found.toll, everywhere) <= best


def test_few_edges_are_solved_at_once():
    given, (solver, sizes) = problem([[1, 2], [2, 9]], [1, 1], [100, 100]), asked_of(optimal)
    found = sifted(given, solver, no_edge(given))
    assert sizes == [4]
    assert found.kept.all()
    assert total_cost(given, found.plan) == 4


def test_edges_that_must_be_looked_at_are():
    given = wide()
    always = no_edge(given)
    always[np.argmax(given.cost)] = True
    assert sifted(given, optimal, always).kept[np.argmax(given.cost)]


def test_alike_tickets_do_not_all_look_at_the_same_agents():
    given = problem([[7] * 50] * 30, [1] * 50, [10**6] * 30)
    kept = sifted(given, optimal, no_edge(given)).kept
    assert np.bincount(given.agent[kept], minlength=50).max() < 30


def test_a_solver_that_is_not_exact_still_has_its_plan_returned():
    given = wide(tickets=30, room=1)
    found = sifted(given, greedy, no_edge(given))
    assert _fits(given, found.plan)
    assert (given.ticket[found.plan] == np.arange(30)).all()


@settings(max_examples=60, deadline=None)
@given(problems(), st.sampled_from([1, 2]))
def test_sifting_changes_no_optimum(given, few):
    whole = (sieve._FEW, sieve.KEPT, sieve._NEAR)
    sieve._FEW, sieve.KEPT, sieve._NEAR = 0, few, 0.0
    try:
        found = sifted(given, optimal, no_edge(given))
    finally:
        sieve._FEW, sieve.KEPT, sieve._NEAR = whole
    assert total_cost(given, found.plan) == total_cost(given, optimal(given))
    assert bound(given, found.toll, np.full(len(given.unplaced), NOWHERE)) == total_cost(
        given, found.plan
    )

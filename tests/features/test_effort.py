import numpy as np
import pytest

from features.effort import work_hours
from features.history import History
from tests.builders import assigned, created, log, resolved, state, us


def visits(agent, category, hours, number=40, gap=12):
    """That many tickets of the agent, one every `gap` hours, each in progress for `hours`."""
    for i in range(number):
        name, begin = f"{agent}-{category}-{i}", i * gap
        yield created(begin, name, category=category)
        yield assigned(begin, name, agent)
        yield state(begin, name, "in_progress")
        yield resolved(begin + hours, name)


def asked(events, pairs, at=500):
    history = History.of(log(*events))
    agents = history.names["agent"].codes([agent for agent, _ in pairs])
    categories = history.names["category"].codes([category for _, category in pairs])
    return work_hours(history, agents, categories, us(at))


def test_nothing_known_is_the_stated_prior():
    assert work_hours(History.empty(), *(np.array([-1]),) * 2, 0).tolist() == [1]


def test_a_visit_takes_what_such_visits_took():
    (found,) = asked(visits("A", "invoice", 3), [("A", "invoice")])
    assert found == pytest.approx(3, rel=0.15)


def test_a_ticket_that_comes_back_from_waiting_is_visited_again():
    events = [
        created(0, "T"), assigned(0, "T", "A"), state(0, "T", "in_progress"),
        state(2, "T", "waiting_customer"), state(8, "T", "in_progress"), resolved(9, "T"),
    ]  # fmt: skip
    history = History.of(log(*events))
    agent, at = history.names["agent"].codes(["A"]), np.array([us(10)])
    assert history.total("visit", "visits", "agent", agent, at).tolist() == [2]
    assert history.total("visit", "worked", "agent", agent, at).tolist() == [us(3) - us(0)]


def test_a_slow_agent_is_slow_in_categories_they_never_had():
    events = [
        *visits("slow", "a", 3), *visits("quick", "a", 1),
        *visits("quick", "b", 1, gap=13), *visits("third", "b", 1),
    ]  # fmt: skip
    slow, quick = asked(events, [("slow", "b"), ("quick", "b")])
    assert slow > 1.3 * quick


def test_hard_categories_make_nobody_slow():
    events = [
        *visits("A", "hard", 3, number=100, gap=5), *visits("B", "easy", 1, number=100, gap=5),
        *visits("C", "new", 1, number=1),
    ]  # fmt: skip
    first, second = asked(events, [("A", "new"), ("B", "new")])
    assert first == pytest.approx(second, rel=0.2)


def test_what_ends_after_the_moment_is_not_known_yet():
    before = [*visits("A", "a", 1)]
    after = [created(501, "X", category="a"), assigned(501, "X", "A"),
             state(501, "X", "in_progress"), resolved(504, "X")]  # fmt: skip
    assert asked([*before, *after], [("A", "a")]) == asked(before, [("A", "a")])

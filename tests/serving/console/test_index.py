"""The tickets of a decision in every order, and found by what they are."""

import pytest

from serving.console.asked import SORTS, Asked
from serving.console.index import Index
from serving.console.standing import Standing
from tests.serving.builders import ticket
from tests.serving.console.floors import agent, decision, has, logged

DUE = "2026-03-02T{}:00:00+08:00"


def found(plan, **asked) -> list[str]:
    index = Index.of(plan, Standing.of(plan))
    return [index.ids[at] for at in index.find(Asked(**asked)).tolist()]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("pressing", ["T3", "T2", "T0", "T1"]),
        ("due", ["T1", "T3", "T2", "T0"]),
        ("risk", ["T1", "T2", "T0", "T3"]),
        ("agent", ["T3", "T2", "T1", "T0"]),
        ("closes", ["T0", "T3", "T2", "T1"]),
        ("ticket", ["T0", "T1", "T2", "T3"]),
    ],
)
def test_each_order_goes_the_one_way_that_people_ask_for(sort, order):
    """T0 is never due; T3 is nobody's; A9 comes before A10."""
    plan = decision(
        [agent("A10"), agent("A9")],
        has("A10", 1, 5, risk=0.5, alert="warn"),
        has("A9", 4, 5, risk=0.9, alert="watch") | {"due_at": DUE.format(11)},
        has("A9", 3, 5, risk=0.6, alert="warn") | {"due_at": DUE.format(13)},
        has(None, 2, 5, risk=0.1, alert="red") | {"due_at": DUE.format(12)},
    )
    assert found(plan, sort=sort) == order


def test_tickets_that_are_alike_in_everything_go_by_their_numbers():
    plan = decision([agent("A1")], *[has("A1", 1, 5)] * 11)
    for sort in SORTS:
        assert found(plan, sort=sort) == [f"T{n}" for n in range(11)]


def test_nothing_is_found_across_two_words():
    plan = logged(ticket("T1", category="late", region="east"))
    assert found(plan, text="LATE") == ["T1"]
    assert found(plan, text="late\neast") == []


def test_a_desk_without_tickets_has_nothing_to_find():
    assert found(decision([agent("A1")]), sort="agent", text="x", team="y") == []

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from features.queues import Counted, Queues, turn_of
from features.stream import NEVER
from tests.builders import assigned, created, log, resolved
from tests.features.test_frame import values


def test_only_open_tickets_of_the_same_agent_that_are_due_earlier_come_before():
    events = log(
        created(0, "SOON", due_at=10), assigned(0, "SOON", "A1"),
        created(0, "LATE", due_at=90), assigned(0, "LATE", "A1"),
        created(0, "ELSE", due_at=5), assigned(0, "ELSE", "A2"),
        created(0, "DONE", due_at=6), assigned(0, "DONE", "A1"), resolved(1, "DONE"),
        created(0, "ME", due_at=50), assigned(0, "ME", "A1"),
    )  # fmt: skip
    assert values(events, "agent_ahead", ["ME", "LATE", "SOON"], [2, 2, 2]) == [1, 2, 0]


def test_tickets_without_a_promise_come_after_those_with_one_in_order_of_arrival():
    turns = turn_of(np.array([10, NEVER, NEVER]), np.array([0, 5, 3]))
    assert np.argsort(turns).tolist() == [0, 2, 1]


def columns(rows, width):
    return np.array(rows, np.int64).reshape(-1, width).T


spans = st.lists(
    st.tuples(st.integers(-1, 2), st.integers(0, 20), st.integers(1, 20), st.integers(0, 9)),
    max_size=30,
)


@given(spans, st.lists(st.tuples(st.integers(-1, 3), st.integers(0, 40), st.integers(0, 9))))
def test_the_queue_counts_what_a_plain_count_counts(held, asked):
    owner, begin, length, turn = columns(held, 4)
    end = begin + length
    agent, at, mine = columns(asked, 3)
    found = Queues.of(owner, begin, end, turn, 3).ahead(agent, at, mine)
    plain = [
        sum(o == a >= 0 and b <= t < b + n and u < m for o, b, n, u in held) for a, t, m in asked
    ]
    assert found.tolist() == plain


@given(spans)
def test_a_snapshot_and_the_history_count_the_same_queue(held):
    at = 15
    open_now = [(o, b, b + n, u) for o, b, n, u in held if b <= at < b + n]
    owner, begin, end, turn = columns(open_now, 4)
    rows = np.repeat(np.arange(3), 10)
    turns = np.tile(np.arange(10), 3)
    counted = Counted.of(owner, turn, 3).ahead(rows, turns)
    remembered = Queues.of(owner, begin, end, turn, 3).ahead(rows, np.full(30, at), turns)
    assert counted.tolist() == remembered.tolist()

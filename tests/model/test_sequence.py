import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from features.snapshot import Window
from model.agenda import Agenda
from model.columns import columns
from model.delay import Delays
from model.screen import screen
from model.sequence import index, order, queues, sequence
from tests.model.desks import HOUR, NOW, agent, plain, snapshot, ticket

GRID = np.array([0.0, 1.0, 2.0, 4.0, 8.0])


def _curves(losses):
    loss = np.array(losses, float).reshape(-1, GRID.size)
    return Delays(np.tile(GRID, (len(loss), 1)), loss)


def _order(tickets, losses, work=1.0, owner=0, rounds=8, **known):
    """The order of the queues; `losses` of each ticket over the grid."""
    clean = screen(snapshot(tickets, [agent("A", **known), agent("B")])).snapshot
    rows = np.full(len(tickets), owner) if np.isscalar(owner) else np.array(owner)
    hours = np.broadcast_to(np.asarray(work, float), len(tickets)).copy()
    curves = _curves(losses)
    table = columns(clean, plain())
    return table, sequence(table, rows, hours, curves, Agenda.of(clean), rounds)


def _queues(table, found):
    agent = np.full(len(table.ticket_ids), -1)
    agent[found.rows] = found.agent
    return queues(table, found.rows, agent)


def _queue(tickets, slopes=None, owner="A", **known):
    """As `_order`, with losses that grow evenly by the hour."""
    slope = np.array(slopes or [0.5] * len(tickets), float)
    table, found = _order(tickets, slope[:, None] * GRID, owner=0 if owner == "A" else 1, **known)
    return _queues(table, found)


def test_what_the_agent_works_on_comes_first_and_what_others_hold_up_last():
    tickets = [
        ticket("a", agent_id="A", state="waiting_customer"),
        ticket("b", agent_id="A"),
        ticket("c", agent_id="A", state="in_progress"),
        ticket("d", agent_id="A"),
        ticket("e", agent_id="A", state="internal_collaboration"),
    ]
    found = _queue(tickets, [0.9, 0.2, 0.1, 0.3, 0.95], working_on="b")
    assert found == {"A": ("b", "c", "d", "e", "a")}


def test_more_at_stake_goes_first():
    assert _queue([ticket("a"), ticket("b"), ticket("c")], [0.1, 0.9, 0.5]) == {
        "A": ("b", "c", "a")
    }


def test_equals_go_by_promised_time_then_age_then_id():
    tickets = [
        ticket("a"),
        ticket("b", created_at=NOW - 30 * HOUR),
        ticket("c", due_at=NOW + HOUR),
        ticket("d"),
    ]
    assert _queue(tickets) == {"A": ("c", "b", "a", "d")}


def test_a_ticket_that_changes_hands_is_in_progress_with_nobody():
    tickets = [ticket("a", agent_id="A", state="in_progress"), ticket("b", agent_id="B")]
    assert _queue(tickets, [0.1, 0.9], owner="B", working_on="a") == {"B": ("b", "a")}


def test_an_agent_without_tickets_has_no_queue():
    table, found = _order([ticket("a")], [[0.0] * 5], owner=[-1])
    assert _queues(table, found) == {}
    assert (found.rows.size, found.loss) == (0, 0.0)


SAVABLE, LOST, SAFE = [0.1, 0.1, 0.9, 1.0, 1.0], [1.0] * 5, [0.0, 0.0, 0.0, 0.01, 0.02]


def test_what_can_be_saved_goes_before_what_is_lost_and_what_is_safe():
    names = [ticket("a"), ticket("b"), ticket("c")]
    table, found = _order(names, [LOST, SAFE, SAVABLE])
    assert _queues(table, found)["A"] == ("c", "b", "a")


def test_of_two_alike_the_quicker_one_goes_first():
    table, found = _order([ticket("a"), ticket("b")], [GRID, GRID], work=[3.0, 1.0])
    assert _queues(table, found) == {"A": ("b", "a")}
    assert found.begins_hours.tolist() == [0, 1]


def test_a_late_ticket_that_costs_by_the_hour_goes_before_one_that_costs_nothing_yet():
    late = [1.0, 1.01, 1.02, 1.04, 1.08]
    table, found = _order([ticket("a"), ticket("b")], [[0.0] * 5, late])
    assert _queues(table, found) == {"A": ("b", "a")}


def test_the_search_sees_what_the_index_does_not():
    """`a` is steeper, but after a cliff that it misses anyway; `b` still makes it."""
    a, b = [0.0, 0.9, 0.9, 0.9, 0.9], [0.0, 0.0, 0.0, 0.8, 1.6]
    tickets = [ticket("a"), ticket("b")]
    off = {"availability": (Window(NOW + 2 * HOUR, NOW + 9 * HOUR),)}
    table, found = _order(tickets, [a, b], work=2.0, **off)
    first = order(table, np.zeros(2, np.int64), index(_curves([a, b]), np.full(2, 2.0)))
    assert table.ticket_ids[first].tolist() == ["a", "b"]
    assert _queues(table, found) == {"A": ("b", "a")}
    assert found.begins_hours.tolist() == [2, 4]


def test_without_rounds_the_order_by_index_stays():
    a, b = [0.0, 0.9, 0.9, 0.9, 0.9], [0.0, 0.0, 0.0, 0.8, 1.6]
    off = {"availability": (Window(NOW + 2 * HOUR, NOW + 9 * HOUR),)}
    table, found = _order([ticket("a"), ticket("b")], [a, b], work=2.0, rounds=0, **off)
    assert _queues(table, found) == {"A": ("a", "b")}
    assert found.begins_hours.tolist() == [2, 4]


def test_what_is_in_hand_is_half_done_and_what_waits_for_others_takes_no_time():
    tickets = [
        ticket("a", agent_id="A", state="in_progress"),
        ticket("b", agent_id="A"),
        ticket("c", agent_id="A", state="waiting_customer"),
        ticket("d", agent_id="A", state="waiting_customer"),
    ]
    _, found = _order(tickets, [SAFE] * 4, work=2.0, working_on="a")
    assert found.begins_hours.tolist() == [0, 1, 3, 3]


curves = st.lists(
    st.lists(st.floats(0, 1), min_size=5, max_size=5).map(lambda steps: np.cumsum(steps).tolist()),
    min_size=1,
    max_size=7,
)
hours = st.lists(st.sampled_from([0.25, 0.5, 1.0, 3.0]), min_size=7, max_size=7)
shift = st.sampled_from([None, ((0, 2), (3, 6)), ((2, 5),), ((0, 1), (5, 9))])


def _windows(spans):
    return (
        None if spans is None else tuple(Window(NOW + b * HOUR, NOW + e * HOUR) for b, e in spans)
    )


@given(curves, hours, shift)
@settings(deadline=None)
def test_the_order_is_never_worse_than_the_one_it_started_from(losses, work, spans):
    tickets, work = [ticket(f"t{i}") for i in range(len(losses))], np.array(work[: len(losses)])
    table, found = _order(tickets, losses, work, availability=_windows(spans))
    curve, agents = _curves(losses), np.zeros(len(losses), np.int64)
    start = order(table, agents, index(curve, work))
    agenda = Agenda.of(snapshot(agents=[agent("A", availability=_windows(spans))]))
    begins = agenda.begins(agents, np.cumsum(work[start]) - work[start])
    assert sorted(found.rows) == sorted(start)
    assert found.loss <= curve.at(start, begins).sum() + 1e-9


@given(curves, hours, st.lists(st.integers(-1, 1), min_size=7, max_size=7))
@settings(deadline=None)
def test_an_agents_order_ignores_the_others(losses, work, owner):
    tickets, n = [ticket(f"t{i}") for i in range(len(losses))], len(losses)
    table, both = _order(tickets, losses, work[:n], owner=owner[:n])
    for who, name in enumerate("AB"):
        alone = [at if at == who else -1 for at in owner[:n]]
        _, found = _order(tickets, losses, work[:n], owner=alone)
        assert _queues(table, found).get(name) == _queues(table, both).get(name)

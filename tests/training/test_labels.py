import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import LogError
from tests.builders import assigned, closed, created, event, log, random_log, resolved, us
from training.labels import UNKNOWN, label
from training.moments import NEVER, Moments


def verdict(events, until=None):
    labels = label(events)
    found = labels.timeout(labels.end_us if until is None else us(until))
    return found.value.tolist(), found.known_us.tolist()


def test_a_promise_that_passes_unresolved_is_broken_from_that_moment_on():
    events = log(created(0, "T1", due_at=10), resolved(12, "T1"))
    assert verdict(events) == ([1], [us(10)])
    assert verdict(events, until=9) == ([UNKNOWN], [NEVER])


def test_a_ticket_resolved_in_time_is_kept_from_its_resolution_on():
    assert verdict(log(created(0, "T1", due_at=10), resolved(4, "T1"))) == ([0], [us(4)])


def test_a_ticket_open_at_the_end_of_the_log_is_late_only_if_its_promise_has_passed():
    events = log(
        created(0, "T1", due_at=10), created(0, "T2", due_at=40), created(20, "T3", due_at=99)
    )
    assert verdict(events)[0] == [1, UNKNOWN, UNKNOWN]


def test_a_ticket_reopened_before_its_promise_passes_is_not_kept():
    events = log(
        created(0, "T1", due_at=10),
        resolved(3, "T1"),
        event(5, "ticket.reopened", ticket_id="T1"),
        resolved(12, "T1"),
    )
    assert verdict(events) == ([1], [us(10)])


def test_a_reopening_after_the_promise_passed_does_not_break_it():
    events = log(
        created(0, "T1", due_at=10),
        resolved(3, "T1"),
        event(15, "ticket.reopened", ticket_id="T1"),
    )
    assert verdict(events) == ([0], [us(3)])
    assert label(events).resolved_us.tolist() == [NEVER]


def test_a_promise_moved_before_it_passes_is_the_one_that_counts():
    events = log(
        created(0, "T1", due_at=10),
        event(8, "ticket.updated", ticket_id="T1", due_at=20),
        resolved(15, "T1"),
    )
    assert verdict(events)[0] == [0]


def test_a_promise_moved_after_it_passed_stays_broken():
    events = log(
        created(0, "T1", due_at=10),
        event(11, "ticket.updated", ticket_id="T1", due_at=20),
        resolved(15, "T1"),
    )
    assert verdict(events) == ([1], [us(10)])


def test_the_desks_own_verdict_overrides_the_promise_once_it_is_written():
    events = log(created(0, "T1", due_at=10), resolved(4, "T1"), closed(50, "T1", sla_met=False))
    assert verdict(events) == ([1], [us(50)])
    assert verdict(events, until=49) == ([0], [us(4)])


def test_of_two_words_of_the_desk_the_last_one_by_then_counts():
    events = log(
        created(0, "T1"), closed(4, "T1", sla_met=True),
        event(6, "ticket.reopened", ticket_id="T1"), closed(9, "T1", sla_met=False),
    )  # fmt: skip
    assert verdict(events, until=5) == ([0], [us(4)])
    assert verdict(events, until=9) == ([1], [us(9)])


def test_a_ticket_that_is_reopened_counts_as_resolved_until_then():
    events = log(
        created(0, "T1"), resolved(4, "T1"),
        event(6, "ticket.reopened", ticket_id="T1"), resolved(9, "T1"),
    )  # fmt: skip
    labels = label(events)
    times = [int(labels.resolved(us(h))[0]) for h in (3, 4, 5, 6, 9)]
    assert times == [NEVER, us(4), us(4), NEVER, us(9)]
    one, begin = np.array([0]), np.array([us(1)])
    known = [labels.escalation(one, begin, us(h)).value[0] for h in (3, 5, 6, 9)]
    assert known == [UNKNOWN, 0, UNKNOWN, 0]


def test_without_promise_or_verdict_nothing_is_known():
    assert verdict(log(created(0, "T1"), resolved(4, "T1"))) == ([UNKNOWN], [NEVER])


def test_escalation_counts_only_after_the_moment_and_is_censored_while_the_ticket_is_open():
    events = log(
        created(0, "T1"), event(5, "ticket.escalated", ticket_id="T1"), resolved(9, "T1"),
        created(0, "T2"),
    )  # fmt: skip
    labels = label(events)
    ask = labels.escalation(np.array([0, 0, 1]), np.array([us(1), us(5), us(1)]), labels.end_us)
    assert ask.value.tolist() == [1, 0, UNKNOWN]
    assert ask.known_us.tolist() == [us(5), us(9), NEVER]


def test_a_log_without_a_creation_is_refused_with_a_remedy():
    with pytest.raises(LogError, match=r"no ticket\.created row"):
        label(log(assigned(0, "T1", "A1")))


@given(seed=st.integers(0, 10_000), cut=st.floats(1, 200))
@settings(max_examples=40)
def test_what_is_known_by_a_time_is_what_the_log_cut_at_that_time_says(seed, cut):
    events = random_log(seed, tickets=8)
    whole = label(events, us(200))
    before = events[events["time"] <= pd.Timestamp(us(cut), unit="us", tz="UTC")]
    if not (before["type"] == "ticket.created").any():
        return
    part = label(before, us(cut))
    there = np.searchsorted(whole.ticket_id.astype(str), part.ticket_id.astype(str))
    ours, theirs = whole.timeout(us(cut)).value[there], part.timeout(us(cut)).value
    ripe = part.due_us <= us(cut)  # until then a ticket may be reopened, and late after all
    assert (ours[ripe] == theirs[ripe]).all()
    assert (whole.resolved(us(cut))[there] == part.resolved(us(cut))).all()


@given(
    rows=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9)), max_size=12),
    ticket=st.integers(0, 3),
    time=st.integers(-1, 10),
)
def test_the_last_moment_is_the_one_that_brute_force_finds(rows, ticket, time):
    line = Moments.of(np.array([r[0] for r in rows]), np.array([r[1] for r in rows]))
    before = [t for k, t in rows if k == ticket and t <= time]
    after = [t for k, t in rows if k == ticket and t > time]
    row = int(line.last_at(np.array([ticket]), np.array([time]))[0])
    assert (row == -1) == (not before)
    if before:
        assert line.time_us[row] == max(before)
    first = int(line.first_after(np.array([ticket]), np.array([time]))[0])
    assert first == (min(after) if after else NEVER)

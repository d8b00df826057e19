import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.stream import NEVER, Stream, hours_since

events = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20), st.integers(-5, 5)), max_size=40)
questions = st.lists(st.tuples(st.integers(-1, 5), st.integers(-3, 25)), min_size=1, max_size=20)


def arrays(rows, width):
    return np.array(rows, np.int64).reshape(-1, width).T.copy()


@given(events, questions, st.one_of(st.none(), st.integers(0, 10)))
def test_counts_and_sums_over_half_open_windows_equal_a_brute_force_count(rows, asked, window):
    keys, times, values = arrays(rows, 3)
    stream = Stream.of(keys, times, 4, {"v": values})
    who, when = arrays(asked, 2)
    low = -10_000 if window is None else window
    inside = [
        [r for r in rows if r[0] == k and r[1] <= t and (window is None or r[1] > t - low)]
        for k, t in asked
    ]
    assert stream.count(who, when, window).tolist() == [len(found) for found in inside]
    assert stream.total("v", who, when, window).tolist() == [sum(r[2] for r in f) for f in inside]


@given(events, questions, st.one_of(st.none(), st.integers(0, 10)))
def test_the_order_of_the_questions_changes_no_answer(rows, asked, window):
    keys, times, values = arrays(rows, 3)
    stream = Stream.of(keys, times, 4, {"v": values})
    in_order = sorted(asked)  # as frames ask: key by key, forward in time
    found = stream.total("v", *arrays(in_order, 2), window).tolist()
    alone = [stream.total("v", *arrays([one], 2), window)[0] for one in in_order]
    assert found == alone


@given(events, questions)
def test_the_last_time_is_the_latest_at_or_before_the_moment(rows, asked):
    keys, times, _ = arrays(rows, 3)
    stream = Stream.of(keys, times, 4)
    who, when = arrays(asked, 2)
    expected = [
        max((r[1] for r in rows if r[0] == k and r[1] <= t), default=NEVER) for k, t in asked
    ]
    assert stream.last_time(who, when).tolist() == expected
    rows_found = stream.last(who, when)
    assert [NEVER if r < 0 else times[r] for r in rows_found] == expected


@given(events, questions, st.integers(0, 20))
def test_what_happens_after_the_moment_changes_no_answer(rows, asked, cut):
    keys, times, values = arrays(rows, 3)
    who, when = arrays(asked, 2)
    when = np.minimum(when, cut)
    early = times <= cut
    whole = Stream.of(keys, times, 4, {"v": values})
    part = Stream.of(keys[early], times[early], 4, {"v": values[early]})
    assert whole.count(who, when).tolist() == part.count(who, when).tolist()
    assert whole.total("v", who, when, 5).tolist() == part.total("v", who, when, 5).tolist()


def test_the_window_leaves_out_its_beginning_and_holds_its_end():
    stream = Stream.of(np.zeros(3, np.int64), np.array([10, 20, 30]), 1)
    zero = np.zeros(1, np.int64)
    assert stream.count(zero, np.array([30]), 10).tolist() == [1]
    assert stream.count(zero, np.array([30]), 11).tolist() == [2]


def test_a_stream_without_events_answers_for_any_key():
    none = np.zeros(0, np.int64)
    stream = Stream.of(none, none, 2, {"v": none})
    who, when = np.array([0, 1, -1, 9]), np.array([5, 5, 5, 5])
    assert stream.count(who, when).tolist() == [0, 0, 0, 0]
    assert stream.total("v", who, when, 3).tolist() == [0, 0, 0, 0]
    assert stream.last_time(who, when).tolist() == [NEVER] * 4


def test_hours_since_what_never_happened_are_unknown():
    assert hours_since(np.array([NEVER]), np.array([0])) == pytest.approx([np.nan], nan_ok=True)

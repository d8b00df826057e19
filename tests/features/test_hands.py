import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.hands import worked
from features.staff import AVAILABILITY
from features.stream import HOUR
from features.timeline import FOREVER


def hours(spells, statuses=()):
    agent, begin, end, done = (np.array(c) for c in zip(*spells, strict=True))
    end = np.where(end == FOREVER, FOREVER, end * HOUR)
    told = [(a, t * HOUR, AVAILABILITY[name]) for a, t, name in statuses]
    columns = np.array(told, np.int64).reshape(-1, 3).T
    return (worked((agent, begin * HOUR, end, done), tuple(columns)) / HOUR).tolist()


def test_a_short_spell_is_work_all_of_it():
    assert hours([(0, 9, 11, 1)]) == [2]


def test_a_night_without_a_trace_counts_as_an_hour():
    assert hours([(0, 17, 33, 1)]) == [1]


def test_a_desk_that_tells_who_is_there_has_its_nights_cut_out():
    day = [(0, 8, "available"), (0, 18, "offline"), (0, 32, "available")]
    assert hours([(0, 17, 33, 1)], day) == [1 + 1]


def test_the_status_before_a_spell_holds_in_it():
    assert hours([(0, 9, 11, 1)], [(0, 8, "away")]) == [0]
    assert hours([(0, 9, 11, 1)], [(1, 8, "away")]) == [2]


def test_who_is_busy_is_busy_with_something_else_until_they_finish_a_ticket_then():
    hotline = [(0, 8, "busy")]
    assert hours([(0, 9, 11, 0)], hotline) == [0]
    assert hours([(0, 9, 11, 1), (0, 11, 12, 1)], hotline) == [0, 1]


def test_spells_at_the_same_time_share_it():
    assert hours([(0, 9, 11, 1), (0, 10, 11, 1)]) == [1.5, 0.5]


def test_a_spell_that_goes_on_takes_its_share_and_has_none_to_tell():
    assert hours([(0, 9, FOREVER, 0), (0, 9, 10, 1)]) == [0, 0.5]


spell = st.tuples(st.integers(0, 1), st.integers(0, 40), st.integers(0, 20), st.integers(0, 1))
status = st.tuples(st.integers(0, 1), st.integers(0, 60), st.sampled_from(list(AVAILABILITY)))


@given(st.lists(spell, min_size=1, max_size=12), st.lists(status, max_size=8))
def test_nobody_works_more_hours_than_there_were(spells, statuses):
    lasting = [(a, b, b + n, d) for a, b, n, d in spells]
    found = hours(lasting, statuses)
    for agent in {a for a, *_ in lasting}:
        mine = [(b, e) for a, b, e, _ in lasting if a == agent]
        spent = sum(h for h, (a, *_) in zip(found, lasting, strict=True) if a == agent)
        assert spent <= max(e for _, e in mine) - min(b for b, _ in mine) + 1e-6


@given(st.lists(spell, min_size=1, max_size=12), st.lists(status, max_size=8), st.integers(0, 60))
def test_what_came_after_a_spell_does_not_change_it(spells, statuses, now):
    lasting = [(a, b, b + n, d) for a, b, n, d in spells]
    whole = hours(lasting, statuses)
    past = [(a, b, e if e <= now else FOREVER, d) for a, b, e, d in lasting if b <= now]
    if not past:
        return
    known = hours(past, [told for told in statuses if told[1] <= now])
    over = [h for h, s in zip(whole, lasting, strict=True) if s[1] <= now]
    for told, later, (_, _, end, _) in zip(known, over, past, strict=True):
        assert told == (pytest.approx(later, abs=1e-6) if end != FOREVER else 0)

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.snapshot import Window
from model.agenda import Agenda
from tests.model.desks import HOUR, NOW, agent, snapshot


def window(begin, end):
    return Window(NOW + begin * HOUR, NOW + end * HOUR)


def begins(work, windows=None, status="available"):
    spans = None if windows is None else tuple(window(*span) for span in windows)
    agenda = Agenda.of(snapshot(agents=[agent("A", status=status, availability=spans)]))
    work = np.atleast_1d(np.asarray(work, float))
    return agenda.begins(np.zeros(work.size, np.int64), work).tolist()


def test_somebody_whose_windows_nobody_knows_is_always_at_work():
    assert begins([0, 1.5, 100]) == [0, 1.5, 100]


def test_a_meeting_is_a_gap_between_windows():
    assert begins([0, 1, 2, 2.5], [(-3, 2), (3, 6)]) == [0, 1, 3, 3.5]


def test_off_shift_begins_with_the_next_window():
    assert begins([0, 1], [(5, 9)]) == [5, 6]


@pytest.mark.parametrize("status", ["away", "offline"])
def test_somebody_who_is_away_has_left_the_present_window(status):
    assert begins([0, 1], [(-1, 2), (3, 9)], status) == [3, 4]


def test_somebody_away_without_windows_is_back_in_a_day_for_eight_hours():
    assert begins([0, 8, 16], None, "offline") == [24, 48, 72]
    assert begins([0], (), "available") == [24]


def test_beyond_the_last_window_the_known_ones_come_again():
    assert begins([3, 4, 8], [(-5, 1), (20, 23)]) == [22, 24, 48]


def test_windows_that_overlap_or_touch_are_worked_once():
    assert begins([0, 2, 5], [(0, 3), (1, 4), (4, 6)]) == [0, 2, 5]


def test_each_agent_has_their_own_windows():
    two = [agent("A", availability=(window(1, 9),)), agent("B", availability=(window(2, 9),))]
    agenda = Agenda.of(snapshot(agents=two))
    assert agenda.begins(np.array([1, 0, 1]), np.array([0.0, 0.0, 1.0])).tolist() == [2, 1, 3]


def test_no_agents_have_no_agenda():
    nobody = np.zeros(0, np.int64)
    assert Agenda.of(snapshot()).begins(nobody, np.zeros(0)).tolist() == []


steps = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 6)), min_size=1, max_size=6)


@given(steps, st.integers(0, 200), st.integers(0, 40))
def test_what_is_worked_until_a_ticket_begins_is_the_work_before_it(gaps, quarters, more):
    """Brute force over quarters of an hour, the windows laid out day after day."""
    windows, at = [], 0
    for pause, length in gaps:
        windows.append((at + pause, at + pause + length))
        at += pause + length
    ahead = -(-(at - windows[0][0]) // 24) * 24
    (wall, later) = begins([quarters / 4, (quarters + more) / 4], windows)
    worked = sum(
        begin + ahead * turn <= quarter / 4 < end + ahead * turn
        for quarter in range(round(wall * 4))
        for turn in range(int(wall // ahead) + 1)
        for begin, end in windows
    )
    assert worked == quarters
    assert any((wall - b) % ahead < e - b for b, e in windows)
    assert later >= wall


def test_minutes_are_told_apart():
    spans = (Window(NOW, NOW + timedelta(minutes=50)), Window(NOW + HOUR, NOW + 2 * HOUR))
    agenda = Agenda.of(snapshot(agents=[agent("A", availability=spans)]))
    assert agenda.begins(np.array([0]), np.array([50 / 60])).tolist() == [1.0]

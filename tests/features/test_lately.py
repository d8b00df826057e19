"""What a history was asked lately is not worked out again, and is never another's answer."""

import gc

import numpy as np
import pytest

from features.history import History
from features.lately import _NUMBERS, FEW, MOST, lately, remembered
from tests.builders import created, log


class Counted:
    """A look-up that adds what it is told, and notes how often it was asked."""

    def __init__(self):
        self.asked = 0

    def __call__(self, _history, keys, at, weight=1):
        self.asked += 1
        return (keys + at) * weight


@pytest.fixture
def look_up():
    counted = Counted()

    def add(history, keys, at, weight=1):
        return counted(history, keys, at, weight)

    return counted, lately(add)


ONE, TWO = np.array([1]), np.array([2])


def test_the_same_question_is_worked_out_once(look_up):
    counted, asked = look_up
    history = History.empty()
    assert asked(history, ONE, TWO).tolist() == asked(history, ONE.copy(), TWO).tolist() == [3]
    assert counted.asked == 1


def test_another_key_moment_number_or_history_is_another_question(look_up):
    counted, asked = look_up
    history, other = History.empty(), History.of(log(created(0, "T1")))
    assert asked(history, ONE, TWO).tolist() == [3]
    assert asked(history, TWO, TWO).tolist() == [4]
    assert asked(history, ONE, ONE).tolist() == [2]
    assert asked(history, ONE, TWO, 5).tolist() == [15]
    assert asked(history, ONE, TWO, weight=7).tolist() == [21]
    assert asked(other, ONE, TWO).tolist() == [3]
    assert counted.asked == 6


def test_two_look_ups_asked_the_same_are_told_apart():
    first, second = (lately(lambda _history, keys, by=by: keys * by) for by in (2, 3))
    history = History.empty()
    assert (first(history, TWO).item(), second(history, TWO).item()) == (4, 6)


def test_nobody_can_change_what_others_will_be_told(look_up):
    _, asked = look_up
    found = asked(History.empty(), ONE, TWO)
    with pytest.raises(ValueError, match="read-only"):
        found += 1


def test_many_rows_are_not_kept(look_up):
    counted, asked = look_up
    history, many = History.empty(), np.arange(FEW + 1)
    assert asked(history, many, many).flags.writeable
    asked(history, many, many)
    assert counted.asked == 2


def test_the_memory_of_a_history_has_a_bound_and_ends_with_it(look_up):
    _, asked = look_up
    history = History.empty()
    for key in range(MOST + 10):
        asked(history, np.array([key]), ONE)
    assert len(_NUMBERS[history]) <= MOST
    others = len(_NUMBERS) - 1
    del history
    gc.collect()
    assert len(_NUMBERS) <= others


def test_a_table_is_made_once_for_a_question():
    history, made = History.empty(), []
    for _ in range(2):
        assert remembered(history, ("table", 1), lambda: made.append(1) or "it") == "it"
    assert made == [1]

"""However many threads want short turns, the interpreter gets its own back after the last."""

import sys
from contextlib import ExitStack

import pytest

from serving.yielding import short_turns


@pytest.fixture(autouse=True)
def usual():
    before = sys.getswitchinterval()
    yield before
    sys.setswitchinterval(before)


@pytest.mark.parametrize("first", [0, 1])
def test_the_usual_turn_comes_back_whichever_of_two_ends_first(usual, first):
    both = [ExitStack(), ExitStack()]
    for each in both:
        each.enter_context(short_turns())
    both[first].close()
    assert sys.getswitchinterval() < usual
    both[1 - first].close()
    assert sys.getswitchinterval() == usual


def test_it_comes_back_after_a_fault_too(usual):
    with pytest.raises(LookupError), short_turns():
        raise LookupError
    assert sys.getswitchinterval() == usual

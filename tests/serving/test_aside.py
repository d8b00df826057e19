"""Work in a process of its own gives what it finds, says why not, and ends in its time."""

import multiprocessing

import pytest

from features.errors import FendanError
from serving.aside import TooLongError, WorkDiedError, run_aside
from tests.serving.aside_work import adding, dying, forever, refusing


def test_what_the_work_finds_comes_back():
    assert run_aside(adding, 60) == 2


def test_work_is_ended_when_its_time_is_over():
    before = set(multiprocessing.active_children())  # other tests' pools among them
    with pytest.raises(TooLongError, match="not done after"):
        run_aside(forever, 0.01)
    assert set(multiprocessing.active_children()) <= before


def test_what_the_work_refuses_is_told_as_it_said_it():
    with pytest.raises(FendanError, match="no model"):
        run_aside(refusing, 60)


def test_work_whose_process_dies_is_told_of():
    with pytest.raises(WorkDiedError, match="died"):
        run_aside(dying, 60)

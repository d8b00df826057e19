"""Work in a process of its own gives what it finds, says why not, and ends in its time."""

import multiprocessing
import threading

import pytest

from features.errors import FendanError
from serving.aside import LeftError, TooLongError, WorkDiedError, run_aside
from tests.serving.aside_work import adding, dying, forever, forever_beneath, refusing
from tests.serving.builders import eventually


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


def test_work_that_nobody_waits_for_any_more_is_ended():
    gone, before = threading.Event(), set(multiprocessing.active_children())
    threading.Timer(0.3, gone.set).start()
    with pytest.raises(LeftError, match="nobody waits"):
        run_aside(forever, 60, gone)
    assert set(multiprocessing.active_children()) <= before


def test_work_that_nobody_waits_for_is_not_begun():
    gone = threading.Event()
    gone.set()
    with pytest.raises(LeftError):
        run_aside(adding, 60, gone)


def test_work_ends_with_the_process_that_asked_for_it_even_if_that_is_killed(tmp_path, monkeypatch):
    told = tmp_path / "told"
    monkeypatch.setenv("TOLD_TO", str(told))
    worker = multiprocessing.get_context("spawn").Process(target=forever_beneath)
    worker.start()
    assert eventually(lambda: told.exists() and told.read_text())
    pid = int(told.read_text())
    worker.kill()
    worker.join()
    assert eventually(lambda: not _lives(pid))


def _lives(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123 - it may go any moment
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False

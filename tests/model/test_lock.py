"""Two processes and one lock."""

import multiprocessing
import os
from datetime import UTC, datetime

import pytest

from features.errors import ModelError
from model.lock import Holder, attempt, held

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
SPAWN = multiprocessing.get_context("spawn")


def hold(path, ready):
    """Take the lock, say so, and never let go of one's own will."""
    with attempt(path, NOW) as other:
        ready.send(other)
        ready.recv()


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock."""
    here, there = SPAWN.Pipe()
    process = SPAWN.Process(target=hold, args=(tmp_path / "one.lock", there))
    process.start()
    assert here.recv() is None
    yield process
    process.kill()
    process.join()


def test_while_another_process_holds_it_the_lock_tells_who_and_since_when(tmp_path, holder):
    with attempt(tmp_path / "one.lock", NOW) as other:
        assert other == Holder(holder.pid, "2026-03-02T08:00:00+00:00")


def test_the_lock_of_a_killed_process_is_free(tmp_path, holder):
    holder.kill()
    holder.join()
    with attempt(tmp_path / "one.lock", NOW) as other:
        assert other is None


def test_the_lock_is_free_again_after_its_holder_failed(tmp_path):
    path = tmp_path / "one.lock"
    with pytest.raises(ValueError, match="on purpose"), attempt(path, NOW):
        raise ValueError("on purpose")
    with attempt(path, NOW) as other:
        assert other is None
    with held(path):
        pass


def test_a_lock_that_cannot_be_made_is_said_with_its_place(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="FENDAN_HOME"), held(tmp_path / "file" / "one.lock"):
        pass


def test_a_holder_that_has_not_said_who_it_is_is_not_guessed_at(tmp_path, holder):
    (tmp_path / "one.lock").write_text("{")
    with attempt(tmp_path / "one.lock", NOW) as other:
        assert other == Holder(0, "")
        assert other.words() == "a process just started"
    assert holder.pid != os.getpid()

"""A page is never kept waiting by what judges the release; what is found it shows the next time."""

import threading

import pytest

from features.errors import FendanError
from model.decision import Version
from model.release import Release
from serving.policy import glances
from serving.policy.glances import BeingJudged, Glances
from serving.policy.watches import GrayRelease

FOUND = GrayRelease(Release(0.5), Version("p", 1), Version("p", 2))


class Slow:
    """Judges when it is let; `force` is what tells that another policy came into force."""

    def __init__(self):
        self.may, self.done, self.force, self.finds = threading.Event(), [], 1, FOUND

    def look(self):
        assert self.may.wait(20)
        self.done.append(threading.current_thread())
        if isinstance(self.finds, Exception):
            raise self.finds
        return self.finds

    def lets(self, glanced):
        """Let one judgement end."""
        (judging,) = [t for t in threading.enumerate() if isinstance(t, threading.Timer)]
        self.may.set()
        judging.join(20)
        self.may.clear()
        return glanced.mark


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(glances, "PAINT_FIRST_SECONDS", 0.0)


@pytest.fixture
def slow():
    return Slow()


@pytest.fixture
def glanced(slow):
    yield Glances(slow.look, lambda: slow.force)
    slow.may.set()
    for judging in threading.enumerate():
        if isinstance(judging, threading.Timer):
            judging.join(20)  # else the next test takes it for its own


def test_a_release_that_was_not_judged_yet_is_said_to_be_and_then_told(slow, glanced):
    before = glanced.mark
    assert glanced.glance() == BeingJudged()
    assert slow.lets(glanced) != before
    assert glanced.glance() == FOUND


def test_while_it_is_judged_anew_the_last_verdict_stands(slow, glanced):
    glanced.glance()
    slow.lets(glanced)
    slow.finds = None
    assert glanced.glance() == glanced.glance() == FOUND
    slow.lets(glanced)
    assert glanced.glance() is None


def test_however_many_glance_one_thread_judges(slow, glanced):
    for _ in range(5):
        glanced.glance()
    slow.lets(glanced)
    assert len(slow.done) == 1


def test_the_same_verdict_is_no_news(slow, glanced):
    glanced.glance()
    mark = slow.lets(glanced)
    glanced.glance()
    assert slow.lets(glanced) == mark


def test_under_another_policy_an_old_verdict_is_not_told(slow, glanced):
    glanced.glance()
    slow.lets(glanced)
    slow.force = 2
    assert glanced.glance() == BeingJudged()


@pytest.mark.parametrize("trouble", [FendanError("no desk"), ValueError("a bug")])
def test_what_hinders_the_judgement_is_told_and_it_is_tried_again(slow, glanced, trouble):
    slow.finds = trouble
    glanced.glance()
    mark = slow.lets(glanced)
    assert isinstance(glanced.glance(), FendanError)
    assert slow.lets(glanced) == mark  # the same trouble is no news
    slow.finds = FOUND
    glanced.glance()
    slow.lets(glanced)
    assert glanced.glance() == FOUND


def test_where_no_thread_can_begin_the_next_glance_tries_again(slow, glanced, monkeypatch):
    def none_left(_):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as full:
        full.setattr(threading.Timer, "start", none_left)
        with pytest.raises(RuntimeError):
            glanced.glance()
    glanced.glance()
    slow.lets(glanced)
    assert glanced.glance() == FOUND

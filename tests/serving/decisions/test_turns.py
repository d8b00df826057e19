"""Workers of one store plan one after the other, and a dead one blocks nobody."""

import json
import subprocess
import sys
import threading

import anyio
import pytest

from model import dispatch
from serving.decisions.log import DecisionLog
from serving.decisions.turns import BusyError, Turns
from serving.desks import DeskSource
from serving.service import Edge, Service
from serving.store import Store
from serving.telemetry import Telemetry
from tests.serving.builders import FakeDesk, body, plan, ticket


class Clock:
    """Time passes while somebody sleeps, and no other way."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


def turns(url, patience=30.0):
    clock = Clock()
    return Turns(Store.open(url), patience, clock, clock.sleep)


def test_a_turn_is_given_to_one_at_a_time(url):
    with turns(url).take():
        other = turns(url, patience=1.0)
        with pytest.raises(BusyError), other.take():
            pass
    with other.take():
        pass


def test_who_waits_gets_the_turn_when_it_is_over(url):
    told, held = [], threading.Event()

    def wait():
        held.wait()
        with Turns(Store.open(url)).take():
            told.append("second")

    waiting = threading.Thread(target=wait, daemon=True)
    waiting.start()
    with Turns(Store.open(url)).take():
        held.set()
        waiting.join(0.1)
        told.append("first")
    waiting.join(10)
    assert told == ["first", "second"]


HOLD = """
import os, sys
from serving.store import Store
from serving.decisions.turns import Turns
with Turns(Store.open(sys.argv[1])).take():
    print("held", flush=True)
    sys.stdin.readline()
    os.kill(os.getpid(), 9)
"""


def test_a_dead_holder_blocks_nobody(url):
    one = subprocess.Popen(
        [sys.executable, "-c", HOLD, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert one.stdout.readline() == b"held\n"
    with pytest.raises(BusyError), turns(url, patience=0.0).take():
        pass
    one.communicate(b"\n")
    with Turns(Store.open(url), patience=10.0).take():
        pass


def test_without_a_store_the_process_decides_alone():
    away = Store.open("postgresql://nobody@127.0.0.1:9/none")
    with Turns(away, patience=0.0).take(), Turns(away, patience=0.0).take():
        pass


def test_an_error_inside_gives_the_turn_back(url):
    mine = turns(url)
    with pytest.raises(ZeroDivisionError), mine.take():
        raise ZeroDivisionError
    with turns(url, patience=0.0).take():
        pass


@pytest.fixture
def two(url, monkeypatch):
    """Two services over one store; nobody waits."""
    monkeypatch.setattr(dispatch, "refresh", plan)

    def service():
        log = DecisionLog(Store.open(url))
        desks = DeskSource(FakeDesk)
        return Service(desks, log, Telemetry(), Edge(), turns(url, patience=0.0))

    return service(), service()


def test_a_second_worker_is_told_to_come_again_or_gets_the_stored_answer(two):
    first, second = two
    sent = json.dumps(body(ticket())).encode()

    async def ask(service, key):
        return await service.refresh(sent, key)

    answer = anyio.run(ask, first, "k")
    with first._turns.take():
        assert anyio.run(ask, second, "k") == answer
        with pytest.raises(BusyError):
            anyio.run(ask, second, "other")
    assert json.loads(anyio.run(ask, second, "other"))["refresh_id"]

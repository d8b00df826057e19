"""A simulation ends with the caller who asked for it, over a real line."""

import multiprocessing
import socket
import threading
from contextlib import contextmanager

import httpx
import orjson
import pytest
import uvicorn

from serving.access.heads import BoundedHeads
from serving.app import create_app
from serving.desks import Making
from serving.server import bind
from serving.settings import Settings
from tests.model.desks import FakeDesk, plain
from tests.serving.aside_work import slow_centre
from tests.serving.builders import body, eventually

SENT = {"policy": plain().document(), "snapshot": body()}


@contextmanager
def running(tmp_path):
    """A service with a centre that may take for ever; its port."""
    settings = Settings.from_env({"FENDAN_HOME": str(tmp_path)})
    app = create_app(settings, Making(FakeDesk, simulate=slow_centre))
    listener = bind("127.0.0.1", 0)
    config = uvicorn.Config(app, http=BoundedHeads, ws="none", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()


def ask(port, days):
    """Ask for a simulation on a line of its own, and wait for nothing."""
    sent = orjson.dumps({**SENT, "simulate": {"days": days}})
    line = socket.create_connection(("127.0.0.1", port))
    head = (
        "POST /v1/policy/preview HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(sent)}\r\n\r\n"
    )
    line.sendall(head.encode() + sent)
    return line


def answered(port, days):
    sent = {**SENT, "simulate": {"days": days}}
    return httpx.post(f"http://127.0.0.1:{port}/v1/policy/preview", json=sent, timeout=60)


@pytest.fixture
def own_work():
    """The processes that a test has begun."""
    before = set(multiprocessing.active_children())
    return lambda: set(multiprocessing.active_children()) - before


def test_a_caller_who_hangs_up_ends_the_simulation_and_the_next_is_let_in(tmp_path, own_work):
    with running(tmp_path) as port:
        line = ask(port, days=14)
        assert eventually(own_work)
        assert answered(port, days=1).status_code == 503  # who still waits keeps the turn
        line.close()
        assert eventually(lambda: not own_work())
        told = answered(port, days=1)
        assert (told.status_code, told.json()["simulated"]["tickets"]) == (200, 1)


def test_a_caller_who_is_gone_before_it_begins_starts_no_process_that_stays(tmp_path, own_work):
    with running(tmp_path) as port:
        ask(port, days=14).close()
        assert eventually(lambda: answered(port, days=1).status_code == 200)
        assert not own_work()

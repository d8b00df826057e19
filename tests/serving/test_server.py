"""The server: ports, workers, and an orderly end, tried with real processes."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from features.errors import FendanError
from serving.app import serve
from serving.server import bind, greeting
from serving.settings import Settings
from tests.serving.builders import body

ROOT = Path(__file__).parents[2]
PROGRAM = """
import time
from model import dispatch
from serving.app import serve
from serving.settings import Settings
from tests.serving.builders import FakeDesk, plan

def slow_plan(*args):
    time.sleep({seconds})
    return plan(*args)

dispatch.refresh = slow_plan

if __name__ == "__main__":
    import os
    serve(Settings.from_env(os.environ), FakeDesk)
"""


@contextmanager
def running(tmp_path: Path, seconds: float = 0.0, **env: str) -> Iterator[tuple]:
    """A service in a process of its own; gives the process and its address."""
    program = tmp_path / "desk.py"
    program.write_text(PROGRAM.format(seconds=seconds), "utf-8")
    environment = {
        **os.environ, "FENDAN_HOME": str(tmp_path), "FENDAN_PORT": "0", "PYTHONPATH": str(ROOT),
        "FENDAN_API_KEY": "", "FENDAN_STORE_URL": "", **env,
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, str(program)], env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        lines = iter(process.stderr.readline, "")  # ends when the process does
        greeted = next((line for line in lines if "Fendan answers at" in line), None)
        assert greeted, "the process ended without a greeting"
        yield process, greeted.split(" at ")[1].split()[0]
    finally:
        process.terminate()
        process.wait(30)
        process.stderr.close()


def get(url: str) -> bytes:
    # The port is taken before the greeting: a caller that is early waits in its queue.
    return urllib.request.urlopen(url, timeout=90).read()


def refresh_request(url: str) -> urllib.request.Request:
    return urllib.request.Request(
        f"{url}v1/refresh", json.dumps(body()).encode(), {"Content-Type": "application/json"}
    )


def test_a_port_in_use_is_told_with_the_remedy(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = Settings.from_env({"FENDAN_HOME": str(tmp_path), "FENDAN_PORT": str(port)})
        with pytest.raises(FendanError, match=rf"in use \(127.0.0.1:{port}\); stop what listens"):
            serve(settings, lambda: None)


def test_an_address_of_another_machine_is_told_in_words():
    with pytest.raises(FendanError, match=r"cannot listen here.*--host 127.0.0.1"):
        bind("192.0.2.1", 0)


def test_a_host_given_later_is_checked_too(tmp_path):
    settings = Settings(tmp_path, f"sqlite:///{tmp_path}/x.db", "", host="0.0.0.0", port=0)
    with pytest.raises(FendanError, match="fendan key create"):
        serve(settings, lambda: None)


def test_the_greeting_says_where_and_who_is_served(tmp_path):
    alone = Settings(tmp_path, "", "")
    assert greeting(alone, 8000, "all") == "Fendan answers at http://127.0.0.1:8000/ (all)"
    assert "http://[::1]:80/" in greeting(Settings(tmp_path, "", "", host="::1"), 80, "all")


@pytest.mark.slow
def test_a_stopped_service_first_answers_what_it_began(tmp_path):
    with running(tmp_path, seconds=1.0) as (process, url):
        get(f"{url}healthz")
        host, port = url.removeprefix("http://").rstrip("/").split(":")
        with socket.create_connection((host, int(port)), timeout=20) as caller:
            sent = json.dumps(body()).encode()
            caller.sendall(
                b"POST /v1/refresh HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json"
                b"\r\nContent-Length: %d\r\n\r\n%b" % (len(sent), sent)
            )
            time.sleep(0.3)
            process.send_signal(signal.SIGTERM)
            assert caller.recv(15) == b"HTTP/1.1 200 OK"
        assert process.wait(20) == 0


@pytest.mark.slow
def test_two_workers_share_log_page_and_metrics(tmp_path):
    with running(tmp_path, FENDAN_WORKERS="2") as (_, url):
        get(f"{url}healthz")
        ids = [
            json.load(urllib.request.urlopen(refresh_request(url), timeout=20))["refresh_id"]
            for _ in range(6)
        ]
        assert ids[-1].encode() in get(url)
        assert b"fendan_refresh_seconds_count 6.0" in get(f"{url}metrics")


def test_connections_are_taken_over_tcp_by_name_so_that_answers_are_not_held_back():
    with bind("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP

"""Callers who mean harm, against a real process: the right status, and memory within bounds."""

import gzip
import json
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.serving.builders import body

ROOT = Path(__file__).parents[2]
PROGRAM = """
import os
from dataclasses import replace
from model import dispatch
from serving.access import heads
from serving.app import serve
from serving.settings import Settings
from tests.serving.builders import FakeDesk, plan, score_all

dispatch.refresh, dispatch.score = plan, score_all
heads.HEAD_SECONDS = 1.0

if __name__ == "__main__":
    settings = Settings.from_env(os.environ)
    serve(replace(settings, body_seconds=1.0), FakeDesk)
"""
HEAD = b"POST /v1/refresh HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
OPENED = b'{"as_of":"2026-03-02T10:05:00+08:00","tickets":['
MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The port and the process of a service that allows a second for heads and bodies."""
    folder = tmp_path_factory.mktemp("hostile")
    program = folder / "desk.py"
    program.write_text(PROGRAM, "utf-8")
    environment = {
        **os.environ, "FENDAN_HOME": str(folder), "FENDAN_PORT": "0", "PYTHONPATH": str(ROOT),
        "FENDAN_API_KEY": "", "FENDAN_STORE_URL": "",
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, str(program)], env=environment, stderr=subprocess.PIPE, text=True
    )
    lines = iter(process.stderr.readline, "")
    greeted = next(line for line in lines if "Fendan answers at" in line)
    port = int(greeted.split(" at ")[1].split()[0].rstrip("/").rpartition(":")[2])
    status(port, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    yield port, process
    process.terminate()
    process.wait(30)
    process.stderr.close()


@contextmanager
def connected(port):
    with socket.create_connection(("127.0.0.1", port), timeout=60) as caller:
        yield caller


def answered(caller) -> bytes:
    """All that comes until the line goes quiet or is closed; a reset ends it too."""
    found = b""
    try:
        while b"\r\n\r\n" not in found:
            got = caller.recv(65536)
            if not got:
                break
            found += got
    except ConnectionError:
        pass
    return found


def status(port, sent: bytes) -> int:
    with connected(port) as caller:
        with suppress(ConnectionError):
            caller.sendall(sent)
        return status_in(answered(caller))


def status_in(answer: bytes) -> int:
    return int(answer[9:12]) if answer else 0


def posted(sent: bytes, *more: bytes) -> bytes:
    extra = b"".join(line + b"\r\n" for line in more)
    return HEAD + extra + b"Content-Length: %d\r\n\r\n" % len(sent) + sent


def peak_megabytes(process) -> int:
    told = Path(f"/proc/{process.pid}/status").read_text("ascii")
    return int(told.partition("VmHWM:")[2].split()[0]) // 1024


def one() -> bytes:
    return json.dumps(body()).encode()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").exists(), reason="reads the memory from /proc")
@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (OPENED + b"{}," * 1_000_000 + b"{}]}", 422),
        (OPENED + b"{}," * 10_000_000 + b"{}]}", 422),
        (OPENED + b"[]," * 10_000_000 + b"[]]}", 422),
        (OPENED + b"1," * 15_000_000 + b"1]}", 422),
        (OPENED + b'"ab",' * 6_000_000 + b'"ab"]}', 422),
        (b"[" * 30_000_000, 400),
        (b"[" * 100_000, 400),
        (b"9" * 30_000_000, 400),
        (b'{"tickets":"' + b"a" * 30_000_000 + b'"}', 422),
        (b"{" + b'"a":1,' * 5_000_000 + b'"a":1}', 422),
        (b" " * 33 * MEGABYTE, 413),
    ],
    ids=["1e6 tickets", "1e7 tickets", "lists", "numbers", "words", "open lists", "deep",
         "one number", "one word", "one key again and again", "blank"],
)  # fmt: skip
def test_a_large_hostile_body_is_refused_within_bounds_of_memory(server, sent, expected):
    port, process = server
    before = peak_megabytes(process)
    assert status(port, posted(sent)) == expected
    assert peak_megabytes(process) <= max(before, 900)
    assert status(port, posted(one())) == 200


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (one().decode().encode("utf-16"), 400),
        (one().decode().encode("utf-32"), 400),
        (b"\xef\xbb\xbf" + one(), 400),
        (one().replace(b"logistics", b"\xff\xfe"), 400),
        (one().replace(b"logistics", b"\\ud800"), 400),
        (one().replace(b"logistics", b"\\udc00\\ud800"), 400),
        (one().replace(b'"logistics"', b"NaN"), 400),
        (one().replace(b'"logistics"', b"-Infinity"), 400),
        (one().replace(b'"logistics"', b'"\\u0000"'), 422),
        (one().replace(b'"as_of"', b'"as_of": "2020-01-01T00:00:00Z", "as_of"'), 200),
        (one().replace(b'"category"', b'"category": "x", "category"'), 200),
    ],
    ids=["utf-16", "utf-32", "bom", "no utf-8", "half a pair", "pair turned round", "NaN",
         "infinity", "nul", "a key twice", "a key twice inside"],
)  # fmt: skip
def test_an_odd_body_gets_the_right_status(server, sent, expected):
    assert status(server[0], posted(sent)) == expected


@pytest.mark.slow
def test_a_bomb_is_not_unpacked(server):
    bomb = gzip.compress(b" " * 100 * MEGABYTE)
    assert status(server[0], posted(bomb, b"Content-Encoding: gzip")) == 415


@pytest.mark.slow
def test_a_body_that_never_comes_or_never_ends_is_given_up(server):
    port, _ = server
    assert status(port, HEAD + b"Content-Length: 100\r\n\r\n{") == 408
    with connected(port) as caller:
        caller.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        chunk = b"100000\r\n" + b" " * MEGABYTE + b"\r\n"
        try:
            for _ in range(64):
                caller.sendall(chunk)
        except ConnectionError:
            pass
        assert status_in(answered(caller)) in (0, 408, 413)  # 0: hung up while we still talk
    with connected(port) as caller:
        caller.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n")
        assert status_in(answered(caller)) == 408


@pytest.mark.slow
def test_a_head_that_is_huge_or_never_ends_is_given_up(server):
    port, process = server
    before = peak_megabytes(process)
    huge = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Odd: " + b"a" * 20 * MEGABYTE
    assert status(port, huge) in (0, 431)
    assert peak_megabytes(process) <= max(before, 400)
    assert status(port, b"GET /healthz HTTP/1.1\r\nHost: loc") == 0  # hung up on
    assert status(port, b"") == 0
    many = b"".join(b"X-%d: a\r\n" % n for n in range(1_000_000))
    assert status(port, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + many) in (0, 431)
    assert status(port, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n") == 200


@pytest.mark.slow
def test_old_and_odd_http_is_answered_or_refused(server):
    port, _ = server
    assert status(port, b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n") == 200
    assert status(port, b"GET /healthz HTTP/9.9\r\nHost: localhost\r\n\r\n") == 400
    assert status(port, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc") == 400
    both = b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    assert status(port, HEAD + both) == 400
    assert status(port, HEAD + b"Content-Length: -1\r\n\r\n") == 400


@pytest.mark.slow
def test_requests_sent_before_the_answers_are_answered_in_their_order(server):
    port, _ = server
    with connected(port) as caller:
        caller.sendall(posted(one()) + b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" * 2)
        found, deadline = b"", time.monotonic() + 20
        while found.count(b'{"status":"ok"}') < 2 and time.monotonic() < deadline:
            found += caller.recv(65536)
    assert found.count(b"HTTP/1.1 200 OK") == 3
    assert found.index(b"refresh_id") < found.index(b'{"status":"ok"}')

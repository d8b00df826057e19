"""Heads of requests: bounded in size and time, whatever a caller sends around its body."""

import asyncio

import pytest
import uvicorn

from serving.access import heads
from serving.access.heads import MAX_HEAD_BYTES, BoundedHeads

START = b"POST /v1/refresh HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = START + b"Transfer-Encoding: chunked\r\n\r\n"
READ = 16 * 1024


class Line:
    """A connection as the loop gives it to a protocol."""

    def __init__(self):
        self.sent, self.closed = b"", False

    def write(self, data):
        self.sent += data

    def close(self):
        self.closed = True

    def is_closing(self):
        return self.closed

    def get_extra_info(self, _name):
        return None

    def pause_reading(self):
        pass

    resume_reading = pause_reading


class Caller:
    """Sends to an app that answers with the length of the body and the names of the headers."""

    def __init__(self):
        config = uvicorn.Config(self.app, http=BoundedHeads, log_config=None, interface="asgi3")
        config.load()
        state = uvicorn.server.ServerState()
        self.line, self.seen = Line(), []
        self.protocol = BoundedHeads(config=config, server_state=state, app_state={})
        self.protocol.connection_made(self.line)

    async def app(self, scope, receive, send):
        length, more = 0, True
        while more:
            message = await receive()
            length += len(message.get("body", b""))
            more = message.get("more_body", False)
        self.seen.append((length, [name for name, _ in scope["headers"]]))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    async def send(self, *reads):
        """Send these; the rest stays unsent once the line is closed. How much was taken."""
        taken = 0
        for data in reads:
            if self.line.closed:
                break
            self.protocol.data_received(data)
            taken += len(data)
            await asyncio.sleep(0)
        for _ in range(5):
            await asyncio.sleep(0)
        return taken


def run(scene):
    async def main():
        caller = Caller()
        try:
            return await scene(caller)
        finally:
            caller.protocol.connection_lost(None)

    return asyncio.run(main())


@pytest.mark.parametrize(
    "start",
    [
        b"GET /",
        START + b"X-Long: ",
        START + b"X-",
        CHUNKED + b"0\r\nX-Trailer: ",
        CHUNKED + b"1;extension=",
    ],
)
def test_what_never_ends_is_hung_up_on(start):
    async def scene(caller):
        return await caller.send(start, *[b"x" * READ] * 100), caller.line.closed

    taken, closed = run(scene)
    assert closed
    assert taken <= MAX_HEAD_BYTES + 2 * READ + len(start)


def test_ever_more_headers_are_told_so():
    async def scene(caller):
        await caller.send(START, *[b"X-A: " + b"x" * 1000 + b"\r\n"] * 100)
        return caller.line.sent

    assert run(scene).startswith(b"HTTP/1.1 431 ")


def test_blank_lines_without_end_are_hung_up_on():
    async def scene(caller):
        await caller.send(*[b"\r\n" * 1000] * 100)
        return caller.line.closed

    assert run(scene)


def test_usual_requests_go_on_over_one_line_in_whatever_pieces_they_come():
    sent = START + b"Content-Length: 3\r\n\r\nabc"

    async def scene(caller):
        for size in (len(sent), 1, 7):
            await caller.send(*[sent[i : i + size] for i in range(0, len(sent), size)])
        await caller.send(sent * 3000)  # many in one read
        return caller.line.closed, {length for length, _ in caller.seen}

    assert run(scene) == (False, {3})


@pytest.mark.parametrize("size", [1, 50_000])
def test_a_body_in_chunks_goes_through_however_small_they_are(size):
    chunk = b"%x\r\n" % size + b"x" * size + b"\r\n"

    async def scene(caller):
        await caller.send(CHUNKED, *[chunk * (READ // len(chunk) + 1)] * 50, b"0\r\n\r\n")
        return caller.line.closed, caller.seen[0][0]

    assert run(scene) == (False, 50 * (READ // len(chunk) + 1) * size)


def test_a_trailer_is_no_header():
    async def scene(caller):
        await caller.send(CHUNKED + b"1\r\nx\r\n", b"0\r\nX-API-Key: k\r\n\r\n")
        return caller.seen

    assert run(scene) == [(1, [b"host", b"transfer-encoding"])]


@pytest.mark.parametrize("start", [b"", START, b"\r\n"])
def test_a_head_that_does_not_come_is_not_waited_for(start, monkeypatch):
    monkeypatch.setattr(heads, "HEAD_SECONDS", 0.0)

    async def scene(caller):
        await caller.send(*[start] if start else [])
        await asyncio.sleep(0.01)
        return caller.line.closed

    assert run(scene)


def test_a_slow_body_or_answer_is_not_hung_up_on(monkeypatch):
    monkeypatch.setattr(heads, "HEAD_SECONDS", 0.0)

    async def scene(caller):
        await caller.send(START + b"Content-Length: 3\r\n\r\na")
        await asyncio.sleep(0.01)
        return caller.line.closed

    assert not run(scene)


def test_a_body_that_goes_on_after_its_answer_is_not_listened_to_for_long(monkeypatch):
    monkeypatch.setattr(heads, "HEAD_SECONDS", 0.05)

    async def refused(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 401, "headers": []})
        await send({"type": "http.response.body", "body": b"no"})

    monkeypatch.setattr(Caller, "app", staticmethod(refused))

    async def scene(caller):
        await caller.send(START + b"Content-Length: 9000\r\n\r\n")
        for _ in range(1000):
            if caller.line.closed:
                break
            caller.protocol.data_received(b"x")
            await asyncio.sleep(0.001)
        return caller.line.closed

    assert run(scene)

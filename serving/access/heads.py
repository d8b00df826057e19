"""The head of a request, bounded: uvicorn's parser in C takes one of any size, for any time.

What is not body is counted: request line, headers, the framing of chunks, trailers, blank lines.
Trailers are dropped, since a header that comes after the key was looked at must not be read.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final, Literal

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES: Final = 64 * 1024
"""What is not body may be so long, besides what comes in one read with the request's beginning."""
HEAD_SECONDS: Final = 10.0
"""A head that takes longer is hung up on; so is a connection that brings none, and one whose body
goes on for so long after it was answered."""
_FRAMING = 8  # bytes around each byte of a body sent in chunks of one: `1\r\nx\r\n`, and some grace
_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n"
    b"content-type: text/plain; charset=utf-8\r\ncontent-length: 28\r\n\r\n"
    b"the head of it is too large\n"
)


class BoundedHeads(HttpToolsProtocol):
    """uvicorn's protocol over httptools, with limits on what comes before and around a body."""

    def __init__(self, *args: Any, **more: Any) -> None:  # noqa: ANN401  # uvicorn's own
        super().__init__(*args, **more)
        self._at: Literal["idle", "head", "body"] = "idle"
        self._began = False
        self._outside = 0  # bytes of this request that are not body
        self._inside = 0  # bytes of this request that are
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A caller is there."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """The caller is gone."""
        self._wait_no_longer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """One read of whatever was sent."""
        before, inside, self._began = self._at, self._inside, False
        super().data_received(data)
        if self._began:
            self._outside = 0
        else:
            self._outside += len(data) - (self._inside - inside)
            if self._outside > MAX_HEAD_BYTES + _FRAMING * self._inside:
                self._hang_up()
                return
        if self._at == "head" or self._at == before == "idle":
            self._wait()

    def on_message_begin(self) -> None:
        """A request begins."""
        self._at, self._began, self._inside = "head", True, 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer, which is dropped."""
        if self._at == "head":
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._at = "body"
        self._wait_no_longer()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._inside += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._at = "idle"
        self._wait_no_longer()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The answer is out, perhaps before its request came to an end."""
        super().on_response_complete()
        if self._at == "body":
            self._wait()

    def _hang_up(self) -> None:
        if self.transport.is_closing():
            return
        answering = self.cycle is not None and not self.cycle.response_complete
        if self._at == "head" and not answering:
            self.transport.write(_TOO_LARGE)
        self.transport.close()

    def _wait(self) -> None:
        if self._patience is None:
            self._patience = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _wait_no_longer(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _give_up(self) -> None:
        self._patience = None
        answering = self.cycle is not None and not self.cycle.response_complete
        if not answering:
            self.transport.close()

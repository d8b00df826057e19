"""Bounded waiting: who comes when too many wait already is told so at once.

A queue that grows without bound answers everybody late and in the end nobody. A caller who is
refused knows at once, and when to come again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from features.words import Words
from serving.metrics import Telemetry
from serving.problems import Problem

REFRESHES: Final = 8
"""Refreshes that wait for the one at work: at two seconds each, the last still meets most
callers' patience."""
SCORES: Final = 512
"""Scores that wait: a second or two of work."""
EVENTS: Final = 256
"""Bodies of events that wait: those that wait together are written together."""
REQUESTS: Final = 2048
"""Requests of every kind in one worker."""
BODIES: Final = 8
"""Bodies of the largest size that one worker holds at a time, or as many bytes of smaller ones."""


class Line:
    """The line before one kind of work. Used by the event loop's thread alone."""

    def __init__(
        self,
        work: str,
        most: int,
        retry_seconds: int,
        telemetry: Telemetry,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._work, self._most, self._retry, self._clock = work, most, retry_seconds, clock
        self._waiting = telemetry.waiting.labels(work)
        self._seconds = telemetry.wait_seconds.labels(work)
        self._count = 0

    @contextmanager
    def stand(self) -> Iterator[Callable[[], None]]:
        """A place in the line; call what this gives when the turn comes.

        Raises:
            Problem: 503, with the seconds after which to try again: the line is full.
        """
        if self._count >= self._most:
            raise busy(
                Words(
                    f"{self._most} {self._work} requests wait already",
                    f"已有 {self._most} 个 {self._work} 请求在等待",
                ),
                self._retry,
            )
        self._count += 1
        self._waiting.inc()
        begun, waits = self._clock(), True

        def turn() -> None:
            nonlocal waits
            if waits:
                waits = False
                self._count -= 1
                self._waiting.dec()
                self._seconds.observe(self._clock() - begun)

        try:
            yield turn
        finally:
            turn()


def busy(what: Words, retry_seconds: int) -> Problem:
    """The refusal of a request that came at a bad time."""
    return Problem(
        503,
        "busy",
        Words(
            f"{what.en}; try again in {retry_seconds} s",
            f"{what.zh}；请在 {retry_seconds} 秒后重试",
        ),
        headers=(("Retry-After", str(retry_seconds)),),
    )


class Held:
    """The bytes of all bodies that are held, and their bound."""

    def __init__(self, most: int, telemetry: Telemetry) -> None:
        self._most, self._gauge = most, telemetry.body_bytes
        self._bytes = 0

    def take(self, size: int) -> None:
        """Hold so many bytes more.

        Raises:
            Problem: 503: they would be too many.
        """
        if self._bytes + size > self._most:
            what = Words(
                f"bodies of {self._most} bytes are being read already",
                f"正在读取的请求体已达 {self._most} 字节",
            )
            raise busy(what, 5)
        self._add(size)

    def give(self, size: int) -> None:
        """Let so many go."""
        self._add(-size)

    def _add(self, size: int) -> None:
        self._bytes += size
        self._gauge.set(self._bytes)

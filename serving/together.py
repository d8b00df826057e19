"""What waits at the same moment is answered together, by one thread beside the event loop.

While one batch is answered the next one gathers, so the more callers there are, the more are
answered at once; a caller who is alone waits for nobody.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

Given = bytes | Exception
"""An answer, or what was wrong with the one request."""
Answer = Callable[[list[bytes]], Sequence[Given]]
MOST: Final = 64
"""Requests answered at once."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    body: bytes
    given: asyncio.Future[bytes]


class Together:
    """Gathers bodies and has them answered, in the order in which they came.

    `answer` gives one result a body, in order; it runs off the event loop, never twice at a time.
    All else here happens on the event loop, so nothing needs a lock.
    """

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._waiting: deque[_Waiting] = deque()
        self._thread = ThreadPoolExecutor(1, "together")
        self._busy = False

    async def ask(self, body: bytes) -> bytes:
        """The answer to a body; raises what `answer` gave for it."""
        loop = asyncio.get_running_loop()
        one = _Waiting(body, loop.create_future())
        self._waiting.append(one)
        if not self._busy:
            loop.call_soon(self._begin, loop)  # behind whoever came in the same turn of the loop
        return await one.given

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._busy or not self._waiting:
            return
        self._busy = True
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST))]
        self._thread.submit(self._work, loop, batch)

    def _work(self, loop: asyncio.AbstractEventLoop, batch: list[_Waiting]) -> None:
        try:
            given = self._answer([one.body for one in batch])
        except Exception as error:  # noqa: BLE001 - it must reach those who wait
            given = [error] * len(batch)
        loop.call_soon_threadsafe(self._end, loop, batch, given)

    def _end(
        self, loop: asyncio.AbstractEventLoop, batch: list[_Waiting], given: Sequence[Given]
    ) -> None:
        self._busy = False
        for one, result in zip(batch, given, strict=True):
            if one.given.done():  # the caller hung up
                continue
            if isinstance(result, Exception):
                one.given.set_exception(result)
            else:
                one.given.set_result(result)
        self._begin(loop)

"""Long work for a caller who waits for it: one at a time, and it ends where the caller hangs up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

import anyio
from anyio import to_thread
from starlette.requests import Request

Thing = TypeVar("Thing")


class OneCaller:
    """A turn that one caller has. Who hangs up, or closes the page, gives it back at once.

    The connection is what tells of it, so it is the worker that has the work in hand who hears it.
    """

    def __init__(self) -> None:
        self._limiter = anyio.CapacityLimiter(1)
        self._gone = threading.Event()

    @property
    def is_busy(self) -> bool:
        """Whether somebody has the turn, and still waits."""
        return self._limiter.borrowed_tokens > 0 and not self._gone.is_set()

    async def does(self, request: Request, work: Callable[[threading.Event], Thing]) -> Thing:
        """What `work` gives, on a thread; the event it gets is set when the caller is gone.

        The body of the request must have been read: what else comes in is thrown away.
        """
        gone = threading.Event()
        listening = asyncio.create_task(_listen(request, gone))

        def taken() -> Thing:
            self._gone = gone
            return work(gone)

        try:
            return await to_thread.run_sync(taken, limiter=self._limiter)
        finally:
            gone.set()  # where this task was ended too: the work must not outlive it
            listening.cancel()


async def _listen(request: Request, gone: threading.Event) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    gone.set()

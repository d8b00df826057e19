"""Threads that work beside requests and must not hold them up."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

_NICE: Final = 5
_TURN_SECONDS: Final = 0.0005
"""How long such a thread keeps the interpreter once a request asks for it; the usual 5 ms, at every
turn of a request, made it twice as slow."""


@contextmanager
def short_turns() -> Iterator[None]:
    """A thread that works gives the interpreter to requests sooner than usual.

    The interpreter has one length of turn for all: the first of several such threads makes it
    short, the last one to end gives it back, whichever that is.
    """
    _SHORT.enter()
    try:
        yield
    finally:
        _SHORT.leave()


class _Short:
    """How many threads want short turns, and how long a turn was before."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted, self._before = 0, 0.0

    def enter(self) -> None:
        with self._lock:
            if not self._wanted:
                self._before = sys.getswitchinterval()
                sys.setswitchinterval(min(self._before, _TURN_SECONDS))
            self._wanted += 1

    def leave(self) -> None:
        with self._lock:
            self._wanted -= 1
            if not self._wanted:
                sys.setswitchinterval(self._before)


_SHORT: Final = _Short()


def yield_to_requests() -> None:
    """Lower this thread's priority, where the system gives each thread one.

    Not before there is a model: threads that a library starts for good would inherit it.
    """
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)

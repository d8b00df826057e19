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
    """A thread that works gives the interpreter to requests sooner than usual."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(min(before, _TURN_SECONDS))
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def yield_to_requests() -> None:
    """Lower this thread's priority, where the system gives each thread one.

    Not before there is a model: threads that a library starts for good would inherit it.
    """
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)

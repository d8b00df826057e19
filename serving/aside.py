"""Long work in a process of its own: it holds no interpreter that answers, and can be ended."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from typing import Final, TypeVar

from features.errors import FendanError

Thing = TypeVar("Thing")
_POLITE: Final = 10  # to those who answer
_LOOK_SECONDS: Final = 0.1


class TooLongError(FendanError):
    """The work was ended, since its time was over."""


class LeftError(FendanError):
    """The work was ended, since nobody waits for it any more."""


class WorkDiedError(FendanError):
    """The process of the work ended without an answer."""


def run_aside(
    work: Callable[[], Thing], seconds: float, gone: threading.Event | None = None
) -> Thing:
    """What the work gives; `work` and that must be picklable.

    Its process ends with this call, and with the process that called. `gone` is set where nobody
    waits any more.

    Raises:
        TooLongError: it was not done in time.
        LeftError: `gone` was set.
        WorkDiedError: its process broke.
        FendanError: it refused.
    """
    left = gone or threading.Event()
    if left.is_set():
        raise _left()
    context = get_context("spawn")  # a fork would take the locks of other threads with it
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(sender, work), daemon=True)
    process.start()
    sender.close()
    try:
        _await(receiver, seconds, left)
        found: Thing | FendanError = receiver.recv()
    except EOFError:
        raise WorkDiedError(
            "the process of the work died", remedy="see the log", zh="计算进程意外结束；请查看日志"
        ) from None
    finally:
        process.kill()
        process.join()
        receiver.close()
    if isinstance(found, FendanError):
        raise found
    return found


def _await(receiver: Connection, seconds: float, gone: threading.Event) -> None:
    until = time.monotonic() + seconds
    while not receiver.poll(min(_LOOK_SECONDS, max(until - time.monotonic(), 0.0))):
        if gone.is_set():
            raise _left()
        if time.monotonic() >= until:
            raise TooLongError(
                f"not done after {seconds:g} s",
                remedy="ask for less",
                zh=f"{seconds:g} 秒内未完成；请减少所求的量",
            )


def _left() -> LeftError:
    return LeftError(
        "nobody waits for the work any more",
        remedy="ask again, and wait",
        zh="已无人等待该计算；请重新发起并等待",
    )


def _work(sender: Connection, work: Callable[[], object]) -> None:
    os.nice(_POLITE)
    threading.Thread(target=_end_with_caller, daemon=True).start()
    try:
        found = work()
    except FendanError as refused:
        found = refused
    sender.send(found)
    sender.close()


def _end_with_caller() -> None:
    """A worker that is killed takes its work with it: nobody else could end that."""
    caller = parent_process()
    if caller is not None:
        wait([caller.sentinel])
        os._exit(1)

"""Long work in a process of its own: it holds no interpreter that answers, and can be ended."""

from __future__ import annotations

import os
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Final, TypeVar

from features.errors import FendanError

Thing = TypeVar("Thing")
_POLITE: Final = 10  # to those who answer


class TooLongError(FendanError):
    """The work was ended, since its time was over."""


class WorkDiedError(FendanError):
    """The process of the work ended without an answer."""


def run_aside(work: Callable[[], Thing], seconds: float) -> Thing:
    """What the work gives; `work` and that must be picklable.

    Raises:
        TooLongError: it was not done in time.
        WorkDiedError: its process broke.
        FendanError: it refused.
    """
    context = get_context("spawn")  # a fork would take the locks of other threads with it
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(sender, work), daemon=True)
    process.start()
    sender.close()
    try:
        if not receiver.poll(seconds):
            raise TooLongError(
                f"not done after {seconds:g} s",
                remedy="ask for less",
                zh=f"{seconds:g} 秒内未完成；请减少所求的量",
            )
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


def _work(sender: Connection, work: Callable[[], object]) -> None:
    os.nice(_POLITE)
    try:
        found = work()
    except FendanError as refused:
        found = refused
    sender.send(found)
    sender.close()

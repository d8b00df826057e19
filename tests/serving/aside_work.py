"""Work to be done in a process of its own: in a module that is soon imported there."""

import os
import time

from features.errors import FendanError
from serving.aside import run_aside
from serving.policy.simulation import Simulated


def adding() -> int:
    return 1 + 1


def forever() -> None:
    time.sleep(3600)


def refusing() -> None:
    raise FendanError("no model", where="centre")


def dying() -> None:
    os._exit(3)


def forever_beneath() -> None:
    """Says who does the endless work of this process, then waits for it."""
    run_aside(_telling, 3600)


def _telling() -> None:
    with open(os.environ["TOLD_TO"], "w") as told:  # noqa: PTH123 - it is written at once
        told.write(str(os.getpid()))
    forever()


def slow_centre(_before, _after, ask):
    """A centre in which two weeks take for ever, and a day takes no time."""
    if ask.days > 1:
        forever()
    return Simulated(ask.days, ())

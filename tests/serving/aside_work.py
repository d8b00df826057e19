"""Work to be done in a process of its own: in a module that is soon imported there."""

import os
import time

from features.errors import FendanError


def adding() -> int:
    return 1 + 1


def forever() -> None:
    time.sleep(3600)


def refusing() -> None:
    raise FendanError("no model", where="centre")


def dying() -> None:
    os._exit(3)

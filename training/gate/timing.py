"""How long two models take, side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from training.stopwatch import Clock


@dataclass(frozen=True, slots=True)
class Timing:
    """Median seconds of the new and the old model for the same number of rows."""

    new_s: float
    old_s: float
    rows: int


def timed(
    one: Callable[[], object],
    other: Callable[[], object],
    clock: Clock,
    repeats: int,
    rows: int,
) -> Timing:
    """Median seconds of two acts, in turns, so that a busy moment of the machine hits both.

    >>> ticks = iter([0.0, 1.0, 5.0, 7.0])
    >>> timed(lambda: None, lambda: None, lambda: next(ticks), 1, 10)
    Timing(new_s=1.0, old_s=2.0, rows=10)
    """
    one(), other()  # what is made on first use is not what is measured
    spent = np.array([[_seconds(act, clock) for act in (one, other)] for _ in range(repeats)])
    new_s, old_s = np.median(spent, axis=0).tolist()
    return Timing(new_s, old_s, rows)


def _seconds(act: Callable[[], object], clock: Clock) -> float:
    begun = clock()
    act()
    return clock() - begun

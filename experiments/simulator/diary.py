"""Appointments of the simulation, earliest first; of two at one second the first made."""

from __future__ import annotations

import heapq
import itertools
from typing import NamedTuple

from experiments.simulator.roster import FAR


class Entry(NamedTuple):
    """What is to happen to whom; an entry is void once its subject's stamp has moved on."""

    time: int
    number: int
    kind: str
    subject: int
    stamp: int


class Diary:
    """A heap of entries.

    >>> diary = Diary()
    >>> diary.book(9, "close", 1, 0)
    >>> diary.book(5, "wake", 2, 0)
    >>> diary.next_time, diary.pop().kind
    (5, 'wake')
    """

    def __init__(self) -> None:
        self._heap: list[Entry] = []
        self._number = itertools.count()

    @property
    def next_time(self) -> int:
        """When the next entry is due; `FAR` if there is none."""
        return self._heap[0].time if self._heap else FAR

    def book(self, time: int, kind: str, subject: int, stamp: int) -> None:
        """Make an entry, unless its time never comes."""
        if time < FAR:
            heapq.heappush(self._heap, Entry(time, next(self._number), kind, subject, stamp))

    def pop(self) -> Entry:
        """Take the next entry."""
        return heapq.heappop(self._heap)

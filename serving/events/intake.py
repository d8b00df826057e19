"""What happens, as it happens: events in, and an answer once they are durable."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate

import anyio
import numpy as np
import pandas as pd
from anyio import to_thread
from numpy.typing import NDArray

from features.intake import FAULT_COLUMNS, Checked
from serving.events.bodies import Kind, Posted, Refused, parse_events
from serving.events.gate import admitted
from serving.events.log import AT_ONCE, EventLog
from serving.metrics import Telemetry
from serving.waiting import EVENTS, Line

_RETRY_SECONDS = 5
_DUPLICATE = "duplicate_event_id"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the events of one body."""

    accepted: int
    duplicates: int
    refused: tuple[Refused, ...]


@dataclass(slots=True)
class _Waiting:
    posted: Posted
    taken: Taken | None = None
    failure: Exception | None = None


class Intake:
    """The one way in. Bodies that arrive while others are written share the next transaction.

    So a crowd of senders of single events waits for the disk once, not once each.
    """

    def __init__(self, log: EventLog, now: Callable[[], datetime], telemetry: Telemetry) -> None:
        self._log, self._now = log, now
        self._line = Line("events", EVENTS, _RETRY_SECONDS, telemetry)
        self._waiting: deque[_Waiting] = deque()
        self._writing = anyio.Lock()
        self._reading = anyio.CapacityLimiter(1)

    async def take(self, body: bytes, kind: Kind) -> Taken:
        """Keep the events of a body.

        Raises:
            SnapshotError: the body is refused whole.
            StoreError: nothing of it could be kept.
            Problem: 503, as many wait already as may.
        """
        with self._line.stand():
            return await self._taken(body, kind)

    async def _taken(self, body: bytes, kind: Kind) -> Taken:
        posted = await to_thread.run_sync(parse_events, body, kind, limiter=self._reading)
        own = _Waiting(posted)
        self._waiting.append(own)
        async with self._writing:
            while own.taken is None and own.failure is None:
                await to_thread.run_sync(self._write, self._next())
        if own.taken is None:
            raise own.failure or AssertionError("written without an outcome")
        return own.taken

    def _next(self) -> list[_Waiting]:
        """The bodies that have waited longest, as many as go into one transaction."""
        some, size = [self._waiting.popleft()], 0
        while self._waiting and (size := size + len(some[-1].posted.index)) < AT_ONCE:
            some.append(self._waiting.popleft())
        return some

    def _write(self, some: list[_Waiting]) -> None:
        try:
            for each, taken in zip(some, self._kept([w.posted for w in some]), strict=True):
                each.taken = taken
        except Exception as failure:  # noqa: BLE001 - whoever waits is told, whatever it is
            for each in some:
                each.failure = failure

    def _kept(self, posted: list[Posted]) -> list[Taken]:
        sizes = [len(each.index) for each in posted]
        fates: list[_Fate] = []
        if sum(sizes):
            checked = admitted(pd.concat([each.rows for each in posted], ignore_index=True))
            fates = _fates(checked, self._log.append(checked.events, self._now()))
        ends = accumulate(sizes)
        return [
            _taken(each, fates[end - size : end])
            for each, size, end in zip(posted, sizes, ends, strict=True)
        ]


_Fate = bool | Refused
"""Of one row: whether it was new, or why it was refused."""


def _fates(checked: Checked, new: NDArray[np.bool_]) -> list[_Fate]:
    fates: list[_Fate] = [False] * (len(checked.kept) + len(checked.faults))
    for position, fresh in zip(checked.kept.tolist(), new.tolist(), strict=True):
        fates[position] = fresh
    kept = set(checked.events["event_id"])
    columns = [checked.faults[name].tolist() for name in FAULT_COLUMNS]
    for position, event_id, code, detail in zip(*columns, strict=True):
        # A second row with an id is a duplicate only where the first one is kept.
        if code != _DUPLICATE or event_id not in kept:
            known = event_id if isinstance(event_id, str) else None
            fates[position] = Refused(position, known, code, detail)
    return fates


def _taken(posted: Posted, fates: list[_Fate]) -> Taken:
    refused = [
        replace(fate, index=index)
        for index, fate in zip(posted.index, fates, strict=True)
        if isinstance(fate, Refused)
    ]
    everything = sorted([*posted.refused, *refused], key=lambda each: each.index)
    return Taken(fates.count(True), fates.count(False), tuple(everything))

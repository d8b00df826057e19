"""When an agent can begin: working hours laid out along the wall clock.

An agent works in the windows of their availability, `[start, end)`; the gaps are meetings, pauses
and nights. Beyond the last window that is known, the known ones come again after as many whole
days as they span. Somebody at work whose windows nobody sent is always at work. Somebody who is
not at work has left the window that holds now, and begins in the next one; one of whom no window
is known is assumed back in `BACK`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numba
import numpy as np

from features.picture import micros_of
from features.snapshot import Agent, Snapshot
from features.stream import DAY, HOUR
from model.columns import Floats, Ints

BACK: Final = (24 * HOUR, 32 * HOUR)
"""When somebody is back of whom no window is known: in a day, for eight hours."""
_ALWAYS: Final = (0, DAY)
_AT_WORK: Final = ("available", "busy")


@dataclass(frozen=True, slots=True)
class Agenda:
    """The windows of all agents; agent `a` has those of `[starts[a], starts[a + 1])`, at least one.

    `begin` is when each begins and `done` what was worked before it, microseconds from now.
    They come again every `period` (n_a,), in which `worked` (n_a,) is done.
    """

    starts: Ints
    begin: Ints
    done: Ints
    period: Ints
    worked: Ints

    @classmethod
    def of(cls, snapshot: Snapshot) -> Agenda:
        """The agenda of the snapshot's agents, in its order, from `as_of` on."""
        now = micros_of(snapshot.as_of)
        windows = [_windows(agent, now) for agent in snapshot.agents]
        size = np.array([len(own) for own in windows], np.int64)
        edges = np.array([window for own in windows for window in own], np.int64).reshape(-1, 2)
        starts = np.concatenate([[0], np.cumsum(size)])
        total = np.concatenate([[0], np.cumsum(edges[:, 1] - edges[:, 0])])
        span = edges[starts[1:] - 1, 1] - edges[starts[:-1], 0] if size.size else size
        return cls(
            starts=starts,
            begin=edges[:, 0].copy(),
            done=total[:-1] - np.repeat(total[starts[:-1]], size),
            period=-(-span // DAY) * DAY,
            worked=total[starts[1:]] - total[starts[:-1]],
        )

    def begins(self, agents: Ints, work_hours: Floats) -> Floats:
        """Hours from now until agent `agents[i]` has worked `work_hours[i]` and is at work; (n,).

        What is left when a window ends is taken up in the next one. Never falls in `work_hours`.
        """
        found: Floats = _begins(*self.tables, agents, to_micros(work_hours))
        return found

    @property
    def tables(self) -> tuple[Ints, Ints, Ints, Ints, Ints]:
        """What compiled callers of `begin_of` hand on."""
        return self.starts, self.begin, self.done, self.period, self.worked


def to_micros(hours: Floats) -> Ints:
    """Hours as whole microseconds, so that sums of work are exact in any order."""
    return np.rint(hours * HOUR).astype(np.int64)


def _windows(agent: Agent, now: int) -> list[tuple[int, int]]:
    """The agent's windows from now on, apart and in order, in microseconds from now."""
    at_work = agent.status in _AT_WORK
    if agent.availability is None:
        return [_ALWAYS if at_work else BACK]
    sent = sorted((micros_of(w.start) - now, micros_of(w.end) - now) for w in agent.availability)
    found: list[tuple[int, int]] = []
    reached = 0
    for begin, end in sent:
        if begin <= 0 < end and not at_work:
            reached = end
        elif end > max(begin, reached):
            found.append((max(begin, reached), end))
            reached = end
    return found or [BACK]


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def begin_of(  # pragma: no cover
    starts: Ints, begin: Ints, done: Ints, period: Ints, worked: Ints, agent: int, work: int
) -> float:
    """See `Agenda.begins`, for one agent and work in microseconds; for compiled callers."""
    rounds, rest = work // worked[agent], work % worked[agent]
    low, high = starts[agent], starts[agent + 1]
    place = low + np.searchsorted(done[low:high], rest, side="right") - 1
    wall: float = (rounds * period[agent] + begin[place] + rest - done[place]) / HOUR
    return wall


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _begins(  # pragma: no cover
    starts: Ints, begin: Ints, done: Ints, period: Ints, worked: Ints, agents: Ints, work: Ints
) -> Floats:
    found = np.empty(agents.size)
    for i in range(agents.size):
        found[i] = begin_of(starts, begin, done, period, worked, agents[i], work[i])
    return found

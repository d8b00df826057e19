"""The queue of each agent in the order of deadlines: how many tickets come before another one.

A ticket's *turn* is its promised time; tickets without a promise come after all that have one,
by arrival. Counting the open tickets of an agent at a moment with an earlier turn asks two things
at once (open then? earlier?), which no running sum answers; it is counted, in compiled code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numba
import numpy as np

from features.stream import DAY, NEVER, Floats, Ints, Stream

UNPROMISED: Final = 36_500 * DAY
"""Added to the arrival of a ticket without a promise: a hundred years after everybody else."""


def turn_of(due: Ints, created: Ints) -> Ints:
    """The place in the order of work, in microseconds: the promise, else long after the arrival."""
    return np.where(due != NEVER, due, created + UNPROMISED)


class Ahead(Protocol):
    """What waits before a ticket in the queues of the rows of an `AgentView`."""

    def ahead(self, rows: Ints, turns: Ints) -> Floats:
        """How many open tickets of agent row `rows[i]` have a turn before `turns[i]`, (n,)."""


@dataclass(frozen=True, slots=True)
class Queues:
    """Every span in which an agent held an open ticket, sorted by agent and beginning.

    Agent `a` has the spans `[starts[a], starts[a + 1])`, each `[begin, end)` in microseconds.
    """

    starts: Ints
    begin: Ints
    end: Ints
    turn: Ints

    @classmethod
    def of(cls, owner: Ints, begin: Ints, end: Ints, turn: Ints, agents: int) -> Queues:
        """Sort the spans of all agents (codes `0..agents-1`; negative ones are left out)."""
        line = Stream.of(owner, begin, agents)
        return cls(line.starts, line.times, end[line.rows], turn[line.rows])

    def ahead(self, agents: Ints, at: Ints, turns: Ints) -> Floats:
        """How many open tickets of each agent at each moment have an earlier turn, (n,)."""
        return np.asarray(_ahead(self, agents, at, turns), np.float64)


def _ahead(queues: Queues, agents: Ints, at: Ints, turns: Ints) -> Ints:
    found: Ints = _count(queues.starts, queues.begin, queues.end, queues.turn, agents, at, turns)
    return found


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _count(  # pragma: no cover
    starts: Ints, begin: Ints, end: Ints, turn: Ints, agents: Ints, at: Ints, turns: Ints
) -> Ints:
    found = np.zeros(agents.size, np.int64)
    for i in range(agents.size):
        agent = agents[i]
        if agent < 0 or agent >= starts.size - 1:
            continue
        for j in range(starts[agent], starts[agent + 1]):
            if begin[j] > at[i]:
                break
            if end[j] > at[i] and turn[j] < turns[i]:
                found[i] += 1
    return found


@dataclass(frozen=True, slots=True)
class Remembered:
    """Queues as the history knew them: agent codes and moments, both (m,)."""

    queues: Queues
    agents: Ints
    at: Ints

    def ahead(self, rows: Ints, turns: Ints) -> Floats:
        """See `Ahead`."""
        return self.queues.ahead(self.agents[rows], self.at[rows], turns)


@dataclass(frozen=True, slots=True)
class Counted:
    """Queues counted on a snapshot: the turns of each agent row's tickets, sorted."""

    starts: Ints
    turn: Ints

    @classmethod
    def of(cls, owner: Ints, turn: Ints, agents: int) -> Counted:
        """From the owner row (-1: nobody) and the turn of every open ticket.

        >>> Counted.of(np.array([1, 1, -1]), np.array([5, 7, 1]), 2).ahead(
        ...     np.array([1, 0]), np.array([7, 7])
        ... )
        array([1., 0.])
        """
        line = Stream.of(owner, turn, agents)
        return cls(line.starts, line.times)

    def ahead(self, rows: Ints, turns: Ints) -> Floats:
        """See `Ahead`."""
        line = Stream(self.starts, self.turn, self.turn, {})
        return line.count(rows, turns - 1).astype(np.float64)

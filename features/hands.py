"""How long somebody's hands were really on a ticket: spells in progress without nights and pauses.

A spell in progress runs by the wall clock: it goes on over the night, and several of one agent run
at once. An agent's *time at work* is what lies between two things that they did: all of it while
it is short, `BREAK` of it when it is long (they did go home in between, or to something else), and
nothing while they were away, offline, or busy with something else. Spells that run at the same
time share it evenly.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.codes import forward_fill
from features.staff import AVAILABILITY
from features.stream import HOUR, Ints
from features.timeline import FOREVER, STATUS, Timeline, group_starts

LONGEST: Final = 4 * HOUR
"""Nobody works longer than that without leaving a trace."""
BREAK: Final = HOUR
"""What is counted of a longer stretch."""


def in_progress(line: Timeline) -> tuple[Ints, Ints, Ints]:
    """Rows at which an agent's spell in progress begins, the row (-1) and time at which it ends."""
    status, owner = line.facts["status"], line.facts["owner"]
    here, before = status == STATUS["in_progress"], line.before("status") == STATUS["in_progress"]
    same = here & before & (owner == line.before("owner"))
    begins = np.flatnonzero(here & ~same)  # with nobody, too: each end finds its own
    left, end = np.full(begins.size, -1), np.full(begins.size, FOREVER)
    leaves = np.flatnonzero(before & ~same)
    of = np.searchsorted(begins, leaves) - 1  # the ticket's last beginning before it
    left[of], end[of] = leaves, line.time[leaves]
    owned = owner[begins] >= 0
    return begins[owned], left[owned], end[owned]


def worked(spells: tuple[Ints, Ints, Ints, Ints], statuses: tuple[Ints, Ints, Ints]) -> Ints:
    """Microseconds of work in each spell `[begin, end)`, 0 in one that did not end; shape (n,).

    `spells` are agent, begin, end, and 1 where the agent was done then (n,);
    `statuses` agent, time, code of `AVAILABILITY` (m,), as far as the desk tells them. Nothing
    after its end changes a spell.

    >>> night = (np.array([0]), np.array([0]), np.array([20 * HOUR]), np.array([1]))
    >>> nothing = (np.zeros(0, np.int64),) * 3
    >>> int(worked(night, nothing)[0] / HOUR)
    1
    >>> home = (np.array([0, 0]), np.array([2, 19]) * HOUR, np.array([3, 0]))
    >>> int(worked(night, home)[0] / HOUR)
    3
    """
    agent, begin, end, done = spells
    who, since, code = statuses
    ended = np.flatnonzero(end != FOREVER)
    marks = (
        np.concatenate([who, agent, agent[ended]]),
        np.concatenate([since, begin, end[ended]]),
        np.concatenate([code, np.full(begin.size + ended.size, -1)]),
        np.repeat([0, 1, -1], [who.size, begin.size, ended.size]),
        np.concatenate([np.zeros(who.size + begin.size, np.int64), done[ended]]),
    )
    order = np.lexsort((marks[1], marks[0]))
    clock = np.empty(order.size, np.int64)
    clock[order] = _clock(*(mark[order] for mark in marks))
    share = np.zeros(begin.size, np.int64)
    share[ended] = clock[who.size + begin.size :] - clock[who.size :][ended]
    return share


def _clock(agent: Ints, time: Ints, code: Ints, step: Ints, done: Ints) -> Ints:
    """The work that one running spell has got from its agent at each mark, sorted by both."""
    first = group_starts(agent)
    level = np.cumsum(step)
    level -= (level - step)[first]
    gap = np.append(np.diff(time), 0)[: time.size]
    gap[np.append(np.diff(agent) != 0, True)[: time.size]] = 0
    gap = np.where(gap > LONGEST, BREAK, gap)
    gap = np.where(_absent(first, time, code, done) | (level <= 0), 0, gap // np.maximum(level, 1))
    return np.asarray(np.cumsum(gap) - gap)


def _absent(first: Ints, time: Ints, code: Ints, done: Ints) -> NDArray[np.bool_]:
    """Whether the agent is not at tickets from the mark on.

    Who is busy is busy with something else (a hotline), until they finish a ticket all the same.
    """
    told = forward_fill(code >= 0, first)
    now = np.where(told >= 0, code[np.maximum(told, 0)], AVAILABILITY["available"])
    busy = now == AVAILABILITY["busy"]
    seen = forward_fill(busy & (done > 0) & (time > time[np.maximum(told, 0)]), first) >= 0
    gone = np.isin(now, [AVAILABILITY["away"], AVAILABILITY["offline"]])
    return np.asarray(gone | (busy & ~seen), bool)

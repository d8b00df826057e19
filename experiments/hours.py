"""Sharing out everybody's hours, by hour, to as many tickets as possible: a linear programme.

Work may be cut into pieces and shared among agents, so this is never less than what a plan can do
(preemptive scheduling of jobs on unrelated machines: Lawler & Labetoulle, 1978).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array

from experiments.simulator.draws import Floats, Ints
from experiments.simulator.params import DAY_S, HOUR_S
from experiments.simulator.world import World
from features.errors import FendanError

Bools = NDArray[np.bool_]
WEEK_S: Final = 7 * DAY_S
BIN_S: Final = HOUR_S


@dataclass(frozen=True, slots=True, eq=False)
class Jobs:
    """Arrays (n,): tickets with their two stretches of work (average agent) and the wait between.

    Seconds; `begin` is the first refresh after the ticket came. `able` (n, agents) may take it.
    """

    ticket: Ints
    begin: Ints
    due: Ints
    first: Floats
    wait: Floats
    second: Floats
    able: Bools


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """Arrays (m,): stretches of work, the row of their `job`, and where they lie, `[lo, hi)`."""

    job: Ints
    work: Floats
    lo: Ints
    hi: Ints


def _stretches(jobs: Jobs, rows: Ints, least: Floats) -> Stretches:
    """Both stretches of each job; `least` is the quickest agent's speed for it (n,)."""
    first, second = jobs.first[rows], jobs.second[rows]
    begin, due, wait = jobs.begin[rows], jobs.due[rows], jobs.wait[rows]
    parts = (
        Stretches(rows, first, begin, (due - wait - second * least[rows]).astype(np.int64)),
        Stretches(rows, second, (begin + first * least[rows] + wait).astype(np.int64), due),
    )
    every = [np.concatenate([getattr(p, f) for p in parts]) for f in ("job", "work", "lo", "hi")]
    real = every[1] > 0
    return Stretches(*(column[real] for column in every))


def shared(world: World, jobs: Jobs, rows: Ints, begin_s: int, end_s: int) -> float:
    """How many of the jobs `rows`, fractions counting, the hours of all agents suffice for.

    Raises:
        FendanError: the linear programme was not solved.
    """
    if not rows.size:
        return 0.0
    speed = _speeds(world, jobs)
    least = np.where(jobs.able, speed, np.inf).min(axis=1)
    room = _room(world, begin_s, end_s)
    parts = _stretches(jobs, rows, least)
    stretch, agent, bin_, most = _pieces(jobs, parts, room, begin_s)
    ones, m, places = np.arange(stretch.size), parts.job.size, room.size
    pace = 1 / (parts.work[stretch] * speed[parts.job[stretch], agent])
    done = np.searchsorted(rows, parts.job)
    # minimise -sum(x) over (x, y): each stretch is done as far as its ticket, no hour is used twice
    upper = coo_array(
        (
            np.concatenate([np.ones(m), -pace, np.ones(ones.size)]),
            (
                np.concatenate([np.arange(m), stretch, m + agent * room.shape[1] + bin_]),
                np.concatenate([done, rows.size + ones, rows.size + ones]),
            ),
        ),
        shape=(m + places, rows.size + ones.size),
    )
    found = linprog(
        np.concatenate([-np.ones(rows.size), np.zeros(ones.size)]),
        A_ub=upper.tocsr(),
        b_ub=np.concatenate([np.zeros(m), room.ravel()]),
        bounds=np.column_stack(
            [np.zeros(rows.size + ones.size), np.concatenate([np.ones(rows.size), most])]
        ),
        method="highs",
    )
    if not found.success:
        raise FendanError(f"the hindsight bound was not solved: {found.message}", where="bound")
    return float(-found.fun)


def _speeds(world: World, jobs: Jobs) -> Floats:
    """(n, agents) how long work takes, at the best of the weeks between coming and promise."""
    kind = world.complaints.category[jobs.ticket]
    by_kind = world.roster.speed.transpose(1, 2, 0)  # (categories, weeks, agents)
    weeks = (jobs.begin // WEEK_S, jobs.due // WEEK_S)
    return np.minimum(by_kind[kind, weeks[0]], by_kind[kind, weeks[1]])


def _room(world: World, begin_s: int, end_s: int) -> Floats:
    """(agents, bins) the seconds each agent is at tickets in each hour of `[begin_s, end_s)`."""
    edges = [*range(begin_s, end_s, BIN_S), end_s]
    total = np.array([[w.total(edge) for edge in edges] for w in world.roster.windows], float)
    return np.diff(total, axis=1)


def _pieces(
    jobs: Jobs, parts: Stretches, room: Floats, begin_s: int
) -> tuple[Ints, Ints, Ints, Floats]:
    """Every (stretch, agent, bin) in which work may be done, and the most seconds of it (k,)."""
    found: list[tuple[Ints, Ints, Ints, Floats]] = []
    for i in range(parts.job.size):
        lo, hi = int(parts.lo[i]) - begin_s, int(parts.hi[i]) - begin_s
        bins = np.arange(max(lo // BIN_S, 0), min(-(-hi // BIN_S), room.shape[1]))
        agents = np.flatnonzero(jobs.able[parts.job[i]])
        overlap = np.minimum(hi, (bins + 1) * BIN_S) - np.maximum(lo, bins * BIN_S)
        most = np.minimum(room[np.ix_(agents, bins)], overlap)
        who, when = np.nonzero(most > 0)
        found.append((np.full(who.size, i), agents[who], bins[when], most[who, when]))
    stretch, agent, bin_, most = (np.concatenate(c) for c in zip(*found, strict=True))
    return stretch, agent, bin_, most

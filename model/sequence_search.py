"""The local search inside the queues: take a ticket out, and put it where that saves most.

Within a stage every ticket is tried at every place up to `REACH` away, until a whole round saves
nothing or the rounds are over. Going one place further is an exchange of neighbours, which changes
when these two begin and nothing else, so each step of a try costs the same. A move must save more
than `LEAST`: the order stays as it was under differences that mean nothing.
"""

from __future__ import annotations

from typing import Final

import numba
import numpy as np

from model.agenda import Agenda, begin_of, to_micros
from model.columns import Floats, Ints
from model.delay import loss_of

REACH: Final = 12
LEAST: Final = 1e-9

Tables = tuple[Ints, Ints, Ints, Ints, Ints]


def improve(  # a queue is made of whose, what, how long and how dear
    agent: Ints, stage: Ints, work_hours: Floats, loss: Floats, grid: Floats, agenda: Agenda,
    rounds: int,
) -> tuple[Ints, Floats]:  # fmt: skip
    """The places (m,) of the rows in the improved order, and when each begins there (m,), hours.

    Rows are sorted by agent and stage; `loss` (m, g) are their losses at the
    delays of the `grid` (m, g), hours.
    The sum of the losses at the begins is never larger than in the order given.
    """
    place, begins = np.arange(agent.size), np.zeros(agent.size)
    edges = np.flatnonzero(np.diff(agent, prepend=-1, append=-1))
    work, tables = to_micros(work_hours), agenda.tables
    _improve(edges, agent, stage, work, loss, grid, tables, place, begins, rounds)
    return place, begins


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _improve(  # pragma: no cover
    edges: Ints, agent: Ints, stage: Ints, work: Ints, loss: Floats, grid: Floats, tables: Tables,
    place: Ints, begins: Floats, rounds: int,
) -> None:  # fmt: skip
    for queue in range(edges.size - 1):
        own, who = place[edges[queue] : edges[queue + 1]], agent[edges[queue]]
        for _ in range(rounds):
            if not _round(own, who, stage, work, loss, grid, tables):
                break
        ahead = 0
        for i in range(own.size):
            begins[edges[queue] + i] = begin_of(*tables, who, ahead)
            ahead += work[own[i]]


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _round(  # pragma: no cover
    own: Ints, who: int, stage: Ints, work: Ints, loss: Floats, grid: Floats, tables: Tables
) -> bool:
    """Try every ticket of one queue once, and move it if that saves; whether any was moved."""
    moved, ahead = False, 0
    for source in range(own.size):
        row, best, target = own[source], LEAST, source
        for way in (-1, 1):
            gain, start, other = 0.0, ahead, source + way
            while 0 <= other < own.size and abs(other - source) <= REACH:
                if stage[own[other]] != stage[row]:
                    break
                if way < 0:
                    start -= work[own[other]]
                    gain += _saved(own[other], row, start, who, work, loss, grid, tables)
                else:
                    gain += _saved(row, own[other], start, who, work, loss, grid, tables)
                    start += work[own[other]]
                if gain > best:
                    best, target = gain, other
                other += way
        if target != source:
            _put(own, source, target)
            moved = True
        ahead = work[own[: source + 1]].sum()
    return moved


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _saved(  # pragma: no cover
    first: int, second: int, start: int, who: int, work: Ints, loss: Floats, grid: Floats,
    tables: Tables,
) -> float:  # fmt: skip
    """What exchanging two neighbours saves, of which the first begins after `start` of work."""
    now = begin_of(*tables, who, start)
    kept = loss_of(grid[first], loss[first], now)
    kept += loss_of(grid[second], loss[second], begin_of(*tables, who, start + work[first]))
    changed = loss_of(grid[second], loss[second], now)
    changed += loss_of(grid[first], loss[first], begin_of(*tables, who, start + work[second]))
    saved: float = kept - changed
    return saved


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _put(own: Ints, source: int, target: int) -> None:  # pragma: no cover
    """Take out what stands at `source` and put it at `target`; what lies between moves up."""
    row, step = own[source], 1 if target > source else -1
    for place in range(source, target, step):
        own[place] = own[place + step]
    own[target] = row

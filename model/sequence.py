"""The order in which each agent should work through the queue the plan gives them.

The *index* of a ticket is the expected loss saved per hour of work by beginning it now: the most
that an hour's delay costs (`model.delay`), over the hours that it keeps the agent. So one that
can be saved goes before one that is lost already and one that is safe, and of two alike the
quicker one goes first (Smith's rule for weighted completion times, 1956, with the cost of delay
for the weight, as in the generalised c-mu rule of van Mieghem, 1995). The order by index can
be improved under the true start times (`model.sequence_search`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from model.agenda import Agenda
from model.columns import AT_WORK, AWAITED, READY, Columns, Floats, Ints
from model.delay import Delays
from model.sequence_search import improve

IN_HAND: Final = 0.5
"""The share of its work that is left, on average, of the ticket that an agent works on now."""


@dataclass(frozen=True, slots=True)
class Order:
    """The placed tickets `rows` (m,), sorted by `agent` (m,) and place in the queue.

    Each is begun `begins_hours` (m,) from now, if the agent works through the queue; one that
    waits for somebody else is, at the soonest, when all before it are done. `loss` is the sum
    of what their delays cost, in price units (`model.delay`).
    """

    rows: Ints
    agent: Ints
    begins_hours: Floats
    loss: float


def index(delays: Delays, work_hours: Floats) -> Floats:
    """The expected loss saved per hour of work (n_t,), in price units, by beginning now."""
    return np.asarray(delays.steepest() / np.maximum(work_hours, 1e-3), np.float64)


def order(columns: Columns, agent: Ints, index: Floats) -> Ints:
    """The placed tickets (rows with `agent >= 0`) sorted by agent and place in the queue.

    First what the agent works on now, then what they have in progress, then by `index`, highest
    first; tickets that wait for a customer or a department come last, since the agent cannot
    move them. A ticket that changes hands is in progress with nobody. Ties: the earlier promised
    time, then the older ticket, then the id.
    """
    placed = np.flatnonzero(agent >= 0)
    keys = (columns.created_us, columns.due_us, -index, stages(columns, agent), agent)
    return placed[np.lexsort(tuple(key[placed] for key in keys))]


def stages(columns: Columns, agent: Ints) -> Ints:
    """The stage (n_t,) of each ticket in the queue of its planned agent."""
    mine = np.where(columns.owner == agent, columns.stage, np.maximum(columns.stage, READY))
    return np.asarray(np.minimum(mine, AWAITED), np.int64)


def sequence(
    columns: Columns,
    agent: Ints,
    work_hours: Floats,
    delays: Delays,
    agenda: Agenda,
    rounds: int = 0,
) -> Order:
    """The order by index, improved within its stages for at most `rounds` of the search.

    `agent` (n_t,) is the planned agent, -1 for none; `work_hours` (n_t,) what the ticket takes
    them. No agent's order depends on another's. Without rounds by default: the search lets a
    ticket wait until just before its cliff, which saves on paper, and breaks the promise once
    work takes longer or another ticket arrives. At a simulated desk with 1.9 times the usual
    arrivals it cost 4 and 6 points of timeouts (8 days each, two seeds).
    """
    rows = order(columns, agent, index(delays, work_hours))
    stage = stages(columns, agent)[rows]
    work = work_hours[rows] * np.where(stage == AT_WORK, IN_HAND, 1.0)
    work[stage == AWAITED] = 0.0
    loss, grid = delays.loss[rows], delays.hours[rows]
    place, begins = improve(agent[rows], stage, work, loss, grid, agenda, rounds)
    rows = rows[place]
    moves = stage != AWAITED  # stages keep their places
    total = float(delays.at(rows, begins)[moves].sum())
    return Order(rows, agent[rows], begins, total)


def queues(columns: Columns, rows: Ints, agent: Ints) -> dict[str, tuple[str, ...]]:
    """Agent id to ticket ids in order, for every agent to whom the plan gives a ticket.

    `rows` (m,) are the placed tickets, sorted by agent and place in the queue; `agent` (n_t,).
    """
    whose, start = np.unique(agent[rows], return_index=True)
    parts = np.split(columns.ticket_ids[rows], start[1:])
    return {
        str(columns.agent_ids[at]): tuple(part.tolist())
        for at, part in zip(whose, parts, strict=False)  # an empty plan splits into one empty part
    }

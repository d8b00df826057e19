"""What beginning later costs: how long each agent is busy, and how each ticket's risk grows.

Ticket i begun d hours from now by agent j is late with `P_ij(d)`, where

    logit P_ij(d) = logit P_ij + logit P_i(d) - logit P_i(0)

and `P_i(d)` is the ticket's own risk if nobody touches it for d hours (`AssessorLike.delayed`),
certain once its promise passes. Hours are wall-clock hours from `as_of`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numba
import numpy as np

from features.stream import HOUR
from model.assessment import AssessorLike, ChanceLike
from model.calibration import EDGE, logit
from model.columns import AWAITED, IN_PROGRESS, NEVER, Columns, Floats, Ints
from model.policy import Prices
from model.score import Edges

GRID_HOURS: Final[Floats] = np.array([0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0])
"""The delays at which the risk is asked for; in between it is read off straight lines."""
LONGEST: Final = 336.0
"""Hours: later than in two weeks is as bad as then."""
_SAMPLED: Final = 32  # tickets by which an agent's usual working time is told


class AgendaLike(Protocol):
    """When agents are at their desks."""

    def begins(self, agents: Ints, work_hours: Floats) -> Floats:
        """Wall-clock hours until agent row `agents[i]` has worked `work_hours[i]`, (n,)."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Arrays over tickets (n_t,), agents (n_a,) and the grid `GRID_HOURS` (g,).

    `grows` (n_t, g) is what each delay adds to a ticket's log-odds, `left` the hours until its
    promise (infinite without one). `free` are hours until the agent is done with what is in
    progress, `present` until they are at their desk. `loses` (g,) is what the mean ticket that
    somebody could begin loses by each delay, in price units.
    """

    agenda: AgendaLike
    grows: Floats
    left: Floats
    free: Floats
    present: Floats
    busy: Floats
    work: Floats
    quiet: Ints
    loses: Floats
    late_hour: float

    def hours(self, edges: Edges, columns: Columns) -> Floats:
        """Hours until the agent of each edge (n_e,) could begin the ticket.

        What its owner has in progress, or what waits for somebody else, waits for nothing but
        the agent being there.
        """
        stage = columns.stage[edges.ticket]
        begun = (stage <= IN_PROGRESS) & (columns.owner[edges.ticket] == edges.agent)
        at_once = begun | (stage == AWAITED)
        return np.where(at_once, self.present[edges.agent], self.free[edges.agent])

    def timeout(self, risk: Floats, ticket: Ints, hours: Floats) -> Floats:
        """The timeout risk (n,) of pairs if begun so late: see the module's formula."""
        return np.asarray(_later(risk, ticket, hours, GRID_HOURS, self.grows, self.left))

    def late_hours(self, ticket: Ints, hours: Floats) -> Floats:
        """How many of the hours until it is begun the ticket is late, (n,)."""
        late: Floats = np.maximum(hours - np.maximum(self.left[ticket], 0.0), 0.0)
        return late

    def cost(self, risk: Floats, ticket: Ints, hours: Floats, prices: Prices) -> Floats:
        """What being begun so late costs tickets (n,) of weight 1, in price units."""
        grown = self.timeout(risk, ticket, hours) - risk
        late = self.late_hours(ticket, hours)
        cost: Floats = prices.waiting * prices.timeout * grown + prices.late_hour * late
        return cost

    def place_hours(self, agent: Ints, number: Ints) -> Floats:
        """Hours until agent `agent[i]` could begin place `number[i]` (from 0) of their queue.

        The first places are those of tickets that are in progress or wait for somebody else:
        they delay nobody more than `free` already says.
        """
        before = np.maximum(number - self.quiet[agent], 0)
        worked = self.busy[agent] + before * self.work[agent]
        return _undisturbed(self.agenda, agent, worked, self.work[agent])

    def mean_loss(self, hours: Floats) -> Floats:
        """What the mean ticket loses by being begun so late, (n,)."""
        beyond = np.maximum(hours - GRID_HOURS[-1], 0.0)
        lost: Floats = np.interp(hours, GRID_HOURS, self.loses) + self.late_hour * beyond
        return lost


def waits(
    assessor: AssessorLike,
    as_is: ChanceLike,
    delayed: Floats,
    columns: Columns,
    weight: Floats,
    prices: Prices,
    agenda: AgendaLike,
) -> Waits:
    """The waits of a desk; `weight` (n_t,) is what a loss on each ticket weighs.

    `delayed` (n_t, g) is `AssessorLike.delayed` of `GRID_HOURS`.
    """
    everybody = np.arange(len(columns.capacity))
    busy, quiet = _committed(assessor, columns)
    work = _usual_work(assessor, columns)
    left = np.where(columns.due_us == NEVER, np.inf, (columns.due_us - columns.as_of_us) / HOUR)
    odds = logit(np.clip(delayed, EDGE, 1.0 - EDGE))
    none = np.zeros(len(everybody))
    found = Waits(
        agenda=agenda,
        grows=odds - odds[:, :1],
        left=left,
        free=_undisturbed(agenda, everybody, busy, work),
        present=_undisturbed(agenda, everybody, none, work),
        busy=busy,
        work=work,
        quiet=quiet,
        loses=np.zeros(GRID_HOURS.size),
        late_hour=0.0,
    )
    return _with_mean(found, as_is.timeout, weight, columns, prices)


def _with_mean(
    bare: Waits, timeout: Floats, weight: Floats, columns: Columns, prices: Prices
) -> Waits:
    """The waits with what the mean ticket that somebody could begin loses by each delay."""
    rows = np.flatnonzero(columns.stage < AWAITED)
    if not len(rows):
        return bare
    loses = np.zeros(GRID_HOURS.size)
    for place, delay in enumerate(GRID_HOURS.tolist()):
        hours = np.full(len(rows), delay)
        loses[place] = (weight[rows] * bare.cost(timeout[rows], rows, hours, prices)).mean()
    return Waits(
        bare.agenda, bare.grows, bare.left, bare.free, bare.present, bare.busy, bare.work,
        bare.quiet, np.maximum.accumulate(loses), prices.late_hour * float(weight[rows].mean()),
    )  # fmt: skip


def _undisturbed(agenda: AgendaLike, agents: Ints, worked: Floats, work: Floats) -> Floats:
    """Hours (n,) until work begun after `worked` hours would have to begin, were it done in one go.

    What is begun shortly before the agent goes home is done the next day: it is as late as if it
    were begun then.
    """
    return np.minimum(agenda.begins(agents, worked + work) - work, LONGEST)


def _committed(assessor: AssessorLike, columns: Columns) -> tuple[Floats, Ints]:
    """Working hours that each agent (n_a,) has in progress, and tickets that delay nobody else."""
    people, owned = len(columns.capacity), columns.owner >= 0
    begun = np.flatnonzero(owned & (columns.stage <= IN_PROGRESS))
    hours = assessor.work_hours(begun, columns.owner[begun])
    busy = np.bincount(columns.owner[begun], weights=hours, minlength=people).astype(np.float64)
    idle = owned & ((columns.stage <= IN_PROGRESS) | (columns.stage == AWAITED))
    return busy, np.bincount(columns.owner[idle], minlength=people)


def _usual_work(assessor: AssessorLike, columns: Columns) -> Floats:
    """The mean working hours of each agent (n_a,) over a sample of the tickets."""
    tickets, people = len(columns.owner), len(columns.capacity)
    if not tickets or not people:
        return np.zeros(people)
    sample = np.unique(np.linspace(0, tickets - 1, min(tickets, _SAMPLED)).astype(np.int64))
    ticket, agent = np.tile(sample, people), np.repeat(np.arange(people), sample.size)
    mean: Floats = assessor.work_hours(ticket, agent).reshape(people, sample.size).mean(axis=1)
    return mean


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _later(  # pragma: no cover
    risk: Floats, ticket: Ints, hours: Floats, delays: Floats, grows: Floats, left: Floats
) -> Floats:
    found = risk.copy()
    for row in range(risk.size):
        i, delay = ticket[row], hours[row]
        if delay <= 0.0:
            continue
        if 0.0 < left[i] <= delay:
            found[row] = 1.0
            continue
        after = 1
        while after < delays.size - 1 and delays[after] < delay:
            after += 1
        share = (delay - delays[after - 1]) / (delays[after] - delays[after - 1])
        push = grows[i, after - 1] + min(share, 1.0) * (grows[i, after] - grows[i, after - 1])
        if push > 0.0:
            odds = risk[row] / max(1.0 - risk[row], 1e-300) * np.exp(push)
            found[row] = odds / (1.0 + odds) if odds < 1e300 else 1.0
    return found

"""How a desk chooses: who takes which ticket, and in which order everybody works.

`model.dispatch.refresh` does all that is the same for everybody, from the screen to the answer, and
asks a `Strategy` for these two. `SHIPPED` is the one that serves; others stand beside it in
`experiments.policies`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from features.snapshot import Snapshot
from features.stream import HOUR
from model import in_time
from model.agenda import Agenda
from model.columns import AWAITED, Ints
from model.deadline import Watch
from model.delay import delays, grid
from model.explore import explored
from model.plan import Look, Plan, make
from model.sequence import sequence, stages

Chooser = Callable[[Look, Snapshot, Watch, int], Plan]
"""Of a desk, its screened snapshot, the time gone, and how many candidates are shown: the plan.

It keeps the hard rules, capacity among them, and leaves with nobody whom it cannot place.
"""
Orderer = Callable[[Look, Plan, Agenda, Watch], Ints]
"""The placed ticket rows (m,), sorted by the row of their agent and the place in the queue."""


@dataclass(frozen=True, slots=True)
class Strategy:
    """The two choices of a desk; equal input must give an equal answer."""

    choose: Chooser
    order: Orderer


def planned(look: Look, _snapshot: Snapshot, watch: Watch, top: int) -> Plan:
    """One plan for the whole queue, at the least cost under the policy (`model.plan`).

    Lots are drawn among near-ties where the policy asks for it, unless a stage gave way: costs
    are guesses then.
    """
    plan = make(look, in_time.risks(look, watch), in_time.solver(watch), top)
    return plan if watch.gave_way else explored(look, plan)


def by_what_waiting_costs(look: Look, plan: Plan, agenda: Agenda, watch: Watch) -> Ints:
    """The queues of the plan, ordered by what waiting costs each ticket with its agent."""
    columns, agent = look.columns, plan.agent
    placed, work = np.flatnonzero(agent >= 0), np.zeros(len(agent))
    work[placed] = look.assessor.work_hours(placed, agent[placed])
    left = (columns.due_us - columns.as_of_us) / HOUR
    hours = grid(left)
    risk = np.repeat(plan.timeout(look.as_is)[:, None], hours.shape[1], axis=1)
    able = placed[stages(columns, agent)[placed] != AWAITED]  # nobody begins the others
    risk[able] = in_time.begun(look, able, agent[able], hours[able], risk[able], watch)
    curves = delays(hours, risk, look.weight, left, look.policy.prices)
    return sequence(columns, agent, work, curves, agenda).rows


SHIPPED: Final = Strategy(planned, by_what_waiting_costs)

"""The policies that are set beside each other, as functions in a table.

Every one goes through `model.dispatch.refresh`, so the screen, the hard rules, capacity, queues,
actions and the answer are the same for all; they differ in who gets a ticket and in the order of
work. They see what a ticket system sends and nothing else.

A policy has no memory: whose turn it is follows from the snapshot. Equal input and seed give an
equal decision. Among equals the first by id is chosen, so other names change nothing else as long
as they sort alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Final, Protocol

import numpy as np

from experiments.policies import picks
from experiments.policies.floor import Floor, Rule, by_arrival, by_deadline, dealt, keepers
from features.snapshot import Snapshot
from model import in_time
from model.agenda import Agenda
from model.assessment import Desk
from model.columns import Columns, Floats, Ints
from model.deadline import Watch
from model.decision import Decision
from model.dispatch import Options, refresh
from model.plan import Look, Plan, given
from model.sequence import order
from model.spent import Spent
from model.strategy import SHIPPED, Strategy


class DispatchPolicy(Protocol):
    """Decides for a snapshot. The seed decides where turns begin, and nothing else.

    `spent` is what was done before (`model.spent`).
    """

    def __call__(
        self,
        desk: Desk,
        snapshot: Snapshot,
        options: Options,
        seed: int,
        /,
        spent: Spent | None = None,
    ) -> Decision:
        """One decision for the whole queue."""
        ...


Index = Callable[[Look, Plan], Floats]
"""How soon each ticket (n_t,) is worked on within its stage (`model.sequence`), highest first."""


def first_come(look: Look, _plan: Plan) -> Floats:
    """The oldest first."""
    return -look.columns.created_us.astype(np.float64)


def earliest_due(look: Look, _plan: Plan) -> Floats:
    """The earliest promised time first, those without one last."""
    return -look.columns.due_us.astype(np.float64)


def highest_score(_look: Look, plan: Plan) -> Floats:
    """The highest four-dimension score first."""
    found: Floats = np.append(plan.score, 0.0)[plan.edge]
    return found


@dataclass(frozen=True, slots=True)
class Baseline:
    """A desk without a plan: who gets a new ticket, in which order they are dealt and worked."""

    rule: Rule
    dealing: Callable[[Columns], Ints] = by_arrival
    index: Index = first_come

    def __call__(
        self,
        desk: Desk,
        snapshot: Snapshot,
        options: Options,
        seed: int,
        /,
        spent: Spent | None = None,
    ) -> Decision:
        """Decide as this desk does."""
        return refresh(desk, snapshot, options, spent=spent, strategy=self.strategy(seed))

    def strategy(self, seed: int) -> Strategy:
        """What it puts in place of the shipped one."""
        return Strategy(partial(self._chosen, seed), self._ordered)

    def _chosen(self, seed: int, look: Look, snapshot: Snapshot, watch: Watch, top: int) -> Plan:
        agent, away = keepers(look)
        floor = Floor.of(look, snapshot, agent, seed)
        agent = dealt(floor, agent, self.dealing(look.columns), self.rule(floor))
        return given(look, agent, away, in_time.risks(look, watch), top)

    def _ordered(self, look: Look, plan: Plan, _agenda: Agenda, _watch: Watch) -> Ints:
        return order(look.columns, plan.agent, self.index(look, plan))


@dataclass(frozen=True, slots=True)
class Planned:
    """A desk with a plan: one for the whole queue at each refresh, by a strategy."""

    strategy: Strategy = SHIPPED

    def __call__(
        self,
        desk: Desk,
        snapshot: Snapshot,
        options: Options,
        _seed: int,
        /,
        spent: Spent | None = None,
    ) -> Decision:
        """Decide by the strategy; nothing is drawn."""
        return refresh(desk, snapshot, options, spent=spent, strategy=self.strategy)


def _by_score(look: Look, snapshot: Snapshot, watch: Watch, top: int) -> Plan:
    policy = replace(look.policy, objective="four_dimensions")
    return SHIPPED.choose(replace(look, policy=policy), snapshot, watch, top)


POLICIES: Final[Mapping[str, DispatchPolicy]] = MappingProxyType(
    {
        "static_matrix": Baseline(picks.static_matrix),
        "round_robin": Baseline(picks.round_robin),
        "least_loaded": Baseline(picks.least_loaded),
        "longest_idle": Baseline(picks.longest_idle),
        "earliest_deadline": Baseline(picks.least_loaded, by_deadline, earliest_due),
        "four_dimensions_greedy": Baseline(picks.best_score, by_arrival, highest_score),
        "four_dimensions_optimal": Planned(Strategy(_by_score, SHIPPED.order)),
        "default": Planned(),
    }
)
"""By name: desks as they are, the rule that the field reports, its optimum, and what serves."""

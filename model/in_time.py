"""The stages of a decision that give way when time is short, by the ladder of `model.deadline`.

Each asks the model or the optimiser while there is time, falls back on what stands in for it
otherwise, or where it fails, and notes on the watch what gave way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np

from features.errors import ModelError
from features.stream import NEVER
from model import pairs
from model.assessment import AssessorLike, DimensionsLike, RiskLike
from model.assignment import Problem, greedy, optimal
from model.columns import Columns, Floats, Ints
from model.deadline import EXPLAIN_UNTIL, PLAN_UNTIL, RISKS_UNTIL, Watch
from model.decision import Reason
from model.pairs import PairRisks, modelled, shifted
from model.plan import Look, Plan, Risks, Solver
from model.risk import CERTAIN
from model.score import Edges
from model.waits import GRID_HOURS

Reasons = dict[int, tuple[Reason, ...]]
REASONS: Final = 3
"""Terms named for each ticket."""
EXPLAINED_AT_ONCE: Final = 1024
"""Tickets explained before the clock is looked at again."""
UNASKED_HOURS: Final = (24.0, 72.0)
"""Hours until a ticket is closed, with probability 0.5 and 0.9, where nobody can be asked."""

Told = TypeVar("Told")


def _asked(
    watch: Watch, until: float, ask: Callable[[], Told], otherwise: Callable[[], Told]
) -> Told:
    """What the model says while the share `until` of the time is not gone, else `otherwise`."""
    if "risk_model" not in watch.gave_way and watch.share() < until:
        try:
            return ask()
        except ModelError:
            pass
    watch.give_way("risk_model")
    return otherwise()


@dataclass(frozen=True, slots=True)
class Unasked:
    """What stands in for the risks of tickets as they are (n_t,) where the model fails."""

    timeout: Floats
    escalation: Floats
    eta_p50_hours: Floats
    eta_p90_hours: Floats

    @classmethod
    def by(cls, urgency: Floats, columns: Columns) -> Unasked:
        """The urgency is taken for the timeout risk, certain once the promised time has passed.

        Nobody is known to escalate.
        """
        late = (columns.due_us != NEVER) & (columns.due_us <= columns.as_of_us)
        timeout = np.where(late, CERTAIN, urgency)
        p50, p90 = (np.full(urgency.shape, hours) for hours in UNASKED_HOURS)
        return cls(timeout, np.zeros(urgency.shape), p50, p90)


def as_is(
    assessor: AssessorLike, dimensions: DimensionsLike, columns: Columns, watch: Watch
) -> RiskLike:
    """The risks of tickets as they are; where the model fails, what their urgency says.

    All four are read at once: every decision needs them, and whoever reads them later would be
    on their own if they failed.
    """
    try:
        found = assessor.as_is()
        _ = found.timeout, found.escalation, found.eta_p50_hours, found.eta_p90_hours
    except ModelError:
        watch.give_way("risk_model")
        return Unasked.by(dimensions.urgency, columns)
    return found


def delayed(look: Look, watch: Watch) -> Floats:
    """The risks of tickets left lying; without the model those of now, until the promise passes."""
    return _asked(
        watch,
        RISKS_UNTIL,
        lambda: look.assessor.delayed(GRID_HOURS),
        lambda: np.repeat(look.as_is.timeout[:, None], GRID_HOURS.size, axis=1),
    )


def risks(look: Look, watch: Watch) -> Risks:
    """The risks of edges: the model's, or, once that gave way, those without it."""

    def found(edges: Edges) -> PairRisks:
        if "risk_model" not in watch.gave_way:
            try:
                return _modelled(look, edges, watch)
            except ModelError:
                watch.give_way("risk_model")
        return shifted(look.as_is, look.dimensions, look.columns, edges)

    return found


def _modelled(look: Look, edges: Edges, watch: Watch) -> PairRisks:
    if watch.share() < RISKS_UNTIL:
        look.assessor.ready()
    begun = watch.share()

    def in_time(done: float) -> bool:
        gone = watch.share()
        ahead = (gone - begun) / done if done else 0.0
        return max(gone, begun + ahead) < RISKS_UNTIL

    return modelled(look.assessor, look.as_is, look.columns, edges, in_time)


def solver(watch: Watch) -> Solver:
    """The optimiser, or the greedy plan when it is late or the optimiser fails."""

    def found(problem: Problem) -> Ints:
        if "optimiser" not in watch.gave_way and watch.share() < PLAN_UNTIL:
            try:
                return optimal(problem)
            except Exception:  # noqa: BLE001, S110 - of a library in C++: no plan is worse than any
                pass
        watch.give_way("optimiser")
        return greedy(problem)

    return found


def hours(look: Look, plan: Plan, watch: Watch) -> tuple[Floats, Floats]:
    """The hours of the ETA under the plan; without the model those of each ticket as it is."""
    return _asked(
        watch,
        PLAN_UNTIL,
        lambda: pairs.hours(look.assessor, look.as_is, look.columns, plan.agent),
        lambda: (look.as_is.eta_p50_hours, look.as_is.eta_p90_hours),
    )


def begun(
    look: Look, t_idx: Ints, a_idx: Ints, hours: Floats, planned: Floats, watch: Watch
) -> Floats:
    """The risks if begun later; when the model gave way `planned`, and only late hours count."""
    return _asked(
        watch, PLAN_UNTIL, lambda: look.assessor.begun(t_idx, a_idx, hours), lambda: planned
    )


def explained(look: Look, plan: Plan, lost: Floats, watch: Watch) -> Reasons:
    """The reasons of each ticket with its planned agent, the dearest first while time lasts."""
    agent = np.where(plan.agent == look.columns.owner, -1, plan.agent)
    order = np.argsort(-lost, kind="stable")
    told: Reasons = {}
    for start in range(0, len(order), EXPLAINED_AT_ONCE):
        rows = order[start : start + EXPLAINED_AT_ONCE]
        if watch.share() >= EXPLAIN_UNTIL:
            watch.give_way("risk_model")
            break
        try:
            found = look.assessor.reasons(rows, agent[rows], REASONS)
        except ModelError:
            watch.give_way("risk_model")
            break
        told.update(zip(rows.tolist(), found, strict=True))
    return told

"""The one decision path: screen, complete, assess, rule out, shortlist, price, plan, sequence, act.

`refresh` is what the service, the command line and the simulator call, and nothing else decides.
It is pure but for the clock it is given: with time enough, equal input gives an equal `Decision`.

When time runs short, stages give way by the ladder of `model.deadline`; no rule is broken for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from features.errors import ModelError
from features.snapshot import Snapshot
from model import answer
from model.actions import Situation, Spent, next_actions
from model.alert import desk_time, levels
from model.assessment import AssessorLike, Desk, DimensionsLike, RiskLike
from model.assignment import PlanError, Problem, greedy, optimal
from model.columns import Floats, Ints, columns
from model.cost import loss, worth
from model.deadline import EXPLAIN_UNTIL, PLAN_UNTIL, RISKS_UNTIL, Clock, Watch
from model.decision import Decision, Reason, ScoreSheet, Version
from model.eligibility import judge
from model.pairs import PairRisks, hours, modelled, shifted, spread
from model.plan import Look, Plan, every_candidate, make, shown
from model.score import Edges
from model.score import score as score_of
from model.screen import Screened, screen
from model.sequence import priority, queues

__all__ = [
    "AssessorLike", "Desk", "DimensionsLike", "Options", "RiskLike", "Spent", "refresh", "score",
]  # fmt: skip

Reasons = dict[int, tuple[Reason, ...]]
REASONS: Final = 3
"""Terms named for each ticket."""
_EXPLAINED_AT_ONCE: Final = 512


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller asks for: candidates shown, reasons, and milliseconds to answer in."""

    top_k: int = 3
    explain: bool = True
    deadline_ms: float = 2000.0


def refresh(
    desk: Desk,
    snapshot: Snapshot,
    options: Options | None = None,
    clock: Clock = time.perf_counter,
    spent: Spent | None = None,
) -> Decision:
    """One plan for the whole queue of a snapshot.

    Every ticket is in exactly one of `assignments`, `unassigned` and `rejected`; each of the
    three is in a fixed order (by ticket id, the rejected by place in the request). `spent` is
    what `actions.Spent` says; without it only the budgets of one refresh hold.

    Raises:
        SnapshotError: the snapshot cannot be used at all.
    """
    wanted, policy = options or Options(), desk.policy
    watch = Watch(clock, wanted.deadline_ms)
    screened, look = _looked(desk, snapshot, watch)
    plan = make(look, _risks_in_time(look, watch), _solver_in_time(watch), wanted.top_k)
    watch.lap("plan")
    ahead = _hours(look, plan, watch)
    lost = _planned_loss(look, plan)
    reasons = _explained(look, plan, lost, watch) if wanted.explain else {}
    watch.lap("explain")
    clean = screened.snapshot
    told = answer.Told(_alert(clean, look), answer.etas(ahead, clean.as_of), reasons)
    owners = [ticket.agent_id for ticket in clean.tickets]
    made = answer.assignments(look, plan, told, owners, wanted.top_k)
    timeout = plan.timeout(look.as_is)
    situation = Situation(clean, look.columns, plan.agent, told.alert, timeout, lost)
    index = priority(lost, look.dimensions.urgency, policy.weights)
    decision = Decision(
        as_of=clean.as_of,
        policy=Version(policy.name, policy.version),
        model=desk.model,
        assignments=made,
        queues=queues(look.columns, plan.agent, index),
        actions=next_actions(situation, policy.actions, spent),
        unassigned=answer.unassigned(look, plan, told, owners),
        rejected=screened.rejected,
        summary=answer.summary(look, plan, made),
        degraded=tuple(watch.gave_way),
        agent_faults=screened.agent_faults,
        timings_ms=watch.timings_ms,
    )
    watch.lap("answer")
    return decision


def score(
    desk: Desk,
    snapshot: Snapshot,
    options: Options | None = None,
    clock: Clock = time.perf_counter,
) -> ScoreSheet:
    """Risk, alert, scores and reasons of every ticket as it is, and its ranked candidates.

    Candidates may have a full queue: nothing is planned here. `risk.timeout` is the risk of
    leaving the ticket as it is.
    """
    wanted = options or Options()
    watch = Watch(clock, wanted.deadline_ms)
    screened, look = _looked(desk, snapshot, watch)
    plan = _unplanned(look, _risks_in_time(look, watch), wanted.top_k)
    watch.lap("pairs")
    lost = loss(look.weight, look.as_is, look.policy.prices)
    reasons = _explained(look, plan, lost, watch) if wanted.explain else {}
    watch.lap("explain")
    clean, ahead = screened.snapshot, (look.as_is.eta_p50_hours, look.as_is.eta_p90_hours)
    told = answer.Told(_alert(clean, look), answer.etas(ahead, clean.as_of), reasons)
    tickets = answer.ticket_scores(look, plan, told, wanted.top_k)
    watch.lap("answer")
    return ScoreSheet(
        as_of=clean.as_of,
        policy=Version(desk.policy.name, desk.policy.version),
        model=desk.model,
        tickets=tickets,
        rejected=screened.rejected,
        degraded=tuple(watch.gave_way),
        agent_faults=screened.agent_faults,
        timings_ms=watch.timings_ms,
    )


def _looked(desk: Desk, snapshot: Snapshot, watch: Watch) -> tuple[Screened, Look]:
    screened, policy = screen(snapshot), desk.policy
    # completed after the screen: a ticket is judged by what was sent, planned by what is known
    clean = desk.complete(screened.snapshot)
    screened = replace(screened, snapshot=clean)
    table = columns(clean, policy, screened.refused)
    watch.lap("screen")
    assessor = desk.assess(clean)
    as_is, dimensions = assessor.as_is(), assessor.dimensions()
    watch.lap("assess")
    eligibility = judge(clean, table, policy)
    watch.lap("rules")
    weight = worth(dimensions, policy)
    return screened, Look(table, eligibility, assessor, as_is, dimensions, weight, policy)


def _alert(clean: Snapshot, look: Look) -> Ints:
    now = desk_time(clean.as_of, look.policy.timezone)
    categories = [ticket.category for ticket in clean.tickets]
    return levels(look.as_is.timeout, categories, look.columns, look.policy.alerts, now)


def _hours(look: Look, plan: Plan, watch: Watch) -> tuple[Floats, Floats]:
    """The hours of the ETA under the plan; without the model those of each ticket as it is."""
    if "risk_model" not in watch.gave_way and watch.share() < PLAN_UNTIL:
        try:
            return hours(look.assessor, look.as_is, look.columns, plan.agent)
        except ModelError:
            pass
    watch.give_way("risk_model")
    return look.as_is.eta_p50_hours, look.as_is.eta_p90_hours


def _planned_loss(look: Look, plan: Plan) -> Floats:
    """The expected loss of each ticket (n_t,) under the plan, or as it is with nobody."""
    prices, placed = look.policy.prices, plan.edge >= 0
    lost = loss(look.weight, look.as_is, prices)
    on_edge = loss(look.weight[plan.edges.ticket], plan.risks, prices)
    lost[placed] = on_edge[plan.edge[placed]]
    return lost


def _unplanned(look: Look, risks: Callable[[Edges], PairRisks], top: int) -> Plan:
    edges, nobody = every_candidate(look, top), np.zeros(len(look.weight), dtype=bool)
    none = np.full(len(nobody), -1, dtype=np.int64)
    scored = score_of(look.dimensions, edges.ticket, edges.agent, look.policy.weights)
    rows = shown(edges, scored, none, top)
    part = Edges(edges.ticket[rows], edges.agent[rows])
    return Plan(edges, scored, spread(risks(part), rows, len(edges)), none, nobody, 0.0)


def _risks_in_time(look: Look, watch: Watch) -> Callable[[Edges], PairRisks]:
    """The risks of edges: the model's, or, once that gave way, those without it."""

    def risks(edges: Edges) -> PairRisks:
        if "risk_model" not in watch.gave_way and watch.share() < RISKS_UNTIL:
            look.assessor.ready()
        begun = watch.share()

        def in_time(done: float) -> bool:
            gone = watch.share()
            ahead = (gone - begun) / done if done else 0.0
            return max(gone, begun + ahead) < RISKS_UNTIL

        if "risk_model" not in watch.gave_way:
            try:
                return modelled(look.assessor, look.as_is, look.columns, edges, in_time)
            except ModelError:
                watch.give_way("risk_model")
        return shifted(look.as_is, look.dimensions, look.columns, edges)

    return risks


def _solver_in_time(watch: Watch) -> Callable[[Problem], Ints]:
    """The optimiser, or the greedy plan when it is late or the optimiser fails."""

    def solver(problem: Problem) -> Ints:
        if "optimiser" not in watch.gave_way and watch.share() < PLAN_UNTIL:
            try:
                return optimal(problem)
            except PlanError:
                pass
        watch.give_way("optimiser")
        return greedy(problem)

    return solver


def _explained(look: Look, plan: Plan, lost: Floats, watch: Watch) -> Reasons:
    """The reasons of each ticket with its planned agent, the dearest first while time lasts."""
    agent = np.where(plan.agent == look.columns.owner, -1, plan.agent)
    order = np.argsort(-lost, kind="stable")
    told: Reasons = {}
    for start in range(0, len(order), _EXPLAINED_AT_ONCE):
        rows = order[start : start + _EXPLAINED_AT_ONCE]
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

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
from features.stream import HOUR
from model import answer
from model.actions import next_actions
from model.agenda import Agenda
from model.alert import desk_time, levels
from model.assessment import AssessorLike, Desk, DimensionsLike, RiskLike
from model.assignment import PlanError, Problem, greedy, optimal
from model.columns import AWAITED, Floats, Ints, columns
from model.contrast import contrasts
from model.cost import loss, worth
from model.deadline import EXPLAIN_UNTIL, PLAN_UNTIL, RISKS_UNTIL, Clock, Watch
from model.decision import Decision, Reason, ScoreSheet, Version
from model.delay import delays, grid
from model.eligibility import judge
from model.moves import moves
from model.pairs import PairRisks, hours, modelled, shifted, spread
from model.plan import Look, Plan, every_candidate, make, shown
from model.ruled_out import with_ruled_out
from model.score import Edges
from model.score import score as score_of
from model.screen import Screened, screen
from model.sequence import Order, queues, sequence, stages
from model.situation import situation_of
from model.spent import Spent
from model.waits import GRID_HOURS, waits

__all__ = [
    "AssessorLike", "Desk", "DimensionsLike", "Options", "RiskLike", "Spent", "refresh", "score",
]  # fmt: skip

Reasons = dict[int, tuple[Reason, ...]]
REASONS: Final = 3
"""Terms named for each ticket."""
_EXPLAINED_AT_ONCE: Final = 512


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller asks for: candidates shown, reasons, and milliseconds to answer in.

    `ruled_out` asks for every rule that rules out each agent not chosen.
    """

    top_k: int = 3
    explain: bool = True
    deadline_ms: float = 2000.0
    ruled_out: bool = False


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
    what was done before (`model.spent`); without it only the budgets of one refresh hold.

    Raises:
        SnapshotError: the snapshot cannot be used at all.
    """
    wanted, policy = options or Options(), desk.policy
    watch = Watch(clock, wanted.deadline_ms)
    screened, look = _looked(desk, snapshot, watch, keep_all=wanted.ruled_out)
    delayed, agenda = _delayed(look, watch), Agenda.of(screened.snapshot)
    look = _waited(look, delayed, agenda)
    watch.lap("waits")
    plan = make(look, _risks_in_time(look, watch), _solver_in_time(watch), wanted.top_k)
    watch.lap("plan")
    ahead = _hours(look, plan, watch)
    lost = _planned_loss(look, plan)
    reasons = _explained(look, plan, lost, watch) if wanted.explain else {}
    watch.lap("explain")
    clean = screened.snapshot
    why = contrasts(look, plan) if wanted.explain else None
    told = answer.Told(_alert(desk, clean, look), answer.etas(ahead, clean.as_of), reasons, why)
    owners = [ticket.agent_id for ticket in clean.tickets]
    made = answer.assignments(look, plan, told, owners, wanted.top_k)
    order = _sequenced(look, plan, agenda, watch)
    watch.lap("order")
    situation = situation_of(
        look, plan, clean, alert=told.alert, loss=lost, hours=ahead[0],
        in_time="risk_model" not in watch.gave_way,
    )  # fmt: skip
    decision = Decision(
        as_of=clean.as_of,
        policy=Version(policy.name, policy.version),
        model=desk.model,
        assignments=made,
        queues=queues(look.columns, order),
        actions=next_actions(situation, spent),
        unassigned=answer.unassigned(look, plan, told, owners),
        rejected=screened.rejected,
        summary=answer.summary(look, plan, made),
        degraded=tuple(watch.gave_way),
        agent_faults=screened.agent_faults,
        timings_ms=watch.timings_ms,
    )
    if wanted.ruled_out:
        decision = with_ruled_out(decision, look, plan)
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
    told = answer.Told(_alert(desk, clean, look), answer.etas(ahead, clean.as_of), reasons)
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


def _looked(
    desk: Desk, snapshot: Snapshot, watch: Watch, *, keep_all: bool = False
) -> tuple[Screened, Look]:
    screened, policy = screen(snapshot), desk.policy
    # completed after the screen: a ticket is judged by what was sent, planned by what is known
    clean = desk.complete(screened.snapshot)
    screened = replace(screened, snapshot=clean)
    table = columns(clean, policy, screened.refused)
    watch.lap("screen")
    assessor = desk.assess(clean)
    as_is, dimensions = assessor.as_is(), assessor.dimensions()
    watch.lap("assess")
    eligibility = judge(clean, table, policy, keep_all=keep_all)
    movable = moves(clean, table, eligibility, policy, assessor.changed_since)
    watch.lap("rules")
    look = Look(
        columns=table,
        eligibility=eligibility,
        assessor=assessor,
        as_is=as_is,
        dimensions=dimensions,
        weight=worth(dimensions, policy),
        moves=movable,
        waits=None,
        policy=policy,
    )
    return screened, look


def _delayed(look: Look, watch: Watch) -> Floats:
    """The risks of tickets left lying; without the model those of now, until the promise passes."""
    if "risk_model" not in watch.gave_way and watch.share() < RISKS_UNTIL:
        try:
            return look.assessor.delayed(GRID_HOURS)
        except ModelError:
            pass
    watch.give_way("risk_model")
    return np.repeat(look.as_is.timeout[:, None], GRID_HOURS.size, axis=1)


def _waited(look: Look, delayed: Floats, agenda: Agenda) -> Look:
    """The look with what waiting costs, where the policy prices it."""
    prices = look.policy.prices
    priced = prices.waiting > 0 or prices.late_hour > 0 or prices.ahead > 0
    if look.policy.objective != "expected_loss" or not priced:
        return look
    known = look.assessor, look.as_is, delayed, look.columns, look.weight
    return replace(look, waits=waits(*known, prices, agenda))


def _alert(desk: Desk, clean: Snapshot, look: Look) -> Ints:
    now = desk_time(clean.as_of, look.policy.timezone)
    categories = [ticket.category for ticket in clean.tickets]
    alerts, table = look.policy.alerts, desk.alert_table
    return levels(look.as_is.timeout, categories, look.columns, alerts, now, table)


def _hours(look: Look, plan: Plan, watch: Watch) -> tuple[Floats, Floats]:
    """The hours of the ETA under the plan; without the model those of each ticket as it is."""
    if "risk_model" not in watch.gave_way and watch.share() < PLAN_UNTIL:
        try:
            return hours(look.assessor, look.as_is, look.columns, plan.agent)
        except ModelError:
            pass
    watch.give_way("risk_model")
    return look.as_is.eta_p50_hours, look.as_is.eta_p90_hours


def _sequenced(look: Look, plan: Plan, agenda: Agenda, watch: Watch) -> Order:
    """The queues of the plan, ordered by what waiting costs each ticket with its agent."""
    columns, agent = look.columns, plan.agent
    placed, work = np.flatnonzero(agent >= 0), np.zeros(len(agent))
    work[placed] = look.assessor.work_hours(placed, agent[placed])
    left = (columns.due_us - columns.as_of_us) / HOUR
    hours = grid(left)
    risk = np.repeat(plan.timeout(look.as_is)[:, None], hours.shape[1], axis=1)
    able = placed[stages(columns, agent)[placed] != AWAITED]  # nobody begins the others
    risk[able] = _begun(look, able, agent[able], hours[able], risk[able], watch)
    curves = delays(hours, risk, look.weight, left, look.policy.prices)
    return sequence(columns, agent, work, curves, agenda)


def _begun(
    look: Look, t_idx: Ints, a_idx: Ints, hours: Floats, planned: Floats, watch: Watch
) -> Floats:
    """The risks if begun later; when the model gave way `planned`, and only late hours count."""
    if "risk_model" not in watch.gave_way and watch.share() < PLAN_UNTIL:
        try:
            return look.assessor.begun(t_idx, a_idx, hours)
        except ModelError:
            pass
    watch.give_way("risk_model")
    return planned


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
    part = edges.at(rows)
    return Plan(edges, scored, spread(risks(part), rows, len(edges)), none, nobody, {})


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

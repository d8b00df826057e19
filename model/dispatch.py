"""The one decision path: screen, complete, assess, rule out, shortlist, price, plan, sequence, act.

`refresh` is what the service, the command line and the simulator call, and nothing else decides.
It is pure but for the clock it is given: with time enough, equal input gives an equal `Decision`.

When time runs short, stages give way (`model.in_time`); no rule is broken for it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from features.snapshot import Snapshot
from model import answer, in_time
from model.actions import next_actions
from model.agenda import Agenda
from model.alert import desk_time, levels
from model.amended import amended
from model.assessment import AssessorLike, Desk, DimensionsLike, RiskLike
from model.columns import Floats, Ints, columns
from model.contrast import contrasts
from model.cost import loss, worth
from model.deadline import Clock, Watch
from model.decision import Decision, ScoreSheet, Version
from model.eligibility import judge
from model.guarded import Guarded
from model.moves import moves
from model.pairs import spread
from model.plan import Look, Plan, Risks, every_candidate, shown
from model.ruled_out import with_ruled_out
from model.score import score as score_of
from model.screen import Screened, screen
from model.sequence import queues
from model.situation import situation_of
from model.spent import Spent
from model.strategy import SHIPPED, Strategy
from model.underway import NOTHING, Underway
from model.waits import waits

__all__ = [
    "AssessorLike", "Desk", "DimensionsLike", "Options", "RiskLike", "Spent", "Strategy", "refresh",
    "score",
]  # fmt: skip


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
    strategy: Strategy = SHIPPED,
) -> Decision:
    """One plan for the whole queue of a snapshot.

    Every ticket is in exactly one of `assignments`, `unassigned` and `rejected`; each of the
    three is in a fixed order (by ticket id, the rejected by place in the request). `spent` is
    what was done before (`model.spent`); without it only the budgets of one refresh hold, and
    the snapshot is taken to show every hand-over that was told.
    `strategy` chooses the agents and the order of work; everything else is the same for all.

    Raises:
        SnapshotError: the snapshot cannot be used at all.
    """
    wanted, policy = options or Options(), desk.policy
    watch = Watch(clock, wanted.deadline_ms)
    underway = NOTHING if spent is None else spent.underway
    screened, look = _looked(desk, snapshot, watch, underway, keep_all=wanted.ruled_out)
    agenda = Agenda.of(screened.snapshot)
    look = _waited(look, agenda, watch)
    watch.lap("waits")
    plan = strategy.choose(look, screened.snapshot, watch, wanted.top_k)
    watch.lap("plan")
    ahead = in_time.hours(look, plan, watch)
    lost = _planned_loss(look, plan)
    reasons = in_time.explained(look, plan, lost, watch) if wanted.explain else {}
    watch.lap("explain")
    clean = screened.snapshot
    why = contrasts(look, plan) if wanted.explain else None
    told = answer.Told(_alert(desk, clean, look), answer.etas(ahead, clean.as_of), reasons, why)
    owners = screened.owners
    made = answer.assignments(look, plan, told, owners, wanted.top_k)
    order = strategy.order(look, plan, agenda, watch)
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
        queues=queues(look.columns, order, plan.agent),
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
    plan = _unplanned(look, in_time.risks(look, watch), wanted.top_k)
    watch.lap("pairs")
    lost = loss(look.weight, look.as_is, look.policy.prices)
    reasons = in_time.explained(look, plan, lost, watch) if wanted.explain else {}
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
    desk: Desk,
    snapshot: Snapshot,
    watch: Watch,
    underway: Underway = NOTHING,
    *,
    keep_all: bool = False,
) -> tuple[Screened, Look]:
    screened, policy = screen(snapshot), desk.policy
    # completed after the screen: a ticket is judged by what was sent, planned by what is known
    known = desk.complete(screened.snapshot)
    told = amended(known, underway)
    clean, owners = told.snapshot, tuple(ticket.agent_id for ticket in known.tickets)
    screened = replace(screened, snapshot=clean, owners=owners)
    table = columns(clean, policy, screened.refused)
    watch.lap("screen")
    assessor = Guarded(desk.assess(clean))
    dimensions = assessor.dimensions()
    as_is = in_time.as_is(assessor, dimensions, table, watch)
    watch.lap("assess")
    eligibility = judge(clean, table, policy, keep_all=keep_all)
    movable = moves(clean, table, eligibility, policy, assessor.changed_since, told.resting)
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


def _waited(look: Look, agenda: Agenda, watch: Watch) -> Look:
    """The look with what waiting costs; where the policy does not price it nothing is asked."""
    prices = look.policy.prices
    priced = prices.waiting > 0 or prices.late_hour > 0 or prices.ahead > 0
    if look.policy.objective != "expected_loss" or not priced:
        return look
    delayed = in_time.delayed(look, watch)
    known = look.assessor, look.as_is, delayed, look.columns, look.weight
    return replace(look, waits=waits(*known, prices, agenda))


def _alert(desk: Desk, clean: Snapshot, look: Look) -> Ints:
    now = desk_time(clean.as_of, look.policy.timezone)
    categories = [ticket.category for ticket in clean.tickets]
    alerts, table = look.policy.alerts, desk.alert_table
    return levels(look.as_is.timeout, categories, look.columns, alerts, now, table)


def _planned_loss(look: Look, plan: Plan) -> Floats:
    """The expected loss of each ticket (n_t,) under the plan, or as it is with nobody."""
    prices, placed = look.policy.prices, plan.edge >= 0
    lost = loss(look.weight, look.as_is, prices)
    on_edge = loss(look.weight[plan.edges.ticket], plan.risks, prices)
    lost[placed] = on_edge[plan.edge[placed]]
    return lost


def _unplanned(look: Look, risks: Risks, top: int) -> Plan:
    edges, nobody = every_candidate(look, top), np.zeros(len(look.weight), dtype=bool)
    none = np.full(len(nobody), -1, dtype=np.int64)
    scored = score_of(look.dimensions, edges.ticket, edges.agent, look.policy.weights)
    rows = shown(edges, scored, none, top)
    part = edges.at(rows)
    return Plan(edges, scored, spread(risks(part), rows, len(edges)), none, nobody, {})

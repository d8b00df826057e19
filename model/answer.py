"""The arrays of a plan become the records of a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from features.stream import HOUR
from model.alert import LEVELS
from model.assessment import ChanceLike
from model.columns import SUGGESTION, Floats, Ints
from model.cost import may_wait
from model.decision import (
    Action,
    Reason,
    Summary,
    TicketRisk,
    TicketScore,
    TicketScores,
    Unassigned,
)
from model.explore import told_of
from model.placements import CandidateLists, Etas, Placements, ScoreColumns, starts_of
from model.plan import Look, Plan, shown, to_the_absent
from model.whys import Whys

NO_ELIGIBLE_AGENT: Final = "no_eligible_agent"
"""No agent may take the ticket now; `blocked` says which rules, or full queues, ruled them out."""
DEARER_THAN_WAITING: Final = "dearer_than_waiting"
"""An agent could, but under the policy's prices waiting for the next refresh costs less."""
WAITS_ITS_TURN: Final = "waits_its_turn"
"""Nobody who may take it could begin it soon: it is promised when somebody can (`prices.ahead`)."""
PRODUCT_QUEUE: Final = "product_queue"
"""A suggestion that nobody of the policy's `suggestion_team` takes: it waits out of the way."""
_LONGEST: Final = 24 * 3650.0  # hours; beyond ten years a time says nothing


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of every ticket row beside the plan: alert level, ETA, reasons where given.

    `why` is of the placed tickets alone, by row.
    """

    alert: Ints
    eta: Etas
    reasons: Mapping[int, tuple[Reason, ...]]
    why: Whys | None = None


def assignments(
    look: Look,
    plan: Plan,
    told: Told,
    previous: Sequence[str | None],
    top: int,
) -> Placements:
    """The placed tickets, sorted by id."""
    placed = np.flatnonzero(plan.edge >= 0)
    chosen, agent = plan.edge[placed], plan.agent[placed]
    away = to_the_absent(look, plan.edges, plan.hold)
    rows, columns = placed.tolist(), look.columns
    return Placements(
        ticket_id=columns.ticket_ids[placed].tolist(),
        action=actions(look, plan, placed, previous),
        agent_id=columns.agent_ids[agent].tolist(),
        previous_agent_id=[previous[row] for row in rows],
        score=plan.score[chosen],
        scores=_scores(look, placed, agent),
        timeout=plan.risks.timeout[chosen],
        timeout_if_kept=look.as_is.timeout[placed],
        escalation=plan.risks.escalation[chosen],
        eta=told.eta.take(placed),
        tier=columns.tier[placed],
        alert=told.alert[placed],
        candidates=candidates(
            look, plan, shown(plan.edges, plan.score, plan.edge, top, away), placed
        ),
        reasons=[told.reasons.get(row, ()) for row in rows],
        why=told.why,
        explored=told_of(look, plan, placed),
    )


def actions(look: Look, plan: Plan, placed: Ints, previous: Sequence[str | None]) -> list[Action]:
    """What the plan does with each placed ticket, by its row; `previous` (n_t,) had them.

    `assign` where it had no owner, `reassign` where it gets another, `keep` where it stays with
    its owner, `hold` where it waits for an owner who is away.
    """
    agents, hold = look.columns.agent_ids[plan.agent[placed]].tolist(), plan.hold[placed].tolist()
    rows = zip(placed.tolist(), agents, hold, strict=True)
    return [_action(previous[row], agent, away=away) for row, agent, away in rows]


def _action(previous: str | None, agent: str, *, away: bool) -> Action:
    if previous == agent:
        return "hold" if away else "keep"
    return "assign" if previous is None else "reassign"


def unassigned(
    look: Look,
    plan: Plan,
    told: Told,
    previous: Sequence[str | None],
) -> tuple[Unassigned, ...]:
    """The tickets with nobody, sorted by id, each with what stood in the way."""
    columns = look.columns
    left = np.flatnonzero(plan.edge < 0)
    used = columns.taken + np.bincount(plan.agent[plan.edge >= 0], minlength=len(columns.capacity))
    full = used >= columns.capacity
    turn = may_wait(columns, look.eligibility, look.waits, look.policy.prices)
    risks = _ticket_risks(look.as_is, left, look.as_is.timeout[left])
    told_apart: dict[int, dict[str, int]] = {}  # tickets of one profile are blocked alike
    records = []
    for at, row in enumerate(left.tolist()):
        profile = int(look.eligibility.profile[row])
        if profile not in told_apart:
            told_apart[profile] = look.eligibility.blocked(row, full)
        blocked = told_apart[profile]
        everyone = sum(blocked.values()) == len(full)
        records.append(
            Unassigned(
                ticket_id=columns.ticket_ids[row],
                code=_code(look, row, everyone=everyone, turn=bool(turn[row])),
                blocked=dict(blocked),
                previous_agent_id=previous[row],
                risk=risks[at],
                eta=told.eta[row],
                tier=int(columns.tier[row]),
                alert=LEVELS[told.alert[row]],
                reasons=told.reasons.get(row, ()),
            )
        )
    return tuple(records)


def _code(look: Look, row: int, *, everyone: bool, turn: bool) -> str:
    """Why a ticket is with nobody.

    `everyone` says that each agent is ruled out or full, `turn` that it may wait its turn.
    """
    shut = look.policy.tiers.suggestion_team is not None and not look.columns.pinned[row]
    if shut and look.columns.tier[row] == SUGGESTION:
        return PRODUCT_QUEUE
    if everyone:
        return NO_ELIGIBLE_AGENT
    return WAITS_ITS_TURN if turn else DEARER_THAN_WAITING


def summary(look: Look, plan: Plan, made: Placements) -> Summary:
    """The plan in numbers; a ticket with nobody counts with its risk as it is."""
    return Summary(
        open=len(plan.edge),
        assigned=made.action.count("assign"),
        reassigned=made.action.count("reassign"),
        expected_timeouts=float(plan.timeout(look.as_is).sum()),
        expected_timeouts_if_kept=float(look.as_is.timeout.sum()),
        plan=plan.figures,
    )


def ticket_scores(look: Look, plan: Plan, told: Told, top: int) -> tuple[TicketScore, ...]:
    """Every ticket as it is, sorted by id; `plan` holds candidates but chooses none."""
    columns, dims = look.columns, look.dimensions
    rows = np.arange(len(columns.owner))
    risks = _ticket_risks(look.as_is, rows, look.as_is.timeout)
    others = candidates(look, plan, shown(plan.edges, plan.score, plan.edge, top), rows)
    value, urgency = dims.value.tolist(), dims.urgency.tolist()
    owned = np.flatnonzero(columns.owner >= 0)
    skills = dict(
        zip(owned.tolist(), dims.skill(owned, columns.owner[owned]).tolist(), strict=True)
    )
    found = []
    for row, owner in enumerate(columns.owner.tolist()):
        skill = None if owner < 0 else skills[row]
        load = None if owner < 0 else float(dims.load[owner])
        found.append(
            TicketScore(
                ticket_id=columns.ticket_ids[row],
                risk=risks[row],
                eta=told.eta[row],
                tier=int(columns.tier[row]),
                alert=LEVELS[told.alert[row]],
                scores=TicketScores(value[row], urgency[row], skill, load),
                candidates=others[row],
                reasons=told.reasons.get(row, ()),
            )
        )
    return tuple(found)


def candidates(look: Look, plan: Plan, rows: Ints, tickets: Ints) -> CandidateLists:
    """The candidates at the edges `rows`, in that order, of each of the sorted `tickets`."""
    rows = rows[np.isin(plan.edges.ticket[rows], tickets)]
    ticket, agent = plan.edges.ticket[rows], plan.edges.agent[rows]
    return CandidateLists(
        starts=starts_of(ticket, tickets),
        agent_id=look.columns.agent_ids[agent].tolist(),
        score=plan.score[rows],
        scores=_scores(look, ticket, agent),
        timeout=plan.risks.timeout[rows],
    )


def etas(hours: tuple[Floats, Floats], as_of: datetime) -> Etas:
    """The moments that lie so many hours after `as_of`."""
    p50, p90 = (np.rint(np.clip(each, 0.0, _LONGEST) * HOUR).astype(np.int64) for each in hours)
    return Etas(as_of, p50, p90)


def _ticket_risks(risks: ChanceLike, rows: Ints, as_is: Floats) -> list[TicketRisk]:
    columns = (risks.timeout[rows].tolist(), as_is.tolist(), risks.escalation[rows].tolist())
    return [TicketRisk(*each) for each in zip(*columns, strict=True)]


def _scores(look: Look, ticket: Ints, agent: Ints) -> ScoreColumns:
    dims = look.dimensions
    skill = dims.skill(ticket, agent)
    return ScoreColumns(dims.value[ticket], dims.urgency[ticket], skill, dims.load[agent])

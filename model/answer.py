"""The arrays of a plan become the records of a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from model.alert import LEVELS
from model.assessment import ChanceLike
from model.columns import SUGGESTION, Floats, Ints
from model.decision import (
    Action,
    Assignment,
    Candidate,
    Eta,
    Reason,
    Scores,
    Summary,
    TicketRisk,
    TicketScore,
    TicketScores,
    Unassigned,
)
from model.plan import Look, Plan, shown, to_the_absent

NO_ELIGIBLE_AGENT: Final = "no_eligible_agent"
"""No agent may take the ticket now; `blocked` says which rules, or full queues, ruled them out."""
DEARER_THAN_WAITING: Final = "dearer_than_waiting"
"""An agent could, but under the policy's prices waiting for the next refresh costs less."""
PRODUCT_QUEUE: Final = "product_queue"
"""A suggestion that nobody of the policy's `suggestion_team` takes: it waits out of the way."""
_LONGEST: Final = 24 * 3650.0  # hours; beyond ten years a time says nothing


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of every ticket row beside the plan: alert level, ETA, reasons where given."""

    alert: Ints
    eta: list[Eta]
    reasons: dict[int, tuple[Reason, ...]]


def assignments(
    look: Look,
    plan: Plan,
    told: Told,
    previous: Sequence[str | None],
    top: int,
) -> tuple[Assignment, ...]:
    """The placed tickets, sorted by id."""
    placed = np.flatnonzero(plan.edge >= 0)
    chosen, agent = plan.edge[placed], plan.agent[placed]
    action = actions(look, plan, placed)
    risks = _ticket_risks(plan.risks, chosen, look.as_is.timeout[placed])
    scores = _scores(look, placed, agent)
    away = to_the_absent(look, plan.edges, plan.hold)
    others = candidates(look, plan, shown(plan.edges, plan.score, plan.edge, top, away))
    ids, agents = look.columns.ticket_ids.tolist(), look.columns.agent_ids.tolist()
    tiers, total = look.columns.tier.tolist(), plan.score[chosen].tolist()
    return tuple(
        Assignment(
            ticket_id=ids[row],
            action=action[at],
            agent_id=agents[agent[at]],
            previous_agent_id=previous[row],
            score=total[at],
            scores=scores[at],
            risk=risks[at],
            eta=told.eta[row],
            tier=tiers[row],
            alert=LEVELS[told.alert[row]],
            candidates=others.get(row, ()),
            reasons=told.reasons.get(row, ()),
        )
        for at, row in enumerate(placed.tolist())
    )


def actions(look: Look, plan: Plan, placed: Ints) -> list[Action]:
    """What the plan does with each placed ticket, by its row.

    `assign` where it had no owner, `reassign` where it gets another, `keep` where it stays with
    its owner, `hold` where it waits for an owner who is away.
    """
    columns = look.columns
    stays = columns.owner[placed] == plan.agent[placed]
    fresh = ~columns.owned[placed]
    names: tuple[Action, ...] = ("reassign", "assign", "keep", "hold")
    code = np.where(stays, np.where(plan.hold[placed], 3, 2), np.where(fresh, 1, 0))
    return [names[each] for each in code.tolist()]


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
    risks = _ticket_risks(look.as_is, left, look.as_is.timeout[left])
    records = []
    for at, row in enumerate(left.tolist()):
        blocked = look.eligibility.blocked(row, full)
        everyone = sum(blocked.values()) == len(full)
        records.append(
            Unassigned(
                ticket_id=columns.ticket_ids[row],
                code=_code(look, row, everyone=everyone),
                blocked=blocked,
                previous_agent_id=previous[row],
                risk=risks[at],
                eta=told.eta[row],
                tier=int(columns.tier[row]),
                alert=LEVELS[told.alert[row]],
                reasons=told.reasons.get(row, ()),
            )
        )
    return tuple(records)


def _code(look: Look, row: int, *, everyone: bool) -> str:
    """Why a ticket is with nobody; `everyone` says that each agent is ruled out or full."""
    shut = look.policy.tiers.suggestion_team is not None and not look.columns.pinned[row]
    if shut and look.columns.tier[row] == SUGGESTION:
        return PRODUCT_QUEUE
    return NO_ELIGIBLE_AGENT if everyone else DEARER_THAN_WAITING


def summary(look: Look, plan: Plan, made: Sequence[Assignment]) -> Summary:
    """The plan in numbers; a ticket with nobody counts with its risk as it is."""
    return Summary(
        open=len(plan.edge),
        assigned=sum(each.action == "assign" for each in made),
        reassigned=sum(each.action == "reassign" for each in made),
        expected_timeouts=float(plan.timeout(look.as_is).sum()),
        expected_timeouts_if_kept=float(look.as_is.timeout.sum()),
    )


def ticket_scores(look: Look, plan: Plan, told: Told, top: int) -> tuple[TicketScore, ...]:
    """Every ticket as it is, sorted by id; `plan` holds candidates but chooses none."""
    columns, dims = look.columns, look.dimensions
    rows = np.arange(len(columns.owner))
    risks = _ticket_risks(look.as_is, rows, look.as_is.timeout)
    others = candidates(look, plan, shown(plan.edges, plan.score, plan.edge, top))
    value, urgency = dims.value.tolist(), dims.urgency.tolist()
    found = []
    for row, owner in enumerate(columns.owner.tolist()):
        skill = None if owner < 0 else float(dims.skill[row, owner])
        load = None if owner < 0 else float(dims.load[owner])
        found.append(
            TicketScore(
                ticket_id=columns.ticket_ids[row],
                risk=risks[row],
                eta=told.eta[row],
                tier=int(columns.tier[row]),
                alert=LEVELS[told.alert[row]],
                scores=TicketScores(value[row], urgency[row], skill, load),
                candidates=others.get(row, ()),
                reasons=told.reasons.get(row, ()),
            )
        )
    return tuple(found)


def candidates(look: Look, plan: Plan, rows: Ints) -> dict[int, tuple[Candidate, ...]]:
    """The candidates at the edges `rows`, in that order, by the row of their ticket."""
    ticket, agent = plan.edges.ticket[rows], plan.edges.agent[rows]
    ids = look.columns.agent_ids[agent].tolist()
    total, timeout = plan.score[rows].tolist(), plan.risks.timeout[rows].tolist()
    scores = _scores(look, ticket, agent)
    found: dict[int, list[Candidate]] = {}
    for at, row in enumerate(ticket.tolist()):
        each = Candidate(ids[at], total[at], scores[at], timeout[at])
        found.setdefault(row, []).append(each)
    return {row: tuple(each) for row, each in found.items()}


def etas(hours: tuple[Floats, Floats], as_of: datetime) -> list[Eta]:
    """The moments that lie so many hours after `as_of`."""
    p50, p90 = (np.clip(each, 0.0, _LONGEST).tolist() for each in hours)
    moments = (
        (as_of + timedelta(hours=a), as_of + timedelta(hours=b))
        for a, b in zip(p50, p90, strict=True)
    )
    return [Eta(*each) for each in moments]


def _ticket_risks(risks: ChanceLike, rows: Ints, as_is: Floats) -> list[TicketRisk]:
    columns = (risks.timeout[rows].tolist(), as_is.tolist(), risks.escalation[rows].tolist())
    return [TicketRisk(*each) for each in zip(*columns, strict=True)]


def _scores(look: Look, ticket: Ints, agent: Ints) -> list[Scores]:
    dims = look.dimensions
    columns = (
        dims.value[ticket].tolist(),
        dims.urgency[ticket].tolist(),
        dims.skill[ticket, agent].tolist(),
        dims.load[agent].tolist(),
    )
    return [Scores(*each) for each in zip(*columns, strict=True)]

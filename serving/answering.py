"""From the decision to the contract's JSON: names, order, rounding and offsets, always the same.

Probabilities, scores, effects and prices are rounded to six decimals, sums of risk to three,
moments to the second. So the same decision gives the same bytes on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import orjson

from model.decision import (
    AgentFault,
    Assignment,
    Candidate,
    Decision,
    Eta,
    NextAction,
    PlanFigures,
    Reason,
    Rejected,
    Scores,
    ScoreSheet,
    TicketRisk,
    TicketScore,
    TicketScores,
    Unassigned,
    Version,
)
from model.placements import Placements
from serving.explored import explored
from serving.placed import placed
from serving.rounding import share
from serving.whys import price, why

Json = dict[str, Any]


def to_bytes(answer: Json) -> bytes:
    """The JSON text in UTF-8."""
    return orjson.dumps(answer)


def refresh_answer(decision: Decision, refresh_id: str, elapsed_ms: float) -> Json:
    """The answer to a refresh: JSON values only, in the contract's order.

    Moments are written in the offset of the decision's `as_of`.
    """
    zone = decision.as_of.tzinfo or UTC
    s = decision.summary
    return {
        "refresh_id": refresh_id,
        "as_of": decision.as_of.isoformat(),
        "policy": version(decision.policy),
        "model": version(decision.model),
        "degraded": list(decision.degraded),
        "assignments": _assignments(decision.assignments, zone),
        "queues": {agent: list(queue) for agent, queue in decision.queues.items()},
        "actions": [_action(a) for a in decision.actions],
        "unassigned": [_unassigned(u, zone) for u in decision.unassigned],
        "rejected": _rejected(decision.rejected),
        "agent_faults": _agent_faults(decision.agent_faults),
        "summary": {
            "open": s.open,
            "assigned": s.assigned,
            "reassigned": s.reassigned,
            "expected_timeouts": round(s.expected_timeouts, 3),
            "expected_timeouts_if_kept": round(s.expected_timeouts_if_kept, 3),
            "plan": _plan(s.plan),
            "elapsed_ms": round(elapsed_ms),
        },
    }


def score_answer(sheet: ScoreSheet) -> Json:
    """The answer to a score: every ticket as it is, none placed."""
    zone = sheet.as_of.tzinfo or UTC
    return {
        "as_of": sheet.as_of.isoformat(),
        "policy": version(sheet.policy),
        "model": version(sheet.model),
        "degraded": list(sheet.degraded),
        "tickets": [_ticket(t, zone) for t in sheet.tickets],
        "rejected": _rejected(sheet.rejected),
        "agent_faults": _agent_faults(sheet.agent_faults),
    }


def version(v: Version) -> Json:
    """A policy's or a model's name and version."""
    return {"name": v.name, "version": v.version}


def scores(s: Scores | TicketScores) -> Json:
    """The four dimensions; null where there is no agent to have a skill or a load."""
    return {
        "value": share(s.value),
        "urgency": share(s.urgency),
        "skill": None if s.skill is None else share(s.skill),
        "load": None if s.load is None else share(s.load),
    }


def risk(r: TicketRisk) -> Json:
    """The risks of a ticket."""
    return {
        "timeout": share(r.timeout),
        "timeout_if_kept": share(r.timeout_if_kept),
        "escalation": share(r.escalation),
    }


def eta(e: Eta, zone: tzinfo) -> Json:
    """The two quantiles of the close."""
    return {"p50": _moment(e.p50, zone), "p90": _moment(e.p90, zone)}


def _moment(moment: datetime, zone: tzinfo) -> str:
    """To the nearest second in `zone`.

    >>> _moment(datetime(2026, 3, 2, 2, 5, 0, 700000, tzinfo=UTC), UTC)
    '2026-03-02T02:05:01+00:00'
    """
    moment = (moment + timedelta(microseconds=500_000)).astimezone(zone)
    return moment.isoformat(timespec="seconds")


def candidates(them: Sequence[Candidate]) -> list[Json]:
    """The agents who may take a ticket, best first."""
    return [
        {
            "agent_id": c.agent_id,
            "score": share(c.score),
            "scores": scores(c.scores),
            "risk": {"timeout": share(c.timeout)},
        }
        for c in them
    ]


def reasons(them: Sequence[Reason]) -> list[Json]:
    """The terms of a risk, in English and Chinese."""
    return [
        {
            "term": r.term,
            "value": _value(r.value),
            "effect": round(float(r.effect), 6) + 0.0,  # never -0.0
            "text": r.text,
            "text_zh": r.text_zh,
        }
        for r in them
    ]


def _value(value: float | str | None) -> float | int | str | None:
    """A feature's value; whole numbers without a point, an absent one as null.

    >>> [_value(v) for v in (3.0, 0.25, "gold", None, float("nan"))]
    [3, 0.25, 'gold', None, None]
    """
    if value is None or isinstance(value, str):
        return value
    if value != value or abs(value) == float("inf"):
        return None
    rounded = round(float(value), 6)
    return int(rounded) if rounded.is_integer() and abs(rounded) < 2**53 else rounded


def _assignments(them: Sequence[Assignment], zone: tzinfo) -> list[Json]:
    if isinstance(them, Placements):
        return placed(them, zone, [reasons(each) for each in them.reasons])
    return [assignment(a, zone) for a in them]


def assignment(a: Assignment, zone: tzinfo) -> Json:
    """One record; of columns `serving.placed` makes the same, sooner."""
    return {
        "ticket_id": a.ticket_id,
        "action": a.action,
        "agent_id": a.agent_id,
        "previous_agent_id": a.previous_agent_id,
        "score": share(a.score),
        "scores": scores(a.scores),
        "risk": risk(a.risk),
        "eta": eta(a.eta, zone),
        "tier": a.tier,
        "alert": a.alert,
        "candidates": candidates(a.candidates),
        "reasons": reasons(a.reasons),
        **({} if a.why is None else {"why": why(a.why)}),
        **({} if a.explored is None else {"explored": explored(a.explored)}),
        **_ruled_out(a.ruled_out),
    }


def _plan(figures: PlanFigures | None) -> Json | None:
    if figures is None:
        return None
    return {
        "cost": price(figures.cost),
        "greedy": price(figures.greedy),
        "bound": price(figures.bound),
    }


def _unassigned(u: Unassigned, zone: tzinfo) -> Json:
    return {
        "ticket_id": u.ticket_id,
        "code": u.code,
        "blocked": dict(u.blocked),
        "previous_agent_id": u.previous_agent_id,
        "risk": risk(u.risk),
        "eta": eta(u.eta, zone),
        "tier": u.tier,
        "alert": u.alert,
        "reasons": reasons(u.reasons),
        **_ruled_out(u.ruled_out),
    }


def _ruled_out(told: Mapping[str, tuple[str, ...]] | None) -> Json:
    """Written only where it was asked for."""
    if told is None:
        return {}
    return {"ruled_out": {agent: list(codes) for agent, codes in told.items()}}


def _ticket(t: TicketScore, zone: tzinfo) -> Json:
    return {
        "ticket_id": t.ticket_id,
        "risk": risk(t.risk),
        "eta": eta(t.eta, zone),
        "tier": t.tier,
        "alert": t.alert,
        "scores": scores(t.scores),
        "candidates": candidates(t.candidates),
        "reasons": reasons(t.reasons),
    }


def _rejected(them: Sequence[Rejected]) -> list[Json]:
    return [{"ticket_id": r.ticket_id, "code": r.code, "pointer": r.pointer} for r in them]


def _agent_faults(them: Sequence[AgentFault]) -> list[Json]:
    return [{"agent_id": f.agent_id, "code": f.code, "pointer": f.pointer} for f in them]


def _action(a: NextAction) -> Json:
    about: Json = {"action": a.action, "ticket_id": a.ticket_id}
    if a.party is not None:
        about["party"] = a.party
    if a.to is not None:
        about["to"] = a.to
    if a.saves is not None:
        about["saves"] = round(float(a.saves), 6)
    return {**about, "reason": a.reason, "reason_zh": a.reason_zh}

"""What callers get back: the answer half of the contract, as shapes and as JSON values.

The shapes (pydantic) are what OpenAPI publishes and the tests hold the answers to; the answers
themselves are built from the decision directly, since validating our own words costs more
than writing them. What they say of one ticket stands in `ticket_answers`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from model.decision import ActionName
from serving.ticket_answers import Answer, AssignmentOut, Share, TicketScoreOut, UnassignedOut


class VersionOut(Answer):
    """Which policy or model answered."""

    name: str
    version: int


class ActionOut(Answer):
    """What to do for a ticket that no agent can move; `saves` is in the policy's price units."""

    action: ActionName
    ticket_id: str
    party: str | None = None
    to: str | None = None
    saves: float | None = Field(None, ge=0, description="Expected loss saved; null if unknown.")
    reason: str
    reason_zh: str


class RejectedOut(Answer):
    """A ticket that makes no sense; the others are answered."""

    ticket_id: str
    code: str
    pointer: str


class AgentFaultOut(Answer):
    """What was wrong with an agent, mended on the safe side (no extra work goes there)."""

    agent_id: str
    code: str
    pointer: str


class PlanOut(Answer):
    """How good the plan is, in price units: what it and a greedy one cost, and no plan can beat."""

    cost: float
    greedy: float
    bound: float = Field(description="Certified for all pairs, also those not looked at closely.")


class SummaryOut(Answer):
    """The plan in numbers."""

    open: int
    assigned: int
    reassigned: int
    expected_timeouts: float
    expected_timeouts_if_kept: float
    plan: PlanOut | None = Field(description="Null where nothing was planned.")
    elapsed_ms: int


class RefreshOut(Answer):
    """One plan for the whole queue. Every ticket sent is in exactly one of three lists."""

    refresh_id: str
    as_of: datetime = Field(strict=False)
    policy: VersionOut
    model: VersionOut
    degraded: list[str] = Field(description="Stages that gave way.")
    assignments: list[AssignmentOut]
    queues: dict[str, list[str]]
    actions: list[ActionOut]
    unassigned: list[UnassignedOut]
    rejected: list[RejectedOut]
    agent_faults: list[AgentFaultOut]
    summary: SummaryOut


class ScoreOut(Answer):
    """Every ticket sent is in `tickets` or in `rejected`."""

    as_of: datetime = Field(strict=False)
    policy: VersionOut
    model: VersionOut
    degraded: list[str]
    tickets: list[TicketScoreOut]
    rejected: list[RejectedOut]
    agent_faults: list[AgentFaultOut]


class DecisionOut(Answer):
    """A decision as it was logged; texts of the request are redacted."""

    refresh_id: str
    created_at: datetime = Field(strict=False)
    policy: VersionOut
    model: VersionOut
    timings_ms: dict[str, float]
    request: dict[str, Any]
    answer: RefreshOut


class SolutionOut(Answer):
    """How a case was solved: its course, and what the desk noted when it closed it."""

    agent_id: str | None = Field(description="Who had it last.")
    hours_to_resolve: Annotated[float, Field(ge=0)]
    hand_overs: int
    reopenings: int
    parties: list[str] = Field(description="Departments asked, in order.")
    path: list[str] = Field(description="States it went through; `…` where the middle is left out.")
    sla_met: bool | None = Field(description="Null where nobody has judged.")
    resolution: dict[str, str | float] = Field(
        description="Attributes of the event that resolved or closed it, personal numbers masked."
    )
    text: str
    text_zh: str


class SimilarCaseOut(Answer):
    """A solved case; `similarity` is 1 where the words are the same."""

    ticket_id: str
    category: str | None
    similarity: Share
    resolved_at: datetime = Field(strict=False)
    solution: SolutionOut


class SimilarOut(Answer):
    """Solved cases, those of the same category first, the likest first."""

    as_of: datetime = Field(strict=False)
    cases: list[SimilarCaseOut]


class ReadyOut(Answer):
    """Whether the service can do its full work; `missing` says in words what keeps it from that."""

    status: Literal["ready", "not ready"]
    missing: dict[str, str]

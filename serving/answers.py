"""What callers get back: the answer half of the contract, as shapes and as JSON values.

The shapes (pydantic) are what OpenAPI publishes and the tests hold the answers to; the answers
themselves are built from the decision directly, since validating our own words costs more
than writing them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from model.decision import ActionName


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


_Share = Annotated[float, Field(ge=0, le=1)]


class VersionOut(_Answer):
    """Which policy or model answered."""

    name: str
    version: int


class ScoresOut(_Answer):
    """The four dimensions, each in [0, 1]."""

    value: _Share
    urgency: _Share
    skill: _Share
    load: _Share


class RiskOut(_Answer):
    """Calibrated probabilities."""

    timeout: _Share = Field(description="Not resolved by the promised time, with the plan.")
    timeout_if_kept: _Share = Field(description="The same, if the ticket is left as it is.")
    escalation: _Share


class CandidateRiskOut(_Answer):
    """The risk with this candidate."""

    timeout: _Share


class EtaOut(_Answer):
    """Closed by then with probability 0.5 and 0.9; in the offset of `as_of`."""

    p50: datetime = Field(strict=False)
    p90: datetime = Field(strict=False)


class CandidateOut(_Answer):
    """An agent who may take the ticket."""

    agent_id: str
    score: _Share
    scores: ScoresOut
    risk: CandidateRiskOut


class ReasonOut(_Answer):
    """One term of the timeout risk; a positive `effect` (log-odds) raises it."""

    term: str
    value: float | str | None
    effect: float
    text: str
    text_zh: str


class CostTermOut(_Answer):
    """One term of what the choice costs, in the policy's price units, the dearest first.

    `place` is what the last place of the agent's queue costs that the plan uses.
    """

    term: str
    amount: float
    text: str
    text_zh: str


class RunnerUpOut(_Answer):
    """The next best agent under the plan, and what would have made them first."""

    agent_id: str
    dearer: float = Field(description="Below 0 where something else than the price decided.")
    text: str
    text_zh: str


class WhyOut(_Answer):
    """What the choice costs, and who came second; null where no one else could take the ticket."""

    terms: list[CostTermOut]
    runner_up: RunnerUpOut | None


class NearTieOut(CandidateOut):
    """An agent among whom the lot was drawn."""

    dearer: float = Field(description="Than the planned agent, in the policy's price units.")


class ExploredOut(_Answer):
    """The agent was drawn by lot among near-ties, so that the log can judge other choices.

    Each of `near_ties` had the chance `propensity`; the cheapest come first.
    """

    propensity: _Share
    planned_agent_id: str
    near_ties: list[NearTieOut]


_Alert = Literal["none", "watch", "warn", "red"]
_RULED_OUT = "On request: the hard rules that rule out each agent not chosen, by agent id."


class AssignmentOut(_Answer):
    """A ticket that the plan places, or leaves with its agent."""

    ticket_id: str
    action: Literal["assign", "keep", "reassign", "hold"]
    agent_id: str
    previous_agent_id: str | None
    score: _Share
    scores: ScoresOut
    risk: RiskOut
    eta: EtaOut
    tier: int
    alert: _Alert
    candidates: list[CandidateOut]
    reasons: list[ReasonOut]
    why: WhyOut | None = Field(None, description="Left out unless `options.explain`.")
    explored: ExploredOut | None = Field(None, description="Left out unless a lot was drawn.")
    ruled_out: dict[str, list[str]] | None = Field(None, description=_RULED_OUT)


class ActionOut(_Answer):
    """What to do for a ticket that no agent can move; `saves` is in the policy's price units."""

    action: ActionName
    ticket_id: str
    party: str | None = None
    to: str | None = None
    saves: float | None = Field(None, ge=0, description="Expected loss saved; null if unknown.")
    reason: str
    reason_zh: str


class UnassignedOut(_Answer):
    """A ticket that nobody takes, scored all the same; `blocked` counts agents by hard rule.

    `code` is `no_eligible_agent`, `waits_its_turn` (it is promised when somebody can begin it),
    `dearer_than_waiting` or `product_queue`.
    """

    ticket_id: str
    code: str
    blocked: dict[str, int]
    previous_agent_id: str | None
    risk: RiskOut
    eta: EtaOut
    tier: int
    alert: _Alert
    reasons: list[ReasonOut]
    ruled_out: dict[str, list[str]] | None = Field(None, description=_RULED_OUT)


class RejectedOut(_Answer):
    """A ticket that makes no sense; the others are answered."""

    ticket_id: str
    code: str
    pointer: str


class AgentFaultOut(_Answer):
    """What was wrong with an agent, mended on the safe side (no extra work goes there)."""

    agent_id: str
    code: str
    pointer: str


class PlanOut(_Answer):
    """How good the plan is, in price units: what it and a greedy one cost, and no plan can beat."""

    cost: float
    greedy: float
    bound: float = Field(description="Certified for all pairs, also those not looked at closely.")


class SummaryOut(_Answer):
    """The plan in numbers."""

    open: int
    assigned: int
    reassigned: int
    expected_timeouts: float
    expected_timeouts_if_kept: float
    plan: PlanOut | None = Field(description="Null where nothing was planned.")
    elapsed_ms: int


class RefreshOut(_Answer):
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


class TicketScoresOut(_Answer):
    """The dimensions of a ticket; skill and load are its owner's, null where it has none."""

    value: _Share
    urgency: _Share
    skill: _Share | None
    load: _Share | None


class TicketScoreOut(_Answer):
    """A ticket as it is; `candidates` are those whom every hard rule but capacity allows."""

    ticket_id: str
    risk: RiskOut
    eta: EtaOut
    tier: int
    alert: _Alert
    scores: TicketScoresOut
    candidates: list[CandidateOut]
    reasons: list[ReasonOut]


class ScoreOut(_Answer):
    """Every ticket sent is in `tickets` or in `rejected`."""

    as_of: datetime = Field(strict=False)
    policy: VersionOut
    model: VersionOut
    degraded: list[str]
    tickets: list[TicketScoreOut]
    rejected: list[RejectedOut]
    agent_faults: list[AgentFaultOut]


class DecisionOut(_Answer):
    """A decision as it was logged; texts of the request are redacted."""

    refresh_id: str
    created_at: datetime = Field(strict=False)
    policy: VersionOut
    model: VersionOut
    timings_ms: dict[str, float]
    request: dict[str, Any]
    answer: RefreshOut


class SolutionOut(_Answer):
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


class SimilarCaseOut(_Answer):
    """A solved case; `similarity` is 1 where the words are the same."""

    ticket_id: str
    category: str | None
    similarity: _Share
    resolved_at: datetime = Field(strict=False)
    solution: SolutionOut


class SimilarOut(_Answer):
    """Solved cases, those of the same category first, the likest first."""

    as_of: datetime = Field(strict=False)
    cases: list[SimilarCaseOut]


class ReadyOut(_Answer):
    """Whether the service can do its full work; `missing` says in words what keeps it from that."""

    status: Literal["ready", "not ready"]
    missing: dict[str, str]

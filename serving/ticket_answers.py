"""What an answer says of one ticket, as shapes: its risk, its place and why, or why it has none."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """A shape that says all there is in an answer."""

    model_config = ConfigDict(extra="forbid", strict=True)


Share = Annotated[float, Field(ge=0, le=1)]


class ScoresOut(Answer):
    """The four dimensions, each in [0, 1]."""

    value: Share
    urgency: Share
    skill: Share
    load: Share


class RiskOut(Answer):
    """Calibrated probabilities."""

    timeout: Share = Field(description="Not resolved by the promised time, with the plan.")
    timeout_if_kept: Share = Field(description="The same, if the ticket is left as it is.")
    escalation: Share


class CandidateRiskOut(Answer):
    """The risk with this candidate."""

    timeout: Share


class EtaOut(Answer):
    """Closed by then with probability 0.5 and 0.9; in the offset of `as_of`."""

    p50: datetime = Field(strict=False)
    p90: datetime = Field(strict=False)


class CandidateOut(Answer):
    """An agent who may take the ticket."""

    agent_id: str
    score: Share
    scores: ScoresOut
    risk: CandidateRiskOut


class ReasonOut(Answer):
    """One term of the timeout risk; a positive `effect` (log-odds) raises it."""

    term: str
    value: float | str | None
    effect: float
    text: str
    text_zh: str


class CostTermOut(Answer):
    """One term of what the choice costs, in the policy's price units, the dearest first.

    `place` is what the last place of the agent's queue costs that the plan uses.
    """

    term: str
    amount: float
    text: str
    text_zh: str


class RunnerUpOut(Answer):
    """The next best agent under the plan, and what would have made them first."""

    agent_id: str
    dearer: float = Field(description="Below 0 where something else than the price decided.")
    text: str
    text_zh: str


class WhyOut(Answer):
    """What the choice costs, and who came second; null where no one else could take the ticket."""

    terms: list[CostTermOut]
    runner_up: RunnerUpOut | None


class NearTieOut(CandidateOut):
    """An agent among whom the lot was drawn."""

    dearer: float = Field(description="Than the planned agent, in the policy's price units.")


class ExploredOut(Answer):
    """The agent was drawn by lot among near-ties, so that the log can judge other choices.

    Each of `near_ties` had the chance `propensity`; the cheapest come first.
    """

    propensity: Share
    planned_agent_id: str
    near_ties: list[NearTieOut]


_Alert = Literal["none", "watch", "warn", "red"]
_RULED_OUT = "On request: the hard rules that rule out each agent not chosen, by agent id."


class AssignmentOut(Answer):
    """A ticket that the plan places, or leaves with its agent."""

    ticket_id: str
    action: Literal["assign", "keep", "reassign", "hold"]
    agent_id: str
    previous_agent_id: str | None
    score: Share
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


class UnassignedOut(Answer):
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


class TicketScoresOut(Answer):
    """The dimensions of a ticket; skill and load are its owner's, null where it has none."""

    value: Share
    urgency: Share
    skill: Share | None
    load: Share | None


class TicketScoreOut(Answer):
    """A ticket as it is; `candidates` are those whom every hard rule but capacity allows."""

    ticket_id: str
    risk: RiskOut
    eta: EtaOut
    tier: int
    alert: _Alert
    scores: TicketScoresOut
    candidates: list[CandidateOut]
    reasons: list[ReasonOut]

"""Decisions found again, replayed, overruled, and told to customers: the shapes of the answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from serving.answers import SummaryOut, VersionOut
from serving.ticket_answers import EtaOut


class BriefOut(BaseModel):
    """A decision without its tickets; `GET /v1/decisions/{refresh_id}` has them."""

    refresh_id: str
    created_at: datetime
    as_of: datetime
    policy: VersionOut
    model: VersionOut
    degraded: list[str]
    summary: SummaryOut


class TicketNewsOut(BaseModel):
    """What a decision said of the ticket that was news.

    `action` is one of an assignment, `unassigned` or `rejected`. `propensity` is the chance with
    which the agent was drawn, null where no lot was.
    """

    refresh_id: str
    as_of: datetime
    policy: VersionOut
    model: VersionOut
    ticket_id: str
    action: str
    agent_id: str | None
    previous_agent_id: str | None
    risk_timeout: float | None
    propensity: float | None
    record: dict[str, Any] | None = Field(None, description="Left out unless `records`.")


class DecisionsOut(BaseModel):
    """Newest first; `next` is the `before` of the page that follows, null on the last."""

    decisions: list[BriefOut | TicketNewsOut]
    next: int | None


class DifferenceOut(BaseModel):
    """What differs, as a JSON pointer into the answer; `(absent)` stands for no value."""

    pointer: str
    logged: Any
    replayed: Any


class CauseOut(BaseModel):
    """Why a replay differs, or cannot be made."""

    code: str = Field(
        description="`degraded`, `forgotten`, `history_unknown`, `model_gone`, `policy_unknown`, "
        "or `unexplained`."
    )
    text: str


class ReplayOut(BaseModel):
    """Whether the decision made again is the logged one byte for byte, `elapsed_ms` apart."""

    refresh_id: str
    same: bool
    differences: list[DifferenceOut] = Field([], description="The first 100.")
    because: list[CauseOut] = []


class OverrideOut(BaseModel):
    """An override as it is kept; personal numbers in its reason are masked."""

    override_id: str
    created_at: datetime
    who: str
    ticket_id: str
    refresh_id: str
    agent_id: str | None
    previous_agent_id: str | None
    pinned: bool
    reason: str
    ended_at: datetime | None
    handed_back: bool = Field(
        description="`previous_agent_id` does not want it: it may go to anybody but them."
    )


class MadeOut(OverrideOut):
    """`against` are hard rules that pass: the ticket waits for its agent, who is not at work."""

    against: list[str]


class OverridesOut(BaseModel):
    """Overrides."""

    overrides: list[OverrideOut]


class ShareChangeOut(BaseModel):
    """A probability before and after the move."""

    before: float = Field(ge=0, le=1)
    after: float = Field(ge=0, le=1)


class CountChangeOut(BaseModel):
    """A number of tickets before and after the move."""

    before: int
    after: int


class SumChangeOut(BaseModel):
    """A sum of probabilities before and after the move."""

    before: float
    after: float


class EtaChangeOut(BaseModel):
    """When it is closed, before and after the move."""

    before: EtaOut
    after: EtaOut


class TicketChangeOut(BaseModel):
    """What a move does to the risk of a ticket."""

    ticket_id: str
    risk_timeout: ShareChangeOut
    risk_escalation: ShareChangeOut


class MovedTicketOut(BaseModel):
    """What a move does to the moved ticket itself."""

    risk_timeout: ShareChangeOut
    risk_escalation: ShareChangeOut
    eta: EtaChangeOut


class QueueChangeOut(BaseModel):
    """What a move does to an agent's queue; `expected_timeouts` counts the moved ticket too."""

    agent_id: str
    capacity: int
    open: CountChangeOut
    expected_timeouts: SumChangeOut
    tickets: list[TicketChangeOut] = Field(
        description="The others in the queue, the most changed first, at most 20."
    )


class ObjectionsOut(BaseModel):
    """Codes of hard rules against the move.

    A `lasting` one forbids it; a `passing` one (the agent is not at work) lets the ticket wait.
    """

    lasting: list[str]
    passing: list[str]


class TriedMoveOut(BaseModel):
    """What a move would bring, by the last decision; nothing is changed.

    `previous_agent_id` has the ticket once the plan and the choices of people are carried out.
    """

    refresh_id: str
    as_of: datetime
    ticket_id: str
    agent_id: str
    previous_agent_id: str | None
    objections: ObjectionsOut
    ticket: MovedTicketOut
    queues: list[QueueChangeOut] = Field(
        description="Of the agent who gives, where there is one, then of the agent who takes."
    )


class StatusOut(BaseModel):
    """State and expected time, in the customer's words."""

    ticket_id: str
    as_of: datetime
    state: str
    text: str
    text_zh: str
    eta: EtaOut | None = Field(description="Null where no refresh saw it, and once it is solved.")

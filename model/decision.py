"""The record of a decision: what a refresh answers, field by field as the contract names them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Action = Literal["assign", "keep", "reassign", "hold"]
ActionName = Literal[
    "chase_customer", "nudge_party", "start_parties", "escalate", "warn_manager"
]  # fmt: skip
Alert = Literal["none", "watch", "warn", "red"]


@dataclass(frozen=True, slots=True)
class Scores:
    """The four dimensions, each in [0, 1]."""

    value: float
    urgency: float
    skill: float
    load: float


@dataclass(frozen=True, slots=True)
class TicketRisk:
    """Calibrated probabilities; `timeout_if_kept` is the one of leaving the ticket as it is."""

    timeout: float
    timeout_if_kept: float
    escalation: float


@dataclass(frozen=True, slots=True)
class Eta:
    """The moments by which the ticket is closed with probability 0.5 and 0.9."""

    p50: datetime
    p90: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent who may take the ticket."""

    agent_id: str
    score: float
    scores: Scores
    timeout: float


@dataclass(frozen=True, slots=True)
class Reason:
    """One term of the timeout risk: `effect` is its push in log-odds (positive raises the risk)."""

    term: str
    value: float | str | None
    effect: float
    text: str
    text_zh: str


@dataclass(frozen=True, slots=True)
class CostTerm:
    """One term of what a choice costs, in price units of the policy."""

    term: str
    amount: float
    text: str
    text_zh: str


@dataclass(frozen=True, slots=True)
class RunnerUp:
    """The next best agent: how much dearer, and what would have made them first."""

    agent_id: str
    dearer: float
    text: str
    text_zh: str


@dataclass(frozen=True, slots=True)
class Why:
    """What the choice costs, term by term, and who came second; None where nobody else could."""

    terms: tuple[CostTerm, ...]
    runner_up: RunnerUp | None = None


@dataclass(frozen=True, slots=True)
class NearTie:
    """An agent among whom the lot was drawn: `dearer` than the planned one by so much."""

    agent_id: str
    dearer: float
    score: float
    scores: Scores
    timeout: float


@dataclass(frozen=True, slots=True)
class Explored:
    """That the agent was drawn by lot (`model.explore`): with which chance, and among whom.

    `near_ties` are the cheapest first; the drawn and the planned agent are among them.
    """

    propensity: float
    planned_agent_id: str
    near_ties: tuple[NearTie, ...]


@dataclass(frozen=True, slots=True)
class Assignment:
    """A ticket the plan places (or leaves) with an agent."""

    ticket_id: str
    action: Action
    agent_id: str
    previous_agent_id: str | None
    score: float
    scores: Scores
    risk: TicketRisk
    eta: Eta
    tier: int
    alert: Alert
    candidates: tuple[Candidate, ...] = ()
    reasons: tuple[Reason, ...] = ()
    why: Why | None = None
    explored: Explored | None = None
    ruled_out: Mapping[str, tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Unassigned:
    """A ticket nobody takes: still scored, and how many agents each hard rule ruled out."""

    ticket_id: str
    code: str
    blocked: dict[str, int]
    previous_agent_id: str | None
    risk: TicketRisk
    eta: Eta
    tier: int
    alert: Alert
    reasons: tuple[Reason, ...] = ()
    ruled_out: Mapping[str, tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A ticket that makes no sense; `pointer` is the JSON pointer of the fault in the request."""

    ticket_id: str
    code: str
    pointer: str


@dataclass(frozen=True, slots=True)
class AgentFault:
    """Something senseless about an agent, mended on the safe side; as `Rejected` for tickets."""

    agent_id: str
    code: str
    pointer: str


@dataclass(frozen=True, slots=True)
class NextAction:
    """What to do for a ticket that no agent can move; `saves` is the expected loss it saves."""

    action: ActionName
    ticket_id: str
    reason: str
    reason_zh: str
    party: str | None = None
    to: str | None = None
    saves: float | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """The name and version of a policy or a model."""

    name: str
    version: int


@dataclass(frozen=True, slots=True)
class PlanFigures:
    """How good the plan is, in price units: its cost, a greedy one's, and what no plan can beat.

    `bound` is certified for all eligible pairs, also those that were not looked at closely.
    """

    cost: float
    greedy: float
    bound: float


@dataclass(frozen=True, slots=True)
class Summary:
    """The plan in numbers; expected timeouts are sums of calibrated risks."""

    open: int
    assigned: int
    reassigned: int
    expected_timeouts: float
    expected_timeouts_if_kept: float
    plan: PlanFigures | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """One plan for the whole queue, without what the service adds (`refresh_id`, `elapsed_ms`)."""

    as_of: datetime
    policy: Version
    model: Version
    assignments: Sequence[Assignment]
    queues: dict[str, tuple[str, ...]]
    actions: tuple[NextAction, ...]
    unassigned: tuple[Unassigned, ...]
    rejected: tuple[Rejected, ...]
    summary: Summary
    degraded: tuple[str, ...] = ()
    agent_faults: tuple[AgentFault, ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class TicketScores:
    """The dimensions of a ticket; skill and load are its owner's, None where it has none."""

    value: float
    urgency: float
    skill: float | None
    load: float | None


@dataclass(frozen=True, slots=True)
class TicketScore:
    """A ticket as it is, without a plan; `risk.timeout` is that of leaving it as it is.

    `candidates` are the agents that every hard rule but capacity allows, best score first.
    """

    ticket_id: str
    risk: TicketRisk
    eta: Eta
    tier: int
    alert: Alert
    scores: TicketScores
    candidates: tuple[Candidate, ...] = ()
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoreSheet:
    """The answer of `/v1/score`: every ticket of the request is in `tickets` or in `rejected`."""

    as_of: datetime
    policy: Version
    model: Version
    tickets: tuple[TicketScore, ...]
    rejected: tuple[Rejected, ...]
    degraded: tuple[str, ...] = ()
    agent_faults: tuple[AgentFault, ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict, compare=False)

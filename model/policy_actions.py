"""The policy on next actions: when each is due, and how many there may be."""

from __future__ import annotations

from dataclasses import dataclass, field

from model.policy_alerts import ALERTS
from model.policy_check import Checked, number, words


@dataclass(frozen=True, slots=True)
class ChaseCustomer(Checked):
    """Ask a customer for what is awaited: after some hours of waiting, or from some risk on."""

    after_hours: float = field(default=12.0, metadata=number(0.0, 8760.0))
    risk: float = field(default=0.5, metadata=number(0.0, 1.0, above=True))
    per_refresh: int = field(default=50, metadata=number(0, 100_000))
    per_day: int = field(default=500, metadata=number(0, 10_000_000))


@dataclass(frozen=True, slots=True)
class NudgeParty(Checked):
    """Remind a department: not yet asked, overdue, or due within some hours.

    A party that was given no time is due `answer_hours` after it was asked.
    """

    due_within_hours: float = field(default=0.5, metadata=number(0.0, 8760.0))
    answer_hours: float = field(default=2.0, metadata=number(0.0, 8760.0))
    per_refresh: int = field(default=50, metadata=number(0, 100_000))
    per_day: int = field(default=500, metadata=number(0, 10_000_000))


@dataclass(frozen=True, slots=True)
class Escalate(Checked):
    """Bring a ticket before somebody higher: urgent and with nobody, or from some alert on."""

    to: str = "duty_manager"
    unplaced_urgent: bool = True
    alerts: tuple[str, ...] = field(default=("red",), metadata=words(ALERTS))
    per_refresh: int = field(default=10, metadata=number(0, 100_000))
    per_day: int = field(default=200, metadata=number(0, 10_000_000))


@dataclass(frozen=True, slots=True)
class Actions(Checked):
    """When each next action is due, and how many there may be; a budget of 0 switches one off."""

    chase_customer: ChaseCustomer = field(default_factory=ChaseCustomer)
    nudge_party: NudgeParty = field(default_factory=NudgeParty)
    escalate: Escalate = field(default_factory=Escalate)

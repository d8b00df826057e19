"""The policy on next actions: when each is due, what it is worth, how many there may be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from model.policy_alerts import ALERTS, minute_of_day
from model.policy_check import Across, Checked, number, times_of_day, words

_YEAR: Final = 8760.0


@dataclass(frozen=True, slots=True)
class Worth(Checked):
    """What every action has: what it saves, when it may be repeated, its budgets.

    `saves` is the share of the awaited hours that the action is believed to save. An action that
    saves less than `min_saves` (price units) is not worth it. The same one is not repeated for
    `repeat_hours`. A budget of 0 switches it off; tickets as good as late may take
    `late_share` of the day's, and only what the others leave of it.
    """

    saves: float = field(default=0.3, metadata=number(0.0, 1.0))
    min_saves: float = field(default=0.01, metadata=number(0.0, 1000.0))
    repeat_hours: float = field(default=24.0, metadata=number(0.0, _YEAR))
    late_share: float = field(default=0.5, metadata=number(0.0, 1.0))
    per_refresh: int = field(default=50, metadata=number(0, 100_000))
    per_day: int = field(default=500, metadata=number(0, 10_000_000))


@dataclass(frozen=True, slots=True)
class ChaseCustomer(Worth):
    """Ask a customer for what is awaited: after some hours of waiting, or from some risk on.

    Only at hours `[start, end)` of the desk's day; `end` before `start` reaches over midnight.
    """

    repeat_hours: float = field(default=4.0, metadata=number(0.0, _YEAR))
    after_hours: float = field(default=4.0, metadata=number(0.0, _YEAR))
    risk: float = field(default=1.0, metadata=number(0.0, 1.0, above=True))
    start: str = field(default="08:00", metadata=times_of_day())
    end: str = field(default="21:00", metadata=times_of_day())

    def cross_faults(self) -> list[Across]:
        """Nobody could ever be chased."""
        if self.start != self.end:
            return []
        zh = "催办的开始与结束时刻相同；请留出时间"
        return [("/end", "chasing starts when it ends", "give it some time", zh)]

    def may_at(self, minute: int) -> bool:
        """Whether customers may be chased at a minute of the desk's day."""
        start, end = minute_of_day(self.start), minute_of_day(self.end)
        return start <= minute < end if start < end else not end <= minute < start


@dataclass(frozen=True, slots=True)
class NudgeParty(Worth):
    """Remind a department that is overdue, or due within some hours.

    A party that was given no time is due `answer_hours` after it was asked.
    """

    saves: float = field(default=0.4, metadata=number(0.0, 1.0))
    repeat_hours: float = field(default=2.0, metadata=number(0.0, _YEAR))
    due_within_hours: float = field(default=0.0, metadata=number(0.0, _YEAR))
    answer_hours: float = field(default=2.0, metadata=number(0.0, _YEAR))


@dataclass(frozen=True, slots=True)
class StartParties(Worth):
    """Ask the departments that were not asked yet, at once and not after the others."""

    saves: float = field(default=0.4, metadata=number(0.0, 1.0))


@dataclass(frozen=True, slots=True)
class Escalate(Worth):
    """Bring a ticket before somebody higher: urgent and with nobody, or from some alert on.

    Steps of the ladder (`tiers.ladder`) are escalations too; they come first.
    """

    repeat_hours: float = field(default=168.0, metadata=number(0.0, _YEAR))
    to: str = "duty_manager"
    unplaced_urgent: bool = True
    alerts: tuple[str, ...] = field(default=("red",), metadata=words(ALERTS))
    per_refresh: int = field(default=10, metadata=number(0, 100_000))
    per_day: int = field(default=200, metadata=number(0, 10_000_000))


@dataclass(frozen=True, slots=True)
class WarnManager(Worth):
    """Tell a manager of a ticket that no agent can save.

    With the best agent its timeout risk is still at least `risk`, and lower than as it is by at
    most `within`.
    """

    saves: float = field(default=0.2, metadata=number(0.0, 1.0))
    to: str = "duty_manager"
    alerts: tuple[str, ...] = field(default=("warn",), metadata=words(ALERTS))
    risk: float = field(default=0.5, metadata=number(0.0, 1.0, above=True))
    within: float = field(default=0.05, metadata=number(0.0, 1.0))
    per_refresh: int = field(default=10, metadata=number(0, 100_000))
    per_day: int = field(default=100, metadata=number(0, 10_000_000))


@dataclass(frozen=True, slots=True)
class Actions(Checked):
    """When each next action is due, what it is worth, and how many there may be."""

    escalate: Escalate = field(default_factory=Escalate)
    chase_customer: ChaseCustomer = field(default_factory=ChaseCustomer)
    nudge_party: NudgeParty = field(default_factory=NudgeParty)
    start_parties: StartParties = field(default_factory=StartParties)
    warn_manager: WarnManager = field(default_factory=WarnManager)

    def named(self, action: str) -> Worth:
        """The rules on an action by its name."""
        found: Worth = getattr(self, action)
        return found

"""What ops decide: objective, weights, prices, tiers, alerts and actions, as one document.

Every record here checks itself when it is made, so a `Policy` that exists can be obeyed. The
defaults are those of `policies/default.yaml`, which says in words what each one does.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

from features.text import SIGNALS
from model.policy_check import Checked, number, text_in, times_of_day, words, zone_name

Objective = Literal["expected_loss", "four_dimensions"]
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALERTS: Final = ("watch", "warn", "red")
POLICY_FOLDER: Final = Path(__file__).parent / "policies"

_PRICE_CEILING: Final = 1000.0  # keeps a million-fold integer cost far from overflow


@dataclass(frozen=True, slots=True)
class Weights(Checked):
    """Exponents of the four dimensions in the score; zero switches a dimension off."""

    value: float = field(default=1.0, metadata=number(0.0, 100.0))
    urgency: float = field(default=1.0, metadata=number(0.0, 100.0))
    skill: float = field(default=1.0, metadata=number(0.0, 100.0))
    load: float = field(default=1.0, metadata=number(0.0, 100.0))

    def cross_faults(self) -> list[tuple[str, str, str]]:
        """At least one dimension must count."""
        if self.value + self.urgency + self.skill + self.load > 0:
            return []
        return [("", "every weight is zero, so no score is left", "give one of them a weight")]


@dataclass(frozen=True, slots=True)
class Prices(Checked):
    """What each thing costs, in units of one late ticket of no special value."""

    timeout: float = field(default=1.0, metadata=number(0.0, _PRICE_CEILING))
    escalation: float = field(default=3.0, metadata=number(0.0, _PRICE_CEILING))
    hand_over: float = field(default=0.05, metadata=number(0.0, _PRICE_CEILING))
    hand_over_started: float = field(default=0.5, metadata=number(0.0, _PRICE_CEILING))
    unplaced: float = field(default=5.0, metadata=number(0.0, _PRICE_CEILING))
    imbalance: float = field(default=0.1, metadata=number(0.0, _PRICE_CEILING))


@dataclass(frozen=True, slots=True)
class Tiers(Checked):
    """Which tickets are urgent (tier 2) or suggestions (tier 0); all others are general (1).

    Any one of the urgent marks suffices. Suggestions go to `suggestion_team` wherever the desk
    has such a team, else to anybody.
    """

    urgent_signals: tuple[str, ...] = field(
        default=("public_exposure", "safety"), metadata=words(SIGNALS)
    )
    urgent_categories: tuple[str, ...] = ()
    urgent_priorities: tuple[str, ...] = ()
    suggestion_categories: tuple[str, ...] = ("suggestion", "建议")
    suggestion_team: str | None = "product"

    def cross_faults(self) -> list[tuple[str, str, str]]:
        """No category may be both urgent and a suggestion."""
        both = sorted(set(self.urgent_categories) & set(self.suggestion_categories))
        return [
            ("/suggestion_categories", f"{name!r} is an urgent category too", "name it once")
            for name in both
        ]


@dataclass(frozen=True, slots=True)
class _Thresholds(Checked):
    watch: float = field(default=0.3, metadata=number(0.0, 1.0, above=True))
    warn: float = field(default=0.5, metadata=number(0.0, 1.0, above=True))
    red: float = field(default=0.75, metadata=number(0.0, 1.0, above=True))

    def cross_faults(self) -> list[tuple[str, str, str]]:
        """The three must rise, or one of them is never reached."""
        advice = "let watch < warn < red"
        found = []
        if self.warn <= self.watch:
            found.append(("/warn", f"{self.warn} is not above watch ({self.watch})", advice))
        if self.red <= self.warn:
            found.append(("/red", f"{self.red} is not above warn ({self.warn})", advice))
        return found


@dataclass(frozen=True, slots=True)
class AlertRule(_Thresholds):
    """Other thresholds for some categories, weekdays and hours `[start, end)` of the desk's day.

    What is None holds for all. `end` before `start` reaches over midnight.
    """

    categories: tuple[str, ...] | None = None
    weekdays: tuple[str, ...] | None = field(default=None, metadata=words(WEEKDAYS))
    start: str = field(default="00:00", metadata=times_of_day())
    end: str = field(default="24:00", metadata=times_of_day())

    def cross_faults(self) -> list[tuple[str, str, str]]:
        """As the thresholds, and the rule must be able to hold at some time."""
        found = _Thresholds.cross_faults(self)
        if self.start == self.end:
            found.append(("/end", "the rule starts when it ends", "give it some time"))
        for name, chosen in (("categories", self.categories), ("weekdays", self.weekdays)):
            if chosen == ():
                found.append((f"/{name}", "an empty list never holds", "leave it out for all"))
        return found

    @property
    def minutes(self) -> frozenset[int]:
        """The minutes of the day at which the rule holds, 0 to 1439."""
        start, end = minute_of_day(self.start), minute_of_day(self.end)
        inside = range(start, end) if start < end else (*range(start, 1440), *range(end))
        return frozenset(inside)

    def covers(self, other: AlertRule) -> bool:
        """Whether this rule holds wherever the other does."""
        return (
            _wider(self.categories, other.categories)
            and _wider(self.weekdays, other.weekdays, WEEKDAYS)
            and self.minutes >= other.minutes
        )


@dataclass(frozen=True, slots=True)
class Alerts(_Thresholds):
    """The timeout risk from which on a ticket is watched, warned of, or red; first rule wins."""

    rules: tuple[AlertRule, ...] = ()

    def cross_faults(self) -> list[tuple[str, str, str]]:
        """As the thresholds, and no rule may hide behind an earlier one."""
        found = _Thresholds.cross_faults(self)
        for later, rule in enumerate(self.rules):
            for earlier in range(later):
                if self.rules[earlier].covers(rule):
                    reason = f"never reached: rule {earlier} holds wherever this one does"
                    found.append((f"/rules/{later}", reason, "put the narrower rule first"))
                    break
        return found


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


@dataclass(frozen=True, slots=True)
class Policy(Checked):
    """Everything ops decide. Made by `model.policy_reader` from a document, or in code.

    Raises:
        PolicyFaultsError: a value that cannot be obeyed, with its JSON pointer.

    >>> Policy(name="gold first", weights=Weights(value=2)).weights.value
    2.0
    >>> Weights(load=-1)
    Traceback (most recent call last):
    ...
    model.policy_check.PolicyFaultsError: -1.0 is below 0.0 (/load); give a number from 0.0 to 100.0
    """

    name: str
    version: int = field(default=1, metadata=number(1, 2**53))
    objective: Objective = field(
        default="expected_loss", metadata=text_in(("expected_loss", "four_dimensions"))
    )
    timezone: str = field(default="Asia/Shanghai", metadata=zone_name())
    candidates_per_ticket: int = field(default=16, metadata=number(1, 10_000))
    default_capacity: int = field(default=10, metadata=number(0, 100_000))
    weights: Weights = field(default_factory=Weights)
    prices: Prices = field(default_factory=Prices)
    tiers: Tiers = field(default_factory=Tiers)
    alerts: Alerts = field(default_factory=Alerts)
    actions: Actions = field(default_factory=Actions)

    def cross_faults(self) -> list[tuple[str, str, str]]:
        """A policy needs a name to be spoken of."""
        return [] if self.name.strip() else [("/name", "the name is empty", "name the policy")]

    def to_json(self) -> str:
        """The whole document as JSON with sorted keys; reading it gives an equal policy."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    def fingerprint(self) -> str:
        """SHA-256 of what the policy decides: equal for documents that differ in name or version.

        >>> Policy("a", version=1).fingerprint() == Policy("b", version=2).fingerprint()
        True
        """
        said = replace(self, name="-", version=1).to_json()
        return hashlib.sha256(said.encode()).hexdigest()


def minute_of_day(clock: str) -> int:
    """The minute of the day that "HH:MM" names.

    >>> minute_of_day("13:30")
    810
    """
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def _wider(
    mine: tuple[str, ...] | None, other: tuple[str, ...] | None, every: tuple[str, ...] = ()
) -> bool:
    if mine is None:
        return True
    if other is None:
        return bool(every) and set(mine) >= set(every)
    return set(mine) >= set(other)

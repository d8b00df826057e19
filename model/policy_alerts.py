"""The policy on alerts: from which risk on, in which category and at what time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from model.policy_check import Checked, number, times_of_day, words

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALERTS: Final = ("watch", "warn", "red")


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

"""The policy on alerts: from which risk on, in which category and at what time.

A level is a number (a risk) or a `Target`, whose thresholds the model learned by category and
time of day (`model.alert_table`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Final

from features.names import ALERTS as NAMES
from model.policy_check import Across, Checked, number, times_of_day, words

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALERTS: Final = ("watch", "warn", "red")
USUAL: Final = (0.3, 0.5, 0.75)
"""The risks of the three levels where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Target(Checked):
    """What a level is to bring: a share of tickets that end late, or a number of tickets a day.

    `otherwise` is the risk from which on the level holds where nothing was learned (an older
    model, a new category); None for the usual one.
    """

    precision: float | None = field(default=None, metadata=number(0.0, 1.0, above=True))
    per_day: float | None = field(default=None, metadata=number(0.0, 1_000_000.0, above=True))
    otherwise: float | None = field(default=None, metadata=number(0.0, 1.0, above=True))

    def cross_faults(self) -> list[Across]:
        """One aim, not two and not none."""
        if (self.precision is None) != (self.per_day is None):
            return []
        both = self.precision is not None
        told, zh = ("two targets at once", "同时有两个目标") if both else ("no target", "没有目标")
        return [("", told, "give either precision or per_day", f"{zh}；请在命中率与每日数量中择一")]


@dataclass(frozen=True, slots=True)
class AlertRule(Checked):
    """Other thresholds for some categories, weekdays and hours `[start, end)` of the desk's day.

    What is None holds for all. `end` before `start` reaches over midnight.
    """

    watch: float = field(default=USUAL[0], metadata=number(0.0, 1.0, above=True))
    warn: float = field(default=USUAL[1], metadata=number(0.0, 1.0, above=True))
    red: float = field(default=USUAL[2], metadata=number(0.0, 1.0, above=True))
    categories: tuple[str, ...] | None = None
    weekdays: tuple[str, ...] | None = field(default=None, metadata=words(WEEKDAYS))
    start: str = field(default="00:00", metadata=times_of_day())
    end: str = field(default="24:00", metadata=times_of_day())

    def cross_faults(self) -> list[Across]:
        """The thresholds must rise, and the rule must be able to hold at some time."""
        found = _unordered(self.numbers)
        if self.start == self.end:
            zh = "规则的开始与结束时刻相同；请留出时间"
            found.append(("/end", "the rule starts when it ends", "give it some time", zh))
        for name, chosen in (("categories", self.categories), ("weekdays", self.weekdays)):
            if chosen == ():
                zh = "空列表永不生效；如适用于全部，请留空不写"
                found.append((f"/{name}", "an empty list never holds", "leave it out for all", zh))
        return found

    @property
    def numbers(self) -> tuple[float, float, float]:
        """watch, warn and red."""
        return self.watch, self.warn, self.red

    @property
    def minutes(self) -> frozenset[int]:
        """The minutes of the day at which the rule holds, 0 to 1439."""
        return _minutes(self.start, self.end)

    def covers(self, other: AlertRule) -> bool:
        """Whether this rule holds wherever the other does."""
        return (
            _wider(self.categories, other.categories)
            and _wider(self.weekdays, other.weekdays, WEEKDAYS)
            and self.minutes >= other.minutes
        )


@dataclass(frozen=True, slots=True)
class Alerts(Checked):
    """From when on a ticket is watched, warned of, or red: the first rule that holds, or these."""

    watch: float | Target = field(default=USUAL[0], metadata=number(0.0, 1.0, above=True))
    warn: float | Target = field(default=USUAL[1], metadata=number(0.0, 1.0, above=True))
    red: float | Target = field(default=USUAL[2], metadata=number(0.0, 1.0, above=True))
    rules: tuple[AlertRule, ...] = ()

    def cross_faults(self) -> list[Across]:
        """Numbers and targets must rise, and no rule may hide behind an earlier one."""
        found = _unordered(self.numbers) + _unordered_targets(self.levels)
        for later, rule in enumerate(self.rules):
            for earlier in range(later):
                if self.rules[earlier].covers(rule):
                    reason = f"never reached: rule {earlier} holds wherever this one does"
                    zh = f"永不生效：规则 {earlier + 1} 已覆盖其全部情形；请把较窄的规则放在前面"
                    found.append((f"/rules/{later}", reason, "put the narrower rule first", zh))
                    break
        return found

    @property
    def levels(self) -> tuple[float | Target, ...]:
        """watch, warn and red, as ops said them."""
        return self.watch, self.warn, self.red

    @property
    def numbers(self) -> tuple[float, ...]:
        """watch, warn and red where nothing was learned."""
        return tuple(
            _otherwise(level, usual) for level, usual in zip(self.levels, USUAL, strict=True)
        )


def _otherwise(level: float | Target, usual: float) -> float:
    if isinstance(level, Target):
        return usual if level.otherwise is None else level.otherwise
    return level


def _unordered(numbers: tuple[float, ...]) -> list[Across]:
    """A threshold that does not rise hides the level below it."""
    found = list[Across]()
    for at in (1, 2):
        name, before = ALERTS[at], ALERTS[at - 1]
        number, lower = numbers[at], numbers[at - 1]
        if number <= lower:
            reason = f"{number} is not above {before} ({lower})"
            zh = f"{number:g} 不大于{NAMES[before].zh}阈值（{lower:g}）；三级阈值须依次升高"
            found.append((f"/{name}", reason, "let watch < warn < red", zh))
    return found


def _unordered_targets(levels: tuple[float | Target, ...]) -> list[Across]:
    """A graver level must ask for a higher precision than every milder one, or fewer a day."""
    found = list[Across]()
    targets = [(n, each) for n, each in zip(ALERTS, levels, strict=True) if type(each) is Target]
    for (mild, lower), (grave, higher) in pairwise(targets):
        if lower.precision and higher.precision and higher.precision <= lower.precision:
            reason = f"precision {higher.precision} is not above that of {mild}"
            zh = f"命中率 {higher.precision:g} 不高于{NAMES[mild].zh}；更严重的级别须要求更高"
            found.append((f"/{grave}/precision", reason, "ask for more from a graver level", zh))
        if lower.per_day and higher.per_day and higher.per_day >= lower.per_day:
            reason = f"{higher.per_day} per day is not below that of {mild}"
            zh = f"每日 {higher.per_day:g} 件不少于{NAMES[mild].zh}；更严重的级别须更少"
            found.append((f"/{grave}/per_day", reason, "let a graver level be rarer", zh))
    return found


def minute_of_day(clock: str) -> int:
    """The minute of the day that "HH:MM" names.

    >>> minute_of_day("13:30")
    810
    """
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


@lru_cache(maxsize=4096)
def _minutes(start: str, end: str) -> frozenset[int]:
    first, last = minute_of_day(start), minute_of_day(end)
    inside = range(first, last) if first < last else (*range(first, 1440), *range(last))
    return frozenset(inside)


def _wider(
    mine: tuple[str, ...] | None, other: tuple[str, ...] | None, every: tuple[str, ...] = ()
) -> bool:
    if mine is None:
        return True
    if other is None:
        return bool(every) and set(mine) >= set(every)
    return set(mine) >= set(other)

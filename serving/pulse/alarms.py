"""Which figures of a team jumped last week, and are no noise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import fisher_exact, mannwhitneyu

from features.stream import Floats, Ints
from serving.pulse.calendar import Span, span_before
from serving.pulse.facts import Facts, Happened
from serving.pulse.figures import group_names, within

Figure = Literal["close_hours", "response_hours", "timeout_share"]

JUMP: Final = 0.2
"""A figure has jumped once it is so much worse than before: the desk's own rule, 20 %."""
WEEKS_BEFORE: Final = 4
"""Last week is held against so many weeks: a month, in which every weekday counts alike."""
FEWEST: Final = 30
"""Tickets of last week, and of each week before, from which on a figure is looked at."""
CHANCE: Final = 0.01
"""The chance of any false alarm in a week in which tickets fall by chance alone."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A figure that jumped: last week's, that of the weeks before, the share it rose by.

    `team` is None for the whole desk; `tickets` are last week's, `chance` is that of a rise like it
    where nothing changed.
    """

    figure: Figure
    team: str | None
    now: float
    before: float
    rise: float
    tickets: int
    chance: float


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    """One figure of one team: `value` (n,), and the number of the week of each, last week last."""

    figure: Figure
    team: str | None
    value: Floats
    week: Ints

    @property
    def last(self) -> Floats:
        return self.of_week(WEEKS_BEFORE)

    @property
    def earlier(self) -> Floats:
        return np.asarray(self.value[self.week < WEEKS_BEFORE], np.float64)

    def of_week(self, week: int) -> Floats:
        return np.asarray(self.value[self.week == week], np.float64)

    def level(self, value: Floats) -> float:
        return float(value.mean() if self.figure == "timeout_share" else np.median(value))


def alarms(facts: Facts, now: datetime, zone: str, jump: float = JUMP) -> tuple[Alarm, ...]:
    """What rose by `jump` or more in the last full week against the four before, worst first.

    To be no noise a rise must also (a) top each of the four weeks taken alone, since the weeks of a
    desk differ by more than their tickets do, and (b) be unlikely by chance: a one-sided
    Mann-Whitney rank test for hours, Fisher's exact test for the timeout share, at `CHANCE` over
    the number of figures looked at (Bonferroni). Only figures with `FEWEST` tickets in each of the
    five weeks are looked at.
    """
    weeks = span_before(now, zone, "week", WEEKS_BEFORE + 1)
    cases = [case for case in _cases(facts, weeks) if _is_full(case)]
    found = [alarm for case in cases if (alarm := _judged(case, jump, CHANCE / len(cases)))]
    return tuple(sorted(found, key=lambda alarm: (alarm.team is not None, -alarm.rise)))


def _cases(facts: Facts, weeks: Span) -> Iterator[_Case]:
    looked: dict[Figure, Happened] = {
        "close_hours": facts.closings,
        "response_hours": facts.responses,
        "timeout_share": facts.verdicts,
    }
    teams = group_names(facts, "team")[:-1]  # of those whose team is unknown nobody can be told
    for figure, happened in looked.items():
        week = within(happened, weeks)
        some = week >= 0
        value, week, team = happened.value[some], week[some], happened.team[some]
        yield _Case(figure, None, value, week)
        order = np.argsort(team, kind="stable")
        ends = np.searchsorted(team[order], np.arange(len(teams) + 1))
        for code, name in enumerate(teams):
            own = order[ends[code] : ends[code + 1]]
            yield _Case(figure, name, value[own], week[own])


def _is_full(case: _Case) -> bool:
    return bool((np.bincount(case.week, minlength=WEEKS_BEFORE + 1) >= FEWEST).all())


def _judged(case: _Case, jump: float, chance: float) -> Alarm | None:
    now, before = case.level(case.last), case.level(case.earlier)
    if now <= 0 or now < before * (1 + jump):
        return None
    worst = max(case.level(case.of_week(week)) for week in range(WEEKS_BEFORE))
    likely = _likely(case.figure, case.last, case.earlier)
    if now <= worst or likely > chance:
        return None
    rise = now / before - 1 if before else float("inf")
    return Alarm(case.figure, case.team, now, before, rise, case.last.size, likely)


def _likely(figure: Figure, last: Floats, earlier: Floats) -> float:
    """The chance of values as high as last week's if the weeks were all alike."""
    if figure != "timeout_share":
        return float(mannwhitneyu(last, earlier, alternative="greater").pvalue)
    table: NDArray[np.float64] = np.array(
        [[column.sum(), column.size - column.sum()] for column in (last, earlier)]
    )
    return float(fisher_exact(table, alternative="greater").pvalue)

"""The pulse of a desk: everything that is shown and sent of one period, asked in one way."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from features.codes import Names
from features.errors import FendanError
from features.history import History
from features.picture import micros_of, moment_of
from features.stream import NEVER, Ints
from serving.pulse.alarms import JUMP, Alarm, alarms
from serving.pulse.calendar import By, Span, so_far, span_before
from serving.pulse.causes import Causes, causes
from serving.pulse.facts import Facts, Happened, facts_of
from serving.pulse.figures import Figures, Split, figures, group_names

MOST_DAYS: Final = 366


class UnknownNameError(FendanError):
    """A team or category that no event has named."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which figures: the last `days` whole days, or the whole weeks that hold as many.

    `team` and `category` keep what is theirs, empty for all. `jump` is the rise that alarms.
    """

    by: By = "day"
    days: int = 28
    team: str = ""
    category: str = ""
    jump: float = JUMP

    @property
    def count(self) -> int:
        """How many days or weeks: 90 days are 13 weeks.

        >>> Asked("week", 90).count, Asked("day", 7).count
        (13, 7)
        """
        return self.days if self.by == "day" else max(-(-self.days // 7), 1)


@dataclass(frozen=True, slots=True, eq=False)
class Pulse:
    """The figures of the periods of `span` (whole ones), the one under way, and the one before.

    `earlier` is the span before of equal length, None where the history does not reach back that
    far. `facts` are those of the chosen team and category, `alarms` always of every team.
    """

    asked: Asked
    now: datetime
    zone: str
    facts: Facts
    span: Span
    current: Span
    earlier: Span | None
    causes: Causes
    alarms: tuple[Alarm, ...]
    teams: tuple[str, ...]
    categories: tuple[str, ...]

    def figures(self, span: Span, split: Split = "none") -> Figures:
        """Figures of the chosen team and category."""
        return figures(self.facts, span, split)

    def names(self, split: Split) -> list[str | None]:
        """The groups of a split, None for those of whom it is not known."""
        return group_names(self.facts, split)


def pulse_of(facts: Facts, zone: str, asked: Asked) -> Pulse:
    """The pulse at the moment of the facts.

    Raises:
        UnknownNameError: no event has named the team or the category.
    """
    now = moment_of(facts.at).astimezone(ZoneInfo(zone))
    span = span_before(now, zone, asked.by, asked.count)
    earlier = span_before(now, zone, asked.by, asked.count, back=asked.count)
    own = _only(_only(facts, "team", asked.team), "category", asked.category)
    return Pulse(
        asked=asked,
        now=now,
        zone=zone,
        facts=own,
        span=span.from_(facts.begin),
        current=so_far(now, zone, asked.by),
        earlier=earlier if earlier.edges[0] >= facts.begin else None,
        causes=causes(own, span),
        alarms=risen(facts, zone, asked.jump),
        teams=tuple(facts.teams.index),
        categories=tuple(facts.categories.index),
    )


def risen(facts: Facts, zone: str, jump: float = JUMP) -> tuple[Alarm, ...]:
    """What jumped, at the moment of the facts."""
    return alarms(facts, moment_of(facts.at).astimezone(ZoneInfo(zone)), zone, jump)


class Pulses:
    """The facts of the served history, read off it once for each of its hours and states."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._history: weakref.ref[History] | None = None
        self._teams: Mapping[str, str] = {}
        self._facts: Facts | None = None

    def facts(self, history: History, now: datetime, teams: Mapping[str, str]) -> Facts | None:
        """What happened until the last full hour; None where no ticket had arrived by then.

        `teams` are those of agents of whom the history knows none.
        """
        at = micros_of(now.replace(minute=0, second=0, microsecond=0))
        with self._lock:
            held = None if self._history is None else self._history()
            known = self._facts
            if known is None or held is not history or known.at != at or self._teams != teams:
                known = facts_of(history, at, teams)
                self._history, self._teams, self._facts = weakref.ref(history), teams, known
        return None if known.begin == NEVER else known


def present(history: History, wall: datetime) -> datetime:
    """The moment up to which a desk that was never refreshed is looked at: its last event's hour.

    Never later than the wall clock.
    """
    _, last = history.span
    if last == NEVER:
        return wall
    return min(moment_of(last) + timedelta(hours=1), wall)


def _only(facts: Facts, key: str, name: str) -> Facts:
    """The facts of one team or category; all of them for an empty name."""
    if not name:
        return facts
    names: Names = facts.teams if key == "team" else facts.categories
    (code,) = names.codes([name]).tolist()
    if code < 0:
        known = ", ".join(names.index[:10]) or "none is known"
        raise UnknownNameError(
            f"no {key} {name!r}",
            where=key,
            remedy=f"known: {known}",
            zh=f"没有{'班组' if key == 'team' else '类别'} “{name}”；已知：{known}",
        )

    def own(happened: Happened) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        codes: Ints = happened.team if key == "team" else happened.category
        return np.asarray(codes == code, bool)

    late = own(facts.timeouts)
    kinds = (
        "arrivals", "responses", "closings", "repeated", "verdicts", "timeouts", "reopenings",
        "escalations",
    )  # fmt: skip
    kept = {kind: (found := getattr(facts, kind)).where(own(found)) for kind in kinds}
    return replace(
        facts, **kept, stage=facts.stage[late], longest=facts.longest[late], spent=facts.spent[late]
    )

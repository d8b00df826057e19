"""What a gray release is, before it starts: frozen, validated records.

A *team* is a part of the desk that shares no agents with the others (none named: the whole desk
is one). A *unit* is a team during a block of time: it works under one variant, and it is what is
drawn and what is averaged. Every team gets both variants in turn, since a release that gave some
teams the new policy for good would have as many independent draws as there are teams.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from experiments.rollout.errors import RolloutError
from experiments.rollout.grid import Grid
from experiments.rollout.metrics import METRICS
from model.decision import Version

WHOLE_DESK: Final = "desk"
TEAM_COLUMNS: Final = ("category", "subcategory", "region", "channel")
"""What is known of a ticket when it is created; who got it is not, the policy decides that."""


@dataclass(frozen=True, slots=True)
class Team:
    """The tickets whose `column` has one of `values` on creation."""

    name: str
    column: str
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        where = f"team {self.name!r}"
        _known("column", self.column, TEAM_COLUMNS, where)
        if not self.name or not self.values:
            raise RolloutError("a team needs a name and values", where=where)


@dataclass(frozen=True, slots=True)
class Holdout:
    """What never gets anything new: `share` of the teams, or of the time where there are none.

    Keep `salt` (and the length of the blocks) from release to release, and the same teams or hours
    stay out of all of them.
    """

    share: float = 0.0
    salt: str = "holdout"

    def __post_init__(self) -> None:
        _within("share", self.share, 0.0, 0.5, "holdout")


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A metric that may not get worse by more than `margin`, in the metric's own unit."""

    metric: str
    margin: float

    def __post_init__(self) -> None:
        _known("metric", self.metric, METRICS, "guardrail")
        _within("margin", self.margin, 0.0, float("inf"), f"guardrail {self.metric}")


def _usual_guardrails() -> tuple[Guardrail, ...]:
    return (
        Guardrail("escalated", 0.01),
        Guardrail("hand_overs", 0.25),
        Guardrail("slow", 0.05),
    )


@dataclass(frozen=True, slots=True)
class Design:
    """A release of `treatment` beside `control` over `[start, start + days)`.

    Blocks of `block_hours` lie on the clock of `start` (its offset holds throughout: no daylight
    saving); tickets created in the first `washout_hours` or the last `cooldown_hours` of a block
    are left out. A block is judged once, `follow_up_hours` after its end. `metric` is what shall
    get better; within `same` either way counts as no difference. `alpha` is the chance of a wrong
    call on the metric, and again on all guardrails together.

    A start on the first Monday of a fortnight of the calendar (`experiments.rollout.grid`) and
    whole fortnights leave no block without its pair.
    """

    name: str
    salt: str
    start: datetime
    days: int
    control: Version
    treatment: Version
    block_hours: int = 24
    washout_hours: float = 0.0
    cooldown_hours: float = 0.0
    follow_up_hours: float = 72.0
    metric: str = "late"
    same: float = 0.01
    alpha: float = 0.05
    teams: tuple[Team, ...] = ()
    holdout: Holdout = field(default_factory=Holdout)
    guardrails: tuple[Guardrail, ...] = field(default_factory=_usual_guardrails)

    def __post_init__(self) -> None:
        where = f"release {self.name!r}"
        if self.start.utcoffset() is None:
            raise RolloutError("start needs an offset", where=where, remedy="as in +08:00")
        if self.control == self.treatment:
            raise RolloutError("both variants are the same policy version", where=where)
        _ = self.grid  # refuses blocks that do not fit
        _known("metric", self.metric, METRICS, where)
        _within("days", self.days, 1, 3660, where)
        _within("alpha", self.alpha, 1e-9, 0.5, where)
        _within("same", self.same, 0.0, float("inf"), where)
        _within("follow_up_hours", self.follow_up_hours, 0.0, 8760.0, where)
        _once("team", (team.name for team in self.teams), where)
        _once("guardrail", (each.metric for each in self.guardrails), where)
        values = [(team.column, value) for team in self.teams for value in team.values]
        _once("value of a team", (" ".join(each) for each in values), where)

    @property
    def grid(self) -> Grid:
        """The blocks of the release."""
        offset = self.start.utcoffset() or timedelta(0)
        offset_us = offset // timedelta(microseconds=1)
        return Grid(self.block_hours, self.washout_hours, offset_us, self.cooldown_hours)

    @property
    def team_names(self) -> tuple[str, ...]:
        """The teams, or the whole desk as one."""
        return tuple(team.name for team in self.teams) or (WHOLE_DESK,)


def _within(name: str, value: float, low: float, high: float, where: str) -> None:
    if not low <= value <= high:
        raise RolloutError(f"{name} must lie in [{low:g}, {high:g}], not {value:g}", where=where)


def _known(name: str, value: str, allowed: Iterable[str], where: str) -> None:
    if value not in allowed:
        raise RolloutError(
            f"unknown {name} {value!r}", where=where, remedy="use " + ", ".join(allowed)
        )


def _once(what: str, names: Iterable[str], where: str) -> None:
    seen = list(names)
    twice = {name for name in seen if seen.count(name) > 1}
    if twice:
        raise RolloutError(f"{what} {min(twice)!r} comes twice", where=where)

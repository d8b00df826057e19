"""Who works at the simulated desk: shifts, teams, skill, absence."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.simulator.checks import WorldError, positive, share


@dataclass(frozen=True, slots=True)
class ShiftParams:
    """Hours of a shift `[start, end)`, its break or meeting, and daily hotline duty."""

    name: str
    start: float
    end: float
    pause: tuple[float, float]
    hotline_hours: float

    def __post_init__(self) -> None:
        if not self.start < self.pause[0] < self.pause[1] < self.end:
            raise WorldError("the pause must lie inside the shift", where=f"shift {self.name}")
        room = min(self.pause[0] - self.start, self.end - self.pause[1])
        if not 0 <= self.hotline_hours < room:
            raise WorldError("hotline duty does not fit", where=f"shift {self.name}")


@dataclass(frozen=True, slots=True)
class TeamParams:
    """People of one kind. `weekends` rotates days off over the week, else Mon-Fri.

    `second_language` is the share who also speak English; `newcomers` joined lately and are
    slower at first.
    """

    name: str
    tier: int
    count: int
    shifts: tuple[ShiftParams, ...]
    weekends: bool
    capacity: int
    second_language: float
    newcomers: int
    extra_skills: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        owner = f"team {self.name}"
        positive(owner, {"tier": self.tier, "count": self.count, "capacity": self.capacity})
        share(owner, {"second_language": self.second_language})
        if not self.shifts or self.newcomers > self.count:
            raise WorldError("a team needs shifts and no more newcomers than people", where=owner)


@dataclass(frozen=True, slots=True)
class SkillParams:
    """The hidden skill of (agent, category): spread of log speed, weekly drift, strangeness.

    Work takes `unskilled` times as long in a category the agent was not trained for, and
    `newcomer` times at first, fading with `learning_days`. `leave_days` a year are off.
    """

    spread: float
    weekly_drift: float
    unskilled: float
    newcomer: float
    learning_days: float
    leave_days: float

    def __post_init__(self) -> None:
        positive("skill", {"unskilled": self.unskilled, "newcomer": self.newcomer})
        positive("skill", {"learning_days": self.learning_days})


@dataclass(frozen=True, slots=True)
class AbsenceParams:
    """A `part` of every team stays away on days `[first_day, first_day + days)`, and says so."""

    part: float
    first_day: int
    days: int

    def __post_init__(self) -> None:
        share("absence", {"part": self.part})
        positive("absence", {"days": self.days})

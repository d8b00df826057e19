"""What the simulated world is made of: frozen, validated parameters. No defaults hide here.

The calibrated desk is `experiments.simulator.desk.FIELD_DESK`. Shares are normalised where
they are drawn from, so they need only be positive. Hours are clock hours unless said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from features.errors import FendanError

DAY_S = 86_400
HOUR_S = 3_600


class WorldError(FendanError):
    """A simulated world that cannot exist."""


def _positive(owner: str, values: Mapping[str, float]) -> None:
    for name, value in values.items():
        if not value > 0:
            raise WorldError(f"{name} must be above 0, not {value}", where=owner)


def _share(owner: str, values: Mapping[str, float]) -> None:
    for name, value in values.items():
        if not 0 <= value <= 1:
            raise WorldError(f"{name} must lie in [0, 1], not {value}", where=owner)


def _unique(owner: str, names: Iterable[str]) -> None:
    seen = list(names)
    if not seen or len(set(seen)) < len(seen):
        raise WorldError("names must be there, once each", where=owner)


@dataclass(frozen=True, slots=True)
class StepParams:
    """One department that a ticket may have to pass: how often, and its mean hours."""

    party: str
    share: float
    mean_hours: float

    def __post_init__(self) -> None:
        _share(f"party {self.party}", {"share": self.share})
        _positive(f"party {self.party}", {"mean_hours": self.mean_hours})


@dataclass(frozen=True, slots=True)
class CategoryParams:
    """A kind of complaint: how many, what was promised, and the latent work behind it.

    `work_hours` is the mean hands-on work of an agent of average skill; `customer_share` the
    share that waits for the customer's material, `customer_hours` for how long on average;
    `party_share` the share that passes the departments of `parties`, one after the other.
    """

    code: str
    share: float
    promise_hours: float
    work_hours: float
    customer_share: float
    customer_hours: float
    party_share: float
    parties: tuple[StepParams, ...]
    subcategories: tuple[str, ...]
    home_team: str

    def __post_init__(self) -> None:
        owner = f"category {self.code}"
        _positive(
            owner,
            {
                "share": self.share,
                "promise_hours": self.promise_hours,
                "work_hours": self.work_hours,
                "customer_hours": self.customer_hours,
            },
        )
        _share(owner, {"customer_share": self.customer_share, "party_share": self.party_share})
        _unique(owner, self.subcategories)
        if self.party_share > 0 and not self.parties:
            raise WorldError("tickets pass departments, but none is named", where=owner)


@dataclass(frozen=True, slots=True)
class SurgeParams:
    """Extra complaints on days `[first_day, first_day + days)`: a storm or a promotion.

    `per_day` more tickets of one category (and one region, unless None) than usual.
    """

    name: str
    category: str
    region: str | None
    first_day: int
    days: int
    per_day: float

    def __post_init__(self) -> None:
        _positive(f"surge {self.name}", {"days": self.days, "per_day": self.per_day})


@dataclass(frozen=True, slots=True)
class ArrivalParams:
    """When complaints come: 24 hourly weights, 7 weekday weights (Monday first), peaks.

    On `peak_days` the hours `[start, end)` of `peak_hours` weigh `peak_factor` times as much.
    """

    per_year: float
    hourly: tuple[float, ...]
    weekday: tuple[float, ...]
    peak_days: tuple[int, ...]
    peak_hours: tuple[tuple[float, float], ...]
    peak_factor: float
    day_noise: float
    surges: tuple[SurgeParams, ...] = ()

    def __post_init__(self) -> None:
        if len(self.hourly) != 24 or len(self.weekday) != 7:
            raise WorldError("24 hourly and 7 weekday weights are needed", where="arrivals")
        _positive("arrivals", {"per_year": self.per_year, "peak_factor": self.peak_factor})


@dataclass(frozen=True, slots=True)
class CustomerParams:
    """Who complains: how many numbers, what they are worth, how long they wait.

    A customer is impatient with `impatient_share`; the hours until the next contact are
    exponential with mean `patience_hours` (calm, impatient), and each time the customer does
    contact again with `insist` (calm, impatient), `overdue_insist` times as likely past the
    promise, and `quiet` times as likely once they held their peace.
    """

    count: int
    orders_per_year: float
    order_margin: float
    return_share: float
    impatient_share: float
    patience_hours: tuple[float, float]
    insist: tuple[float, float]
    overdue_insist: float
    quiet: float
    english_share: float

    def __post_init__(self) -> None:
        _positive("customers", {"count": self.count, "orders_per_year": self.orders_per_year})
        _positive(
            "customers", {"calm_hours": self.patience_hours[0], "other": self.patience_hours[1]}
        )
        _share("customers", {"impatient": self.impatient_share, "english": self.english_share})
        _share("customers", {"calm_insists": self.insist[0], "impatient_insists": self.insist[1]})


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
        _positive(owner, {"tier": self.tier, "count": self.count, "capacity": self.capacity})
        _share(owner, {"second_language": self.second_language})
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
        _positive("skill", {"unskilled": self.unskilled, "newcomer": self.newcomer})
        _positive("skill", {"learning_days": self.learning_days})


@dataclass(frozen=True, slots=True)
class OutcomeParams:
    """What follows: reopening, escalation, hand-over.

    `handover` is the share of the work done that the next agent has to do again.
    """

    reopen_share: float
    rework: float
    close_hours: float
    escalate_at_contact: float
    overdue_factor: float
    signal_factor: float
    public_share: float
    regulator_share: float
    signal_shares: tuple[float, float, float, float]
    handover: float
    party_answer_hours: float

    def __post_init__(self) -> None:
        _share("outcome", {"reopen": self.reopen_share, "escalate": self.escalate_at_contact})
        _share("outcome", {"public": self.public_share, "regulator": self.regulator_share})
        _share("outcome", {"handover": self.handover})
        _positive("outcome", {"close_hours": self.close_hours, "rework": self.rework})


@dataclass(frozen=True, slots=True)
class WorldParams:
    """Everything. `start` is a local midnight with its offset; `days` is how far it goes.

    `staleness` in [0, 1] says how far the matrix was laid out for equal regions (1) instead
    of the true ones (0).
    """

    start: datetime
    days: int
    categories: tuple[CategoryParams, ...]
    regions: tuple[tuple[str, float], ...]
    channels: tuple[tuple[str, float], ...]
    arrivals: ArrivalParams
    customers: CustomerParams
    teams: tuple[TeamParams, ...]
    skill: SkillParams
    outcome: OutcomeParams
    staleness: float

    def __post_init__(self) -> None:
        if self.start.utcoffset() is None:
            raise WorldError("start needs an offset", where="world")
        if (self.start.hour, self.start.minute, self.start.second) != (0, 0, 0):
            raise WorldError("start must be a midnight", where="world")
        _positive("world", {"days": self.days})
        _share("world", {"staleness": self.staleness})
        _unique("categories", (category.code for category in self.categories))
        _unique("regions", (name for name, _ in self.regions))
        _unique("teams", (team.name for team in self.teams))
        teams = {team.name for team in self.teams}
        for category in self.categories:
            if category.home_team not in teams:
                raise WorldError(f"no team {category.home_team!r}", where=category.code)

"""What the simulated world is made of: frozen, validated parameters. No defaults hide here.

The calibrated desk is `experiments.simulator.desk.FIELD_DESK`. Shares are normalised where
they are drawn from, so they need only be positive. Hours are clock hours unless said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from experiments.simulator.checks import WorldError, positive, share, unique
from experiments.simulator.staff import AbsenceParams, SkillParams, TeamParams

DAY_S = 86_400
HOUR_S = 3_600
MORNING_S, EVENING_S = 8 * HOUR_S, 22 * HOUR_S
"""By night nobody contacts the desk, and nobody hears it."""


@dataclass(frozen=True, slots=True)
class StepParams:
    """One department that a ticket may have to pass: how often, and its mean hours."""

    party: str
    share: float
    mean_hours: float

    def __post_init__(self) -> None:
        share(f"party {self.party}", {"share": self.share})
        positive(f"party {self.party}", {"mean_hours": self.mean_hours})


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
        positive(
            owner,
            {
                "share": self.share,
                "promise_hours": self.promise_hours,
                "work_hours": self.work_hours,
                "customer_hours": self.customer_hours,
            },
        )
        share(owner, {"customer_share": self.customer_share, "party_share": self.party_share})
        unique(owner, self.subcategories)
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
        positive(f"surge {self.name}", {"days": self.days, "per_day": self.per_day})


@dataclass(frozen=True, slots=True)
class ArrivalParams:
    """When complaints come: 24 hourly weights, 7 weekday weights (Monday first), peaks, season.

    On `peak_days` the hours `[start, end)` of `peak_hours` weigh `peak_factor` times as much.
    `season` are 12 weights, January first.
    """

    per_year: float
    hourly: tuple[float, ...]
    weekday: tuple[float, ...]
    peak_days: tuple[int, ...]
    peak_hours: tuple[tuple[float, float], ...]
    peak_factor: float
    day_noise: float
    season: tuple[float, ...]
    surges: tuple[SurgeParams, ...] = ()

    def __post_init__(self) -> None:
        if (len(self.hourly), len(self.weekday), len(self.season)) != (24, 7, 12):
            raise WorldError(
                "24 hourly, 7 weekday and 12 monthly weights are needed", where="arrivals"
            )
        positive("arrivals", {"per_year": self.per_year, "peak_factor": self.peak_factor})


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
        positive("customers", {"count": self.count, "orders_per_year": self.orders_per_year})
        positive(
            "customers", {"calm_hours": self.patience_hours[0], "other": self.patience_hours[1]}
        )
        share("customers", {"impatient": self.impatient_share, "english": self.english_share})
        share("customers", {"calm_insists": self.insist[0], "impatient_insists": self.insist[1]})


@dataclass(frozen=True, slots=True)
class OutcomeParams:
    """What follows: reopening, escalation, hand-over.

    `handover` is the share of the work in hand that the next agent has to do again; who takes over
    a ticket that was begun reads up for `reading_hours` first.
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
    reading_hours: float
    party_answer_hours: float

    def __post_init__(self) -> None:
        share("outcome", {"reopen": self.reopen_share, "escalate": self.escalate_at_contact})
        share("outcome", {"public": self.public_share, "regulator": self.regulator_share})
        share("outcome", {"handover": self.handover})
        positive("outcome", {"close_hours": self.close_hours, "rework": self.rework})


@dataclass(frozen=True, slots=True)
class HelpParams:
    """What asking again does to a wait: it helps some, a few times, within a budget.

    A chase moves the customer with chance `chase_moves`, a nudge the department with
    `nudge_moves`; a moved one takes a share of the wait that is left, drawn evenly from
    `[least, most)` of `keeps`. The first `tries` of a ticket count, and of a department the first
    `nudges_per_day`: it does not hear more. Who was asked less than `chase_apart` or `nudge_apart`
    hours ago does not hear it either, and nobody does by night.
    """

    chase_moves: float
    nudge_moves: float
    keeps: tuple[float, float]
    tries: int
    chase_apart: float
    nudge_apart: float
    nudges_per_day: int

    def __post_init__(self) -> None:
        share("help", {"chase_moves": self.chase_moves, "nudge_moves": self.nudge_moves})
        share("help", {"least": self.keeps[0], "most": self.keeps[1]})
        positive("help", {"tries": self.tries, "nudges_per_day": self.nudges_per_day})
        positive("help", {"chase": self.chase_apart, "nudge": self.nudge_apart})


@dataclass(frozen=True, slots=True)
class WorldParams:
    """Everything. `start` is a local midnight with its offset; `days` is how far it goes.

    `at_once` asks all departments of a ticket together, as the desk's own procedure, instead of
    one after the other.
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
    help: HelpParams
    staleness: float
    at_once: bool = False
    absences: tuple[AbsenceParams, ...] = ()

    def __post_init__(self) -> None:
        if self.start.utcoffset() is None:
            raise WorldError("start needs an offset", where="world")
        if (self.start.hour, self.start.minute, self.start.second) != (0, 0, 0):
            raise WorldError("start must be a midnight", where="world")
        positive("world", {"days": self.days})
        share("world", {"staleness": self.staleness})
        unique("categories", (category.code for category in self.categories))
        unique("regions", (name for name, _ in self.regions))
        unique("teams", (team.name for team in self.teams))
        teams = {team.name for team in self.teams}
        for category in self.categories:
            if category.home_team not in teams:
                raise WorldError(f"no team {category.home_team!r}", where=category.code)

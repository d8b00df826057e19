"""What may befall the simulated centre while it is played, in one table.

A scenario changes the world (`WorldParams`), what a contender is told or knows, or when it takes
over; a new one is a line of `SCENARIOS`. All contenders of a scenario meet the same world; the
worlds of two scenarios are drawn apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Final

from experiments.contender import Contender, knowing, strangers, told
from experiments.simulator import FIELD_DESK, LiveDesk
from experiments.simulator.params import DAY_S, CategoryParams, SurgeParams, WorldParams
from experiments.simulator.run import SAMPLE_END_S
from experiments.simulator.staff import AbsenceParams
from features.errors import FendanError, ModelError
from features.history import History
from features.snapshot import Snapshot
from features.stream import Floats
from features.words import Words
from model.desk import ServedDesk
from model.risk import Forest

FIRST_DAY: Final = -(-SAMPLE_END_S // DAY_S)
"""The first whole day that is played: what befalls a desk must fall after it."""
STORM_SHARE: Final = 0.5
"""Complaints of a storm a day, as a share of the whole desk's usual day."""
NEW_SHARE: Final = 0.15
"""The same of a category that nobody saw before."""
UNSEEN: Final = 1e-9
"""The share of a category that does not come by itself; it must be above 0."""
SPITEFUL_MARGIN: Final = 100_000.0


def as_it_comes(params: WorldParams) -> WorldParams:
    """A world of which nothing is changed."""
    return params


def as_it_plays(who: Contender) -> Contender:
    """A contender of which nothing is changed."""
    return who


@dataclass(frozen=True, slots=True)
class Scenario:
    """Its words, what it makes of the world and of a contender, and when contenders take over."""

    words: Words
    world: Callable[[WorldParams], WorldParams] = as_it_comes
    contender: Callable[[Contender], Contender] = as_it_plays
    begin_s: int = SAMPLE_END_S

    def desk(
        self, seed: int, *, keep_matrix: bool = False, params: WorldParams = FIELD_DESK
    ) -> LiveDesk:
        """The desk at the moment at which a contender takes over."""
        world = self.world(params)
        return LiveDesk(seed, params=world, begin=self.begin_s, keep_matrix=keep_matrix)


def surged(params: WorldParams, surge: SurgeParams) -> WorldParams:
    """The world with a surge on top of what comes anyway."""
    usual = params.arrivals
    more = usual.per_year + surge.per_day * surge.days  # from which the surges are taken off
    return replace(params, arrivals=replace(usual, per_year=more, surges=(*usual.surges, surge)))


def _a_day(params: WorldParams) -> float:
    return params.arrivals.per_year / 365


def storm(params: WorldParams, first_day: int = FIRST_DAY) -> WorldParams:
    """Parcels of one region are late: from the fourth day on, for four days."""
    kind, region = params.categories[0].code, params.regions[0][0]
    per_day = STORM_SHARE * _a_day(params)
    return surged(params, SurgeParams("storm", kind, region, first_day + 3, 4, per_day))


def absence_of_a_third(params: WorldParams, first_day: int = FIRST_DAY) -> WorldParams:
    """A third of every team is ill: from the fourth day on, for five days."""
    absence = AbsenceParams(1 / 3, first_day + 3, 5)
    return replace(params, absences=(*params.absences, absence))


def new_category(params: WorldParams, first_day: int = FIRST_DAY) -> WorldParams:
    """Complaints of a kind that neither model nor history knows: from the fifth day on.

    They go to the first team, urgent ones to that of the highest tier: both were told so, it
    stands among their skills.
    """
    kind = CategoryParams(
        code="privacy",
        share=UNSEEN,
        promise_hours=24,
        work_hours=1.8,
        customer_share=0.2,
        customer_hours=18,
        party_share=0.0,
        parties=(),
        subcategories=("data_leak", "spam_calls"),
        home_team=params.teams[0].name,
    )
    highest = max(team.tier for team in params.teams)
    teams = tuple(
        replace(team, extra_skills=(*team.extra_skills, kind.code))
        if team.tier == highest
        else team
        for team in params.teams
    )
    wider = replace(params, categories=(*params.categories, kind), teams=teams)
    per_day = NEW_SHARE * _a_day(params)
    return surged(
        wider, SurgeParams("first of its kind", kind.code, None, first_day + 4, 9, per_day)
    )


def all_claim_to_be_vip(snapshot: Snapshot) -> Snapshot:
    """The snapshot with every ticket at the highest level, margin and priority."""
    claimed = tuple(
        replace(each, customer_level="diamond", customer_margin_90d=SPITEFUL_MARGIN, priority="1")
        for each in snapshot.tickets
    )
    return replace(snapshot, tickets=claimed)


def knowing_nothing(desk: ServedDesk) -> ServedDesk:
    """The desk without a history, with a model that learned elsewhere: it knows none of them."""
    empty = History.of(desk.history.events[:0])
    return replace(desk, history=empty, bundle=strangers(desk.bundle))


@dataclass(frozen=True, eq=False)
class Silent(Forest):
    """A forest that does not answer."""

    text: str = "silent"

    @cached_property
    def scorer(self) -> None:
        """None: there is nothing to be faster than."""
        return

    def raw(self, x: Floats, threads: int = 1) -> Floats:  # noqa: ARG002 - the seam's signature
        """Nothing.

        Raises:
            ModelError: always.
        """
        raise ModelError("the risk model does not answer", remedy="start it again")

    def contributions(self, x: Floats, threads: int = 1) -> Floats:
        """Nothing, as `raw`."""
        return self.raw(x, threads)


def with_a_silent_model(desk: ServedDesk) -> ServedDesk:
    """The desk with a risk model of which no forest answers."""
    none = Silent()
    risk = replace(
        desk.bundle.risk, timeout=none, escalation=none, eta_p50=none, eta_p90=none, live=False
    )
    return replace(desk, bundle=replace(desk.bundle, risk=risk))


def _spiteful(who: Contender) -> Contender:
    return told(who, all_claim_to_be_vip)


def _cold(who: Contender) -> Contender:
    return knowing(who, knowing_nothing)


def _model_down(who: Contender) -> Contender:
    return knowing(who, with_a_silent_model)


SCENARIOS: Final[Mapping[str, Scenario]] = MappingProxyType(
    {
        "usual": Scenario(Words("an ordinary fortnight", "平常的两周")),
        "storm": Scenario(
            Words(
                "a storm: four days with half as many complaints again, all from one region",
                "暴风雨：四天内投诉量增加一半，集中在一个地区",
            ),
            world=storm,
        ),
        "absence_of_a_third": Scenario(
            Words("a third of every team is away for five days", "每个班组有三分之一的人缺勤五天"),
            world=absence_of_a_third,
        ),
        "cold_start": Scenario(
            Words(
                "a new desk: no history, no backlog, a model that learned elsewhere",
                "冷启动：没有历史、没有积压，模型来自别处",
            ),
            contender=_cold,
            begin_s=0,
        ),
        "new_category": Scenario(
            Words(
                "a category that neither model nor history ever saw arrives midway",
                "中途出现模型和历史都没见过的新类别",
            ),
            world=new_category,
        ),
        "spiteful_load": Scenario(
            Words(
                "every ticket claims to be a VIP's: level, margin, priority",
                "恶意负载：每张工单都自称 VIP（等级、毛利、优先级）",
            ),
            contender=_spiteful,
        ),
        "model_down": Scenario(
            Words("the risk model does not answer", "风险模型不应答"), contender=_model_down
        ),
    }
)
"""By name. A new one is a line more."""


def scenario(name: str) -> Scenario:
    """The scenario of a name.

    Raises:
        FendanError: nothing is called so.
    """
    if name not in SCENARIOS:
        remedy = f"one of {', '.join(SCENARIOS)}"
        raise FendanError(f"no scenario {name!r}", where="--scenario", remedy=remedy)
    return SCENARIOS[name]

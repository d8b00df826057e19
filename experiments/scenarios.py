"""What may befall the simulated centre while it is played, in one table.

A scenario changes the world (`WorldParams`), what a contender is told or knows, or when it takes
over. All contenders of a scenario meet the same world; worlds of two scenarios are drawn apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Final

from experiments.contender import Contender, knowing, told
from experiments.simulator import FIELD_DESK, LiveDesk
from experiments.simulator.params import DAY_S, CategoryParams, SurgeParams, WorldParams
from experiments.simulator.run import SAMPLE_END_S
from experiments.simulator.staff import AbsenceParams
from features.errors import ModelError
from features.history import History
from features.snapshot import Snapshot
from features.stream import Floats
from model.desk import ServedDesk
from model.risk import Forest

STORM_SHARE: Final = 0.5
"""Complaints of a storm a day, as a share of the whole desk's usual day."""
NEW_SHARE: Final = 0.15
"""The same of a category that nobody saw before."""
UNSEEN: Final = 1e-9
"""The share of a category that does not come by itself; it must be above 0."""
SPITEFUL_MARGIN: Final = 100_000.0


def as_it_was(params: WorldParams, _first_day: int) -> WorldParams:
    """A world of which nothing is changed."""
    return params


def as_they_are(who: Contender) -> Contender:
    """A contender of whom nothing is changed."""
    return who


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is different, in words for people.

    `world` is told the first whole day that is played; `begin_s` is the second at which the
    contender takes over, None for the usual one.
    """

    name: str
    words: str
    words_zh: str
    world: Callable[[WorldParams, int], WorldParams] = as_it_was
    who: Callable[[Contender], Contender] = as_they_are
    begin_s: int | None = None

    def desk(
        self,
        seed: int,
        *,
        keep_matrix: bool = False,
        params: WorldParams = FIELD_DESK,
        begin: int = SAMPLE_END_S,
    ) -> LiveDesk:
        """The desk at the moment at which a contender takes over."""
        begin = begin if self.begin_s is None else self.begin_s
        world = self.world(params, -(-begin // DAY_S))
        return LiveDesk(seed, params=world, begin=begin, keep_matrix=keep_matrix)


def surged(params: WorldParams, surge: SurgeParams) -> WorldParams:
    """The world with a surge on top of what comes anyway."""
    usual = params.arrivals
    more = usual.per_year + surge.per_day * surge.days  # from which the surges are taken off
    return replace(params, arrivals=replace(usual, per_year=more, surges=(*usual.surges, surge)))


def _a_day(params: WorldParams) -> float:
    return params.arrivals.per_year / 365


def storm(params: WorldParams, first_day: int) -> WorldParams:
    """Parcels of one region are late: from the fourth day on, for four days."""
    kind, region = params.categories[0].code, params.regions[0][0]
    per_day = STORM_SHARE * _a_day(params)
    return surged(params, SurgeParams("storm", kind, region, first_day + 3, 4, per_day))


def absence_of_a_third(params: WorldParams, first_day: int) -> WorldParams:
    """A third of every team is ill: from the fourth day on, for five days."""
    absence = AbsenceParams(1 / 3, first_day + 3, 5)
    return replace(params, absences=(*params.absences, absence))


def new_category(params: WorldParams, first_day: int) -> WorldParams:
    """Complaints of a kind that neither model nor history knows: from the fifth day on.

    They go to the first team, which was told so: it stands among the skills.
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
    wider = replace(params, categories=(*params.categories, kind))
    per_day = NEW_SHARE * _a_day(params)
    return surged(
        wider, SurgeParams("first of its kind", kind.code, None, first_day + 4, 10, per_day)
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
    encoder = desk.bundle.encoder
    strangers = replace(encoder, categories={**encoder.categories, "agent": ()})
    empty = History.of(desk.history.events[:0])
    return replace(desk, history=empty, bundle=replace(desk.bundle, encoder=strangers))


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


_ALL: Final = (
    Scenario("usual", "nothing happens", "一切如常"),
    Scenario(
        "storm",
        "a storm: four days with half as many complaints again, all from one region",
        "暴风雨：四天内投诉量增加一半，集中在一个地区",
        world=storm,
    ),
    Scenario(
        "absence_of_a_third",
        "a third of every team is away for five days",
        "每个班组有三分之一的人缺勤五天",
        world=absence_of_a_third,
    ),
    Scenario(
        "cold_start",
        "a new desk: no history, no backlog, a model that learned elsewhere",
        "冷启动：没有历史、没有积压，模型来自别处",
        who=_cold,
        begin_s=0,
    ),
    Scenario(
        "new_category",
        "a category that neither model nor history ever saw arrives midway",
        "中途出现模型和历史都没见过的新类别",
        world=new_category,
    ),
    Scenario(
        "spiteful_load",
        "every ticket claims to be a VIP's: level, margin, priority",
        "恶意负载：每张工单都自称 VIP（等级、毛利、优先级）",
        who=_spiteful,
    ),
    Scenario(
        "model_down",
        "the risk model does not answer",
        "风险模型不应答",
        who=_model_down,
    ),
)
SCENARIOS: Final[Mapping[str, Scenario]] = MappingProxyType({each.name: each for each in _ALL})
"""By name. A new one is a `Scenario` more."""

"""The policy on tiers: which tickets are urgent, which are suggestions, and who takes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from features.text import SIGNALS
from model.policy_check import Across, Checked, number, words

_WEEK: Final = 7 * 24 * 60.0


@dataclass(frozen=True, slots=True)
class Route(Checked):
    """Urgent tickets with one of these marks go to `team`, such as the duty manager or experts.

    `acknowledge_minutes` replaces that of `Tiers` for them.
    """

    team: str = ""
    signals: tuple[str, ...] = field(default=(), metadata=words(SIGNALS))
    categories: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    acknowledge_minutes: float | None = field(default=None, metadata=number(0.0, _WEEK))

    def cross_faults(self) -> list[Across]:
        """A route leads from somewhere to somewhere."""
        found = list[Across]()
        if not self.team.strip():
            zh = "该去向没有团队；请填写团队"
            found.append(("/team", "the route leads to no team", "name the team", zh))
        if not (self.signals or self.categories or self.priorities):
            advice = "name signals, categories or priorities"
            zh = "没有工单会走该去向；请填写信号、类别或优先级"
            found.append(("", "no ticket ever takes this route", advice, zh))
        return found

    def covers(self, other: Route) -> bool:
        """Whether every ticket that fits the other route fits this one."""
        return (
            set(self.signals) >= set(other.signals)
            and set(self.categories) >= set(other.categories)
            and set(self.priorities) >= set(other.priorities)
        )


@dataclass(frozen=True, slots=True)
class Step(Checked):
    """A step of the ladder: whom an urgent ticket goes to, so long after it should have begun."""

    after_minutes: float = field(default=0.0, metadata=number(0.0, _WEEK))
    to: str = "duty_manager"


@dataclass(frozen=True, slots=True)
class Tiers(Checked):
    """Which tickets are urgent (tier 2) or suggestions (tier 0); all others are general (1).

    Any one of the urgent marks suffices, and makes a suggestion urgent too. Suggestions go to
    `suggestion_team` alone, and wait in the product queue while the desk has nobody of it; None
    lets anybody take them. The first of `routes` that an urgent ticket fits says its team.

    An urgent ticket is to be acknowledged (begun) within `acknowledge_minutes`; when that has
    passed it climbs the `ladder`, each step `after_minutes` after that time.
    """

    urgent_signals: tuple[str, ...] = field(
        default=("public_exposure", "safety"), metadata=words(SIGNALS)
    )
    urgent_categories: tuple[str, ...] = ()
    urgent_priorities: tuple[str, ...] = ()
    routes: tuple[Route, ...] = ()
    acknowledge_minutes: float = field(default=15.0, metadata=number(0.0, _WEEK))
    ladder: tuple[Step, ...] = (Step(0.0, "duty_manager"), Step(45.0, "director_on_duty"))
    suggestion_categories: tuple[str, ...] = ("suggestion", "建议")
    suggestion_team: str | None = "product"

    def cross_faults(self) -> list[Across]:
        """No category both urgent and a suggestion, no dead route, and a ladder that rises."""
        both = sorted(set(self.urgent_categories) & set(self.suggestion_categories))
        found = [
            (
                "/suggestion_categories",
                f"{name!r} is an urgent category too",
                "name it once",
                f"{name!r} 同时是紧急类别；请只归入一处",
            )
            for name in both
        ]
        return found + self._route_faults() + self._ladder_faults()

    def _route_faults(self) -> list[Across]:
        found = list[Across]()
        for later, route in enumerate(self.routes):
            hiding = [at for at in range(later) if self.routes[at].covers(route)]
            if hiding:
                reason = f"never taken: route {hiding[0]} fits every ticket that this one does"
                zh = f"永不采用：去向 {hiding[0] + 1} 已涵盖其全部工单；请把较窄的去向放在前面"
                found.append((f"/routes/{later}", reason, "put the narrower route first", zh))
        return found

    def _ladder_faults(self) -> list[Across]:
        found = list[Across]()
        for at, step in enumerate(self.ladder):
            if not step.to.strip():
                zh = "该级阶梯没有对象；请填写对象"
                found.append((f"/ladder/{at}/to", "the step leads to nobody", "name somebody", zh))
            before = self.ladder[at - 1].after_minutes if at else -1.0
            if step.after_minutes <= before:
                reason = f"{step.after_minutes} is not above the step before ({before})"
                zh = f"{step.after_minutes:g} 不大于上一级（{before:g}）；阶梯须递增"
                found.append((f"/ladder/{at}/after_minutes", reason, "let the ladder rise", zh))
            if step.to in {earlier.to for earlier in self.ladder[:at]}:
                reason = f"{step.to!r} stands on an earlier step"
                zh = f"{step.to!r} 已在前面的阶梯中；每个对象只写一次"
                found.append((f"/ladder/{at}/to", reason, "name each of them once", zh))
        return found

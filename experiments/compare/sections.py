"""The sections of the page of a comparison, in order. A new one is one function and one line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from experiments.compare import pictures
from experiments.compare.comparison import FIELD_RULE, Comparison
from experiments.compare.measures import LATE, MEASURES, percent
from experiments.compare.saved import saved
from experiments.compare.table import over_seeds
from features.words import Words
from training.study.section import Cell, Section, Sheet

POLICY: Final = Words("policy", "策略")
BOUND: Final = Words("hindsight bound", "事后最优界")


def overview(found: Comparison) -> Section:
    """Every figure of every contender."""
    table = found.table
    rows: list[tuple[Cell, ...]] = [
        (policy, *(m.with_interval(table.mean(m.field, policy)) for m in MEASURES))
        for policy in table.policies
    ]
    if found.bounds:
        rows.append(
            (BOUND, LATE.with_interval(over_seeds(found.bound)), *[None] * len(MEASURES[1:]))
        )
    words = Words(
        "Means over worlds; ± is half of the 95 % interval (Student's t over worlds, each a seed "
        "of its own). Only tickets whose promise fell due by the end are judged. The loss counts a "
        "late ticket 1, each late hour 0.01 and an escalation 3, times 1 to 2 by what the customer "
        "brought in 90 days. The Gini is that of work per hour at work.",
        "数值为各世界均值；± 为 95% 区间的一半（以世界为单位的 t 区间，每个种子一个世界）。"
        "仅评价在结束前到期的工单。损失：超时计 1，每超时 1 小时计 0.01，升级计 3，"
        "再按客户 90 天贡献乘以 1 至 2。基尼系数按每在岗小时的工作量计算。",
    )
    sheet = Sheet(
        Words("Figures by policy", "各策略指标"), (POLICY, *(m.name for m in MEASURES)), tuple(rows)
    )
    shown = (pictures.dots(found, LATE), pictures.dots(found, MEASURES[1]))
    return Section(
        "overview", Words("Policies side by side", "策略并排比较"), (words,), (sheet,), shown
    )


def against(found: Comparison) -> Section | None:
    """Differences to the baseline in the same worlds."""
    table, baseline, worlds = found.table, found.plan.baseline, len(found.table.seeds)
    place = table.policies.index(baseline)
    if len(table.policies) < 2:
        return None
    rows = []
    for row, policy in enumerate(table.policies):
        if policy == baseline:
            continue
        leads = (m.with_interval(table.lead(m.field, policy, baseline), "+") for m in MEASURES[:-1])
        days = table.days_lead(policy, baseline)
        span = f"{LATE.number(days.low, '+')} … {LATE.number(days.high, '+')}"
        never = table.no_worse("late")[row, place]
        rows.append((policy, *leads, span, f"{never} / {worlds}"))
    columns = (
        POLICY,
        *(m.name for m in MEASURES[:-1]),
        Words("late %, other days", "超时 %，重抽日期"),
        Words("worlds no later", "不更迟的世界"),
    )
    words = Words(
        f"How much more than {baseline}, paired: both met the same complaints, latent work and "
        "waits. ± as above. “Other days” draws the days of these worlds anew (95 %): it says how "
        "firm the difference is in these worlds, not in others; of few worlds it is narrower.",
        f"与 {baseline} 之差（成对）：双方面对相同的投诉、潜在工作量与等待。± 同上。"
        "“重抽日期”在这些世界内重抽日期（95%），只说明在这些世界内差异是否稳固；世界较少时它更窄。",
    )
    sheet = Sheet(Words(f"Less {baseline}", f"减去 {baseline}"), columns, tuple(rows))
    return Section("against", Words("Against the baseline", "与基线之差"), (words,), (sheet,))


def seeds(found: Comparison) -> Section:
    """World by world: the late share, and who is never worse than whom."""
    table = found.table
    shares: list[tuple[Cell, ...]] = [
        (policy, *(LATE.number(value) for value in table.of_seeds("late", policy)))
        for policy in table.policies
    ]
    if found.bounds:
        shares.append((BOUND, *(LATE.number(value) for value in found.bounds)))
    by_world = Sheet(
        Words("Late, % by world", "各世界超时 %"),
        (POLICY, *(Words(f"seed {seed}", f"种子 {seed}") for seed in table.seeds)),
        tuple(shares),
    )
    wins = table.no_worse("late")
    rivals = tuple(Words(policy, policy) for policy in table.policies)
    rows = tuple(
        (
            policy,
            *(None if i == j else f"{wins[i, j]} / {len(table.seeds)}" for j in range(len(wins))),
        )
        for i, policy in enumerate(table.policies)
    )
    never = Sheet(
        Words("Worlds in which the row is no later than the column", "行不比列更迟的世界数"),
        (POLICY, *rivals),
        rows,
    )
    return Section(
        "worlds", Words("World by world", "逐个世界"), (), (by_world, never),
        (pictures.worlds(found, LATE), pictures.backlog(found)),
    )  # fmt: skip


def hindsight(found: Comparison) -> Section | None:
    """How much of the way from the field's rule to the bound is gone."""
    if not found.bounds or FIELD_RULE not in found.table.policies:
        return None
    told = (
        (policy, found.table.way(policy, FIELD_RULE, found.bound))
        for policy in found.table.policies
        if policy != FIELD_RULE
    )
    rows = tuple((policy, percent(way.value), _span(way.low, way.high)) for policy, way in told)
    words = Words(
        f"The bound knows all work and waits beforehand; nobody can be less late. 0 % is as "
        f"late as {FIELD_RULE}, 100 % the bound.",
        f"该界预知全部工作量与等待，任何策略都不可能更好。"
        f"0% 即与 {FIELD_RULE} 相同，100% 即达到该界。",
    )
    columns = (POLICY, Words("of the way", "已走完"), Words("95 % interval", "95% 区间"))
    sheet = Sheet(Words("Of the way to the bound", "距该界的进程"), columns, rows)
    return Section("hindsight", Words("How much is left", "还差多少"), (words,), (sheet,))


def _span(low: float, high: float) -> str | None:
    return None if np.isnan(low) else f"{percent(low)} … {percent(high)}"


def people(found: Comparison) -> Section | None:
    """The late share by head count, and how many people a policy saves."""
    plan = found.plan
    if not plan.staffed:
        return None
    rows = tuple(
        (policy, str(saved(found.played, policy, plan.baseline, plan.setting.usual)))
        for policy in found.table.policies
        if policy != plan.baseline
    )
    sheet = Sheet(
        Words(f"People saved against {plan.baseline}", f"相对 {plan.baseline} 节省的人数"),
        (POLICY, Words("people", "人数")),
        rows,
    )
    words = Words(
        f"How many of the {plan.setting.usual.heads} people the desk could do without and be as "
        f"late as {plan.baseline} is with all of them; between the head counts tried, by straight "
        "lines, world by world. ≥ and ≤: the answer lies beyond the head counts tried. Teams keep "
        "their mix; the matrix dealt tickets out with the same people before, so a smaller desk "
        "begins with a longer queue.",
        f"在 {plan.setting.usual.heads} 人中可少用多少人，仍与 {plan.baseline} 满员时同样迟；"
        "在试过的人数之间逐世界线性插值。≥ 与 ≤ 表示答案超出试过的人数范围。"
        "各团队比例不变；此前由矩阵以相同人数分单，人少时起始积压也更长。",
    )
    title = Words("How many people would that have saved?", "能节省多少人？")
    return Section("people", title, (words,), (sheet,) * bool(rows), (pictures.people(found),))


def demand(found: Comparison) -> Section | None:
    """The late share by how much comes in."""
    if len({load.demand for load in found.plan.loads}) < 2:
        return None
    usual = found.plan.setting.usual
    loads = sorted(load for load in found.plan.loads if load.heads == usual.heads)
    tables = [found.under(load) for load in loads]
    rows = tuple(
        (policy, *(LATE.with_interval(table.mean("late", policy)) for table in tables))
        for policy in found.table.policies
    )
    columns = (POLICY, *(Words(f"× {load.demand:g}", f"× {load.demand:g}") for load in loads))
    sheet = Sheet(Words("Late, % by demand", "各需求量下的超时 %"), columns, rows)
    title = Words("More and fewer complaints", "投诉增减")
    return Section("demand", title, (), (sheet,), (pictures.demand(found),))


def speed(found: Comparison) -> Section:
    """How fast it was simulated."""
    told = ((policy, found.speed(policy)) for policy in found.table.policies)
    rows = tuple((policy, f"{rate:,.0f}", percent(share)) for policy, (rate, share) in told)
    columns = (
        POLICY,
        Words("tickets per second", "每秒工单数"),
        Words("share spent in the policy", "策略耗时占比"),
    )
    words = Words(
        "Processor time of one core for the played time: the desk, the growing history and the "
        "policy.",
        "单核处理器时间，含坐席仿真、历史增长与策略本身。",
    )
    sheet = Sheet(Words("Speed of the simulation", "仿真速度"), columns, rows)
    return Section("speed", Words("How fast it was played", "仿真速度"), (words,), (sheet,))


SECTIONS: Final[tuple[Callable[[Comparison], Section | None], ...]] = (
    overview, against, seeds, hindsight, people, demand, speed,
)  # fmt: skip
"""None where a section has nothing to say."""


def sections(found: Comparison) -> tuple[Section, ...]:
    """The sections of a comparison."""
    return tuple(told for section in SECTIONS if (told := section(found)) is not None)

"""The pictures of a comparison: intervals, worlds, the backlog, and the axes of load."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from matplotlib import colormaps

from experiments.compare.comparison import Comparison
from experiments.compare.measures import Measure
from experiments.compare.table import over_seeds
from experiments.contender import SHIPPED
from experiments.outcome import Outcome
from features.stream import HOUR, Floats
from features.words import Words
from training.study.drawing import BLUE, GREY, ORANGE, canvas, slanted
from training.study.section import Picture


def colours(policies: Sequence[str]) -> dict[str, Any]:
    """A colour for each contender, the same in every picture; the shipped one stands out."""
    others = iter(colormaps["Set2"].colors)  # type: ignore[attr-defined]  # of a listed colormap
    return {name: BLUE if name == SHIPPED else next(others, GREY) for name in policies}


def dots(found: Comparison, measure: Measure) -> Picture:
    """Each contender's mean with its interval, and a dot for every world."""
    table = found.table
    figure, axes = canvas("", measure.name.en, "", width=7.4)
    for place, policy in enumerate(reversed(table.policies)):
        values = table.of_seeds(measure.field, policy) * measure.times
        told = over_seeds(values)
        axes.scatter(values, np.full(values.size, place), s=14, color=GREY, zorder=2)
        spread = np.nan_to_num([[told.value - told.low], [told.high - told.value]])
        colour = BLUE if policy == SHIPPED else ORANGE
        axes.errorbar(told.value, place, xerr=spread, fmt="o", color=colour, capsize=3, zorder=3)
    axes.set_yticks(range(len(table.policies)), tuple(reversed(table.policies)))
    if measure.field == "late" and found.bounds:
        axes.axvline(found.bound.mean() * measure.times, color=GREY, linestyle="--", linewidth=1)
    caption = Words(
        f"{measure.name.en}: mean over worlds with 95 % interval; grey dots are single worlds"
        f"{', the dashed line is the hindsight bound' * bool(found.bounds)}.",
        f"{measure.name.zh}：各世界均值与 95% 区间；灰点为单个世界"
        f"{'，虚线为事后最优界' * bool(found.bounds)}。",
    )
    return Picture(f"dots_{measure.field}", caption, figure)


def worlds(found: Comparison, measure: Measure) -> Picture:
    """The same world under every contender, joined by a line."""
    table = found.table
    figure, axes = canvas("the same world under every policy", "", measure.name.en)
    for place, seed in enumerate(table.seeds):
        values = [table.of_seeds(measure.field, p)[place] * measure.times for p in table.policies]
        axes.plot(table.policies, values, marker="o", label=f"seed {seed}")
    axes.set_ylim(bottom=0)
    slanted(axes)
    axes.legend(frameon=False)
    caption = Words(
        "One line is one world: lines that run alike show what the policy does, not chance.",
        "每条线是一个世界：走势一致说明差异来自策略，而非偶然。",
    )
    return Picture("worlds", caption, figure)


def backlog(found: Comparison) -> Picture:
    """How many of the judged time's tickets are open, hour by hour, the mean over worlds."""
    table, play = found.table, found.plan.setting.play
    hours = np.arange((play.days - play.settle_days) * 24 + 1, dtype=np.float64)
    figure, axes = canvas("open tickets", "days after the first judged ticket", "open")
    paint = colours(table.policies)
    for policy, row in zip(table.policies, table.outcomes, strict=True):
        lines = [open_at(outcome, hours) for outcome in row]
        width = 2.2 if policy == SHIPPED else 1.2
        axes.plot(
            hours / 24, np.mean(lines, axis=0), label=policy, color=paint[policy], linewidth=width
        )
    axes.legend(frameon=False, fontsize=8)
    caption = Words(
        "Tickets that came since the first judged day and are not closed, mean over worlds. The "
        "queues that were there before are not in it.",
        "自首个计入日起到达且尚未关闭的工单，各世界均值；此前已有的积压不计。",
    )
    return Picture("backlog", caption, figure)


def open_at(outcome: Outcome, hours: Floats) -> Floats:
    """(n_hours,) tickets that came and are not closed, so many hours after the first came."""
    came = (outcome.created_us - outcome.created_us.min(initial=2**62)) / HOUR
    over = came + np.nan_to_num(outcome.close_hours, nan=np.inf)
    came_by = np.searchsorted(np.sort(came), hours, side="right")
    return np.asarray(came_by - np.searchsorted(np.sort(over), hours, side="right"), np.float64)


def people(found: Comparison) -> Picture:
    """The late share against the number of people, and the baseline's with all of them."""
    usual = found.plan.setting.usual
    loads = sorted(load for load in found.plan.loads if load.demand == usual.demand)
    picture = _curve(found, [(float(load.heads), load) for load in loads], "people")
    axes = picture.figure.axes[0]
    now = found.table.mean("late", found.plan.baseline).value
    axes.axhline(now * 100, color=GREY, linestyle="--", linewidth=1)
    axes.axvline(usual.heads, color=GREY, linestyle=":", linewidth=1)
    return picture


def demand(found: Comparison) -> Picture:
    """The late share against how much comes in."""
    usual = found.plan.setting.usual
    loads = sorted(load for load in found.plan.loads if load.heads == usual.heads)
    return _curve(found, [(load.demand, load) for load in loads], "demand")


def _curve(found: Comparison, points: Sequence[tuple[float, Any]], name: str) -> Picture:
    axis, caption = _AXES[name]
    figure, axes = canvas(f"late share by {name}", axis, "late, %")
    paint = colours(found.table.policies)
    tables = [found.under(load) for _, load in points]
    for policy in found.table.policies:
        told = [table.mean("late", policy) for table in tables]
        mean = np.array([one.value for one in told]) * 100
        half = np.nan_to_num([one.high - one.value for one in told]) * 100
        axes.errorbar([x for x, _ in points], mean, yerr=half, label=policy,
                      color=paint[policy], marker="o", markersize=4, capsize=2, elinewidth=0.8,
                      linewidth=2.2 if policy == SHIPPED else 1.2)  # fmt: skip
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, fontsize=8)
    return Picture(name, caption, figure)


_AXES: Final = {
    "people": (
        "people at the desk",
        Words(
            "Late share by head count, mean over worlds with 95 % interval. Where a line crosses "
            "the dashed one, that policy is as late as the baseline is with everybody.",
            "各人数下的超时比例，各世界均值与 95% 区间；与虚线相交处，该策略与基线满员时同样迟。",
        ),
    ),
    "demand": (
        "complaints, times the usual",
        Words(
            "Late share by demand, mean over worlds with 95 % interval.",
            "各需求量下的超时比例，各世界均值与 95% 区间。",
        ),
    ),
}

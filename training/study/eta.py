"""Are tickets resolved by the hours that the model gives?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from features.words import Words
from model.eta import LEVELS
from training.dataset import known_rows
from training.landmarks import look_weights
from training.metrics import coverage
from training.moments import Float, Int
from training.study.drawing import BLUE, GREY, ORANGE, canvas, slanted
from training.study.groups import ALL, STAGE_WORDS, Group, by_week
from training.study.intervals import Cases, measure
from training.study.section import Cell, Picture, Section, Sheet
from training.study.study import Study

_TITLE = Words("Hours to resolution: are they kept?", "解决时长：预测是否兑现？")
_WORDS = (
    Words(
        "Half of the tickets should be resolved by p50 and nine in ten by p90. The width is the "
        "median of p90 - p50. The pinball loss is the mean of both quantiles' (Koenker and "
        "Bassett, 1978), in hours. Only tickets resolved by the end of the log can be counted, "
        "so the youngest weeks look quicker than they are.",
        "应有一半工单在 p50 前解决，九成在 p90 前解决。宽度为 p90 − p50 的中位数。"
        "分位损失为两个分位数损失的均值（Koenker 与 Bassett，1978），单位小时。"
        "只能统计日志结束前已解决的工单，因此最近几周看起来比实际更快。",
    ),
)
_COLUMNS: Final = (
    Words("moments", "时刻"),
    Words("tickets", "工单数"),
    Words("resolved by p50", "p50 前解决"),
    Words("resolved by p90", "p90 前解决"),
    Words("median width, h", "宽度中位数（小时）"),
    Words("pinball loss, h", "分位损失（小时）"),
)
_PICTURE = Words(
    "Share resolved by p50 and by p90, by week of creation; dashed is what was promised.",
    "按创建周统计 p50、p90 前解决的比例；虚线为名义值。",
)


@dataclass(frozen=True, slots=True, eq=False)
class Hours:
    """Remaining hours and both quantiles said of them, with the tickets they belong to; (n,)."""

    actual: Float
    p50: Float
    p90: Float
    ticket: Int


def eta(study: Study) -> Section:
    """Coverage, width and pinball loss: overall, by stage and by week."""
    data = study.data
    rows = known_rows(data.labels, data.landmarks, "eta", study.test, clip=None)
    if not rows.row.size:  # nothing was resolved
        return Section("eta", _TITLE, _WORDS)
    p50, p90 = study.risk.hours(data.x[rows.row])
    ticket = data.landmarks.ticket[rows.row]
    hours = Hours(np.expm1(rows.y), p50, p90, ticket)
    kind = data.landmarks.kind[rows.row]
    stages = [Group(words, kind == i) for i, words in enumerate(STAGE_WORDS)]
    groups = [Group(ALL, np.full(kind.size, True)), *stages]
    weeks = by_week(data.labels.created_us[ticket])
    seed = study.config.seed
    sheets = (
        _sheet(Words("by stage", "按阶段"), hours, groups, seed),
        _sheet(Words("by week of creation", "按创建周"), hours, weeks, seed),
    )
    w = look_weights(ticket)
    covered = coverage(hours.actual, p90 + 1e-9, w)
    metrics = (("coverage_p90", covered), ("pinball_hours", pinball(hours, w)))
    return Section("eta", _TITLE, _WORDS, sheets, (_picture(hours, weeks),), metrics)


def pinball(hours: Hours, w: Float) -> float:
    """The mean over both quantiles of `max(level (y - q), (level - 1) (y - q))`, in hours."""
    losses = [
        np.average(np.maximum(level * (gap := hours.actual - said), (level - 1.0) * gap), weights=w)
        for level, said in zip(LEVELS, (hours.p50, hours.p90), strict=True)
    ]
    return float(np.mean(losses))


def _sheet(title: Words, hours: Hours, groups: list[Group] | tuple[Group, ...], seed: int) -> Sheet:
    rows = tuple(_row(group, hours, seed) for group in groups if group.rows.any())
    return Sheet(title, _COLUMNS, rows)


def _row(group: Group, hours: Hours, seed: int) -> tuple[Cell, ...]:
    some = group.rows
    part = Hours(hours.actual[some], hours.p50[some], hours.p90[some], hours.ticket[some])
    covered = [_covered(part, said, seed) for said in (part.p50, part.p90)]
    width = float(np.median(part.p90 - part.p50))
    tickets = int(np.unique(part.ticket).size)
    loss = pinball(part, look_weights(part.ticket))
    return (group.name, tickets, *covered, width, loss)


def _covered(part: Hours, said: Float, seed: int) -> str:
    kept = (part.actual <= said + 1e-9).astype(np.float64)
    return str(measure(Cases(kept, said, part.ticket), seed).rate)


def _picture(hours: Hours, weeks: tuple[Group, ...]) -> Picture:
    figure, axes = canvas("hours to resolution: coverage", "week of creation", "share resolved")
    names = [str(week.name) for week in weeks]
    for level, said, color in zip(LEVELS, (hours.p50, hours.p90), (ORANGE, BLUE), strict=True):
        kept = hours.actual <= said + 1e-9
        share = [
            np.average(kept[w.rows], weights=look_weights(hours.ticket[w.rows])) for w in weeks
        ]
        axes.plot(names, share, marker="o", color=color, label=f"p{100 * level:.0f}")
        axes.axhline(level, color=GREY, linewidth=1, linestyle="--")
    axes.set_ylim(0.0, 1.0)
    axes.legend(frameon=False)
    slanted(axes)
    return Picture("eta_coverage", _PICTURE, figure)

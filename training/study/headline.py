"""The figures on top of the study, each beside what one should watch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isnan
from typing import Final

from features.words import Words
from training.study.section import Section


@dataclass(frozen=True, slots=True)
class Watch:
    """A metric of the study and the bounds within which nobody need look: `[low, high]`."""

    metric: str
    name: Words
    advice: Words
    low: float = float("-inf")
    high: float = float("inf")


@dataclass(frozen=True, slots=True)
class Headline:
    """One figure, whether it lies within its bounds, and what to watch."""

    name: Words
    value: float
    fine: bool
    advice: Words


def _auc(metric: str, en: str, zh: str, low: float) -> Watch:
    advice = Words(
        f"below {low:.2f} the order of the tickets is little better than a rule of thumb",
        f"低于 {low:.2f} 时排序不比经验规则好多少",
    )
    return Watch(f"discrimination.{metric}.auc", Words(en, zh), advice, low)


WATCHED: Final = (
    _auc("timeout.created", "timeout AUC at creation", "超时 AUC（创建时）", 0.7),
    _auc("timeout.assigned", "timeout AUC at first assignment", "超时 AUC（首次指派时）", 0.7),
    _auc("timeout.event_8", "timeout AUC after the 8th event", "超时 AUC（第 8 个事件后）", 0.7),
    _auc("escalation.created", "escalation AUC at creation", "升级 AUC（创建时）", 0.7),
    _auc(
        "escalation.assigned", "escalation AUC at first assignment", "升级 AUC（首次指派时）", 0.7
    ),
    Watch(
        "baselines.timeout.created.lead",
        Words("lead over the best baseline at creation (AUC)", "创建时领先最佳基线（AUC）"),
        Words("at 0 or below a simpler method would do", "不大于 0 时，更简单的方法即可"),
        low=0.0,
    ),
    Watch(
        "baselines.timeout.assigned.lead",
        Words("lead over the best baseline at assignment (AUC)", "指派时领先最佳基线（AUC）"),
        Words("at 0 or below a simpler method would do", "不大于 0 时，更简单的方法即可"),
        low=0.0,
    ),
    Watch(
        "calibration.timeout.ece",
        Words("timeout calibration error (ECE)", "超时校准误差（ECE）"),
        Words("above 0.05 warnings come at the wrong risk", "高于 0.05 时阈值会在错误的风险上触发"),
        high=0.05,
    ),
    Watch(
        "calibration.timeout.bias",
        Words("timeout: mean risk minus rate", "超时：平均风险 − 发生率"),
        Words(
            "beyond ±0.03 the desk has drifted: train again", "超出 ±0.03 说明已漂移：应重新训练"
        ),
        low=-0.03,
        high=0.03,
    ),
    Watch(
        "calibration.escalation.ece",
        Words("escalation calibration error (ECE)", "升级校准误差（ECE）"),
        Words("above 0.05 warnings come at the wrong risk", "高于 0.05 时阈值会在错误的风险上触发"),
        high=0.05,
    ),
    Watch(
        "segments.timeout.worst_week_gap",
        Words("worst week: risk against rate (timeout)", "最差一周：风险与发生率之差（超时）"),
        Words("above 0.10 see the weeks below", "高于 0.10 时请看下方各周"),
        high=0.10,
    ),
    Watch(
        "workload.escalation.recall_at_12_percent",
        Words("escalations found by looking at 12 % of the tickets", "查看 12% 的工单所发现的升级"),
        Words("chance finds about 0.12", "随机查看约为 0.12"),
        low=0.24,
    ),
    Watch(
        "workload.timeout.precision_at_10",
        Words(
            "of 10 tickets looked at a day, late in the end (timeout)",
            "每日查看 10 张，最终超时的比例",
        ),
        Words("below 0.5 every second look is wasted", "低于 0.5 时一半以上的查看落空"),
        low=0.5,
    ),
    Watch(
        "eta.coverage_p90",
        Words("resolved by the p90 hours", "p90 时长内解决"),
        Words("outside 0.85 to 0.95 the hours mislead", "不在 0.85 至 0.95 之间时，时长会误导"),
        low=0.85,
        high=0.95,
    ),
    Watch(
        "drift.psi_above_quarter",
        Words("features that moved (PSI above 0.25)", "明显移动的特征数（PSI > 0.25）"),
        Words("more than 5: see the table of drift", "多于 5 个时请看漂移表"),
        high=5.0,
    ),
    Watch(
        "drift.label_delay_75_days",
        Words("days until 75 % of the verdicts are known", "75% 结论已知所需天数"),
        Words("above 30 the model learns from an old desk", "高于 30 天时，模型学到的是旧情况"),
        high=30.0,
    ),
)
"""What stands on top; a line here is all it takes. What a study did not measure is left out."""


def headlines(sections: Iterable[Section]) -> tuple[Headline, ...]:
    """The watched figures that the sections measured."""
    found = metrics(sections)
    return tuple(
        Headline(w.name, found[w.metric], w.low <= found[w.metric] <= w.high, w.advice)
        for w in WATCHED
        if w.metric in found
    )


def metrics(sections: Iterable[Section]) -> Mapping[str, float]:
    """All metrics as `<section>.<name>`, without those that are NaN."""
    pairs = ((f"{s.key}.{name}", value) for s in sections for name, value in s.metrics)
    return {name: float(value) for name, value in pairs if not isnan(value)}


def as_text(found: Iterable[Headline]) -> str:
    """The headlines for a terminal, one a line, `!` before those to look at.

    >>> words = Words("risk minus rate", "")
    >>> print(as_text([Headline(words, 0.08, False, Words("train again", ""))]), end="")
    ! risk minus rate                                                 0.080   train again
    """
    return "".join(
        f"{' ' if h.fine else '!'} {h.name.en:60}{h.value:>9.3f}   {h.advice.en}\n" for h in found
    )

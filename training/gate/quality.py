"""Checks of how good a model is: against the champion, against its own word, in each segment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from features.words import Words
from model.reliability import calibration_by_chance, expected_calibration_error
from training.gate.noise import (
    chance_of_worse,
    compare_calibration,
    holm,
)
from training.gate.params import GateParams
from training.gate.trial import Segment, Trial
from training.gate.verdict import Finding, fails, passes, undecided, unjudged
from training.metrics import Difference, compare


def not_worse(trial: Trial, limits: GateParams) -> Finding:
    """AUC and Brier score of the timeout against the champion's, by a paired bootstrap."""
    if trial.rivalry is None:
        return unjudged(trial.alone)
    sample = trial.rivalry.sample
    if len(sample) < limits.min_tickets or np.unique(sample.y).size < 2:  # both outcomes
        return _too_few(len(sample), limits)
    auc, brier = compare(sample.y, sample.new, sample.old, np.ones(len(sample)), trial.seed)
    worse = auc.value < -limits.noise * auc.error or brier.value > limits.noise * brier.error
    better = auc.value > limits.noise * auc.error or brier.value < -limits.noise * brier.error
    en, zh = _RANK[0 if worse else 2 if better else 1]
    said = Words(
        f"{en} on {len(sample):,} tickets that neither has seen: AUC {_said(auc, limits)}, "
        f"Brier {_said(brier, limits)}",
        f"在两个模型都没见过的 {len(sample):,} 张工单上{zh}：AUC {_said(auc, limits)}，"
        f"Brier {_said(brier, limits)}",
    )
    numbers = {"tickets": len(sample), **_numbers("auc", auc), **_numbers("brier", brier)}
    if not worse:
        return passes(said, numbers)
    remedy = Words(
        "look at the stages in report.txt and at the data since the champion's training",
        "查看 report.txt 中各阶段的指标，以及现任模型训练之后的数据",
    )
    return fails(said, remedy, numbers)


def calibrated(trial: Trial, limits: GateParams) -> Finding:
    """The expected calibration error: under the limit, and not above the champion's."""
    if trial.y.size < limits.min_tickets:
        return unjudged(_only(int(trial.y.size), limits))
    ece = expected_calibration_error(trial.y, trial.p, np.ones(trial.y.size))
    chance = calibration_by_chance(trial.p, trial.seed, limits.noise)
    numbers = {"tickets": trial.y.size, "ece": ece, "limit": limits.max_ece, "chance": chance}
    gap = _calibration_gap(trial, limits)
    if gap is not None:
        numbers |= _numbers("ece_gap", gap)
    beside = "" if gap is None else _said(gap, limits)
    said = Words(
        f"ECE {ece:.4f} on {trial.y.size:,} test tickets; limit {limits.max_ece:.4f}, and a "
        f"perfect model may show {chance:.4f} on so few"
        + (f"; against the champion {beside}" if beside else ""),
        f"{trial.y.size:,} 张测试工单上 ECE {ece:.4f}；上限 {limits.max_ece:.4f}，"
        f"完美模型在这么多工单上也可能到 {chance:.4f}"
        + (f"；与现任模型相比 {beside}" if beside else ""),
    )
    worse = gap is not None and gap.value > limits.noise * gap.error
    if not worse and ece <= max(limits.max_ece, chance):
        return passes(said, numbers)
    remedy = Words(
        "train on newer tickets: what calibrates must be like what is asked about",
        "用更新的工单训练：校准所用的数据应与被预测的相近",
    )
    return fails(said, remedy, numbers)


def _calibration_gap(trial: Trial, limits: GateParams) -> Difference | None:
    """The calibration error beside the champion's; None without enough tickets in common."""
    if trial.rivalry is None or len(trial.rivalry.sample) < limits.min_tickets:
        return None
    sample = trial.rivalry.sample
    return compare_calibration(sample.y, sample.new, sample.old, trial.seed)


def no_segment_hurt(trial: Trial, limits: GateParams) -> Finding:
    """No category, team or stage is worse by more than the margin, by Holm's test over all."""
    if trial.rivalry is None:
        return unjudged(trial.alone)
    segments = trial.rivalry.segments
    if not segments:
        least = limits.min_segment
        return unjudged(
            Words(
                f"no category, team or stage has {least} tickets that neither has seen",
                f"没有哪个类别、团队或阶段有 {least} 张两个模型都没见过的工单",
            )
        )
    tests = [
        chance_of_worse(s.sample.new, s.sample.old, s.sample.y, limits.segment_margin)
        for s in segments
    ]
    gaps, chances = np.array(tests).T
    hurt = np.flatnonzero(holm(chances, limits.segment_alpha))
    shown = hurt if hurt.size else np.argmin(chances, keepdims=True)
    said = _segment_words([(segments[i], gaps[i]) for i in shown], hurt.size, len(segments), limits)
    numbers = {"segments": len(segments), "hurt": hurt.size, "least_chance": chances.min()}
    numbers |= {f"{segments[i].kind}.{segments[i].name}": gaps[i] for i in shown}
    if not hurt.size:
        return passes(said, numbers)
    remedy = Words(
        "look for what changed there: new reasons, moved people, missing fields",
        "查看那里有什么变化：新的原因、人员调动、缺失的字段",
    )
    return fails(said, remedy, numbers)


_RANK: Final = (("worse", "更差"), ("not worse", "不更差"), ("better", "更好"))
_KINDS: Final = {"category": "类别", "team": "团队", "stage": "阶段"}


def _only(tickets: int, limits: GateParams) -> Words:
    return Words(
        f"only {tickets} tickets are old enough and seen by neither, {limits.min_tickets} with "
        "both outcomes are needed",
        f"两个模型都没见过且已足够久的工单只有 {tickets} 张，"
        f"需要 {limits.min_tickets} 张且两种结果都有",
    )


def _too_few(tickets: int, limits: GateParams) -> Finding:
    remedy = Words(
        "the champion stays until there are more tickets; wait, then train again",
        "工单足够之前保留现任模型；过一段时间再训练",
    )
    return undecided(_only(tickets, limits), remedy, {"tickets": tickets})


def _said(difference: Difference, limits: GateParams) -> str:
    """The difference and the interval that noise leaves it."""
    half = limits.noise * difference.error
    low, high = difference.value - half, difference.value + half
    return f"{difference.value:+.4f} [{low:+.4f}, {high:+.4f}]"


def _numbers(name: str, difference: Difference) -> dict[str, float]:
    return {name: difference.value, f"{name}_error": difference.error}


def _segment_words(
    shown: Sequence[tuple[Segment, float]], hurt: int, of: int, limits: GateParams
) -> Words:
    """How many of the segments are worse, and which, or else which is nearest to it."""
    en = ", ".join(f"{s.kind} {_about(s, gap)}" for s, gap in shown)
    zh = "、".join(f"{_KINDS[s.kind]} {_about(s, gap)}" for s, gap in shown)
    least, alpha = f"{limits.segment_margin:g}", f"Holm, {limits.segment_alpha:.0%}"
    if hurt:
        return Words(
            f"{hurt} of {of} segments worse by more than {least} beyond noise ({alpha}): {en}",
            f"{of} 个分组中有 {hurt} 个变差超过 {least} 且超出噪声（{alpha}）：{zh}",
        )
    return Words(
        f"none of {of} segments worse by more than {least} beyond noise ({alpha}); nearest: {en}",
        f"{of} 个分组都没有变差超过 {least} 且超出噪声（{alpha}）；最接近的：{zh}",
    )


def _about(segment: Segment, gap: float) -> str:
    return f"{segment.name} (Brier {gap:+.4f}, {len(segment.sample):,})"

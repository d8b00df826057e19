"""The checks of the gate: each reads the evidence and gives a finding. `CHECKS` is the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from training.gate.noise import (
    calibration_by_chance,
    chance_of_worse,
    compare_calibration,
    holm,
)
from training.gate.params import GateParams
from training.gate.trial import Segment, Trial
from training.gate.verdict import (
    Finding,
    Ruling,
    Verdict,
    Words,
    fails,
    passes,
    undecided,
    unjudged,
)
from training.metrics import Difference, compare, expected_calibration_error


@dataclass(frozen=True, slots=True)
class Check:
    """A line of the table: a name for tags, a title for people, the function."""

    name: str
    title: Words
    find: Callable[[Trial, GateParams], Finding]


def judge(trial: Trial, limits: GateParams, against: int = 0) -> Verdict:
    """The verdict of all checks; `against` is the version of the champion, 0 without one."""
    return Verdict(tuple(Ruling(c.name, c.title, c.find(trial, limits)) for c in CHECKS), against)


def not_worse(trial: Trial, limits: GateParams) -> Finding:
    """AUC and Brier score of the timeout against the champion's, by a paired bootstrap."""
    if trial.rivalry is None:
        return _alone(trial)
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
    bound = max(limits.max_ece, chance)
    numbers = {"tickets": trial.y.size, "ece": ece, "limit": limits.max_ece, "chance": chance}
    en = (
        f"ECE {ece:.4f} on {trial.y.size:,} test tickets; limit {limits.max_ece:.4f}, and a "
        f"perfect model may show {chance:.4f} on so few"
    )
    zh = (
        f"{trial.y.size:,} 张测试工单上 ECE {ece:.4f}；上限 {limits.max_ece:.4f}，"
        f"完美模型在这么多工单上也可能到 {chance:.4f}"
    )
    worse = False
    if trial.rivalry is not None and len(trial.rivalry.sample) >= limits.min_tickets:
        sample = trial.rivalry.sample
        gap = compare_calibration(sample.y, sample.new, sample.old, trial.seed)
        worse = gap.value > limits.noise * gap.error
        numbers |= _numbers("ece_gap", gap)
        en += f"; against the champion {_said(gap, limits)}"
        zh += f"；与现任模型相比 {_said(gap, limits)}"
    if worse or ece > bound:
        remedy = Words(
            "train on newer tickets: what calibrates must be like what is asked about",
            "用更新的工单训练：校准所用的数据应与被预测的相近",
        )
        return fails(Words(en, zh), remedy, numbers)
    return passes(Words(en, zh), numbers)


def no_segment_hurt(trial: Trial, limits: GateParams) -> Finding:
    """No category, team or stage has a worse Brier score, by Holm's test over all of them."""
    if trial.rivalry is None:
        return _alone(trial)
    segments = trial.rivalry.segments
    if not segments:
        return unjudged(
            Words(
                f"no category, team or stage has {limits.min_segment} tickets that neither has seen",
                f"没有哪个类别、团队或阶段有 {limits.min_segment} 张两个模型都没见过的工单",
            )
        )
    tests = [chance_of_worse(s.sample.new, s.sample.old, s.sample.y) for s in segments]
    gaps, chances = np.array(tests).T
    hurt = np.flatnonzero(holm(chances, limits.segment_alpha))
    worst = int(np.argmin(chances))
    numbers = {"segments": len(segments), "hurt": hurt.size, "least_chance": float(chances[worst])}
    numbers |= {f"{segments[i].kind}.{segments[i].name}": float(gaps[i]) for i in hurt}
    if hurt.size:
        return fails(
            _hurt_words([(segments[i], float(gaps[i])) for i in hurt], len(segments), limits),
            Words(
                "look for what changed there: new reasons, moved people, missing fields",
                "查看那里有什么变化：新的原因、人员调动、缺失的字段",
            ),
            numbers,
        )
    return passes(
        Words(
            f"none of {len(segments)} categories, teams and stages is worse beyond noise (Holm, "
            f"{limits.segment_alpha:.0%} in all); nearest is {_named(segments[worst], gaps[worst])}",
            f"{len(segments)} 个类别、团队和阶段都没有超出噪声地变差（Holm 校正，总体 "
            f"{limits.segment_alpha:.0%}）；最接近的是 {_named(segments[worst], gaps[worst])}",
        ),
        numbers,
    )


def quick(trial: Trial, limits: GateParams) -> Finding:
    """A batch takes at most so many times what it takes the champion, on the same machine."""
    if trial.rivalry is None:
        return _alone(trial)
    timing = trial.rivalry.timing
    if timing.old_s <= 0.0:
        return unjudged(Words("nothing to time", "没有可计时的内容"))
    ratio = timing.new_s / timing.old_s
    said = Words(
        f"{timing.rows:,} rows take {ratio:.2f} times as long as with the champion; "
        f"limit {limits.max_slowdown:.2f}",
        f"{timing.rows:,} 行的用时是现任模型的 {ratio:.2f} 倍；上限 {limits.max_slowdown:.2f}",
    )
    numbers = {"ratio": ratio, "limit": limits.max_slowdown, "rows": timing.rows}
    if ratio > limits.max_slowdown:
        remedy = Words(
            "grow fewer trees or leaves (`forest` in the config)",
            "减少树或叶子的数量（配置中的 `forest`）",
        )
        return fails(said, remedy, numbers)
    return passes(said, numbers)


def small(trial: Trial, limits: GateParams) -> Finding:
    """The files of the bundle and the trees of its forests stay under their limits."""
    megabytes = trial.size_bytes / 1e6
    said = Words(
        f"{megabytes:,.1f} MB of {limits.max_megabytes:,.0f}, "
        f"{trial.trees:,} trees of {limits.max_trees:,}",
        f"{megabytes:,.1f} MB（上限 {limits.max_megabytes:,.0f}），"
        f"{trial.trees:,} 棵树（上限 {limits.max_trees:,}）",
    )
    numbers = {"megabytes": megabytes, "trees": trial.trees}
    if megabytes > limits.max_megabytes or trial.trees > limits.max_trees:
        remedy = Words(
            "grow fewer trees, train on a shorter log, or raise the limit (`gate` in the config)",
            "减少树的数量，用较短的日志训练，或提高上限（配置中的 `gate`）",
        )
        return fails(said, remedy, numbers)
    return passes(said, numbers)


def reproducible(trial: Trial, _: GateParams) -> Finding:
    """The run has logged all that makes the model again, and its logged model says the same."""
    trace = trial.trace
    numbers = {"rows": trace.rows, "absent": len(trace.absent), "differs": trace.differs}
    if not trace.absent and trace.differs == 0:
        return passes(
            Words(
                "config, data, features, libraries and seed are logged; the logged model gives "
                f"the same predictions to the bit on {trace.rows:,} rows",
                "配置、数据、特征、库版本和随机种子均已记录；"
                f"记录的模型在 {trace.rows:,} 行上的预测逐位相同",
            ),
            numbers,
        )
    en, zh = [], []
    if trace.absent:
        names = ", ".join(trace.absent)
        en.append(f"not logged as it was used: {names}")
        zh.append(f"未如实记录：{names}")
    if trace.differs > 0:
        en.append(f"the logged model differs on {trace.differs:,} of {trace.rows:,} rows")
        zh.append(f"记录的模型在 {trace.rows:,} 行中有 {trace.differs:,} 行预测不同")
    remedy = Words("train and register again", "重新训练并注册")
    return fails(Words("; ".join(en), "；".join(zh)), remedy, numbers)


CHECKS: Final = (
    Check("not_worse", Words("not worse than the champion", "不差于现任模型"), not_worse),
    Check("calibrated", Words("calibrated", "概率校准"), calibrated),
    Check("no_segment_hurt", Words("no segment hurt", "没有分组变差"), no_segment_hurt),
    Check("quick", Words("quick enough", "速度"), quick),
    Check("small", Words("small enough", "大小"), small),
    Check("reproducible", Words("reproducible from its run", "可由运行记录重现"), reproducible),
)


_RANK: Final = (("worse", "更差"), ("not worse", "不更差"), ("better", "更好"))


def _alone(trial: Trial) -> Finding:
    return unjudged(trial.alone)


def _only(tickets: int, limits: GateParams) -> Words:
    return Words(
        f"only {tickets} tickets with both outcomes to judge by, {limits.min_tickets} are needed",
        f"可用于评判且两种结果都有的工单只有 {tickets} 张，需要 {limits.min_tickets} 张",
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


def _named(segment: Segment, gap: float) -> str:
    return f"{segment.kind} {segment.name!r} (Brier {gap:+.4f}, n = {len(segment.sample):,})"


def _hurt_words(hurt: list[tuple[Segment, float]], of: int, limits: GateParams) -> Words:
    names = ", ".join(_named(segment, gap) for segment, gap in hurt)
    alpha = f"{limits.segment_alpha:.0%}"
    return Words(
        f"{len(hurt)} of {of} segments are worse beyond noise (Holm, {alpha} in all): {names}",
        f"{of} 个分组中有 {len(hurt)} 个超出噪声地变差（Holm 校正，总体 {alpha}）：{names}",
    )

"""Checks of whether a model is fit to be served: how fast, how large, made how."""

from __future__ import annotations

from features.words import Words
from training.gate.params import GateParams
from training.gate.trial import Trial
from training.gate.verdict import Finding, fails, passes, unjudged


def quick(trial: Trial, limits: GateParams) -> Finding:
    """A batch is quick in itself, or takes at most so many times what it takes the champion."""
    if trial.rivalry is None:
        return unjudged(trial.alone)
    timing = trial.rivalry.timing
    if timing.old_s <= 0.0:
        return unjudged(Words("nothing to time", "没有可计时的内容"))
    ratio, row_us = timing.new_s / timing.old_s, timing.new_s / timing.rows * 1e6
    said = Words(
        f"{timing.rows:,} rows take {ratio:.2f} times as long as with the champion; "
        f"limit {limits.max_slowdown:.2f}; {row_us:,.0f} µs a row, below {limits.quick_us:g} any "
        "ratio will do",
        f"{timing.rows:,} 行的用时是现任模型的 {ratio:.2f} 倍；上限 {limits.max_slowdown:.2f}；"
        f"每行 {row_us:,.0f} 微秒，低于 {limits.quick_us:g} 时不限倍数",
    )
    numbers = {"ratio": ratio, "limit": limits.max_slowdown, "rows": timing.rows, "row_us": row_us}
    if ratio > limits.max_slowdown and row_us >= limits.quick_us:
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

"""The tables for people: the verdict of a log, and estimates beside the truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from experiments.ope.check import World
from experiments.ope.estimators import ESTIMATORS
from experiments.ope.judge import Verdict

_WIDE: Final = 14


def verdict_text(verdict: Verdict) -> str:
    """On-time shares of each evaluation policy by each estimator, and what speaks against them."""
    drawn = f"{verdict.rounds} lots, {verdict.undecided} not yet decided"
    lines = [
        f"{drawn}, {verdict.carried_out:.1%} carried out; on time as logged {verdict.logged}",
        "",
        _row("policy", [*ESTIMATORS, "ESS", "gain by dr"]),
    ]
    lines += [
        _row(
            each.policy,
            [
                *(f"{each.estimates[way].value:.3f}" for way in ESTIMATORS),
                f"{each.overlap.effective:.0f}",
                str(each.gain),
            ],
        )
        for each in verdict.judged
    ]
    for each in verdict.judged:
        lines += [f"{each.policy}: {en} · {zh}" for en, zh in each.overlap.warnings()]
    return "\n".join(lines)


def worlds_text(worlds: Sequence[World]) -> str:
    """Each policy's truth and each estimator's error, in every world and over all of them."""
    names = [each.policy for each in worlds[0].checked]
    lines = []
    for world in worlds:
        late, drawn = f"desk late {world.played.late_share:.1%}", f"{world.rounds} lots"
        lines += [
            f"seed {world.seed}: {drawn}, on time as logged {world.logged}, {late}",
            _row("policy", ["truth", *ESTIMATORS, "ESS", "both", "desk late"]),
        ]
        for each in world.checked:
            values = [f"{each.truth.value + each.errors[way].value:.3f}" for way in ESTIMATORS]
            told = [f"{each.overlap.effective:.0f}", f"{each.both:.0%}"]
            late = f"{each.played.late_share:.1%}"
            lines.append(_row(each.policy, [f"{each.truth.value:.3f}", *values, *told, late]))
        lines.append("")
    lines += [
        "error, points of on-time share: mean over the worlds ± standard error of that mean",
        _row("policy", ["true gain", *ESTIMATORS]),
    ]
    for at, name in enumerate(names):
        rows = [world.checked[at] for world in worlds]
        gains = [
            row.truth.value - world.logged.value for row, world in zip(rows, worlds, strict=True)
        ]
        errors = [_mean([row.errors[way].value for row in rows]) for way in ESTIMATORS]
        lines.append(_row(name, [_mean(gains), *errors]))
    return "\n".join(lines)


def _mean(values: Sequence[float]) -> str:
    points = 100 * np.array(values)
    if points.size == 1:
        return f"{points[0]:+.1f}"
    return f"{points.mean():+.1f} ± {points.std(ddof=1) / np.sqrt(points.size):.1f}"


def _row(first: str, rest: Sequence[str]) -> str:
    return f"{first:{_WIDE}}" + "".join(f"{each:>{_WIDE}}" for each in rest)

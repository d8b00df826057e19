"""The tables for people: the verdict of a log, and estimates beside the truth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from experiments.ope.check import World
from experiments.ope.estimators import ESTIMATORS, Estimate
from experiments.ope.judge import Verdict

_WIDE: Final = 12


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
        late, drawn = f"desk late {world.played.late:.1%}", f"{world.rounds} lots"
        lines += [
            f"seed {world.seed}: {drawn}, on time as logged {world.logged}, {late}",
            _row("policy", ["truth", *ESTIMATORS, "ESS", "both", "shaken", "shift", "desk late"]),
        ]
        for each in world.checked:
            values = [f"{each.truth.value + each.errors[way].value:.3f}" for way in ESTIMATORS]
            told = [f"{each.overlap.effective:.0f}", f"{each.both:.0%}", f"{each.shaken:.0%}"]
            told += [f"{100 * each.shift:+.1f}", f"{each.played.late:.1%}"]
            lines.append(_row(each.policy, [f"{each.truth.value:.3f}", *values, *told]))
        lines.append("")
    spread = "by ticket" if len(worlds) == 1 else "by world"
    lines += [
        f"error in points of on-time share, ± its standard error {spread}",
        _row("policy", ["true gain", *ESTIMATORS]),
    ]
    for at, name in enumerate(names):
        rows = [world.checked[at] for world in worlds]
        errors = [_mean([row.errors[way] for row in rows]) for way in ESTIMATORS]
        lines.append(_row(name, [_mean([row.gain for row in rows]), *errors]))
    return "\n".join(lines)


def _mean(found: Sequence[Estimate]) -> str:
    """The mean of one estimate in each world, in points."""
    values, error = np.array([each.value for each in found]), found[0].error
    if values.size > 1:
        error = float(values.std(ddof=1) / np.sqrt(values.size))
    return f"{100 * values.mean():+.1f} ± {100 * error:.1f}"


def _row(first: str, rest: Sequence[str]) -> str:
    return f"{first:{_WIDE}}" + "".join(f" {each:>{_WIDE}}" for each in rest)

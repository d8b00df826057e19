"""The table of the checks, and the verdict over all of them. A new check is a line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from features.words import Words
from training.gate.fitness import quick, reproducible, small
from training.gate.params import GateParams
from training.gate.quality import calibrated, no_segment_hurt, not_worse
from training.gate.trial import Trial
from training.gate.verdict import Finding, Ruling, Verdict


@dataclass(frozen=True, slots=True)
class Check:
    """A line of the table: a name for tags, a title for people, the function."""

    name: str
    title: Words
    find: Callable[[Trial, GateParams], Finding]


CHECKS: Final = (
    Check("not_worse", Words("not worse than the champion", "不差于现任模型"), not_worse),
    Check("calibrated", Words("calibrated", "概率校准"), calibrated),
    Check("no_segment_hurt", Words("no segment hurt", "没有分组变差"), no_segment_hurt),
    Check("quick", Words("quick enough", "速度"), quick),
    Check("small", Words("small enough", "大小"), small),
    Check("reproducible", Words("reproducible from its run", "可由运行记录重现"), reproducible),
)


def judge(trial: Trial, limits: GateParams, against: int = 0) -> Verdict:
    """The verdict of all checks; `against` is the version of the champion, 0 without one."""
    return Verdict(tuple(Ruling(c.name, c.title, c.find(trial, limits)) for c in CHECKS), against)

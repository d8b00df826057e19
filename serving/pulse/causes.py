"""Why promises are broken: by stage, by category, and the vital few cells of both (Pareto)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from features.stream import Floats, Ints
from serving.pulse.calendar import Span
from serving.pulse.facts import STAGE_NAMES, Facts
from serving.pulse.figures import figures, group_names, within

VITAL: Final = 0.8
"""The share of the timeouts that the vital few make up (Juran)."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage: how many late tickets were in it when their promise passed, and their share.

    `longest` are those of which most of the time went there, until now or their closing;
    `hours` is the median time that these spent in it, None without any.
    """

    stage: str
    late: int
    share: float
    longest: int
    hours: float | None


@dataclass(frozen=True, slots=True)
class Category:
    """A category: promises judged, those broken, and their share; None for an unknown one."""

    category: str | None
    judged: int
    late: int
    late_share: float


@dataclass(frozen=True, slots=True)
class Cause:
    """A cell of stage and category: its timeouts, and the growing share of all up to it.

    `vital` ones are the fewest that together make up `VITAL` of the timeouts.
    """

    stage: str
    category: str | None
    late: int
    share: float
    so_far: float
    vital: bool


@dataclass(frozen=True, slots=True)
class Causes:
    """The timeouts of a span, by stage, by category (most late first) and by both."""

    late: int
    stages: tuple[Stage, ...]
    categories: tuple[Category, ...]
    cells: tuple[Cause, ...]


def causes(facts: Facts, span: Span) -> Causes:
    """What the late verdicts of the span had in common."""
    some = within(facts.timeouts, span.whole) == 0
    stage, longest, spent = facts.stage[some], facts.longest[some], facts.spent[some]
    names = group_names(facts, "category")
    category = facts.timeouts.category[some]
    category = np.where(category >= 0, category, len(names) - 1)
    return Causes(
        late=stage.size,
        stages=tuple(_stages(stage, longest, spent)),
        categories=_categories(facts, span, names),
        cells=_cells(stage, category, names),
    )


def _stages(stage: Ints, longest: Ints, spent: Floats) -> list[Stage]:
    late = np.bincount(stage, minlength=len(STAGE_NAMES))
    most = np.bincount(longest, minlength=len(STAGE_NAMES))
    return [
        Stage(
            stage=name,
            late=int(late[n]),
            share=float(late[n] / stage.size),
            longest=int(most[n]),
            hours=float(np.median(spent[longest == n])) if most[n] else None,
        )
        for n, name in enumerate(STAGE_NAMES)
        if late[n] or most[n]
    ]


def _categories(facts: Facts, span: Span, names: list[str | None]) -> tuple[Category, ...]:
    found = figures(facts, span.whole, "category")
    judged, late, share = found.judged[:, 0], found.late[:, 0], found.late_share[:, 0]
    order = np.lexsort((-judged, -late))
    return tuple(
        Category(names[n], int(judged[n]), int(late[n]), float(share[n]))
        for n in order.tolist()
        if judged[n]
    )


def _cells(stage: Ints, category: Ints, names: list[str | None]) -> tuple[Cause, ...]:
    """Most timeouts first."""
    late = np.bincount(stage * len(names) + category)
    order = np.argsort(-late, kind="stable")
    order = order[late[order] > 0]
    so_far = np.cumsum(late[order])
    vital = so_far - late[order] < VITAL * stage.size
    return tuple(
        Cause(
            stage=STAGE_NAMES[cell // len(names)],
            category=names[cell % len(names)],
            late=int(late[cell]),
            share=float(late[cell] / stage.size),
            so_far=float(so_far[place] / stage.size),
            vital=bool(vital[place]),
        )
        for place, cell in enumerate(order.tolist())
    )

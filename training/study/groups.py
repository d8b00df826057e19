"""Parts of the test cases by a name, a week, a number: what tables have a row for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.words import Words
from training.evaluate import Answers
from training.landmarks import STAGES
from training.moments import HOUR_US, Bool, Float, Int
from training.study.intervals import Cases, Measured, measure
from training.study.section import Cell, Sheet
from training.study.study import Study

MOST: Final = 8
"""Groups with a row of their own; the rest stand together."""

FEWEST: Final = 20
"""Of fewer tickets than this an AUC tells nothing, and its interval lies."""

ALL: Final = Words("all moments", "全部时刻")
REST: Final = Words("the rest", "其余")
MISSING: Final = Words("(none)", "（无）")
STAGE_WORDS: Final = (
    Words("at creation", "创建时"),
    Words("at first assignment", "首次指派时"),
    Words("after a later event", "后续事件后"),
    Words("on the grid of ages", "按工单年龄取点"),
)
TASK_WORDS: Final = {
    "timeout": Words("Timeout", "超时"),
    "escalation": Words("Escalation", "升级"),
}
COLUMNS: Final = (
    Words("tickets", "工单数"),
    Words("rate", "发生率"),
    Words("mean risk", "平均风险"),
    Words("AUC", "AUC"),
    Words("Brier", "Brier"),
    Words("ECE", "ECE"),
)
_DAY_US: Final = 24 * HOUR_US


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Some of the cases: a mask (n,) or row numbers, and their name."""

    name: str | Words
    rows: NDArray[Any]


def judged(study: Study) -> tuple[Answers, ...]:
    """The answers of the tasks whose test cases had both outcomes: the others show nothing."""
    found = study.evaluation.answers.values()
    return tuple(answers for answers in found if np.unique(answers.rows.y).size == 2)  # 0 and 1


def about(answers: Answers, words: Words) -> Words:
    """A title with the name of the task before it."""
    task = TASK_WORDS[answers.task]
    return Words(f"{task.en}: {words.en}", f"{task.zh}：{words.zh}")


def cases(answers: Answers, contender: str = "model") -> Cases:
    """What one contender said of the test moments of a task."""
    return Cases(answers.rows.y, answers.said[contender], answers.ticket)


def by_stage(answers: Answers) -> tuple[Group, ...]:
    """All moments, then those of each stage that has any."""
    every = Group(ALL, np.full(answers.stage.size, True))
    parts = (Group(words, answers.stage == i) for i, words in enumerate(STAGE_WORDS))
    return (every, *(part for part in parts if part.rows.any()))


def at_stage(answers: Answers, stage: str) -> Bool:
    """(n,) which moments are of a stage."""
    return np.asarray(answers.stage == STAGES.index(stage), dtype=np.bool_)


def by_label(labels: NDArray[np.object_], ticket: Int, most: int = MOST) -> tuple[Group, ...]:
    """The labels (n,) of most tickets, the largest first, and the rest; None is a label too."""
    code, names = pd.factorize(labels, use_na_sentinel=False)
    pairs = np.unique(np.stack([code, ticket]), axis=1)[0] if code.size else code
    order = np.argsort(-np.bincount(pairs, minlength=len(names)), kind="stable")
    top = [Group(_label(names[i]), code == i) for i in order[:most]]
    if order.size == most + 1:  # a rest of one has a name
        top.append(Group(_label(names[order[most]]), code == order[most]))
    elif order.size > most:
        top.append(Group(REST, np.isin(code, order[most:])))
    return tuple(top)


def _label(name: object) -> str | Words:
    return MISSING if pd.isna(name) else str(name)  # type: ignore[call-overload]  # None or text


def by_week(created_us: Int) -> tuple[Group, ...]:
    """One group per week (from Monday, UTC) of creation, in order; named by its Monday.

    >>> [group.name for group in by_week(np.array([0, 7 * 24 * HOUR_US]))]
    ['1969-12-29', '1970-01-05']
    """
    days = created_us // _DAY_US
    monday = days - (days + 3) % 7  # 1 January 1970 was a Thursday
    return tuple(Group(str(np.datetime64(int(m), "D")), monday == m) for m in np.unique(monday))


def by_number(
    values: Float, edges: tuple[float, ...], names: tuple[str | Words, ...]
) -> tuple[Group, ...]:
    """Parts `[edge, next edge)` with a name each, NaN last if a name more is given."""
    place = np.digitize(values, edges)
    place = np.where(np.isnan(values), len(edges) + 1, place)
    groups = (Group(name, place == i) for i, name in enumerate(names))
    return tuple(group for group in groups if group.rows.any())


def sheet_of(title: Words, first: Words, cases: Cases, groups: Iterable[Group], seed: int) -> Sheet:
    """A table with the figures of each group, with intervals."""
    rows = tuple((g.name, *figures(measure(cases.take(g.rows), seed))) for g in groups)
    return Sheet(title, (first, *COLUMNS), rows)


def figures(found: Measured) -> tuple[Cell, ...]:
    """The cells of `COLUMNS`; of too few tickets only what they were.

    Rate and mean risk stand without their intervals, to keep lines short.
    """
    figures = (found.auc, found.brier, found.ece)
    told = (str(figure) if found.tickets >= FEWEST else None for figure in figures)
    return (found.tickets, found.rate.value, found.risk.value, *told)

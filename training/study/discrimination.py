"""Does the risk tell apart what will go wrong, and how early?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd

from features.words import Words
from model.risk import DUE
from training.evaluate import Answers
from training.landmarks import STAGES
from training.moments import MINUTE_US, Bool, Int
from training.plots import ranking_curves
from training.study.facts import column
from training.study.groups import Group, about, by_number, by_stage, cases, judged, sheet_of
from training.study.intervals import measure
from training.study.section import Picture, Section, Sheet
from training.study.study import Study

STEPS: Final = (1, 2, 3, 5, 8)
"""The events of a ticket after which it is looked at."""
FEWEST: Final = 50
"""Of fewer busy tickets than this no figure is told on its own."""

_TITLE = Words(
    "Discrimination: does the risk tell what will go wrong?", "区分度：风险能否分出会出问题的工单？"
)
_WORDS = (
    Words(
        "AUC is the chance that a ticket that went wrong had the higher risk of two: 0.5 is a "
        "coin, 1 is perfect. Of several looks at a ticket in one row the k-th counts 1 / k. "
        "Intervals (95 %) come from drawing whole tickets anew.",
        "AUC 是两张工单中真正出问题的那张风险更高的概率：0.5 等于抛硬币，1 为完美。同一行中"
        "对一张工单的第 k 次查看权重为 1/k。区间（95%）由整张工单重抽样得到。",
    ),
    Words(
        "Rows by k-th event are not about the same tickets: short ones have dropped out. The "
        f"fixed cohort is: tickets that stayed open for {STEPS[-1]} events or more, each seen "
        "after its k-th, as published comparisons do. Events within a minute count as one.",
        "按第 k 个事件的各行并非同一批工单：较短的已退出。固定批次则始终是同一批：至少经历 "
        f"{STEPS[-1]} 个事件仍未结的工单，各在第 k 个事件之后查看，与已发表的比较一致。"
        "一分钟内的事件算作一个。",
    ),
)
_DUE_NAMES = tuple(
    Words(en, zh)
    for en, zh in (
        ("less than 2 h", "不足 2 小时"),
        ("2 to 8 h", "2 至 8 小时"),
        ("8 to 24 h", "8 至 24 小时"),
        ("24 to 72 h", "24 至 72 小时"),
        ("72 h or more", "72 小时以上"),
        ("no promised time", "无承诺时限"),
    )
)
_CURVES = Words(
    "ROC and precision-recall curves of the model by stage.",
    "模型在各阶段的 ROC 与查准-查全曲线：created 创建时，assigned 首次指派时，"
    "later 后续事件后，grid 按工单年龄取点。",
)


def discrimination(study: Study) -> Section:
    """AUC by stage, by event number, by hours to the deadline; ROC and precision-recall."""
    sheets: list[Sheet] = []
    pictures: list[Picture] = []
    metrics: list[tuple[str, float]] = []
    for answers in judged(study):
        sheets += _sheets(study, answers)
        pictures.append(
            Picture(f"curves_{answers.task}", about(answers, _CURVES), ranking_curves(answers))
        )
        metrics += _metrics(study, answers)
    return Section("discrimination", _TITLE, _WORDS, tuple(sheets), tuple(pictures), tuple(metrics))


def _sheets(study: Study, answers: Answers) -> Iterator[Sheet]:
    said, seed = cases(answers), study.config.seed
    step = step_of(study, answers.rows.row)
    parts = (
        (Words("by stage", "按阶段"), by_stage(answers)),
        (Words("after the k-th event", "第 k 个事件后"), _by_step(step, np.full(step.size, True))),
        (
            Words(f"fixed cohort, {STEPS[-1]} events or more", f"固定批次（≥ {STEPS[-1]} 个事件）"),
            _by_step(step, _cohort(answers.ticket, step)),
        ),
        (
            Words("by hours to the deadline", "按距时限小时数"),
            by_number(
                column(study, answers.rows.row, DUE), (2.0, 8.0, 24.0, 72.0), _DUE_NAMES
            ),
        ),
    )  # fmt: skip
    for words, groups in parts:
        some = [group for group in groups if group.rows.any()]
        if len(some) > 1:
            yield sheet_of(about(answers, words), Words("moments", "时刻"), said, some, seed)


def step_of(study: Study, row: Int) -> Int:
    """(n,) after which event of its ticket each landmark stands; 0 for the grid of ages.

    Events within a burst (`LandmarkParams.burst_minutes`) count once, at the last landmark in
    it; its earlier landmarks are 0. `row` is in the order of the landmarks.
    """
    marks = study.data.landmarks
    event = np.flatnonzero(marks.kind != STAGES.index("grid"))
    ticket, time = marks.ticket[event], marks.time_us[event]
    gap = int(study.config.landmarks.burst_minutes * MINUTE_US)
    follows = np.r_[(ticket[1:] == ticket[:-1]) & (np.diff(time) <= gap), False][: event.size]
    last = event[~follows]
    step = np.zeros(len(marks), dtype=np.int64)
    step[last] = pd.Series(marks.ticket[last]).groupby(marks.ticket[last]).cumcount() + 1
    return step[row]


def _cohort(ticket: Int, step: Int) -> Bool:
    """(n,) the moments of tickets that were seen after the last of `STEPS`."""
    return np.isin(ticket, ticket[step == STEPS[-1]])


def _by_step(step: Int, among: Bool) -> tuple[Group, ...]:
    return tuple(Group(Words(f"event {k}", f"第 {k} 个事件"), among & (step == k)) for k in STEPS)


def _metrics(study: Study, answers: Answers) -> Iterator[tuple[str, float]]:
    for entry in study.evaluation.scores:
        if (entry.task, entry.contender) == (answers.task, "model"):
            yield f"{entry.task}.{entry.stage}.auc", entry.score.auc
    last = step_of(study, answers.rows.row) == STEPS[-1]
    found = measure(cases(answers).take(last), study.config.seed, rounds=1)
    if found.tickets >= FEWEST:
        yield f"{answers.task}.event_{STEPS[-1]}.auc", found.auc.value

"""For whom, and when, does the model do well or badly?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from matplotlib.figure import Figure

from features.words import Words
from training.evaluate import Answers
from training.study.drawing import BLUE, ORANGE, canvas, slanted
from training.study.facts import label_at
from training.study.groups import FEWEST, about, by_label, by_week, cases, judged, sheet_of
from training.study.intervals import Measured, measure
from training.study.section import Picture, Section, Sheet
from training.study.study import Study

_TITLE = Words("Segments and weeks: where is it weak?", "分群与分周：哪里薄弱？")
_WORDS = (
    Words(
        "All moments of the test tickets, the k-th look at a ticket counting 1 / k. A segment "
        "whose mean risk leaves its rate is served unfairly; a week in which it does shows drift.",
        "测试工单的全部时刻，对一张工单的第 k 次查看权重为 1/k。"
        "平均风险偏离发生率的分群受到不公平对待；偏离的那一周则显示漂移。",
    ),
)
FACTS: Final = (
    ("category", Words("category", "类别")),
    ("region", Words("region", "地区")),
    ("channel", Words("channel", "渠道")),
    ("priority", Words("priority", "优先级")),
    ("team", Words("team", "团队")),
)
_BY_WEEK = Words(
    "Mean risk against the share that came true, by week of creation, with its 95 % interval.",
    "按创建周比较平均风险与实际发生率；竖线为其 95% 区间。",
)


def segments(study: Study) -> Section:
    """Rate, mean risk, AUC, Brier score and ECE by segment and by week of creation."""
    sheets: list[Sheet] = []
    pictures: list[Picture] = []
    metrics: list[tuple[str, float]] = []
    for answers in judged(study):
        sheets += _segments(study, answers)
        weeks = by_week(study.data.labels.created_us[answers.ticket])
        said, seed = cases(answers), study.config.seed
        title = about(answers, Words("by week of creation", "按创建周"))
        sheets.append(sheet_of(title, Words("week from", "周起始"), said, weeks, seed))
        found = [measure(said.take(week.rows), seed) for week in weeks]
        names = [str(week.name) for week in weeks]
        figure = _weekly(answers.task, names, found)
        pictures.append(Picture(f"weeks_{answers.task}", about(answers, _BY_WEEK), figure))
        gaps = (abs(w.risk.value - w.rate.value) for w in found if w.tickets >= FEWEST)
        metrics.append((f"{answers.task}.worst_week_gap", max(gaps, default=float("nan"))))
    return Section("segments", _TITLE, _WORDS, tuple(sheets), tuple(pictures), tuple(metrics))


def _segments(study: Study, answers: Answers) -> Iterator[Sheet]:
    for fact, words in FACTS:
        groups = by_label(label_at(study, answers.rows.row, fact), answers.ticket)
        if len(groups) > 1:
            title = about(answers, Words(f"by {words.en}", f"按{words.zh}"))
            yield sheet_of(title, words, cases(answers), groups, study.config.seed)


def _weekly(task: str, names: list[str], found: list[Measured]) -> Figure:
    figure, axes = canvas(f"{task}: mean risk and rate by week", "week of creation", "share")
    rate = np.array([week.rate.value for week in found])
    low = rate - np.array([week.rate.low for week in found])
    high = np.array([week.rate.high for week in found]) - rate
    around = np.maximum([low, high], 0.0)
    axes.errorbar(names, rate, yerr=around, fmt="o", color=ORANGE, capsize=3, label="rate")
    axes.plot(names, [week.risk.value for week in found], marker="s", color=BLUE, label="mean risk")
    axes.set_ylim(bottom=0.0)
    axes.legend(frameon=False)
    slanted(axes)
    return figure

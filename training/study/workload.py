"""If a team can look at so many tickets a day, how much does it find?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
from matplotlib.figure import Figure

from features.words import Words
from training.dataset import Task
from training.evaluate import Answers
from training.moments import Float
from training.study.drawing import BLUE, GREY, ORANGE, canvas
from training.study.groups import about, judged
from training.study.intervals import share_of
from training.study.lists import Lists, Quota, lists, work_through
from training.study.section import Cell, Picture, Section, Sheet
from training.study.study import Study

TOP: Final = (5, 10, 20, 50)
"""Tickets a day that a team looks at."""
SHARES: Final = (0.05, 0.12, 0.25, 0.5)
"""Shares of all listed tickets that it looks at."""
PUBLISHED: Final = 0.12

_TITLE = Words(
    "Workload: what does a team find that looks at the top of the list?",
    "工作量：团队只看名单前列，能发现多少？",
)
_WORDS = (
    Words(
        "Once a day, at the hour (UTC) in which most tickets arrive, the open test tickets are "
        "ranked by the risk of that moment, and the team looks at the first ones that it has not "
        "looked at before. Recall: of the tickets that came to harm after they had been on a "
        "list, the share that was looked at before. Precision: of the tickets looked at, the "
        "share that came to harm after that. Harm before the first list is in neither; how much "
        "of it there was stands in the title.",
        "每天一次，在工单到达最多的钟点（UTC），按当时的风险对未结测试工单排序，团队从前往后查看此前"
        "未看过的工单。召回率：上过名单之后才出问题的工单中，事先被查看的比例。精确率：被查看的工单中，"
        "之后确实出问题的比例。首次上名单之前已出问题的不计入二者，其数量见表题。",
    ),
    Words(
        "For IBM's support desk Montgomery, Damian, Bulmer and Quader (2018, Requirements "
        "Engineering) report that 87 % of the escalations were found with 88 % less work. Other "
        "data and another way of counting: an analogy, not a comparison. The row at 12 % of the "
        "tickets is the one to hold beside it.",
        "Montgomery、Damian、Bulmer 与 Quader（2018，Requirements Engineering）报告：IBM 支持台在"
        "减少 88% 工作量的同时发现了 87% 的升级。数据与口径均不同：仅为类比，不可直接比较。"
        "可与其对照的是 12% 的一行。",
    ),
)
_COLUMNS: Final = (
    Words("looked at", "查看范围"),
    Words("share of the tickets", "工单占比"),
    Words("recall", "召回率"),
    Words("precision", "精确率"),
    Words("recall, deadline rule", "召回率（时限规则）"),
    Words("precision, deadline rule", "精确率（时限规则）"),
    Words("recall, random", "召回率（随机）"),
)
_PICTURE = Words(
    "Share of the harmed tickets found before, by the share of the tickets that is looked at.",
    "按查看比例统计：事先发现的出问题工单占比。",
)
CONTENDERS: Final = ("model", "rule", "random")


def workload(study: Study) -> Section:
    """Recall and precision at the top of daily lists, for escalation and timeout."""
    sheets: list[Sheet] = []
    pictures: list[Picture] = []
    metrics: list[tuple[str, float]] = []
    for answers in reversed(judged(study)):  # escalation first: it is what lists are for
        found = lists(study, answers.task)
        if not np.any(found.came_true == 1):
            continue
        noise = np.random.default_rng(study.config.seed).random(found.ticket.size)
        said = dict(zip(CONTENDERS, (found.model, found.rule, noise), strict=True))
        sheets.append(_sheet(answers, found, said, study.config.seed))
        figure = _curve(answers.task, found, said)
        pictures.append(Picture(f"workload_{answers.task}", about(answers, _PICTURE), figure))
        metrics += _metrics(answers.task, found)
    return Section("workload", _TITLE, _WORDS, tuple(sheets), tuple(pictures), tuple(metrics))


def _sheet(answers: Answers, found: Lists, said: Mapping[str, Float], seed: int) -> Sheet:
    quotas = [(Words(f"top {n} a day", f"每日前 {n}"), Quota(n)) for n in TOP]
    quotas += [(Words(f"{part:.0%} of the tickets", f"{part:.0%}"), Quota(part)) for part in SHARES]
    rows: list[tuple[Cell, ...]] = []
    for words, quota in quotas:
        model, rule, random = (work_through(found, said[name], quota) for name in CONTENDERS)
        cells = (str(share_of(part, seed)) for part in (model.found, model.true))
        others = (share_of(part, seed).value for part in (rule.found, rule.true, random.found))
        rows.append((words, model.looked_at, *cells, *others))
    _, size = np.unique(found.day, return_counts=True)
    harmed = np.unique(found.ticket[found.came_true == 1]).size
    title = Words(
        f"{size.size} lists of {np.median(size):.0f} tickets (median); {harmed} tickets came to "
        f"harm after they were listed, {found.missed} before",
        f"{size.size} 份名单，中位数 {np.median(size):.0f} 张；{harmed} 张在上名单后出问题，"
        f"{found.missed} 张在此之前",
    )
    return Sheet(about(answers, title), _COLUMNS, tuple(rows))


def _metrics(task: Task, found: Lists) -> Iterator[tuple[str, float]]:
    at_published = work_through(found, found.model, Quota(PUBLISHED))
    yield f"{task}.recall_at_12_percent", float(at_published.found.mean())
    for n in TOP:
        true = work_through(found, found.model, Quota(n)).true
        yield f"{task}.precision_at_{n}", float(true.mean()) if true.size else float("nan")


def _curve(task: str, found: Lists, said: Mapping[str, Float]) -> Figure:
    figure, axes = canvas(f"{task}: found by looking", "share of the tickets looked at", "found")
    parts = np.arange(0.0, 1.0, 0.025)
    for name, color in zip(CONTENDERS, (BLUE, ORANGE, GREY), strict=True):
        recall = [work_through(found, said[name], Quota(part)).found.mean() for part in parts]
        axes.plot(parts, recall, color=color, label=name)
    axes.axvline(PUBLISHED, color=GREY, linewidth=1, linestyle="--")
    axes.legend(frameon=False)
    return figure

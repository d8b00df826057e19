"""What more tickets, and more recent ones, would bring."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from matplotlib.figure import Figure

from features.words import Words
from model.reliability import expected_calibration_error
from training.dataset import Task
from training.landmarks import look_weights
from training.splits import Slice, boundary
from training.study.intervals import Interval
from training.study.refit import answer, regrow, tasks, training_rows
from training.study.section import Cell, Picture, Section, Sheet
from training.study.stages import NOTHING, WHEN, estimates, named, stage_aucs
from training.study.study import Study

SHARES: Final = (0.125, 0.25, 0.5)
"""Of the training tickets; all of them stand beside."""


@dataclass(frozen=True, slots=True)
class Point:
    """A forest that learned from the newest or the oldest `share` of the tickets.

    `auc` at each of `training.study.stages.WHEN`, `ece` over all moments, before calibration.
    """

    which: str
    share: float
    tickets: int
    auc: tuple[Interval, ...]
    ece: float


def learning_curve(study: Study) -> Section:
    """A curve and a table for each outcome, all tested on the same tickets."""
    curves = {task: tuple(_points(study, task)) for task in tasks(study)}
    return Section(
        key="learning_curve",
        title=_TITLE,
        words=(_WORDS if curves else NOTHING,),
        sheets=tuple(_sheet(task, points) for task, points in curves.items()),
        pictures=tuple(_picture(task, points) for task, points in curves.items()),
        metrics=tuple(
            metric
            for task, points in curves.items()
            for point in points
            for metric in _metrics(task, point)
        ),
    )


def parts_of(study: Study, share: float) -> tuple[Slice, Slice]:
    """The newest and the oldest share of the training tickets; labels known as for all of them."""
    past = study.learned_from
    created = study.data.labels.created_us
    created = created[past.has(created)]
    newest = Slice(boundary(created, 1.0 - share), past.end_us, past.known_by_us)
    oldest = Slice(past.start_us, boundary(created, share), past.known_by_us)
    return newest, oldest


def _points(study: Study, task: Task) -> Iterator[Point]:
    for share in SHARES:
        for which, part in zip(("newest", "oldest"), parts_of(study, share), strict=True):
            yield _point(study, task, part, which, share)
    yield _point(study, task, study.learned_from, "all", 1.0)


def _point(study: Study, task: Task, part: Slice, which: str, share: float) -> Point:
    table = study.data.table(training_rows(study, task, part))
    said = answer(regrow(study, task, table), study, task, study.data)
    answers = study.evaluation.answers[task]
    return Point(
        which=which,
        share=share,
        tickets=int(part.has(study.data.labels.created_us).sum()),
        auc=estimates(stage_aucs(answers, said, study.config.seed)),
        ece=expected_calibration_error(answers.rows.y, said, look_weights(answers.ticket)),
    )


def _sheet(task: Task, points: tuple[Point, ...]) -> Sheet:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (_WHICH[p.which], f"{p.share:.1%}", p.tickets, *(str(e) for e in p.auc), p.ece)
        for p in points
    )
    return Sheet(_TITLES[task], _COLUMNS, rows)


def _picture(task: Task, points: tuple[Point, ...]) -> Picture:
    figure = Figure(figsize=(11.0, 4.2), layout="constrained")
    panels = figure.subplots(1, len(WHEN), sharey=True)
    for place, (axes, (stage, _)) in enumerate(zip(panels, WHEN, strict=True)):
        axes.set(title=f"{task}: {stage}", xlabel="share of the training tickets", xscale="log")
        for which in ("newest", "oldest"):
            line = [p for p in points if p.which in (which, "all")]
            drawn = [p.auc[place] for p in line]
            reach = np.abs([[e.value - e.low, e.high - e.value] for e in drawn]).T
            shares, values = [p.share for p in line], [e.value for e in drawn]
            axes.errorbar(shares, values, reach, marker="o", capsize=3, label=which)
        axes.set_xticks((*SHARES, 1.0), [f"{share:.1%}" for share in (*SHARES, 1.0)])
        axes.minorticks_off()
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("AUC")
    panels[-1].legend()
    return Picture(f"learning_curve_{task}", _CAPTION, figure)


def _metrics(task: Task, point: Point) -> list[tuple[str, float]]:
    prefix = f"{task}.{point.which}_{point.share * 100:g}"
    return [*named(f"{prefix}.auc", point.auc), (f"{prefix}.ece", point.ece)]


_TITLE: Final = Words(
    "Would more tickets help, or only newer ones?", "需要更多工单，还是更新的工单？"
)
_WORDS: Final = Words(
    "The forests grow again from the newest and from the oldest part of the training tickets, with "
    "the model's settings and number of trees and the labels that were known when the test begins, "
    "and are tested on the same tickets. A curve that still rises at its end asks for a longer "
    "log. Newest above oldest is what recency is worth, and so how soon to train again; oldest "
    "above newest is what late verdicts cost, of which the newest tickets have the fewest. ECE is "
    "before calibration.",
    "用本模型的参数与树数，分别以训练工单中最新与最旧的一部分重新训练（标签均为测试开始时已知），"
    "在相同工单上测试。"
    "曲线末端仍在上升，说明更长的日志有用。同样数量下最新优于最旧，即时效的价值，也说明多久该重训；"
    "最旧优于最新，则是判定迟来的代价，因为最新的工单判定最少。"
    "ECE 为校准前数值。",
)
_CAPTION: Final = Words(
    "AUC on the same test tickets by number of training tickets, newest and oldest, with 95 % "
    "intervals.",
    "相同测试工单上的 AUC 与训练工单数：最新与最旧，附 95 % 区间。",
)
_WHICH: Final = {
    "newest": Words("newest", "最新"),
    "oldest": Words("oldest", "最旧"),
    "all": Words("all", "全部"),
}
_TITLES: Final = {
    "timeout": Words("Timeout: learning curve", "超时：学习曲线"),
    "escalation": Words("Escalation: learning curve", "升级：学习曲线"),
}
_COLUMNS: Final = (
    Words("tickets", "工单"),
    Words("share", "占比"),
    Words("number", "数量"),
    *(Words(f"AUC {words.en}", f"AUC（{words.zh}）") for _, words in WHEN),
    Words("ECE", "ECE"),
)

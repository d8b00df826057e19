"""Does a risk of 30 % come true in 30 of 100 cases, and for whom does it not?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from features.words import Words
from training.evaluate import Answers
from training.plots import reliability_curve
from training.study.facts import agent_groups, column, label_at, unseen
from training.study.groups import (
    Group,
    about,
    by_label,
    by_stage,
    cases,
    judged,
)
from training.study.intervals import measure
from training.study.section import Cell, Picture, Section, Sheet
from training.study.study import Study

_TITLE = Words("Calibration: do the probabilities mean what they say?", "校准：概率是否名副其实？")
_WORDS = (
    Words(
        "ECE is the mean gap between risk and outcome over ten bins of equal weight; "
        "chance can only add to it, so the interval of a small one lies above it. The mean risk "
        "should meet the rate in every row; where it does not, thresholds fire too often or too "
        "late for that group. Raw is what the forest said before its calibration or the level of "
        "the day, which are kept only where they helped on later tickets. Newcomers are agents "
        "and categories that the model has no name for, or pairs of which nothing was closed yet: "
        "there it falls back on priors.",
        "ECE 是按权重等分的十个分箱中风险与结果之差的均值；"
        "偶然只会使其变大，因此很小的 ECE 其区间在它之上。每一行的平均风险应与发生率相符；"
        "不符之处，对该组的预警阈值会过频或过迟。“校准前”是森林的原始输出，未经校准，也未按当日水平调整；"
        "二者只有在更晚的工单上有益时才保留。“新面孔”指模型不认识的坐席与类别，"
        "或尚无结案的组合：此时模型退回先验。",
    ),
)
_COLUMNS: Final = tuple(
    Words(en, zh)
    for en, zh in (
        ("group", "分组"),
        ("tickets", "工单数"),
        ("rate", "发生率"),
        ("mean risk", "平均风险"),
        ("ECE", "ECE"),
        ("raw ECE", "校准前 ECE"),
        ("Brier", "Brier"),
        ("raw Brier", "校准前 Brier"),
        ("log loss", "对数损失"),
        ("raw log loss", "校准前对数损失"),
    )
)
_CURVE = Words(
    "predicted risk against observed share; on the grey line they agree.",
    "预测风险与实际占比；落在灰线上即一致。model 为本模型，uncalibrated 为校准前。",
)


def calibration(study: Study) -> Section:
    """Model beside its uncalibrated form; by stage, category, agent group, and newcomers."""
    sheets: list[Sheet] = []
    pictures: list[Picture] = []
    metrics: list[tuple[str, float]] = []
    for answers in judged(study):
        sheets += _sheets(study, answers)
        pictures.append(
            Picture(
                f"reliability_{answers.task}", about(answers, _CURVE), reliability_curve(answers)
            )
        )
        found = measure(cases(answers), study.config.seed, rounds=1)
        metrics += [
            (f"{answers.task}.ece", found.ece.value),
            (f"{answers.task}.bias", found.risk.value - found.rate.value),
        ]
    return Section("calibration", _TITLE, _WORDS, tuple(sheets), tuple(pictures), tuple(metrics))


def _sheets(study: Study, answers: Answers) -> Iterator[Sheet]:
    row, ticket = answers.rows.row, answers.ticket
    fact, agents = agent_groups(study, row)
    parts = (
        (Words("by stage", "按阶段"), by_stage(answers)),
        (Words("by category", "按类别"), by_label(label_at(study, row, "category"), ticket)),
        (Words(f"by {fact}", "按团队" if fact == "team" else "按坐席"), by_label(agents, ticket)),
        (Words("newcomers", "新面孔"), _newcomers(study, answers)),
    )
    for words, groups in parts:
        rows = tuple(_row(answers, group, study.config.seed) for group in groups)
        yield Sheet(about(answers, words), _COLUMNS, rows)


def _row(answers: Answers, group: Group, seed: int) -> tuple[Cell, ...]:
    """The cells of `_COLUMNS`: what the model says beside what it would say uncalibrated."""
    now = measure(cases(answers).take(group.rows), seed)
    before = measure(cases(answers, "uncalibrated").take(group.rows), seed, rounds=1)
    return (
        group.name,
        now.tickets,
        now.rate.value,
        now.risk.value,
        str(now.ece),
        before.ece.value,
        now.brier.value,
        before.brier.value,
        now.log_loss.value,
        before.log_loss.value,
    )


def _newcomers(study: Study, answers: Answers) -> tuple[Group, ...]:
    row = answers.rows.row
    agent, category = (unseen(study, row, fact) for fact in ("agent", "category"))
    pair = (column(study, row, "agent_category_closed") == 0) & ~agent & ~category
    groups = (
        Group(Words("agent unknown to the model", "模型未见过的坐席"), agent),
        Group(Words("category unknown to the model", "模型未见过的类别"), category),
        Group(Words("agent new to the category", "坐席首次处理该类别"), pair),
        Group(Words("everybody else", "其余"), ~agent & ~category & ~pair),
    )
    return tuple(group for group in groups if group.rows.any())

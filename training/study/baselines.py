"""What would less have done? The model beside rates, rules, and a forest without history."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

import numpy as np

from features.ledger import ATTRIBUTE
from features.words import Words
from training.baselines import RAW, DeadlineRule, PlainForest
from training.dataset import known_rows
from training.evaluate import Answers
from training.fit import Table
from training.moments import Float, Int
from training.study.facts import code_at
from training.study.groups import about, at_stage, judged
from training.study.intervals import Cases, Drawn, draw
from training.study.section import Cell, Section, Sheet
from training.study.study import Study

STAGES: Final = (
    ("created", Words("at creation", "创建时")),
    ("assigned", Words("at first assignment", "首次指派时")),
)
CONTENDERS: Final = (
    ("model", Words("the model", "本模型")),
    ("plain forest", Words("LightGBM defaults, raw columns", "LightGBM 默认参数，原始列")),
    ("logistic", Words("logistic regression, all features", "逻辑回归，全部特征")),
    ("category rate", Words("base rate of the category", "类别基准率")),
    ("deadline rule", Words("deadline rule", "时限规则")),
)
_TITLE = Words("Baselines: what would less have done?", "基线：更简单的方法能做到多少？")
_WORDS = (
    Words(
        "All learn from the same rows and labels. The plain forest sees what is written on the "
        "ticket (with customer, agent and the desk's own columns), nothing counted over other "
        "tickets. The deadline rule learns nothing: its risk is the share of the promised time "
        "that is gone, or without a promise the age beside the category's usual handling time. "
        "The last column is the model's AUC minus the baseline's, with the same "
        "tickets drawn for both.",
        "各方法使用相同的行与标签。普通森林只看工单上写的内容（含客户、坐席与自有列），"
        "不含对其他工单的统计。时限规则不学习：风险为承诺时间已过去的比例；无承诺时为工单年龄与该类别"
        "通常处理时长之比。末列为本模型 AUC 减去基线 AUC，两者抽取相同的工单。",
    ),
)
_COLUMNS: Final = (
    Words("contender", "方法"),
    Words("AUC", "AUC"),
    Words("Brier", "Brier"),
    Words("ECE", "ECE"),
    Words("log loss", "对数损失"),
    Words("model's lead in AUC", "本模型领先（AUC）"),
)


def baselines(study: Study) -> Section:
    """All contenders at creation and at first assignment."""
    sheets: list[Sheet] = []
    metrics: list[tuple[str, float]] = []
    for answers in judged(study):
        said = {**answers.said, **_rules(study, answers)}
        for stage, words in STAGES:
            rows = np.flatnonzero(at_stage(answers, stage))
            if np.unique(answers.rows.y[rows]).size == 2:  # both outcomes
                y, ticket, seed = answers.rows.y[rows], answers.ticket[rows], study.config.seed
                drawn = {n: draw(Cases(y, p[rows], ticket), seed) for n, p in said.items()}
                sheets.append(_sheet(answers, drawn, words))
                metrics += _metrics(f"{answers.task}.{stage}", drawn)
    return Section("baselines", _TITLE, _WORDS, tuple(sheets), (), tuple(metrics))


def _rules(study: Study, answers: Answers) -> dict[str, Float]:
    """What the baselines say that the evaluation did not ask."""
    data, config = study.data, study.config
    old = known_rows(
        data.labels, data.landmarks, answers.task, study.learned_from,
        clip=config.censoring_clip, guess=True,
    )  # fmt: skip
    names, categorical = _raw_names(study)
    table = Table(_raw(study, old.row), names, categorical, old.y, old.w)
    forest = PlainForest.learn(table, config.seed, config.threads or os.cpu_count() or 1)
    new = answers.rows.row
    return {
        "plain forest": forest.predict(_raw(study, new)),
        "deadline rule": DeadlineRule(data.names).predict(data.x[new]),
    }


def _raw_names(study: Study) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The raw columns, the customer last, and which of them are categories."""
    names = tuple(n for n in study.data.names if n in RAW or n.startswith(ATTRIBUTE))
    categorical = tuple(n for n in names if n in study.data.categorical)
    return (*names, "customer"), (*categorical, "customer")


def _raw(study: Study, row: Int) -> Float:
    """(n, p) the raw columns at the landmarks `row`; NaN missing."""
    names, _ = _raw_names(study)
    own = study.data.x[row][:, [study.data.names.index(name) for name in names[:-1]]]
    customer = code_at(study, row, "customer").astype(np.float64)
    return np.column_stack([own, np.where(customer < 0, np.nan, customer)])


def _sheet(answers: Answers, drawn: Mapping[str, Drawn], words: Words) -> Sheet:
    lines: list[tuple[Cell, ...]] = []
    for contender, name in CONTENDERS:
        found = drawn[contender].measured
        lead = None if contender == "model" else str(drawn["model"].lead(drawn[contender]))
        figures = (str(found.auc), str(found.brier), str(found.ece))
        lines.append((name, *figures, found.log_loss.value, lead))
    return Sheet(about(answers, words), _COLUMNS, tuple(lines))


def _metrics(prefix: str, drawn: Mapping[str, Drawn]) -> list[tuple[str, float]]:
    auc = {name: drawn[name].measured.auc.value for name, _ in CONTENDERS}
    best = max(value for name, value in auc.items() if name != "model")
    named = [(f"{prefix}.{name.replace(' ', '_')}.auc", value) for name, value in auc.items()]
    return [*named, (f"{prefix}.lead", auc["model"] - best)]

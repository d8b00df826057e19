"""What each kind of feature is worth: the forests without it, and with nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from features.catalog import BY_NAME
from features.words import Words
from training.dataset import Dataset, Rows, Task
from training.moments import Float
from training.study.refit import answer, regrow, tasks, training_rows
from training.study.section import Cell, Section, Sheet
from training.study.stages import NOTHING, WHEN, estimates, named, stage_aucs
from training.study.study import Study


@dataclass(frozen=True, slots=True)
class Kind:
    """Some of the columns, chosen by their names."""

    key: str
    name: Words
    has: Callable[[str], bool]

    def of(self, data: Dataset) -> tuple[str, ...]:
        """The columns of this kind, in order."""
        return tuple(name for name in data.names if self.has(name))


def _dimension(dimension: str) -> Callable[[str], bool]:
    return lambda name: name in BY_NAME and BY_NAME[name].dimension == dimension


def _of_agent(name: str) -> bool:
    """Of an agent or a pair; but the state of a ticket is the ticket's, whoever has it."""
    spec = BY_NAME.get(name)
    return spec is not None and spec.scope != "ticket" and spec.dimension in ("skill", "load")


KINDS: Final = (
    Kind("value", Words("value", "价值"), _dimension("value")),
    Kind("urgency", Words("urgency", "紧急度"), _dimension("urgency")),
    Kind("skill", Words("skill", "能力"), _dimension("skill")),
    Kind("load", Words("load", "负荷"), _dimension("load")),
    Kind("own", Words("the desk's own columns", "自有列"), lambda name: name not in BY_NAME),
    Kind("agent", Words("all of the agent", "坐席的全部特征"), _of_agent),
    Kind("name", Words("the agent's name", "坐席姓名"), lambda name: name == "agent"),
)


def ablation(study: Study) -> Section:
    """A table for each outcome: what a kind adds to the others, and how far it goes alone."""
    found = [_ablated(study, task) for task in tasks(study)]
    return Section(
        key="ablation",
        title=_TITLE,
        words=(_WORDS if found else NOTHING,),
        sheets=tuple(sheet for sheet, _ in found),
        metrics=tuple(metric for _, metrics in found for metric in metrics),
    )


def _ablated(study: Study, task: Task) -> tuple[Sheet, list[tuple[str, float]]]:
    """The table of one outcome and its metrics."""
    learned = training_rows(study, task)
    whole = _aucs(study, task, learned, study.data)
    everything = estimates(whole)
    rows: list[tuple[Cell, ...]] = [
        (_EVERYTHING, len(study.data.names), *(str(e) for e in everything))
    ]
    metrics = named(f"{task}.everything", everything)
    for kind in KINDS:
        names = kind.of(study.data)
        if not 0 < len(names) < len(study.data.names):
            continue
        lost = estimates(_aucs(study, task, learned, study.data.without(names)) - whole)
        alone = estimates(_aucs(study, task, learned, study.data.only(names)))
        rows.append((_without(kind.name), len(names), *(str(e) for e in lost)))
        rows.append((_only(kind.name), len(names), *(str(e) for e in alone)))
        metrics += named(f"{task}.without_{kind.key}", lost)
        metrics += named(f"{task}.only_{kind.key}", alone)
    return Sheet(_TITLES[task], _COLUMNS, tuple(rows)), metrics


def _aucs(study: Study, task: Task, learned: Rows, data: Dataset) -> Float:
    """(3, draws) of a forest that learned from these columns what the tested model did."""
    forest = regrow(study, task, data.table(learned))
    said = answer(forest, study, task, data)
    return stage_aucs(study.evaluation.answers[task], said, study.config.seed)


def _without(name: Words) -> Words:
    return Words(f"without {name.en}", f"去掉{name.zh}")


def _only(name: Words) -> Words:
    return Words(f"only {name.en}", f"只用{name.zh}")


_TITLE: Final = Words("What is each kind of feature worth?", "各类特征贡献多少？")
_WORDS: Final = Words(
    "The forests grow again, with the model's settings and number of trees, without the columns "
    "of one kind and with those alone. “Without” shows the AUC minus that of all columns on the "
    "same test tickets, “only” the AUC itself, both with 95 % intervals over tickets. A kind that "
    "others can stand in for costs little when it is gone: read the two lines together.",
    "用本模型的参数与树数重新训练，分别去掉某类列，或只用该类列。"
    "“去掉”行为相同测试工单上 AUC 与全部列之差，“只用”行为 AUC 本身，均附按工单重抽样的 95 % 区间。"
    "能被其他类替代的特征去掉后损失很小，两行应一起看。",
)
_EVERYTHING: Final = Words("all columns", "全部列")
_TITLES: Final = {
    "timeout": Words("Timeout: AUC by kind of feature", "超时：各类特征的 AUC"),
    "escalation": Words("Escalation: AUC by kind of feature", "升级：各类特征的 AUC"),
}
_COLUMNS: Final = (
    Words("features", "特征"),
    Words("columns", "列数"),
    *(words for _, words in WHEN),
)

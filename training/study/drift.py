"""Has the desk changed since the model learned, and how late are its verdicts?"""

from __future__ import annotations

from typing import Final

import numpy as np
from matplotlib.figure import Figure

from features.catalog import BY_NAME
from features.words import Words
from model.drift import LOOK, Bins
from training.evaluate import Answers
from training.landmarks import STAGES
from training.moments import HOUR_US, NEVER, Int
from training.splits import Slice, known_after
from training.study.drawing import BLUE, GREY, ORANGE, canvas, slanted
from training.study.groups import about, by_week, cases, judged
from training.study.intervals import Measured, measure
from training.study.section import Picture, Section, Sheet
from training.study.study import Study

TOP: Final = 15
SHARES: Final = (0.5, 0.75, 0.9)

_TITLE = Words("Drift: is the desk still the one it learned from?", "漂移：业务还和训练时一样吗？")
_WORDS = (
    Words(
        "Population stability index (PSI) of each feature: training tickets against test tickets, "
        "each at its first assignment (else its creation); numbers by deciles of the training "
        "tickets, categories by share, missing values apart. A rule of thumb of the credit trade: "
        "below 0.1 nothing, above 0.25 look. What only grows with time (counts over all time, "
        "tenure) always moves, and late shares and handling times move together, with "
        "the desk: many names, one cause.",
        "各特征的群体稳定性指数（PSI）：训练工单对比测试工单，均取首次指派时（否则创建时）；数值按训练"
        "工单的十分位分箱，类别按占比，缺失单列。信贷业经验：低于 0.1 无变化，高于 0.25 应查看。"
        "随时间只增不减的量（累计次数、司龄）总会移动；各项超时率与处理时长"
        "随全台一起移动：名目虽多，原因是同一个。",
    ),
    Words(
        "Label delay: days from creation until that share of the verdicts is known (Kaplan and "
        "Meier; tickets still waiting count as long as they were watched). A model cannot react "
        "to a change faster than this.",
        "标签延迟：从创建到该比例的结论已知的天数（Kaplan-Meier；仍在等待的工单按已观察时长计入）。"
        "模型对变化的反应不可能比这更快。",
    ),
)
_PICTURE = Words(
    "Calibration by week of creation: ECE, and mean risk minus rate.",
    "按创建周的校准：ECE 与“平均风险 − 发生率”。",
)


def drift(study: Study) -> Section:
    """Feature drift, calibration drift and label delay, training against test."""
    indices = moved(study)
    sheets = [_psi_sheet(indices), _delays(study)]
    pictures: list[Picture] = []
    metrics = [
        ("psi_max", indices[0][1]),
        ("psi_above_quarter", float(sum(p > LOOK for _, p in indices))),
    ]
    for answers in judged(study):
        sheet, figure = _weekly(study, answers)
        sheets.append(sheet)
        pictures.append(Picture(f"drift_{answers.task}", about(answers, _PICTURE), figure))
    delay = label_delay(study, study.test, 0.75)
    metrics.append(("label_delay_75_days", delay if delay is not None else float("nan")))
    return Section("drift", _TITLE, _WORDS, tuple(sheets), tuple(pictures), tuple(metrics))


def moved(study: Study) -> list[tuple[str, float]]:
    """Each feature and its index from the tickets learned from to those of the test, most first."""
    old, new = (_first_assigned(study, part) for part in (study.learned_from, study.test))
    found = [(name, _psi_of(study, i, old, new)) for i, name in enumerate(study.data.names)]
    return sorted(found, key=lambda pair: -pair[1])


def _first_assigned(study: Study, part: Slice) -> Int:
    """One landmark per ticket of a slice: the first assignment, else the creation."""
    data = study.data
    early = data.landmarks.kind <= STAGES.index("assigned")
    inside = part.has(data.labels.created_us)[data.landmarks.ticket]
    row = np.flatnonzero(early & inside & (data.landmarks.time_us < part.known_by_us))
    ticket = data.landmarks.ticket[row]
    last = np.r_[ticket[1:] != ticket[:-1], True][: row.size]
    return np.asarray(row[last], dtype=np.int64)


def _psi_of(study: Study, place: int, old: Int, new: Int) -> float:
    x, name = study.data.x, study.data.names[place]
    category = name in study.data.categorical
    return Bins.of(x[old, place], category=category).moved(x[new, place])


def _psi_sheet(indices: list[tuple[str, float]]) -> Sheet:
    rows = tuple((name, meaning(name), value) for name, value in indices[:TOP])
    columns = (Words("feature", "特征"), Words("meaning", "含义"), Words("PSI", "PSI"))
    title = Words(f"the {TOP} features that moved most", f"移动最大的 {TOP} 个特征")
    return Sheet(title, columns, rows)


def meaning(name: str) -> Words:
    """What a column of the frame holds, in words."""
    if name.startswith("wording_"):
        return Words("of the wording of the complaint", "来自投诉措辞")
    if name not in BY_NAME:
        return Words("of the desk's own column", "来自自有列")
    return Words(BY_NAME[name].label, BY_NAME[name].label_zh)


def label_delay(study: Study, part: Slice, share: float) -> float | None:
    """Days until the share of a slice's timeout verdicts is known; None if it never is."""
    labels = study.data.labels
    inside = part.has(labels.created_us)
    created = labels.created_us[inside]
    known = labels.timeout(study.test.known_by_us).known_us[inside]
    delay = np.where(known < NEVER, known - created, NEVER)
    found = known_after(delay, study.test.known_by_us - created, share)
    return None if found == NEVER else found / (24 * HOUR_US)


def _delays(study: Study) -> Sheet:
    slices = (
        (Words("tickets learned from", "训练工单"), study.learned_from),
        (Words("test tickets", "测试工单"), study.test),
    )
    rows = tuple(
        (words, *(label_delay(study, part, share) for share in SHARES)) for words, part in slices
    )
    columns = tuple(
        Words(f"{share:.0%} known, days", f"{share:.0%} 已知（天）") for share in SHARES
    )
    title = Words("label delay of the timeout", "超时标签的延迟")
    return Sheet(title, (Words("slice", "部分"), *columns), rows)


def weekly(study: Study, answers: Answers) -> list[tuple[str, Measured]]:
    """The Monday of each week of creation, and the figures of its tickets, the first week first."""
    weeks = by_week(study.data.labels.created_us[answers.ticket])
    return [
        (str(w.name), measure(cases(answers).take(w.rows), study.config.seed, rounds=50))
        for w in weeks
    ]


def _weekly(study: Study, answers: Answers) -> tuple[Sheet, Figure]:
    measured = weekly(study, answers)
    names, found = [name for name, _ in measured], [week for _, week in measured]
    bias = [week.risk.value - week.rate.value for week in found]
    rows = tuple(
        (name, week.tickets, week.ece.value, gap)
        for name, week, gap in zip(names, found, bias, strict=True)
    )
    figure, axes = canvas(f"{answers.task}: calibration by week", "week of creation", "share")
    axes.axhline(0.0, color=GREY, linewidth=1)
    axes.plot(names, [week.ece.value for week in found], marker="o", color=BLUE, label="ECE")
    axes.plot(names, bias, marker="s", color=ORANGE, label="mean risk - rate")
    axes.legend(frameon=False)
    slanted(axes)
    columns = tuple(
        Words(en, zh)
        for en, zh in (
            ("week from", "周起始"),
            ("tickets", "工单数"),
            ("ECE", "ECE"),
            ("mean risk - rate", "平均风险 − 发生率"),
        )
    )
    title = about(answers, Words("calibration by week of creation", "按创建周的校准"))
    return Sheet(title, columns, rows), figure

"""The proposal on disk: the policy that says what differs, the evidence, the front as a picture."""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path
from typing import Final

import orjson
from matplotlib.figure import Figure

from experiments.tune.goals import GOALS, WORDS
from experiments.tune.search import Findings
from experiments.tune.space import document, present, tidy
from features.words import Words
from training.study.drawing import BLUE, GREY, ORANGE, canvas
from training.study.intervals import Interval

POLICY: Final = "policy.yaml"
EVIDENCE: Final = "evidence.json"
REPORT: Final = "report.md"
FRONT: Final = "front.png"


_OTHERS: Final = {
    "escalated": Words("share escalated", "升级投诉率"),
    "actions": Words("actions a ticket", "单均动作数"),
}
_WORDS: Final = {**WORDS, **_OTHERS}


def write(found: Findings, folder: Path) -> tuple[Path, ...]:
    """Write what a search found into the folder; the paths. Nothing is published."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / EVIDENCE).write_bytes(_evidence(found))
    (folder / REPORT).write_text(report(found), encoding="utf-8")
    front(found).savefig(folder / FRONT, dpi=110, metadata={"Software": None})
    paths = [folder / EVIDENCE, folder / REPORT, folder / FRONT]
    if found.policy is not None:
        text = f"{_commented(verdict(found))}{document(found.policy)}"
        (folder / POLICY).write_text(text, encoding="utf-8")
        paths.append(folder / POLICY)
    else:
        (folder / POLICY).unlink(missing_ok=True)  # of a search before
    return tuple(paths)


def verdict(found: Findings) -> Words:
    """What may be concluded, in one sentence."""
    goal = WORDS[found.params.aims.goal]
    if found.held_out is None:
        return Words(
            f"Nothing to propose: {len(found.attempts)} attempts, none better than the present "
            f"policy ({goal.en}) while about as fair and as calm.",
            f"无可建议：试了 {len(found.attempts)} 次，没有在公平和转派相当的前提下"
            f"优于现行策略（{goal.zh}）的。",
        )
    gap = found.held_out.gap(found.params.aims.goal)
    seeds = len(found.held_out.seeds)
    if found.better:
        return Words(
            f"Better on {seeds} held-out seeds: {goal.en} {told(gap)}.",
            f"在 {seeds} 个留出种子上更好：{goal.zh} {told(gap)}。",
        )
    return Words(
        f"NOT shown to be better on {seeds} held-out seeds: {goal.en} {told(gap)}. "
        "Do not publish it for its figures on the training seeds.",
        f"在 {seeds} 个留出种子上未显示更好：{goal.zh} {told(gap)}。不要因训练种子上的数字而发布。",
    )


def told(gap: Interval) -> str:
    """A difference and its interval."""
    return f"{gap.value:+.4f} [{gap.low:+.4f}, {gap.high:+.4f}]"


def report(found: Findings) -> str:
    """The evidence as Markdown, English beside Chinese."""
    said = verdict(found)
    lines = [
        "# A proposed policy / 策略建议",
        *("", said.en, "", said.zh, ""),
        "Nothing is published by itself. / 不会自动发布。",
        *("", *_settings_of_the_search(found), ""),
        *_compared(found),
        *_changes(found),
        *_front(found),
        f"![the front / 前沿]({FRONT})",
        "",
    ]
    return "\n".join(lines)


def _settings_of_the_search(found: Findings) -> list[str]:
    params, base = found.params, found.base
    facts = {
        "attempts / 试验次数": str(len(found.attempts)),
        "study / 研究": f"`{found.key[:12]}`, sampler seed {params.seed}",
        "days played / 仿真天数": str(params.play.days),
        "minutes between refreshes / 刷新间隔（分钟）": str(params.play.every_minutes),
        "scenario / 情景": params.scenario,
        "training seeds / 训练种子": _listed(params.seeds),
        "held-out seeds / 留出种子": _listed(params.held_out),
        "present policy / 现行策略": f"{base.name} v{base.version}, `{base.fingerprint()[:12]}`",
    }
    return [f"- {name}: {value}" for name, value in facts.items()]


def _listed(seeds: tuple[int, ...]) -> str:
    return ", ".join(map(str, seeds))


def _compared(found: Findings) -> list[str]:
    held = found.held_out
    if held is None:
        return []
    lines = [
        "## Held-out seeds / 留出种子",
        "",
        "| figure / 指标 | present / 现行 | proposed / 建议 | difference, 95% / 差 |",
        "|---|---|---|---|",
    ]
    for name in dict.fromkeys((*found.params.aims.names, *GOALS, *_OTHERS)):
        words, gap = _WORDS[name], held.gap(name)
        means = [f"{held.mean(whose, name):.4f}" for whose in (held.present, held.proposed)]
        cells = (f"{words.en} / {words.zh}", *means, told(gap))
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]


def _changes(found: Findings) -> list[str]:
    if found.chosen is None:
        return []
    now = present(found.base)
    lines = ["## What differs / 改动", "", "| setting / 设置 | present / 现行 | proposed / 建议 |"]
    lines.append("|---|---|---|")
    for name, value in found.chosen.settings.items():
        lines.append(f"| `{name}` | {now[name]:g} | {tidy(value):g} |")
    return [*lines, ""]


def _front(found: Findings) -> list[str]:
    names = [f"{WORDS[name].en} / {WORDS[name].zh}" for name in found.params.aims.names]
    lines = [
        "## The front on training seeds / 训练种子上的帕累托前沿",
        "",
        "| attempt / 次 | " + " | ".join(names) + " |",
        "|---" * (len(names) + 1) + "|",
    ]
    for each in sorted(found.front, key=lambda each: each.values):
        mark = " (present / 现行)" if each.present else ""
        mark = " (proposed / 建议)" if each == found.chosen else mark
        values = " | ".join(f"{value:.4f}" for value in each.values)
        lines.append(f"| {each.number}{mark} | {values} |")
    return [*lines, ""]


def front(found: Findings) -> Figure:
    """All attempts by the goal and hand-overs, the fairer the larger; the front joined.

    Its words are English alone: fonts with Chinese are not everywhere. The report has both.
    """
    goal, _, moves = (WORDS[name].en for name in found.params.aims.names)
    figure, axes = canvas("Attempts on training seeds (larger: fairer)", goal, moves)
    ends = [each.values for each in found.attempts]
    if not ends:
        return figure
    least = min(values[1] for values in ends)
    fair = [60 * (least / values[1]) ** 4 if values[1] > 0 else 60.0 for values in ends]
    axes.scatter([v[0] for v in ends], [v[2] for v in ends], s=fair, color=GREY, label="attempts")
    best = sorted(each.values for each in found.front)
    axes.plot(
        [v[0] for v in best], [v[2] for v in best], "o", mfc="none", color=BLUE, label="front"
    )
    marks = [(each, "D", GREY, "present policy") for each in found.attempts if each.present]
    if found.chosen is not None:
        marks.append((found.chosen, "*", ORANGE, "proposed"))
    for each, marker, color, label in marks:
        at = ([each.values[0]], [each.values[2]])
        axes.plot(*at, marker, ms=11, mec="black", color=color, label=label)
    axes.legend(frameon=False)
    return figure


def _commented(words: Words) -> str:
    return f"# {words.en}\n# {words.zh}\n# The evidence: {REPORT}, {EVIDENCE}.\n"


def _evidence(found: Findings) -> bytes:
    """All figures as JSON; the ends of an interval of one seed are null."""
    held = found.held_out
    gaps = {} if held is None else {name: held.gap(name) for name in found.params.aims.names}
    whole = {
        "better": found.better,
        "verdict": asdict(verdict(found)),
        "params": asdict(found.params),
        "study": found.key,
        "base": {"name": found.base.name, "fingerprint": found.base.fingerprint()},
        "attempts": [asdict(each) for each in found.attempts],
        "front": [each.number for each in found.front],
        "chosen": None if found.chosen is None else found.chosen.number,
        "held_out": None if held is None else asdict(held),
        "differences": {name: _finite(asdict(gap)) for name, gap in gaps.items()},
    }
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY)


def _finite(interval: dict[str, float]) -> dict[str, float | None]:
    return {name: value if math.isfinite(value) else None for name, value in interval.items()}

"""Why a release goes on or stops, in English and Chinese."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from features.words import Words

Verdict = Literal["go_on", "stop_harm", "ship", "no_difference"]

VERDICTS: Final[dict[Verdict, Words]] = {
    "go_on": Words("go on", "继续观察"),
    "stop_harm": Words("stop: harm", "停止：有害"),
    "ship": Words("ship it", "可以全量"),
    "no_difference": Words("no difference shown", "未见差异"),
}


@dataclass(frozen=True, slots=True)
class Name:
    """How a metric is called, and its estimate and bound as people write them."""

    en: str
    zh: str
    estimate: str
    low: str
    high: str


def worse(name: Name) -> Words:
    """The metric itself got worse."""
    return Words(
        f"{name.en} got worse by {name.estimate} ({name.low} to {name.high})",
        f"{name.zh}变差 {name.estimate}（{name.low} 至 {name.high}）",
    )


def broken(name: Name, margin: str) -> Words:
    """A guardrail is broken for certain."""
    return Words(
        f"guardrail: {name.en} got worse by {name.estimate}, at least {name.low}, "
        f"where {margin} is allowed",
        f"护栏：{name.zh}变差 {name.estimate}，至少 {name.low}，允许 {margin}",
    )


def better(name: Name) -> Words:
    """The metric got better and every guardrail holds. The bounds are of getting worse."""
    return Words(
        f"{name.en} changed by {name.estimate} ({name.low} to {name.high}), "
        "and every guardrail holds",
        f"{name.zh}变化 {name.estimate}（{name.low} 至 {name.high}），且所有护栏均未突破",
    )


def waiting_for(names: tuple[Name, ...]) -> Words:
    """The metric got better, but some guardrails are not yet known to hold."""
    en, zh = ", ".join(n.en for n in names), "、".join(n.zh for n in names)
    return Words(
        f"better, but it is not yet certain that these hold: {en}",
        f"已见改善，但以下护栏尚不能确认：{zh}",
    )


def alike(name: Name, same: str) -> Words:
    """The whole interval lies within what counts as the same."""
    return Words(
        f"{name.en} changed by {name.low} to {name.high}, within the {same} that count as the same",
        f"{name.zh}变化在 {name.low} 至 {name.high} 之间，小于视为相同的 {same}",
    )


def over(name: Name) -> Words:
    """The planned time is over and nothing was decided."""
    return Words(
        f"the planned time is over; {name.en} may have changed by {name.low} to {name.high}",
        f"计划时间已到；{name.zh}变化可能在 {name.low} 至 {name.high} 之间",
    )


def undecided(name: Name, pairs: int) -> Words:
    """Nothing is certain yet."""
    return Words(
        f"after {pairs} pairs of blocks {name.en} may have changed by {name.low} to {name.high}",
        f"{pairs} 对时段之后，{name.zh}变化可能在 {name.low} 至 {name.high} 之间",
    )


def too_little(days: int) -> Words:
    """So few pairs of blocks say nothing yet."""
    en = "a day" if days == 1 else f"{days} days"
    return Words(
        f"too early to say: about {en} more until the first figures hold",
        f"为时尚早：约 {days} 天后才有可靠的数据",
    )


def no_events() -> Words:
    """The log ends before the release begins: nothing of it can be judged."""
    return Words(
        "no event has come since the release began: send what happens to POST /v1/events, "
        "or nothing can be judged",
        "灰度开始后尚未收到任何事件：请将事件发送到 POST /v1/events，否则无法评判",
    )


def never() -> Words:
    """No pair of blocks will have both policies."""
    return Words(
        "nothing to compare: one of the two policies has no block of time",
        "无从比较：其中一个策略没有任何时段",
    )

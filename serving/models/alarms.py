"""What is wrong with the model, or soon will be, in words; a new alarm is one function, one line.

Each says what is seen and what to do about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from features.words import Words
from model.decision import Version
from serving.models.cards import Card
from serving.models.live import Live
from serving.models.registered import Shown

Level = Literal["red", "warn", "watch"]

OLD_DAYS: Final = 30
"""Of a champion that learned nothing for so long the desk may have moved away."""
FEWEST: Final = 100
"""Verdicts below which nothing is held against the live figures: the gate asks for as many."""
LIMIT: Final = 0.05
"""The calibration error that is allowed where the gate of the champion named none."""
_BIAS: Final = 0.05
_ERRORS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is wrong (a name that never changes), how much it presses, and the words for it."""

    code: str
    level: Level
    said: Words


@dataclass(frozen=True, slots=True)
class Seen:
    """What alarms are made from.

    `missing` and `notes` are those of readiness; `shown` is None without a registry, `champion`
    and `other` are the cards of the champion and of the version beside it, `served` is the model
    that answers; `now` is the desk's own present.
    """

    now: datetime
    served: Version
    missing: Mapping[str, str]
    notes: Mapping[str, str]
    shown: Shown | None = None
    champion: Card | None = None
    other: Card | None = None
    live: Live | None = None


Look = Callable[[Seen], Iterator[Alarm]]


def alarms(seen: Seen) -> tuple[Alarm, ...]:
    """All that is wrong, what presses most first."""
    found = [alarm for look in LOOKS for alarm in look(seen)]
    return tuple(sorted(found, key=lambda alarm: _RANK[alarm.level]))


def _unready(seen: Seen) -> Iterator[Alarm]:
    if "model" in seen.missing:
        why = seen.missing["model"]
        yield Alarm(
            "no_model",
            "red",
            Words(f"No model serves: {why}", f"没有模型在服务：{why}"),
        )
    if "history" in seen.missing:
        yield Alarm(
            "history_behind",
            "red",
            Words(
                "The history is behind: it cannot be brought up to date, and risks are told "
                "without the last events. See /readyz.",
                "历史数据滞后：无法更新到最新，风险未计入最近的事件。请看 /readyz。",
            ),
        )


def _not_taken(seen: Seen) -> Iterator[Alarm]:
    if "model" in seen.notes:
        note = seen.notes["model"]
        yield Alarm("not_taken_up", "red", Words(f"Refused: {note}", f"已拒绝：{note}"))
        return
    champion = seen.shown.champion if seen.shown else None
    if champion is not None and champion.version != seen.served.version:
        is_, is_not = champion.version, seen.served.version
        yield Alarm(
            "not_served",
            "warn",
            Words(
                f"Version {is_} is champion, but version {is_not} still answers. Workers take "
                "a new champion up within half a minute, unless one was named at the start.",
                f"现任模型是版本 {is_}，但仍由版本 {is_not} 应答。各进程会在半分钟内切换，"
                "除非启动时指定了版本。",
            ),
        )


def _away(seen: Seen) -> Iterator[Alarm]:
    if seen.shown is not None and seen.shown.away:
        why = seen.shown.away
        yield Alarm(
            "registry_away",
            "warn",
            Words(
                f"The registry does not answer: {why}. What stands here is what it said last; "
                "the model that serves goes on.",
                f"模型注册表无响应：{why}。此处为其最后一次的内容；正在服务的模型不受影响。",
            ),
        )


def _old(seen: Seen) -> Iterator[Alarm]:
    until = "" if seen.champion is None else seen.champion.tags.get("until", "")
    days = (seen.now - datetime.fromisoformat(until)).days if until else 0
    if days > OLD_DAYS:
        yield Alarm(
            "old",
            "warn",
            Words(
                f"The champion learned nothing for {days} days (more than {OLD_DAYS}): train "
                "again with `fendan train`.",
                f"现任模型已有 {days} 天没有学习新数据（超过 {OLD_DAYS} 天）：请用 `fendan train` "
                "重新训练。",
            ),
        )


def _challenger(seen: Seen) -> Iterator[Alarm]:
    shown = seen.shown
    if shown is None or shown.challenger is None or shown.challenger == shown.champion:
        return
    number, objection = shown.challenger.version, shown.objection(shown.challenger)
    if shown.champion is not None and number < shown.champion.version:
        return  # an old one, left behind
    if objection:
        yield Alarm(
            "challenger_blocked",
            "watch",
            Words(
                f"Version {number} waits and is blocked: {objection}",
                f"版本 {number} 未获通过，正在等待。{_reasons_zh(seen.other, number)}",
            ),
        )
    else:
        yield Alarm(
            "challenger_waiting",
            "watch",
            Words(
                f"Version {number} passed the gate and waits to be promoted.",
                f"版本 {number} 已通过门槛，等待提升。",
            ),
        )


def _reasons_zh(card: Card | None, number: int) -> str:
    """What blocks a version, where its card lies here: tags hold it in English alone."""
    if card is None or card.verdict is None or card.version.version != number:
        return ""
    return "；".join(f"{c.title.zh}：{c.said.zh}" for c in card.verdict.checks if c.blocks)


def _gate(seen: Seen) -> Iterator[Alarm]:
    card = seen.champion
    if card is not None and card.verdict is not None and not card.verdict.passed:
        failed = [check for check in card.verdict.checks if check.blocks]
        yield Alarm(
            "champion_refused",
            "warn",
            Words(
                "The gate had refused the champion: " + "; ".join(c.said.en for c in failed),
                "门槛曾拒绝现任模型：" + "；".join(c.said.zh for c in failed),
            ),
        )


def _live_calibration(seen: Seen) -> Iterator[Alarm]:
    live = seen.live
    limit = (seen.champion.limit if seen.champion else None) or LIMIT
    if live is not None and live.tickets >= FEWEST and live.ece > max(limit, live.chance):
        yield Alarm(
            "live_ece",
            "red",
            Words(
                f"Live ECE {live.ece:.3f} on {live.tickets:,} tickets is beyond the gate's limit "
                f"of {limit:.3f} (a perfect model may show {live.chance:.3f} on so few): train "
                "again on newer tickets, or roll back.",
                f"{live.tickets:,} 张工单上的实时 ECE 为 {live.ece:.3f}，超过门槛上限 {limit:.3f}"
                f"（完美模型在这么多工单上也可能到 {live.chance:.3f}）："
                "请用更新的工单训练，或回滚。",
            ),
        )


def _live_bias(seen: Seen) -> Iterator[Alarm]:
    live = seen.live
    if live is None or live.tickets < FEWEST:
        return
    gap = live.risk - live.rate
    if abs(gap) > max(_BIAS, _ERRORS * live.spread):
        far, fern = ("above", "高于") if gap > 0 else ("below", "低于")
        yield Alarm(
            "live_bias",
            "red",
            Words(
                f"Mean risk {live.risk:.1%} is far {far} the {live.rate:.1%} that came true: "
                f"alerts come too {'often' if gap > 0 else 'late'}.",
                f"平均风险 {live.risk:.1%} 明显{fern}实际超时率 {live.rate:.1%}："
                f"预警{'过频' if gap > 0 else '过迟'}。",
            ),
        )


LOOKS: Final[tuple[Look, ...]] = (
    _unready,
    _not_taken,
    _live_calibration,
    _live_bias,
    _away,
    _gate,
    _old,
    _challenger,
)
_RANK: Final[Mapping[Level, int]] = {"red": 0, "warn": 1, "watch": 2}

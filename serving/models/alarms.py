"""What is wrong with the model, or soon will be, in words; a new alarm is one function, one line.

Each says what is seen and what to do about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from features.words import Words
from serving.models.alarm import Alarm, Level, Seen
from serving.models.cards import Card
from serving.models.live_alarms import live_bias, live_calibration, live_inputs
from serving.models.tags import moment

OLD_DAYS: Final = 30
"""Of a champion that learned nothing for so long the desk may have moved away."""

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
    if seen.champion is None:
        return
    until = moment(str(seen.champion.facts.get("until", "")))
    if until is None:
        yield Alarm(
            "age_unknown",
            "watch",
            Words(
                "Until when the champion learned is not known: its run has no tag `until` that can "
                "be read. So its age is not watched.",
                "无法得知现任模型学习到何时（训练记录没有可读的 `until` 标签），因此不监视其时效。",
            ),
        )
    elif (days := (seen.now - until).days) > OLD_DAYS:
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


def _unread(seen: Seen) -> Iterator[Alarm]:
    found = seen.champion.unread if seen.champion else ()
    if found:
        yield Alarm(
            "unread",
            "warn",
            Words(
                "Of the champion: " + " ".join(each.said.en for each in found),
                "现任模型：" + "".join(each.said.zh for each in found),
            ),
        )
    if seen.shown is not None and seen.shown.unread:
        names = ", ".join(seen.shown.unread)
        yield Alarm(
            "moves_unread",
            "warn",
            Words(
                f"Moves of the champion cannot be read, and are left out: {names}. Where a "
                "rollback leads may be wrong.",
                f"现任变更记录无法读取，已略去：{names}。回滚的去向可能不对。",
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


LOOKS: Final[tuple[Look, ...]] = (
    _unready,
    _not_taken,
    live_calibration,
    live_bias,
    live_inputs,
    _away,
    _gate,
    _old,
    _unread,
    _challenger,
)
_RANK: Final[Mapping[Level, int]] = {"red": 0, "warn": 1, "watch": 2}

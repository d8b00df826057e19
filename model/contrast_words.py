"""The words of why and why not (`model.contrast`), in English and Chinese.

What is wanted of an agent is rounded to the side on which the sentence stays true: a risk below
which they would be first down (`model.hurdles`), hours sooner up.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from enum import IntEnum
from functools import lru_cache
from typing import Final

Said = tuple[str, str]
"""The same in English and in Chinese."""

_SLACK: Final = 0.01  # of the last digit shown: what is so little above is not rounded up


class Hurdle(IntEnum):
    """What stood between the runner-up and the ticket; the first that applies is named."""

    FULL = 0
    RESTS = 1
    SAME = 2
    UNFINISHED = 3
    HAND_OVER = 4
    SOONER = 5
    SHORTER = 6
    TIMEOUT = 7
    ESCALATION = 8
    SCORE = 9
    TERMS = 10
    DRAWN = 11


NAMES: Final[dict[str, Said]] = {
    "timeout": ("timeout risk", "超时风险"),
    "escalation": ("escalation risk", "升级风险"),
    "waiting": ("waiting", "等待"),
    "ahead": ("handed out ahead", "提前派单"),
    "hand_over": ("hand-over", "转手"),
    "score": ("score", "评分"),
    "place": ("place in the queue", "队列位置"),
}
"""What the terms of a cost are called."""


@lru_cache(maxsize=65_536)  # risks to a tenth of a per cent, and whole tickets: few texts
def of_term(term: str, number: float, price: float) -> Said:
    """A term with the number behind it: a risk, hours, tickets in the queue, or a score.

    `price` is what a loss on the ticket costs, where the term is a risk times that.

    >>> of_term("timeout", 0.31, 1.7)
    ('timeout risk 31 % × price 1.7', '超时风险 31% × 价格 1.7')
    >>> of_term("waiting", 1.5, 0.0), of_term("hand_over", 0.0, 0.0)
    (('in effect begun only in 1.5 h', '1.5 小时后才开始'), ('hand-over', '转手'))
    """
    if term in ("timeout", "escalation"):
        name, name_zh = NAMES[term]
        risk = _per_cent(number)
        return f"{name} {risk} % × price {price:g}", f"{name_zh} {risk}% × 价格 {price:g}"
    if term == "waiting":
        hours, hours_zh = _hours(number)
        return f"in effect begun only in {hours}", f"{hours_zh}后才开始"
    if term == "ahead":
        hours, hours_zh = _hours(number)
        return f"another could begin {hours} sooner", f"他人可早 {hours_zh}开始"
    if term == "place":
        return f"{number:.0f} in the queue", f"队列共 {number:.0f} 件"
    if term == "score":
        return f"score {number:g}", f"评分 {number:g}"
    return NAMES.get(term, (term, term))


def of_runner_up(
    hurdle: int,
    agent: str,
    dearer: float,
    numbers: Sequence[float],
    terms: Sequence[tuple[str, float]],
) -> Said:
    """What kept an agent from being first.

    `numbers` are the wanted and the present one (of `FULL`: tickets and capacity); `terms` are
    what the agent costs more by each term, for where no term alone suffices.

    >>> of_runner_up(Hurdle.FULL, "A7", -0.12, (8, 8), ())[0]
    'A7 is cheaper by 0.12, but their queue is full (8 of 8)'
    >>> of_runner_up(Hurdle.TIMEOUT, "A7", 0.07, (0.2401, 0.31), ())
    ('A7 would be first with a timeout risk below 24 % (now 31 %)', '若超时风险低于 24%（现为 31%），A7 将排第一')
    """  # noqa: E501  # an answer in two languages is one line
    if hurdle == Hurdle.TERMS:
        return _by_term(agent, dearer, terms)
    if hurdle in _FACTS:
        return _in_spite(agent, dearer, _FACTS[hurdle](*numbers))
    condition, condition_zh = _CONDITIONS[hurdle](*numbers)
    return f"{agent} would be first {condition}", f"若{condition_zh}，{agent} 将排第一"


def _in_spite(agent: str, dearer: float, fact: Said) -> Said:
    """A fact that no price can change (or that the price itself is)."""
    amount = money(abs(dearer))
    if abs(dearer) < 1e-6:  # a millionth is the least that costs differ by
        return f"{agent} costs as much, and {fact[0]}", f"{agent} 成本相同，{fact[1]}"
    if dearer < 0:
        return (
            f"{agent} is cheaper by {amount}, but {fact[0]}",
            f"{agent} 成本低 {amount}，但{fact[1]}",
        )
    return f"{agent} is dearer by {amount}, and {fact[0]}", f"{agent} 成本高 {amount}，且{fact[1]}"


def _by_term(agent: str, dearer: float, terms: Sequence[tuple[str, float]]) -> Said:
    told = [
        (NAMES.get(name, (name, name)), ("+" if more > 0 else "−") + money(abs(more)))
        for name, more in terms
    ]
    parts = ", ".join(f"{name[0]} {more}" for name, more in told)
    parts_zh = "，".join(f"{name[1]} {more}" for name, more in told)
    amount = money(dearer)
    return (
        f"{agent} is dearer by {amount}: {parts}",
        f"{agent} 成本高 {amount}：{parts_zh}",
    )


_FACTS: Final[dict[int, Callable[[float, float], Said]]] = {
    Hurdle.FULL: lambda used, places: (
        f"their queue is full ({used:.0f} of {places:.0f})",
        f"其队列已满（{used:.0f}/{places:.0f}）",
    ),
    Hurdle.RESTS: lambda minutes, _: (
        f"the ticket changed hands less than {minutes:.0f} min ago",
        f"工单 {minutes:.0f} 分钟内刚转手",
    ),
    Hurdle.SAME: lambda _, __: ("the order of the ids decided", "按编号顺序决定"),
    Hurdle.DRAWN: lambda _, __: ("a lot was drawn among near-ties", "成本相近者抽签决定"),
    Hurdle.UNFINISHED: lambda _, __: (
        "the plan was not searched to the very end", "计划未求至最优",
    ),
}  # fmt: skip

_CONDITIONS: Final[dict[int, Callable[[float, float], Said]]] = {
    Hurdle.HAND_OVER: lambda _, price: (
        f"without the price of the hand-over ({money(price)})",
        f"不计转手成本（{money(price)}）",
    ),
    Hurdle.SOONER: lambda sooner, _: (
        f"if they could begin {_hours(sooner)[0]} sooner",
        f"能早 {_hours(sooner)[1]}开始",
    ),
    Hurdle.SHORTER: lambda less, price: (
        f"if the next place in their queue cost {_more(less)} less (now {money(price)})",
        f"其队列下一位置的成本再低 {_more(less)}（现为 {money(price)}）",
    ),
    Hurdle.TIMEOUT: lambda wanted, risk: _risk_below("timeout", wanted, risk),
    Hurdle.ESCALATION: lambda wanted, risk: _risk_below("escalation", wanted, risk),
    Hurdle.SCORE: lambda wanted, score: (
        f"with a score above {_round(wanted)} (now {_round(score)})",
        f"评分高于 {_round(wanted)}（现为 {_round(score)}）",
    ),
}


def _risk_below(term: str, wanted: float, risk: float) -> Said:
    name, name_zh = NAMES[term]
    article = "an" if term == "escalation" else "a"
    below, now = _per_cent(wanted), _per_cent(risk)
    return (
        f"with {article} {name} below {below} % (now {now} %)",
        f"{name_zh}低于 {below}%（现为 {now}%）",
    )


def money(amount: float) -> str:
    """A positive amount in price units: two decimals, small ones two figures.

    >>> [money(each) for each in (12.345, 0.05, 0.00123, 0.0)]
    ['12.35', '0.05', '0.0012', '0']
    """
    if amount >= 0.1:
        return f"{amount:.2f}".rstrip("0").rstrip(".")
    return f"{amount:.2g}" if amount >= 1e-4 else f"{amount:.6f}".rstrip("0").rstrip(".")


def _more(amount: float) -> str:
    """As `money`, but never less than the amount.

    >>> _more(0.0211), _more(0.125)
    ('0.022', '0.13')
    """
    decimals = 2 if amount >= 0.1 else 1 - math.floor(math.log10(amount))
    return money(_up(amount, 10**decimals))


def _per_cent(share: float) -> str:
    return f"{100 * share:.1f}".removesuffix(".0")


def _hours(hours: float) -> Said:
    """Hours, or whole minutes where it is less than one; never less than a minute.

    >>> _hours(1.41), _hours(0.26)
    (('1.5 h', '1.5 小时'), ('16 min', '16 分钟'))
    """
    if hours < 1.0:
        minutes = max(math.ceil(60 * hours - _SLACK), 1)
        return f"{minutes} min", f"{minutes} 分钟"
    return f"{_up(hours, 10):g} h", f"{_up(hours, 10):g} 小时"


def _round(score: float) -> str:
    return f"{round(score, 3):g}"


def _up(value: float, parts: int) -> float:
    return math.ceil(value * parts - _SLACK) / parts

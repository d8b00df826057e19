"""What a comparison shows of every contender: names in both languages, and how they are written."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, isnan
from typing import Final

from features.words import Words
from training.study.intervals import Interval


@dataclass(frozen=True, slots=True)
class Measure:
    """A field of `Figures`; written `times` as large, with `digits` decimals. Less is better.

    `short` is its name where there is little room.
    """

    field: str
    name: Words
    short: str
    times: float = 1.0
    digits: int = 2

    def number(self, value: float, sign: str = "") -> str:
        """The value as people read it; `sign` "+" shows it of differences.

        >>> LATE.number(0.1234), LATE.number(0.1234, "+"), LATE.number(float("nan"))
        ('12.3', '+12.3', '–')
        """
        if isnan(value):
            return "–"
        if not isfinite(value):
            return "∞" if value > 0 else "-∞"
        return f"{value * self.times:{sign}.{self.digits}f}"

    def with_interval(self, found: Interval, sign: str = "") -> str:
        """The value and half the width of its interval, which is even on both sides.

        >>> LATE.with_interval(Interval(0.25, 0.22, 0.28))
        '25.0 ± 3.0'
        """
        told, half = self.number(found.value, sign), (found.high - found.low) / 2
        return told if isnan(half) else f"{told} ± {self.number(half)}"


def percent(value: float) -> str:
    """A share as people read it.

    >>> percent(0.664), percent(float("nan"))
    ('66%', '–')
    """
    return f"{value:.0%}" if isfinite(value) else "–"


LATE: Final = Measure("late", Words("late, %", "超时 %"), "late, %", 100, 1)
MEASURES: Final = (
    LATE,
    Measure("loss", Words("loss per ticket, by value", "每单损失（按价值加权）"), "loss", 1, 3),
    Measure("escalated", Words("escalated, %", "升级 %"), "escalated, %", 100, 1),
    Measure("close_p50", Words("closed after, h (p50)", "关闭时长 h（p50）"), "p50, h", 1, 1),
    Measure("close_p90", Words("closed after, h (p90)", "关闭时长 h（p90）"), "p90, h", 1, 1),
    Measure("hand_overs", Words("hand-overs per ticket", "每单转手次数"), "hand-overs", 1, 2),
    Measure("gini", Words("load Gini", "负荷基尼系数"), "Gini", 1, 3),
    Measure("idle", Words("idle, %", "空闲 %"), "idle, %", 100, 1),
    Measure("actions", Words("actions per ticket", "每单动作数"), "actions", 1, 2),
    Measure("refresh_seconds", Words("s per refresh", "每次刷新秒数"), "s/refresh", 1, 3),
)
"""The columns of the table; a new figure is a field of `Figures` and a line here."""

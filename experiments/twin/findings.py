"""What a log told of each parameter, what was borrowed, and what it cannot tell; for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from features.words import Words

Status = Literal["estimated", "bound", "borrowed", "unknown"]
STATUS_WORDS: Final = {
    "estimated": Words("estimated from the log", "由日志估计"),
    "bound": Words("only bounded by the log", "日志只能给出界限"),
    "borrowed": Words("borrowed from the default desk", "借用默认工单台"),
    "unknown": Words("cannot be known from this log", "此日志无法得知"),
}
"""How well each parameter is known, best first."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One parameter: its value with a rough standard error, and the number of cases behind it.

    `why` says where the value comes from, or why it cannot be known.
    """

    name: Words
    status: Status
    value: str
    why: Words
    rests_on: int = 0

    def line(self) -> str:
        """The finding in both languages, on two lines."""
        count = f" (n={self.rests_on})" if self.rests_on else ""
        value = self.value or "-"
        return (
            f"- {self.name.en} {self.name.zh}: {value}{count}\n    {self.why.en}. {self.why.zh}。"
        )


def about(value: float, error: float, unit: str = "") -> str:
    """A value with its standard error.

    >>> about(1.2345, 0.067, "h")
    '1.23 ± 0.07 h'
    """
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:.{digits}f} ± {error:.{digits}f} {unit}".rstrip()


def text(findings: Sequence[Finding]) -> str:
    """The report: what was estimated first, what cannot be known last."""
    parts = []
    for status, words in STATUS_WORDS.items():
        of = [finding.line() for finding in findings if finding.status == status]
        if of:
            parts.append(f"{words.en.capitalize()} / {words.zh}\n" + "\n".join(of))
    return "\n\n".join(parts)

"""What the gate says: a finding a check, and the verdict over all of them, for people and tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Final, Literal

import orjson

from features.words import Words

Outcome = Literal["pass", "fail", "unjudged"]

LONGEST: Final = 2000
"""Characters of a verdict in one line: a tag of the registry holds no more than some thousands."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: a sentence, the numbers behind it, and what to do where it failed.

    `blocks` keeps the champion in its place: a failure does, what cannot be judged may.
    """

    outcome: Outcome
    said: Words
    numbers: Mapping[str, float] = field(default_factory=dict)
    remedy: Words | None = None
    blocks: bool = False


def passes(said: Words, numbers: Mapping[str, float]) -> Finding:
    """The check holds."""
    return Finding("pass", said, numbers)


def fails(said: Words, remedy: Words, numbers: Mapping[str, float]) -> Finding:
    """The check does not hold; the champion stays."""
    return Finding("fail", said, numbers, remedy, blocks=True)


def unjudged(said: Words) -> Finding:
    """There is nothing to judge by, and no harm in that."""
    return Finding("unjudged", said)


def undecided(said: Words, remedy: Words, numbers: Mapping[str, float]) -> Finding:
    """There is too little to judge by, and without a judgement the champion stays."""
    return Finding("unjudged", said, numbers, remedy, blocks=True)


@dataclass(frozen=True, slots=True)
class Ruling:
    """A check by name and title, and its finding."""

    name: str
    title: Words
    finding: Finding


@dataclass(frozen=True, slots=True)
class Verdict:
    """All rulings on a new model; `against` is the champion's version, 0 where there was none."""

    rulings: tuple[Ruling, ...]
    against: int = 0

    @property
    def passed(self) -> bool:
        """Whether nothing keeps the champion in its place."""
        return not any(r.finding.blocks for r in self.rulings)

    @property
    def words(self) -> str:
        """The verdict in one line: why not, or what the first check found."""
        told = [r for r in self.rulings if r.finding.blocks] or list(self.rulings[:1])
        line = "; ".join(f"{r.title.en}: {r.finding.said.en}" for r in told)
        return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"

    def text(self) -> str:
        """The table that people read in a terminal, each sentence in English and in Chinese."""
        held = sum(r.finding.outcome == "pass" for r in self.rulings)
        against = f"against version {self.against}" if self.against else "no champion to beat"
        head = "passed · 门槛：通过" if self.passed else "refused · 门槛：未通过"
        lines = [f"gate: {head} ({held} of {len(self.rulings)} checks hold; {against})"]
        if not self.passed and not self.against:
            lines.append(
                "  any model is better than none: it is champion all the same · 暂任现任模型"
            )
        for ruling in self.rulings:
            lines += _lines(ruling)
        return "\n".join(lines)

    def json(self) -> str:
        """The same as a JSON object, for programs."""
        record = {"passed": self.passed, **asdict(self)}
        return orjson.dumps(
            record, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY
        ).decode()


_MARK: Final[Mapping[Outcome, str]] = {"pass": "pass", "fail": "FAIL", "unjudged": "  ? "}


def _lines(ruling: Ruling) -> list[str]:
    found = ruling.finding
    lines = [
        f"  {_MARK[found.outcome]}  {ruling.title.en} · {ruling.title.zh}",
        f"        {found.said.en}",
        f"        {found.said.zh}",
    ]
    if found.remedy is not None:
        lines.append(f"        to do: {found.remedy.en} · 怎么办：{found.remedy.zh}")
    return lines

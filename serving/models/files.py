"""The files of a training run as it should have written them; what is not so is told in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from features.words import Words
from model.drift import MORE_BINS

MOST_CHARACTERS: Final = 4_000_000
"""Of a file; training writes a hundredth of it."""
_SHOWN: Final = 80

MOST_ITEMS: Final = 5_000
"""Of a list that pages show: weeks of a century, a thousand features of a desk's own."""
_MOST_ERRORS: Final = 1_000

Thing = TypeVar("Thing")
Many = Annotated[list[Thing], Field(fail_fast=True)]  # one fault is told; millions fill the memory
Few = Annotated[list[Thing], Field(fail_fast=True, max_length=MOST_ITEMS)]
Share = Annotated[float, Field(ge=0, le=1 + 1e-9)]
Count = Annotated[float, Field(ge=0, le=1e15)]
Whole = Annotated[int, Field(ge=0, le=2**53)]
"""A count that JSON can tell everybody."""
Line = Annotated[str, Field(max_length=2000)]


@dataclass(frozen=True, slots=True)
class Unread:
    """A tag, a figure or a file that is not what is expected, by its name, and why."""

    name: str
    said: Words


class FileShape(BaseModel):
    """What a file holds: finite numbers of the right kind; more than that is passed over."""

    model_config = ConfigDict(strict=True, frozen=True, allow_inf_nan=False)


class WordsShape(FileShape):
    """Words for people."""

    en: Line
    zh: Line

    @property
    def words(self) -> Words:
        """As a record."""
        return Words(self.en, self.zh)


class FindingShape(FileShape):
    """What a check of the gate found."""

    outcome: Literal["pass", "fail", "unjudged"]
    said: WordsShape
    remedy: WordsShape | None
    blocks: bool
    numbers: Annotated[dict[str, float | None], Field(max_length=MOST_ITEMS)]


class RulingShape(FileShape):
    """A check of the gate."""

    name: Line
    title: WordsShape
    finding: FindingShape


class GateShape(FileShape):
    """`gate.json`."""

    passed: bool
    against: Whole
    rulings: Few[RulingShape]


class IntervalShape(FileShape):
    """The bounds of a figure, null where nobody knows them."""

    low: float | None
    high: float | None


class BinShape(FileShape):
    """Tickets of like risk."""

    risk: Share
    rate: Share
    tickets: Count


class CurveShape(FileShape):
    """How an outcome came true."""

    figures: Annotated[dict[str, IntervalShape], Field(max_length=MOST_ITEMS)]
    bins: Few[BinShape] = []


class CalibrationShape(FileShape):
    """`calibration.json`."""

    timeout: CurveShape | None = None
    escalation: CurveShape | None = None


class WeekShape(FileShape):
    """A week; null where it could not be measured."""

    week: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    tickets: Whole
    risk: Share | None
    rate: Share | None
    ece: Share | None


class FeatureShape(WordsShape):
    """A feature, and how far it moved."""

    name: Line
    psi: Count


class DriftShape(FileShape):
    """`drift.json`."""

    features: Few[FeatureShape] = []
    weeks: Annotated[dict[str, Few[WeekShape]], Field(max_length=MOST_ITEMS)] = {}


class ColumnShape(WordsShape):
    """A feature as it was when the model learned: see `model.drift.Bins`."""

    name: Line
    cuts: Many[float]
    exact: bool
    shares: Many[Share]
    usual: Annotated[float, Field(ge=0)] | None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(self.shares) != len(self.cuts) + MORE_BINS or self.cuts != sorted(set(self.cuts)):
            raise ValueError
        return self


class InputsShape(FileShape):
    """`inputs.json`."""

    until: Line | None
    tickets: Whole
    features: Few[ColumnShape]


Shape = TypeVar("Shape", bound=FileShape)


def file_read(name: str, text: str, shape: type[Shape]) -> Shape | Unread | None:
    """A file of a run; None where it has none."""
    if not text:
        return None
    if len(text) > MOST_CHARACTERS:
        limit = f"{MOST_CHARACTERS:,}"
        return unread(name, f"it has more than {limit} characters", f"超过 {limit} 个字符")
    try:
        return shape.model_validate_json(text)
    except ValidationError as wrong:
        place = _place_of(wrong)
    if not place:
        return unread(name, "it is no JSON object of this kind", "不是此类 JSON 对象")
    return unread(name, f"`{place}` is not what is expected there", f"`{place}` 与预期不符")


def _place_of(wrong: ValidationError) -> str:
    """Where the first fault is; empty for the whole, or where the list of all would be huge."""
    if wrong.error_count() > _MOST_ERRORS:
        return ""
    return ".".join(map(str, wrong.errors(include_url=False)[0]["loc"]))[:_SHOWN]


def unread(name: str, why: str, why_zh: str) -> Unread:
    """What could not be read, in words."""
    return Unread(name, Words(f"`{name}` cannot be read: {why}.", f"无法读取 `{name}`：{why_zh}。"))

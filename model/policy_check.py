"""How the records of a policy check themselves: ranges and words named beside each field.

`number`, `words`, `text_in`, `times_of_day` and `zone_name` make the `metadata` of a field;
a dataclass that is `Checked` refuses what they do not allow, with every fault it has.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, fields, replace
from typing import Any, Final, Protocol, cast
from zoneinfo import ZoneInfo

from features.errors import PolicyError

_CHECK: Final = "check"
_CLOCK: Final = r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00"
_ONE_LINE: Final = r"[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a policy document: where (JSON pointer), what, and the remedy.

    `zh` is what and the remedy in Chinese.
    """

    pointer: str
    reason: str
    remedy: str
    zh: str

    def under(self, prefix: str) -> Fault:
        """The same fault seen from a document that holds this one at `prefix`."""
        return replace(self, pointer=prefix + self.pointer)


class PolicyFaultsError(PolicyError):
    """A policy that cannot be obeyed, with every fault; the message names the first one."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        first, more = faults[0], len(faults) - 1
        others = f", and {more} more" if more else ""
        others_zh = f"（另有 {more} 处）" if more else ""
        place = first.pointer or "/"
        super().__init__(
            first.reason + others,
            where=place,
            remedy=first.remedy,
            zh=f"{place}：{first.zh}{others_zh}",
        )


Told = tuple[str, str, str]
"""What is wrong, the remedy, and both in Chinese."""
Across = tuple[str, str, str, str]
"""The same of a place of a record, its JSON pointer first."""


class Check(Protocol):
    """What a field allows: told of a value, and as JSON Schema."""

    def fault(self, value: object) -> Told | None:
        """What is wrong with the value and the remedy, or None."""

    def schema(self) -> dict[str, Any]:
        """The same in the words of JSON Schema, for one value (a word, where it is a list)."""


@dataclass(frozen=True, slots=True)
class _Number:
    low: float
    high: float
    above: bool

    def fault(self, value: object) -> Told | None:
        given = cast("float", value)
        advice = f"give a number {'above' if self.above else 'from'} {self.low} to {self.high}"
        advice_zh = (
            f"请填{'大于' if self.above else '不小于'} {self.low:g}、不大于 {self.high:g} 的数"
        )
        if not math.isfinite(given):
            return f"{given} is no number", advice, f"{given} 不是数；{advice_zh}"
        if given < self.low or (self.above and given == self.low):
            below, below_zh = ("not above", "不大于") if self.above else ("below", "小于")
            told = f"{given:g} {below_zh} {self.low:g}；{advice_zh}"
            return f"{given} is {below} {self.low}", advice, told
        if given > self.high:
            told = f"{given:g} 大于 {self.high:g}；{advice_zh}"
            return f"{given} is above {self.high}", advice, told
        return None

    def schema(self) -> dict[str, Any]:
        """Bounds."""
        return {"exclusiveMinimum" if self.above else "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True, slots=True)
class _Words:
    allowed: tuple[str, ...]

    def fault(self, value: object) -> Told | None:
        chosen = (value,) if isinstance(value, str) else cast("tuple[str, ...] | None", value)
        for word in chosen or ():
            if word not in self.allowed:
                known = ", ".join(self.allowed)
                return f"{word!r} is unknown", f"use {known}", f"未知的值 {word!r}；可用：{known}"
        return None

    def schema(self) -> dict[str, Any]:
        """The words."""
        return {"enum": list(self.allowed)}


@dataclass(frozen=True, slots=True)
class _Line:
    most: int

    def fault(self, value: object) -> Told | None:
        if len(str(value)) <= self.most and re.fullmatch(_ONE_LINE, str(value)):
            return None
        return (
            "it is empty, longer than that, or has control characters",
            f"give one line of at most {self.most} characters",
            f"为空、过长或含控制字符；请填一行文字，至多 {self.most} 个字符",
        )

    def schema(self) -> dict[str, Any]:
        """Its length, and something to read."""
        return {"maxLength": self.most, "pattern": f"^{_ONE_LINE}$"}


@dataclass(frozen=True, slots=True)
class _TimeOfDay:
    def fault(self, value: object) -> Told | None:
        if re.fullmatch(_CLOCK, str(value)):
            return None
        return (
            f"{value!r} is no time of day",
            'write "HH:MM" in quotes, from "00:00" to "24:00"',
            f"{value!r} 不是时刻；请写 HH:MM，从 00:00 到 24:00",
        )

    def schema(self) -> dict[str, Any]:
        """Its pattern."""
        return {"pattern": f"^({_CLOCK})$"}


@dataclass(frozen=True, slots=True)
class _Zone:
    def fault(self, value: object) -> Told | None:
        try:
            ZoneInfo(str(value))
        except (KeyError, ValueError, OSError):
            return (
                f"{value!r} is no time zone",
                'name one as "Asia/Shanghai"',
                f"{value!r} 不是时区；请写如 Asia/Shanghai",
            )
        return None

    def schema(self) -> dict[str, Any]:
        """Which zones there are, only the machine knows."""
        return {"examples": ["Asia/Shanghai", "UTC"]}


def number(low: float, high: float, *, above: bool = False) -> Mapping[str, Check]:
    """A finite number in `[low, high]`; in `(low, high]` with `above`."""
    return {_CHECK: _Number(low, high, above)}


def words(allowed: tuple[str, ...]) -> Mapping[str, Check]:
    """A list of words, each one of `allowed`."""
    return {_CHECK: _Words(allowed)}


def text_in(allowed: tuple[str, ...]) -> Mapping[str, Check]:
    """One of the words `allowed`."""
    return {_CHECK: _Words(allowed)}


def line(most: int) -> Mapping[str, Check]:
    """A text of one line, not blank, of at most so many characters."""
    return {_CHECK: _Line(most)}


def times_of_day() -> Mapping[str, Check]:
    """A time of day, "HH:MM"."""
    return {_CHECK: _TimeOfDay()}


def zone_name() -> Mapping[str, Check]:
    """The name of a time zone that this machine knows."""
    return {_CHECK: _Zone()}


def check_of(each: Field[Any]) -> Check | None:
    """What a field of a record allows; None for anything of its type."""
    found: Check | None = each.metadata.get(_CHECK)
    return found


@dataclass(frozen=True, slots=True)
class Checked:
    """A frozen dataclass that refuses bad values: each field by its check, then together.

    Whole numbers given for a float field become floats, so that equal policies are written alike.

    Raises:
        PolicyFaultsError: with the faults of this record, pointers relative to it.
    """

    def __post_init__(self) -> None:
        faults = tuple(self._faults())
        if faults:
            raise PolicyFaultsError(faults)

    def cross_faults(self) -> list[Across]:
        """What is wrong between fields that are sound alone."""
        return []

    def _faults(self) -> Iterator[Fault]:
        good = True
        for each in fields(self):
            found = self._fault_of(each)
            if found is not None:
                good = False
                yield found
        if good:
            yield from (Fault(*told) for told in self.cross_faults())

    def _fault_of(self, each: Field[Any]) -> Fault | None:
        value = getattr(self, each.name)
        # annotations are kept as text in the modules that declare policies
        if str(each.type).startswith("float") and type(value) is int:
            value = float(value)
            object.__setattr__(self, each.name, value)  # frozen, but still being made
        check = check_of(each)
        settled = value is None or isinstance(value, Checked)  # a record has checked itself
        told = check.fault(value) if check is not None and not settled else None
        return Fault(f"/{each.name}", *told) if told else None

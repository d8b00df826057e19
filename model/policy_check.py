"""How the records of a policy check themselves: ranges and words named beside each field.

`number`, `words`, `text_in`, `times_of_day` and `zone_name` make the `metadata` of a field;
a dataclass that is `Checked` refuses what they do not allow, with every fault it has.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, fields
from typing import Any, Protocol, cast
from zoneinfo import ZoneInfo

from features.errors import PolicyError

_CHECK = "check"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a policy document: where (JSON pointer), what, and the remedy."""

    pointer: str
    reason: str
    remedy: str

    def under(self, prefix: str) -> Fault:
        """The same fault seen from a document that holds this one at `prefix`."""
        return Fault(prefix + self.pointer, self.reason, self.remedy)


class PolicyFaultsError(PolicyError):
    """A policy that cannot be obeyed, with every fault; the message names the first one."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        first, more = faults[0], len(faults) - 1
        others = f", and {more} more" if more else ""
        super().__init__(first.reason + others, where=first.pointer or "/", remedy=first.remedy)


class _Check(Protocol):
    def fault(self, value: object) -> tuple[str, str] | None:
        """What is wrong with the value and the remedy, or None."""


@dataclass(frozen=True, slots=True)
class _Number:
    low: float
    high: float
    above: bool

    def fault(self, value: object) -> tuple[str, str] | None:
        given = cast("float", value)
        advice = f"give a number {'above' if self.above else 'from'} {self.low} to {self.high}"
        if not math.isfinite(given):
            return f"{given} is no number", advice
        if given < self.low or (self.above and given == self.low):
            return f"{given} is {'not above' if self.above else 'below'} {self.low}", advice
        if given > self.high:
            return f"{given} is above {self.high}", advice
        return None


@dataclass(frozen=True, slots=True)
class _Words:
    allowed: tuple[str, ...]

    def fault(self, value: object) -> tuple[str, str] | None:
        chosen = (value,) if isinstance(value, str) else cast("tuple[str, ...] | None", value)
        for word in chosen or ():
            if word not in self.allowed:
                return f"{word!r} is unknown", "use " + ", ".join(self.allowed)
        return None


@dataclass(frozen=True, slots=True)
class _TimeOfDay:
    def fault(self, value: object) -> tuple[str, str] | None:
        if re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d|24:00", str(value)):
            return None
        return f"{value!r} is no time of day", 'write "HH:MM" in quotes, from "00:00" to "24:00"'


@dataclass(frozen=True, slots=True)
class _Zone:
    def fault(self, value: object) -> tuple[str, str] | None:
        try:
            ZoneInfo(str(value))
        except (KeyError, ValueError, OSError):
            return f"{value!r} is no time zone", 'name one as "Asia/Shanghai"'
        return None


def number(low: float, high: float, *, above: bool = False) -> Mapping[str, _Check]:
    """A finite number in `[low, high]`; in `(low, high]` with `above`."""
    return {_CHECK: _Number(low, high, above)}


def words(allowed: tuple[str, ...]) -> Mapping[str, _Check]:
    """A list of words, each one of `allowed`."""
    return {_CHECK: _Words(allowed)}


def text_in(allowed: tuple[str, ...]) -> Mapping[str, _Check]:
    """One of the words `allowed`."""
    return {_CHECK: _Words(allowed)}


def times_of_day() -> Mapping[str, _Check]:
    """A time of day, "HH:MM"."""
    return {_CHECK: _TimeOfDay()}


def zone_name() -> Mapping[str, _Check]:
    """The name of a time zone that this machine knows."""
    return {_CHECK: _Zone()}


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

    def cross_faults(self) -> list[tuple[str, str, str]]:
        """(pointer, reason, remedy) of what is wrong between fields that are sound alone."""
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
        check: _Check | None = each.metadata.get(_CHECK)
        settled = value is None or isinstance(value, Checked)  # a record has checked itself
        told = check.fault(value) if check is not None and not settled else None
        return Fault(f"/{each.name}", *told) if told else None

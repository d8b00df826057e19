"""When a rule of a mapping fires: small conditions on the rows of a foreign log.

Every condition is one frozen dataclass, one branch of `fires`, one branch of `parse_condition`.
Rows are sorted by ticket and, within a ticket, in the order in which they happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from training.logs.columns import Column, Rows
from training.logs.document import Section

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Always:
    """`first_row`: a ticket's first row. `every_row`. `nothing_else`: no other rule fired."""

    kind: Literal["first_row", "every_row", "nothing_else"]


@dataclass(frozen=True, slots=True)
class Present:
    """The column is not missing; with `first` only the ticket's first such row."""

    column: str
    first: bool


@dataclass(frozen=True, slots=True)
class Equals:
    """The column has one of the values."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """One of the columns differs from the ticket's row before.

    On a first row the value before is missing, so a present one counts as changed, unless
    `later` leaves first rows out. `origin`, `to`, `not_to` and `becomes` narrow it down.
    """

    columns: tuple[str, ...]
    origin: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    not_to: tuple[str, ...] = ()
    becomes: str = ""
    later: bool = False


@dataclass(frozen=True, slots=True)
class Lowered:
    """The column's text sorts before what it was, as "2 - High" does before "3 - Moderate"."""

    column: str


@dataclass(frozen=True, slots=True)
class Reaches:
    """The ticket's first row where the number is `by` above its value when `since` first was.

    `since` is a column; the count starts at the ticket's first row in which it is present.
    """

    column: str
    by: float
    since: str


@dataclass(frozen=True, slots=True)
class SeenWith:
    """On events of type `on`, in the order of time: `column` is new for its `per` value."""

    column: str
    per: str
    on: str


Condition = Always | Present | Equals | Changed | Lowered | Reaches | SeenWith
WORDS: Final = ("first_row", "every_row", "nothing_else")
KINDS: Final = ("present", "first_present", "equals", "changed", "lowered", "reaches", "new")


def columns_of(condition: Condition) -> tuple[str, ...]:
    """The columns that a condition looks at."""
    match condition:
        case Always():
            return ()
        case Changed(columns=columns):
            return columns
        case Reaches(column=column, since=since):
            return (column, since)
        case SeenWith(column=column, per=per):
            return (column, per)
        case Present(column=column) | Equals(column=column) | Lowered(column=column):
            return (column,)


def parse_condition(rule: Section) -> Condition:
    """The `when` of a rule.

    Raises:
        LogError: it names no known condition.
    """
    if rule.has("when") and rule.is_scalar("when"):
        word = rule.choice("when", WORDS)
        return Always(word)  # type: ignore[arg-type]  # `choice` has narrowed it to WORDS
    when = rule.section("when")
    kinds = [kind for kind in KINDS if when.has(kind)]
    if len(kinds) != 1:
        known = f"{', '.join(WORDS)}, or one of the keys {', '.join(KINDS)}"
        raise when.fault("`when` needs exactly one condition", "", known)
    condition = _keyed(kinds[0], when)
    when.done()
    return condition


def _keyed(kind: str, when: Section) -> Condition:
    if kind in ("present", "first_present"):
        return Present(when.text(kind), first=kind == "first_present")
    if kind == "equals":
        return Equals(when.text("equals"), _some(when, "values"))
    if kind == "lowered":
        return Lowered(when.text("lowered"))
    if kind == "reaches":
        by = when.number("by")
        if by is None:
            raise when.fault("the key 'by' is missing")
        return Reaches(when.text("reaches"), by, when.text("since"))
    if kind == "new":
        return SeenWith(when.text("new"), when.text("per"), when.text("on"))
    becomes = when.choice("becomes", ("present", "missing", ""), "")
    origin, to, not_to = (when.texts(key) for key in ("from", "to", "not_to"))
    return Changed(when.texts("changed"), origin, to, not_to, becomes, when.flag("later"))


def _some(when: Section, key: str) -> tuple[str, ...]:
    values = when.texts(key)
    if not values:
        raise when.fault(f"the key {key!r} is missing")
    return values


def fires(condition: Condition, rows: Rows) -> Mask:
    """Which rows fulfil a condition, `(n_rows,)`; not for `nothing_else` and `SeenWith`."""
    match condition:
        case Always(kind=kind):
            return rows.first if kind == "first_row" else np.ones(rows.size, dtype=bool)
        case Present(column=name, first=first):
            present = rows.columns[name].present
            return _first_of(present, rows) if first else present
        case Equals(column=name, values=values):
            return rows.columns[name].isin(values)
        case Changed():
            return _changed(condition, rows)
        case Lowered(column=name):
            column = rows.columns[name]
            now, before = column.ranks(), rows.before(column.ranks())
            return (now >= 0) & (before >= 0) & (now < before)
        case Reaches():
            return _reaches(condition, rows)
        case SeenWith():
            raise AssertionError("known only once the events it looks at have their times")


def _changed(condition: Changed, rows: Rows) -> Mask:
    result = np.zeros(rows.size, dtype=bool)
    for name in condition.columns:
        column = rows.columns[name]
        before = Column(rows.before(column.codes), column.values)
        hit = column.codes != before.codes
        if condition.origin:
            hit &= before.isin(condition.origin)
        if condition.to:
            hit &= column.isin(condition.to)
        if condition.not_to:
            hit &= ~column.isin(condition.not_to)
        if condition.becomes:
            hit &= column.present == (condition.becomes == "present")
        result |= hit
    return result & ~rows.first if condition.later else result


def _reaches(condition: Reaches, rows: Rows) -> Mask:
    number = rows.columns[condition.column].numbers()
    start = np.flatnonzero(_first_of(rows.columns[condition.since].present, rows))
    base = np.full(rows.tickets, np.nan)
    base[rows.ticket[start]] = number[start]
    begun = np.full(rows.tickets, rows.size)
    begun[rows.ticket[start]] = start
    high = number >= base[rows.ticket] + condition.by
    return _first_of(high & (np.arange(rows.size) >= begun[rows.ticket]), rows)


def _first_of(mask: Mask, rows: Rows) -> Mask:
    """Only the first True of every ticket."""
    at = np.flatnonzero(mask)
    _, first = np.unique(rows.ticket[at], return_index=True)
    result = np.zeros(rows.size, dtype=bool)
    result[at[first]] = True
    return result

"""Why a risk is what it is: the forest's own contributions, grouped to the terms people use."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from features.words import Words, quoted
from model.decision import Reason

Float = NDArray[np.float64]

_Value = float | str | None

Decode = Callable[[str, float], str | None]
"""The name behind a category's code, by column; None if the code has no name."""


@dataclass(frozen=True, slots=True)
class Label:
    """How a term is called, and the unit of its value ("" for a share or a category).

    `names` words the values that every desk has; others stay as they are. The value of a term
    that is not `shown` would tell people nothing. A term is `common` where all tickets have the
    same: it is told behind what is a ticket's own.
    """

    called: Words
    unit: str = ""
    shown: bool = True
    common: bool = False
    names: Mapping[str, Words] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Note:
    """What is said behind a term's value in the `rows` (n,) that it holds for."""

    term: str
    rows: NDArray[np.bool_]
    words: str
    words_zh: str


@dataclass(frozen=True, slots=True)
class Term:
    """One term: `column` shows its value, the contributions of all `columns` are its effect."""

    name: str
    column: int
    columns: tuple[int, ...]


def terms_of(names: Sequence[str], groups: Mapping[str, str]) -> tuple[Term, ...]:
    """The terms of feature columns: `groups` sends a column's name to its term's, else its own.

    The value shown is that of the column named like the term, else of its first column.

    >>> terms_of(["a", "b", "b2"], {"b2": "b"})[1]
    Term(name='b', column=1, columns=(1, 2))
    """
    members: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        members.setdefault(groups.get(name, name), []).append(i)
    place = {name: i for i, name in enumerate(names)}
    return tuple(
        Term(term, place[term] if place.get(term) in columns else columns[0], tuple(columns))
        for term, columns in members.items()
    )


def term_effects(contributions: Float, terms: Sequence[Term]) -> Float:
    """(n, len(terms)) the summed contributions of each term's columns.

    `contributions` is (n, p + 1) with the base last, so effects and base add up to what the
    contributions do: the log-odds of the row's risk.
    """
    columns = np.concatenate([term.columns for term in terms]).astype(np.int64)
    starts = np.cumsum([0, *(len(term.columns) for term in terms[:-1])])
    return np.add.reduceat(contributions[:, columns], starts, axis=1)


@dataclass(frozen=True, eq=False)
class Explainer:
    """Turns contributions into reasons.

    `labels` name the terms (a term without one is shown by its own name); `decode` names
    the codes of the `categorical` columns.
    """

    names: tuple[str, ...]
    categorical: frozenset[str]
    labels: Mapping[str, Label]
    decode: Decode
    groups: Mapping[str, str]

    def reasons(
        self, x: Float, contributions: Float, top: int, notes: Sequence[Note] = ()
    ) -> list[tuple[Reason, ...]]:
        """For each row of `x` (n, p), its `top` terms by absolute effect, the largest first.

        A common term among them comes last, however large. Of the `notes` on a term the first that
        holds for the row is said with it.
        """
        terms = terms_of(self.names, self.groups)
        effects = term_effects(contributions, terms)
        order = self._order(terms, effects, top)
        column = np.array([term.column for term in terms], np.int64)
        rows = zip(
            order.tolist(),
            np.take_along_axis(x, column[order], axis=1).tolist(),
            np.take_along_axis(effects, order, axis=1).tolist(),
            np.take_along_axis(_first_notes(notes, terms, len(x)), order, axis=1).tolist(),
            strict=True,
        )

        @cache  # the tickets of a desk share many a value, and sentences are dear
        def said(j: int, value: float | None, note: int) -> _Said:
            return self._said(terms[j], value, notes[note] if note >= 0 else None)

        def reason(j: int, value: float, effect: float, note: int) -> Reason:
            told = said(j, None if math.isnan(value) else round(value, 4), note)
            return Reason(terms[j].name, told.value, round(effect, 4), told.text, told.text_zh)

        return [
            tuple(reason(*each) for each in zip(*row, strict=True) if each[2] != 0.0)
            for row in rows
        ]

    def _order(self, terms: Sequence[Term], effects: Float, top: int) -> NDArray[np.intp]:
        """(rows, top) places of the strongest terms: a ticket's own, then those all have."""
        order = np.argsort(-np.abs(effects), axis=1, kind="stable")[:, : max(top, 0)]
        named = (self.labels.get(term.name) for term in terms)
        common = np.array([label is not None and label.common for label in named], bool)
        last = np.argsort(common[order], axis=1, kind="stable")
        return np.take_along_axis(order, last, axis=1)

    def _said(self, term: Term, value: float | None, note: Note | None) -> _Said:
        column = self.names[term.column]
        label = self.labels.get(term.name) or Label(Words(term.name, term.name))
        shown: _Value = value
        if column in self.categorical and value is not None:
            shown = self.decode(column, value)
        if not label.shown and value is not None:
            text, text_zh, shown = label.called.en, label.called.zh, None
        else:
            named, named_zh = _named(shown, label.names)
            text = sentence(label.called.en, named, label.unit, "unknown")
            unit = _UNITS_ZH.get(label.unit, label.unit)
            text_zh = sentence(label.called.zh, named_zh, unit, "未知")
        if note is not None:
            text, text_zh = f"{text} ({note.words})", f"{text_zh}（{note.words_zh}）"
        return _Said(shown, text, text_zh)


@dataclass(frozen=True, slots=True)
class _Said:
    """A reason without its effect."""

    value: float | str | None
    text: str
    text_zh: str


def _first_notes(notes: Sequence[Note], terms: Sequence[Term], rows: int) -> NDArray[np.int64]:
    """(rows, len(terms)) which of the notes on a term is the first that holds, -1 for none."""
    place = {term.name: j for j, term in enumerate(terms)}
    first = np.full((rows, len(terms)), -1, np.int64)
    for i, note in reversed(list(enumerate(notes))):  # the first is written last
        if note.term in place:
            first[note.rows, place[note.term]] = i
    return first


def _named(value: _Value, names: Mapping[str, Words]) -> tuple[_Value, _Value]:
    """A value in English and Chinese: a code that every desk has in words, another as it is."""
    if not isinstance(value, str):
        return value, value
    words = names.get(value)
    return (quoted(value),) * 2 if words is None else (words.en, words.zh)


_UNITS_ZH = {
    "h": "小时",
    "hours": "小时",
    "minutes": "分钟",
    "d": "天",
    "days": "天",
    "tickets": "件",
    "contacts": "次",
    "events": "次",
    "escalations": "次",
    "currency": "元",
}

_ROUND_FROM = 100.0


def sentence(label: str, value: float | str | None, unit: str, unknown: str) -> str:
    """A term and its value as people read them.

    >>> sentence("contacts in 72 h", 3.0, "", "unknown")
    'contacts in 72 h: 3'
    >>> sentence("time left", 1.25, "hours", "unknown")
    'time left: 1.25 hours'
    >>> sentence("since arrival", 1033.35, "h", "unknown")
    'since arrival: 1,033 h'
    """
    if value is None:
        return f"{label}: {unknown}"
    if isinstance(value, str):
        return f"{label}: {value}"
    whole = float(value).is_integer() or abs(value) >= _ROUND_FROM
    number = f"{value:,.0f}" if whole else f"{value:.3g}"
    return f"{label}: {number} {unit}".rstrip()

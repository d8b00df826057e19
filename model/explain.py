"""Why a risk is what it is: the forest's own contributions, grouped to the terms people use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from model.decision import Reason

Float = NDArray[np.float64]

Decode = Callable[[str, float], str | None]
"""The name behind a category's code, by column; None if the code has no name."""


@dataclass(frozen=True, slots=True)
class Words:
    """How a term is called, and the unit of its value ("" for a share or a category).

    The value of a term that is not `shown` would tell people nothing.
    """

    label: str
    label_zh: str
    unit: str = ""
    shown: bool = True


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
    member = np.zeros((contributions.shape[1] - 1, len(terms)))
    for j, term in enumerate(terms):
        member[list(term.columns), j] = 1.0
    return np.asarray(contributions[:, :-1] @ member, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Explainer:
    """Turns contributions into reasons.

    `words` names the terms (a term without words is shown by its own name); `decode` names
    the codes of the `categorical` columns.
    """

    names: tuple[str, ...]
    categorical: frozenset[str]
    words: Mapping[str, Words]
    decode: Decode
    groups: Mapping[str, str]

    def reasons(
        self, x: Float, contributions: Float, top: int, notes: Sequence[Note] = ()
    ) -> list[tuple[Reason, ...]]:
        """For each row of `x` (n, p), its `top` terms by absolute effect, the largest first.

        Of the `notes` on a term the first that holds for the row is said with it.
        """
        terms = terms_of(self.names, self.groups)
        effects = term_effects(contributions, terms)
        order = np.argsort(-np.abs(effects), axis=1, kind="stable")[:, : max(top, 0)]
        return [
            tuple(
                _noted(
                    self._reason(terms[j], float(x[i, terms[j].column]), float(effects[i, j])),
                    (note for note in notes if note.term == terms[j].name and note.rows[i]),
                )
                for j in row
                if effects[i, j] != 0.0
            )
            for i, row in enumerate(order)
        ]

    def _reason(self, term: Term, value: float, effect: float) -> Reason:
        column = self.names[term.column]
        words = self.words.get(term.name, Words(term.name, term.name))
        if not words.shown and not np.isnan(value):
            return Reason(term.name, None, round(effect, 4), words.label, words.label_zh)
        shown: float | str | None = None if np.isnan(value) else round(value, 4)
        if column in self.categorical:
            shown = None if np.isnan(value) else self.decode(column, value)
        return Reason(
            term=term.name,
            value=shown,
            effect=round(effect, 4),
            text=sentence(words.label, shown, words.unit, "unknown"),
            text_zh=sentence(
                words.label_zh,
                _NAMES_ZH.get(shown, shown) if isinstance(shown, str) else shown,
                _UNITS_ZH.get(words.unit, words.unit),
                "未知",
            ),
        )


def _noted(reason: Reason, notes: Iterator[Note]) -> Reason:
    note = next(notes, None)
    if note is None:
        return reason
    return replace(
        reason,
        text=f"{reason.text} ({note.words})",
        text_zh=f"{reason.text_zh}（{note.words_zh}）",
    )


_NAMES_ZH = {
    "unassigned": "未分派",
    "assigned": "已分派",
    "in_progress": "处理中",
    "paused": "已挂起",
    "waiting_customer": "等待客户",
    "internal_collaboration": "内部协同",
    "returned": "已退回",
    "reopened": "已重开",
}
"""States in Chinese; a desk's own names stay as they are."""
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

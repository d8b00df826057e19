"""What a section of the study is made of: words in two languages, tables and pictures.

A section is a function of a `Study`; it returns what it found, and knows nothing of HTML.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from matplotlib.figure import Figure

from features.words import Words
from training.study.study import Study

Cell = str | float | int | Words | None
"""A number is formatted by the page; None is shown as a dash."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: `columns` name the cells of each of `rows`, all of one length."""

    title: Words
    columns: tuple[Words, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A figure and what it shows; `name` is its file's name without a suffix."""

    name: str
    caption: Words
    figure: Figure


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """One question and its answer. `metrics` go to MLflow under `study.<key>.<name>`."""

    key: str
    title: Words
    words: tuple[Words, ...]
    sheets: tuple[Sheet, ...] = ()
    pictures: tuple[Picture, ...] = ()
    metrics: tuple[tuple[str, float], ...] = ()


SectionOf = Callable[[Study], Section]
"""A section; a new one is one function and one line in `training.study.sections.SECTIONS`."""

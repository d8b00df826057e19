"""The study as one page that needs nothing else: styles, pictures and both languages inside."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import matplotlib as mpl
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from features.words import Words
from training.moments import rfc3339
from training.study.headline import Headline, headlines
from training.study.section import Cell, Picture, Section
from training.study.study import Study

_HERE: Final = Path(__file__).parent
_UNNAMED: Final = {"Creator": None, "Date": None, "Format": None, "Type": None}
"""No word in a picture of when and by what it was drawn: the same study, the same bytes."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the study is about: counts, and times as RFC 3339."""

    learned_from: str
    tested_from: str
    until: str
    tickets: int
    censored: int


def facts_of(study: Study) -> Facts:
    """The facts on top of the page."""
    return Facts(
        learned_from=rfc3339(study.learned_from.start_us),
        tested_from=rfc3339(study.test.start_us),
        until=rfc3339(study.test.known_by_us - 1),
        tickets=study.evaluation.test_tickets,
        censored=study.evaluation.censored,
    )


def render(facts: Facts, sections: Sequence[Section]) -> str:
    """The page as HTML."""
    found: tuple[Headline, ...] = headlines(sections)
    page = templates().get_template("study.html")
    return page.render(facts=facts, headlines=found, sections=sections)


def templates(*folders: Path) -> Environment:
    """Templates of other reports, which extend `page.html` of here, and its filters."""
    found = Environment(
        loader=FileSystemLoader([*folders, _HERE / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"both": both, "cell": cell, "svg": svg}
    found.tests["words"] = lambda value: isinstance(value, Words)
    return found


def both(words: Words) -> Markup:
    """The words in both languages, of which the page shows one.

    >>> both(Words("a < b", "甲"))
    Markup('<span lang="en">a &lt; b</span><span lang="zh">甲</span>')
    """
    if words.en == words.zh:
        return Markup("{}").format(words.en)
    return Markup('<span lang="en">{}</span><span lang="zh">{}</span>').format(words.en, words.zh)


def cell(value: Cell) -> str | Markup:
    """A cell as people read it: whole numbers with separators, others with three decimals.

    >>> [cell(value) for value in (12345, 0.12345, 1234.5, 38.0, None, float("nan"))]
    ['12,345', '0.123', '1,234.5', '38.0', '–', '–']
    """
    if isinstance(value, Words):
        return both(value)
    if value is None or value != value:  # NaN is not itself
        return "–"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.3f}" if abs(value) < 10 else f"{value:,.1f}"
    return value


def svg(picture: Picture) -> Markup:
    """The picture as SVG to stand inside HTML, in the ink of the page instead of black."""
    text = svg_text(picture)
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r' id="[\w.]+_\d+"', "", text)  # numbered anew in every picture
    text = re.sub(r'<svg [^>]*?viewBox="([^"]*)"[^>]*>', r'<svg viewBox="\1" role="img">', text)
    text = text.replace("xlink:href", "href").replace("#000000", "currentColor")
    return Markup(text)  # noqa: S704  # drawn by matplotlib, which escapes its labels


def svg_text(picture: Picture) -> str:
    """The picture as an SVG document: transparent, letters as letters, ids that do not vary."""
    file = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": picture.name}):
        picture.figure.savefig(file, format="svg", transparent=True, metadata=_UNNAMED)
    return file.getvalue()

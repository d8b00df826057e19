"""The study as files: the page, and each picture beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from features.errors import FendanError
from training.study.page import facts_of, render, svg_text
from training.study.section import Section
from training.study.sections import study_sections
from training.study.study import Study

PAGE = "study.html"


def write_page(study: Study, folder: Path) -> tuple[Path, ...]:
    """Write the page of the quick sections and its pictures into a folder; their paths."""
    sections = study_sections(study)
    page = write(study, sections, folder / PAGE)
    return (page, *write_pictures(sections, folder))


def write(study: Study, sections: Sequence[Section], page: Path) -> Path:
    """Write the page of some sections.

    Raises:
        FendanError: the file cannot be written.
    """
    text = render(facts_of(study), sections)
    try:
        page.write_text(text, encoding="utf-8")
    except OSError as error:
        raise FendanError(f"cannot be written: {error.strerror}", where=str(page)) from error
    return page


def write_pictures(sections: Sequence[Section], folder: Path) -> tuple[Path, ...]:
    """Write every picture as an SVG file of its own; their paths."""
    paths = []
    for section in sections:
        for picture in section.pictures:
            path = folder / f"{picture.name}.svg"
            path.write_text(svg_text(picture), encoding="utf-8")
            paths.append(path)
    return tuple(paths)

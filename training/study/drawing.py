"""How pictures of the study look: one size, colours that read on white and on black."""

from __future__ import annotations

from typing import Any, Final

from matplotlib.figure import Figure

BLUE: Final = "#3b82c4"
ORANGE: Final = "#d9822b"
GREY: Final = "#8a94a3"

MOST_LABELS: Final = 16


def canvas(title: str, x: str, y: str, width: float = 7.0) -> tuple[Figure, Any]:
    """A figure with one pair of axes."""
    figure = Figure(figsize=(width, 4.2), layout="constrained")
    axes = figure.subplots()
    axes.set(title=title, xlabel=x, ylabel=y)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def slanted(axes: Any) -> None:  # noqa: ANN401  # of an untyped library
    """Long labels below the axis, so that they do not overlap; of very many only some."""
    axes.tick_params(axis="x", labelrotation=40)
    labels = axes.get_xticklabels()
    for place, label in enumerate(labels):
        label.set_horizontalalignment("right")
        label.set_visible(place % (1 + len(labels) // MOST_LABELS) == 0)

"""The table in which two versions of the model stand side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from serving.console.clock import minute
from serving.models.cards import Card, Figure
from serving.models.tags import moment

_MEANT: Final = {"eta_p50": "50 %", "eta_p90": "90 %"}
_TIMES: Final = ("until", "tested_from")
_PRINTS: Final = ("data_fingerprint", "feature_fingerprint")
_FIGURES: Final = ("auc", "ece", "brier", "escalation_auc", "eta_p50", "eta_p90")
_FACTS: Final = ("until", "tested_from", "tickets", "events", "landmarks", "features", *_PRINTS)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the comparison: the word for what it is, and a cell for each side."""

    name: str
    cells: tuple[str, ...]


def compared(cards: Sequence[Card], zone: tzinfo) -> list[Row]:
    """The lines that at least one of the cards has something for; times on the clock of `zone`."""
    rows = [Row("registered", tuple(minute(c.version.created_at, zone) for c in cards))]
    facts = [card.facts for card in cards]
    rows += [Row(name, tuple(_fact(name, each, zone) for each in facts)) for name in _FACTS]
    for name in _FIGURES:
        found = [next((f for f in card.figures if f.name == name), None) for card in cards]
        rows.append(Row(name, tuple(map(figure, found))))
    return [row for row in rows if any(cell != "–" for cell in row.cells)]


def _fact(name: str, facts: Mapping[str, str | int], zone: tzinfo) -> str:
    value = facts.get(name)
    if value is None:
        return "–"
    if isinstance(value, int):
        return f"{value:,}"
    return minute(moment(value), zone) if name in _TIMES else value[:12]


def figure(found: Figure | None) -> str:
    """A figure with its interval; of a coverage also what it is meant to be.

    >>> figure(Figure("auc", 0.76928, 0.7311, 0.8022)), figure(Figure("eta_p50", 0.6016))
    ('0.769 (0.731 – 0.802)', '60.2 % (50 %)')
    """
    if found is None:
        return "–"
    if found.name in _MEANT:
        return f"{100 * found.value:.1f} % ({_MEANT[found.name]})"
    if found.low is None or found.high is None:
        return f"{found.value:.3f}"
    return f"{found.value:.3f} ({found.low:.3f} – {found.high:.3f})"

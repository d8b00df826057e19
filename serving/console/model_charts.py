"""The charts of the page of the models: reliability curves, and week by week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from serving.console.charts import Point, Series
from serving.models.cards import Bin, Card, Week
from serving.models.live import Live

_TICKS: Final = 6
"""Weeks that are named under an axis."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart: its lines, and the words under its axis."""

    series: tuple[Series, ...]
    ticks: tuple[tuple[float, str], ...]


def _named(card: Card, said: Mapping[str, str]) -> str:
    return f"{said['version']} {card.version.version}"


def reliability(cards: Sequence[Card], live: Live | None, said: Mapping[str, str]) -> Drawing:
    """Risk told against the share that came true: of each card's test, and live."""
    looks = ("a", "b")
    series = [
        Series(_named(card, said), _curve(card.bins), look, dots=True)
        for card, look in zip(cards, looks, strict=False)
        if card.bins
    ]
    if live is not None and live.bins:
        series.append(Series(said["live_now"], _curve(live.bins), "c", dots=True))
    return Drawing(tuple(series), tuple((x / 4, f"{25 * x} %") for x in range(5)))


def _curve(bins: Sequence[Bin]) -> tuple[Point, ...]:
    return tuple((each.risk, each.rate) for each in bins)


def all_bins(
    cards: Sequence[Card], live: Live | None, said: Mapping[str, str]
) -> list[tuple[str, tuple[Bin, ...]]]:
    """The numbers behind those curves, by their names."""
    found = [(_named(card, said), card.bins) for card in cards if card.bins]
    return [*found, (said["live_now"], live.bins)] if live and live.bins else found


def weekly(weeks: Sequence[Week], said: Mapping[str, str]) -> Drawing:
    """Mean risk and rate, week by week; the axis names a handful of the weeks."""
    risk = Series(said["mean_risk"], [(n, w.risk) for n, w in enumerate(weeks)], "a", dots=True)
    rate = Series(said["came_true"], [(n, w.rate) for n, w in enumerate(weeks)], "b", dots=True)
    step = max(-(-len(weeks) // _TICKS), 1)
    ticks = tuple((float(n), weeks[n].week[5:]) for n in range(0, len(weeks), step))
    return Drawing((risk, rate) if weeks else (), ticks)

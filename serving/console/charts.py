"""Charts as SVG, drawn here: no script, no style of their own, readable in both themes.

Colours are classes of `console.css` (`a` to `d`, `faint`), so they follow the theme; every chart
says in words what it shows. Points are (x, y) in the figures' own units.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final

from markupsafe import Markup, escape

Point = tuple[float, float]
Tick = tuple[float, str]

_WIDTH, _HEIGHT = 640.0, 220.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 62.0, 24.0, 16.0, 28.0


@dataclass(frozen=True, slots=True)
class Series:
    """A line with a name; `look` is its class of colour, `dots` marks its points.

    One without a name goes on with another: the legend leaves it out.
    """

    name: str
    points: Sequence[Point]
    look: str = "a"
    dots: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with its name under it; `look` is its class of colour."""

    name: str
    value: float
    look: str = "a"


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where figures lie in the picture: x in [low, high], y in [0 or less, top]."""

    x: tuple[float, float]
    y: tuple[float, float]

    def at(self, point: Point) -> str:
        return f"{self.across(point[0]):.1f},{self.down(point[1]):.1f}"

    def across(self, x: float) -> float:
        low, high = self.x
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (x - low) / ((high - low) or 1.0)

    def down(self, y: float) -> float:
        low, high = self.y
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * (y - low) / ((high - low) or 1.0)


def lines(
    series: Sequence[Series],
    title: str,
    x_ticks: Sequence[Tick] = (),
    percent: bool = False,
    diagonal: bool = False,
) -> Markup:
    """Lines over a common axis from 0 up; `diagonal` draws y = x, which calibration is held to."""
    points = [p for s in series for p in s.points]
    if not points:
        return Markup("")
    ticks = nice_ticks(0.0, max(*(y for _, y in points), 1.0 if diagonal else 0.0))
    xs = [x for x, _ in points] + [x for x, _ in x_ticks]
    frame = _Frame((min(xs), max(xs)), (min(0.0, *(y for _, y in points)), ticks[-1]))
    parts = [_axes(frame, x_ticks, ticks, percent=percent)]
    if diagonal:
        parts.append(_path("faint dashed", [frame.at((0.0, 0.0)), frame.at((1.0, 1.0))]))
    for s in series:
        parts.append(_path(s.look, [frame.at(p) for p in s.points]))
        parts += [_dot(s.look, frame, p) for p in s.points] if s.dots else []
    return _chart(title, Markup("").join(parts)) + _legend(series)


def bars(items: Sequence[Bar], title: str, cumulative: bool = False) -> Markup:
    """Bars side by side; `cumulative` draws the growing share of the whole above them (Pareto)."""
    if not items:
        return Markup("")
    ticks = nice_ticks(0.0, max(each.value for each in items))
    frame = _Frame((0.0, float(len(items))), (0.0, ticks[-1]))
    parts = [_axes(frame, [(n + 0.5, b.name) for n, b in enumerate(items)], ticks)]
    for n, each in enumerate(items):
        top, left, right = frame.down(each.value), frame.across(n + 0.15), frame.across(n + 0.85)
        parts.append(
            Markup(
                '<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>'
            ).format(each.look, left, top, right - left, frame.down(0.0) - top)
        )
    whole = sum(each.value for each in items)
    if cumulative and whole:
        shares, so_far = [], 0.0
        for n, each in enumerate(items):
            so_far += each.value
            shares.append(frame.at((n + 0.5, so_far / whole * ticks[-1])))
        parts.append(_path("b", shares))
    return _chart(title, Markup("").join(parts))


def sparkline(values: Sequence[float], title: str) -> Markup:
    """A line the size of a word."""
    if not values:
        return Markup("")
    low, high = min(values), max(values)
    step = 100.0 / max(len(values) - 1, 1)
    points = [
        f"{n * step:.1f},{22 - 20 * (v - low) / ((high - low) or 1.0):.1f}"
        for n, v in enumerate(values)
    ]
    return Markup(
        '<svg class="spark" viewBox="0 0 100 24" role="img" aria-label="{}" '
        'preserveAspectRatio="none">{}</svg>'
    ).format(title, _path("a", points))


def nice_ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Round numbers from `low` to at least `high`.

    >>> nice_ticks(0.0, 87.0), nice_ticks(0.0, 0.4), nice_ticks(0.0, 0.0)
    ([0.0, 50.0, 100.0], [0.0, 0.1, 0.2, 0.3, 0.4], [0.0, 1.0])
    """
    if high <= low:
        return [low, low + 1.0]
    rough = (high - low) / about
    unit = 10.0 ** floor(log10(rough))
    step = next(m * unit for m in (1.0, 2.0, 5.0, 10.0) if m * unit >= rough * 0.999)
    return [round(low + n * step, 10) for n in range(ceil((high - low) / step - 1e-9) + 1)]


def _axes(
    frame: _Frame, x_ticks: Sequence[Tick], y_ticks: Sequence[float], *, percent: bool = False
) -> Markup:
    parts = []
    for y in y_ticks:
        down = frame.down(y)
        parts.append(
            Markup(
                '<line class="grid" x1="{:.0f}" x2="{:.0f}" y1="{:.1f}" y2="{:.1f}"/>'
                '<text x="{:.0f}" y="{:.1f}" text-anchor="end">{}</text>'
            ).format(
                _LEFT, _WIDTH - _RIGHT, down, down, _LEFT - 6, down + 4, _said(y, percent=percent)
            )
        )
    parts += [
        Markup('<text x="{:.1f}" y="{:.0f}" text-anchor="middle">{}</text>').format(
            frame.across(x), _HEIGHT - 8, name
        )
        for x, name in x_ticks
    ]
    return Markup("").join(parts)


def _said(y: float, *, percent: bool) -> str:
    return f"{100 * y:g} %" if percent else f"{y:g}"


def _path(look: str, points: Sequence[str]) -> Markup:
    return Markup('<polyline class="{}" points="{}"/>').format(look, " ".join(points))


def _dot(look: str, frame: _Frame, point: Point) -> Markup:
    return Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="3.5"/>').format(
        look, frame.across(point[0]), frame.down(point[1])
    )


def _chart(title: str, inside: Markup) -> Markup:
    return Markup(
        '<svg class="chart" viewBox="0 0 {:.0f} {:.0f}" role="img" aria-label="{}">{}</svg>'
    ).format(_WIDTH, _HEIGHT, title, inside)


def _legend(series: Sequence[Series]) -> Markup:
    if len(series) < 2:
        return Markup("")
    items = [
        Markup('<li class="{}">{}</li>').format(s.look, escape(s.name)) for s in series if s.name
    ]
    return Markup('<ul class="legend">{}</ul>').format(Markup("").join(items))


CHARTS: Final[Mapping[str, Callable[..., Markup]]] = {
    "lines": lines,
    "bars": bars,
    "sparkline": sparkline,
}
"""What templates draw with."""

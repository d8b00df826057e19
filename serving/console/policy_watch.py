"""The gray release as the page shows it: its figures with their intervals, and what follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from features.errors import FendanError
from features.words import Language
from serving.console.clock import minute
from serving.policy.glances import BeingJudged, Glance
from serving.policy.watches import NoWatchError
from serving.policy.watching import Figure, State, Verdict, Watched

_VERDICTS: Final[dict[Verdict, str]] = {
    "too_little": "verdict_too_little",
    "go_on": "verdict_go_on",
    "stop_harm": "verdict_stop_harm",
    "ship": "verdict_ship",
    "no_difference": "verdict_no_difference",
}
_AIM: Final[dict[State, str]] = {"kept": "better", "broken": "worse", "open": "uncertain"}
_GUARD: Final[dict[State, str]] = {"kept": "holds", "broken": "breached", "open": "uncertain"}
_MIDDLE: Final = 100.0
_ROOM: Final = 1.1


@dataclass(frozen=True, slots=True)
class IntervalBar:
    """An interval around no change, in a drawing 200 wide; `margin` is what is allowed."""

    low: float
    at: float
    high: float
    margin: float | None


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure as text, and its interval as a bar; both dashes and None while it is not known.

    `state` is `kept`, `broken` or `open`, `word` says it; `allowed` is empty for what shall get
    better.
    """

    title: str
    old: str
    new: str
    change: str
    interval: str
    allowed: str
    state: State
    word: str
    bar: IntervalBar | None


@dataclass(frozen=True, slots=True)
class WatchView:
    """Where the release stands. `trouble` is the word why nothing is told, empty where it is."""

    trouble: str = ""
    verdict: str = ""
    why: str = ""
    stop: bool = False
    since: str = ""
    as_of: str = ""
    told: Watched | None = None
    figures: tuple[FigureRow, ...] = ()


def watch_view(found: Glance, language: Language) -> WatchView | None:
    """The release that runs, or why it is not told; None where none runs."""
    if found is None:
        return None
    if isinstance(found, BeingJudged):
        return WatchView("being_judged")
    if isinstance(found, FendanError):
        return WatchView("no_watch" if isinstance(found, NoWatchError) else "watch_failed")
    told = found.watched
    if told is None or found.since is None or found.as_of is None:
        return WatchView("not_begun")
    return WatchView(
        verdict=_VERDICTS[told.verdict],
        why=told.why_zh if language == "zh" else told.why_en,
        stop=told.verdict == "stop_harm",
        since=minute(found.since),
        as_of=minute(found.as_of),
        told=told,
        figures=tuple(_row(each, language) for each in told.figures),
    )


def _row(figure: Figure, language: Language) -> FigureRow:
    title = figure.zh if language == "zh" else figure.en[:1].upper() + figure.en[1:]
    known = figure.low is not None and figure.high is not None
    low, high = (_change(each, figure) for each in (figure.low, figure.high))
    return FigureRow(
        title=title,
        old=_level(figure.old, figure),
        new=_level(figure.new, figure),
        change=_change(figure.change, figure),
        interval=f"{low} … {high}" if known else "–",
        allowed="" if figure.margin is None else _change(figure.worse * figure.margin, figure),
        state=figure.state,
        word=(_AIM if figure.margin is None else _GUARD)[figure.state],
        bar=_bar(figure),
    )


def _bar(figure: Figure) -> IntervalBar | None:
    if figure.low is None or figure.high is None or figure.change is None:
        return None
    margin = None if figure.margin is None else figure.worse * figure.margin
    ends = (figure.low, figure.high, margin or 0.0)
    wide = max(*(abs(each) for each in ends), 1e-9) * _ROOM

    def at(value: float) -> float:
        return round(_MIDDLE * (1 + value / wide), 1)

    return IntervalBar(
        at(figure.low), at(figure.change), at(figure.high), None if margin is None else at(margin)
    )


def _level(value: float | None, figure: Figure) -> str:
    if value is None:
        return "–"
    return f"{100 * value:.1f} %" if figure.share else f"{value:.3f}"


def _change(value: float | None, figure: Figure) -> str:
    """A signed change: of shares in percentage points."""
    if value is None:
        return "–"
    text = f"{100 * value:+.1f} pp" if figure.share else f"{value:+.3f}"
    return text.replace("-", "−")

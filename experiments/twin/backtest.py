"""How well a twin foretells: fitted before a cut, played on from it, beside what really happened.

The twin begins with the tickets that were open at the cut; every later complaint is drawn. Its
rivals are the weeks before the cut repeated as they were, their mean, and their last day or week
gone on for ever (a backlog that stays).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from experiments.simulator.engine import Engine
from experiments.simulator.params import DAY_S
from experiments.twin.course import DAY_H, Course, Figures, figures, of_log, of_play
from experiments.twin.fit import fit
from experiments.twin.twin import Twin
from features.stream import Floats

BAND: Final = (0.05, 0.95)
"""The quantiles over seeds between which a figure is foretold to lie."""
Tell = Callable[[str], None]
_FIGURES: Final[tuple[tuple[str, Callable[[Figures], Floats]], ...]] = (
    ("backlog at each day's end", lambda f: f.backlog),
    ("resolved a day", lambda f: f.resolved),
    ("timeouts a week", lambda f: f.timeouts),
    ("hours to close, p50", lambda f: np.array([f.p50])),
    ("hours to close, p90", lambda f: np.array([f.p90])),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: what really was, foretold (mean and band over seeds), and the errors.

    Values are means over the days or weeks; an error is the mean absolute one of each day or
    week. `covered` is the share of days or weeks that fell into the band.
    """

    figure: str
    real: float
    twin: float
    low: float
    high: float
    twin_error: float
    repeat_error: float
    mean_error: float
    last_error: float
    covered: float


@dataclass(frozen=True, slots=True, eq=False)
class Backtest:
    """The twin and its table, read off `real`, `played` (one a seed) and `before` (the cut)."""

    twin: Twin
    real: Figures
    played: tuple[Figures, ...]
    before: Figures

    @property
    def lines(self) -> tuple[Line, ...]:
        """One line a figure."""
        return tuple(
            _line(name, of(self.real), np.stack([of(p) for p in self.played]), of(self.before))
            for name, of in _FIGURES
        )

    def table(self) -> str:
        """The lines as text."""
        return pd.DataFrame(self.lines).round(2).to_string(index=False)


def backtest(
    events: pd.DataFrame, zone: str, cut: pd.Timestamp, weeks: int, seeds: Sequence[int],
    tell: Tell = lambda _line: None,
) -> Backtest:  # fmt: skip
    """Fit to everything before `cut` (a local midnight) and foretell the `weeks` after it.

    Raises:
        WorldError: as `fit`.
    """
    twin = fit(events, zone, cut)
    course = of_log(events, cut)
    judged = bool(events["sla_met"].notna().any() and events["due_at"].isna().all())
    played = []
    for seed in seeds:
        played.append(figures(play(twin, seed, weeks, judged), weeks))
        tell(f"seed {seed}: backlog {played[-1].backlog[-1]:.0f} after {weeks} weeks")
    return Backtest(
        twin, figures(course, weeks), tuple(played), figures(course, weeks, -7 * weeks * DAY_H)
    )


def play(twin: Twin, seed: int, weeks: int, judged: bool = False) -> Course:
    """Play the twin for some weeks with its own rule."""
    world = twin.world(seed, 7 * weeks + 7)  # work that runs over the end finds people
    engine = Engine(world, twin.rule())
    engine.run(7 * weeks * DAY_S)
    return of_play(twin, world, engine.take_rows(), judged)


def _line(name: str, real: Floats, played: Floats, before: Floats) -> Line:
    low, high = np.quantile(played, BAND, axis=0)
    mean = played.mean(axis=0)
    return Line(
        figure=name,
        real=float(real.mean()),
        twin=float(mean.mean()),
        low=float(np.quantile(played.mean(axis=1), BAND[0])),
        high=float(np.quantile(played.mean(axis=1), BAND[1])),
        twin_error=float(np.abs(mean - real).mean()),
        repeat_error=float(np.abs(before - real).mean()),
        mean_error=float(np.abs(before.mean() - real).mean()),
        last_error=float(np.abs(before[-1] - real).mean()),
        covered=float(((real >= low) & (real <= high)).mean()),
    )

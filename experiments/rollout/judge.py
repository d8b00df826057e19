"""What follows from the intervals of a release: go on, stop, ship, or let it be.

At every look the first of these that holds decides, and the first look at which something is
decided ends the release: that is what the intervals were made for.

1. A guardrail's bound lies beyond its margin, or the metric got worse: `stop_harm`.
2. The metric got better and every guardrail is within its margin: `ship`.
3. The metric's whole interval counts as the same, or the planned pairs are over: `no_difference`.

The metric has a two-sided sequence at `alpha`; each guardrail a one-sided one at `alpha` / their
number on either side. For shipping no share would be needed (all must hold at once), so a
guardrail is the harder to pass.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.rollout import words
from experiments.rollout.design import Design
from experiments.rollout.metrics import METRICS
from experiments.rollout.sequence import Path, one_sided, sequence
from experiments.rollout.words import Name, Verdict
from features.words import Words
from training.moments import Float, Int


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """A metric's signed pairs (k,), treatment less control, by the look at which each is in."""

    metric: str
    difference: Float
    weight: Float
    look: Int


@dataclass(frozen=True, slots=True)
class Standing:
    """A metric at one look: by how much it got worse, with the bounds that hold at every look.

    `margin` is NaN for the metric itself, whose bounds are two-sided.
    """

    metric: str
    margin: float
    pairs: int
    worse: float
    low: float
    high: float

    @property
    def broken(self) -> bool:
        """Whether it got worse by more than the margin, for certain."""
        return self.low > (0.0 if np.isnan(self.margin) else self.margin)

    @property
    def kept(self) -> bool:
        """Whether it did not, for certain (the metric itself: whether it got better)."""
        return self.high < (0.0 if np.isnan(self.margin) else self.margin)

    @property
    def name(self) -> Name:
        """How people read it."""
        kind = METRICS[self.metric]
        return Name(kind.en, kind.zh, *(signed(self.metric, each) for each in self._change))

    @property
    def _change(self) -> tuple[float, float, float]:
        """The change as the metric counts it, lower bound first."""
        if METRICS[self.metric].worse > 0:
            return self.worse, self.low, self.high
        return -self.worse, -self.high, -self.low


@dataclass(frozen=True, slots=True)
class Look:
    """One look: its number, what was to be seen, and what follows."""

    look: int
    verdict: Verdict
    why: Words
    metric: Standing
    guardrails: tuple[Standing, ...]


def signed(metric: str, value: float) -> str:
    """A change of a metric for people: shares in percentage points."""
    if np.isinf(value):
        return "+∞" if value > 0 else "−∞"
    return f"{value * 100:+.1f} pp" if METRICS[metric].share else f"{value:+.3g}"


def looks(design: Design, series: tuple[Series, ...], planned: int, over: bool) -> list[Look]:
    """The looks until something is decided, or until now.

    `series` are those of the metric and of the guardrails, in their order; `planned` is how many
    pairs the release was to have, `over` whether its last look is the last there will be.
    """
    level = one_sided(design.alpha / max(len(design.guardrails), 1))
    paths = [_worse(series[0], design.alpha, planned)]
    paths += [_worse(each, level, planned) for each in series[1:]]
    margins = [float("nan"), *(each.margin for each in design.guardrails)]
    every = np.unique(np.concatenate([each.look for each in series]))
    found: list[Look] = []
    for look in every.tolist():
        now = tuple(
            _standing(each, path, margin, look)
            for each, path, margin in zip(series, paths, margins, strict=True)
        )
        last = over and look == every[-1]
        verdict, why = decide(now[0], now[1:], design.same, over=last)
        found.append(Look(look, verdict, why, now[0], now[1:]))
        if verdict != "go_on":
            break
    return found


def decide(
    metric: Standing, guardrails: tuple[Standing, ...], same: float, *, over: bool
) -> tuple[Verdict, Words]:
    """What one look says."""
    for each in guardrails:
        if each.broken:
            return "stop_harm", words.broken(each.name, signed(each.metric, each.margin))
    if metric.broken:
        return "stop_harm", words.worse(metric.name)
    unsure = tuple(each.name for each in guardrails if not each.kept)
    if metric.kept and not unsure:
        return "ship", words.better(metric.name)
    if -same < metric.low and metric.high < same:
        return "no_difference", words.alike(metric.name, signed(metric.metric, same))
    if over:
        return "no_difference", words.over(metric.name)
    if metric.kept:
        return "go_on", words.waiting_for(unsure)
    return "go_on", words.undecided(metric.name, metric.pairs)


def _worse(series: Series, level: float, planned: int) -> Path:
    difference = METRICS[series.metric].worse * series.difference
    return sequence(difference, series.weight, level, planned)


def _standing(series: Series, path: Path, margin: float, look: int) -> Standing:
    pairs = int(np.searchsorted(series.look, look, side="right"))
    if not pairs:
        return Standing(series.metric, margin, 0, float("nan"), -np.inf, np.inf)
    at = pairs - 1
    figures = (float(each[at]) for each in (path.estimate, path.low, path.high))
    return Standing(series.metric, margin, pairs, *figures)

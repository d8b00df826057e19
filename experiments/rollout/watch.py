"""A release so far: from a log, its decisions and the design to what follows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.rollout.decisions import CONTROL, TREATMENT, Decided, Refreshes
from experiments.rollout.design import Design
from experiments.rollout.errors import RolloutError
from experiments.rollout.exposure import Calendar, Exposure, exposed, refresh_units
from experiments.rollout.judge import Look, Series, looks
from experiments.rollout.metrics import METRICS
from experiments.rollout.outcomes import Counts, Desk
from experiments.rollout.tickets import tickets_of
from experiments.rollout.units import Profile, Units, pairs_of
from features.picture import micros_of
from training.moments import Bool, Int


@dataclass(frozen=True, slots=True)
class Levels:
    """The mean of a metric under each variant, and in the permanent holdout; NaN for none."""

    metric: str
    control: float
    treatment: float
    holdout: float


@dataclass(frozen=True, slots=True)
class Watch:
    """A release at its last look: `looks` ends with the one that decides.

    `levels` are of the metric and the guardrails, `planned` is how many pairs were to come.
    """

    design: Design
    planned: int
    looks: tuple[Look, ...]
    levels: tuple[Levels, ...]
    counts: Counts
    exposure: Exposure


@dataclass(frozen=True, slots=True, eq=False)
class _Release:
    """What all metrics share."""

    design: Design
    desk: Desk
    calendar: Calendar
    exposure: Exposure
    refreshes: Refreshes | None


def watch(design: Design, events: pd.DataFrame, decided: Iterable[Decided] | None = None) -> Watch:
    """Where a release stands by a log; without decisions, as if all had gone as planned.

    The log should begin before the release: what is usual at each hour of the week is learned
    from there and taken off, which makes the intervals narrower and moves no estimate.

    Raises:
        LogError: no ticket is created in this log.
        RolloutError: no pair of blocks can be judged yet, or a metric needs decisions.
    """
    grid = design.grid
    tickets = tickets_of(events, grid, design.follow_up_hours, micros_of(design.start))
    desk, calendar = Desk.of(tickets, grid, design.teams), Calendar.of(design)
    refreshes = None if decided is None else Refreshes.of(decided, design.control, design.treatment)
    exposure = (
        Exposure.planned(calendar) if refreshes is None else exposed(calendar, desk, refreshes)
    )
    release = _Release(design, desk, calendar, exposure, refreshes)
    names = (design.metric, *(each.metric for each in design.guardrails))
    units = tuple(_units(release, name) for name in names)
    series = tuple(_series(release, *each) for each in zip(names, units, strict=True))
    if not series[0].look.size:
        raise RolloutError(
            "no pair of blocks can be judged yet",
            where=f"release {design.name!r}",
            remedy="wait until two blocks of a pair were followed up",
        )
    planned = calendar.pairs(grid)
    found = looks(design, series, planned, over=_over(release))
    return Watch(
        design=design,
        planned=planned,
        looks=tuple(found),
        levels=tuple(_levels(release, *each) for each in zip(names, units, strict=True)),
        counts=desk.counts(design.metric, calendar.place(tickets.block) >= 0),
        exposure=exposure,
    )


def _units(release: _Release, metric: str) -> Units:
    """The units of a metric, over the past and the release."""
    if METRICS[metric].measure is not None:
        return release.desk.units(metric)
    if release.refreshes is None:
        raise RolloutError("this metric needs decisions", where=metric, remedy="give --decisions")
    found = refresh_units(release.desk, release.refreshes)
    ends = release.desk.grid.start_of(found.block + 1)
    return found.take(ends <= release.desk.tickets.labels.end_us)


def _series(release: _Release, metric: str, units: Units) -> Series:
    """The pairs of a metric whose units worked under different variants."""
    grid = release.desk.grid
    past = grid.start_of(units.block + 1) <= micros_of(release.design.start)
    profile = Profile.of(units.take(past), grid, release.desk.teams)
    mine = units.take(_drawn(release, units))
    pairs = pairs_of(mine, grid, profile)
    variant = _variant(release, mine)
    one, two = variant[pairs.first], variant[pairs.second]
    kept = (np.minimum(one, two) == CONTROL) & (np.maximum(one, two) == TREATMENT)
    sign = np.where(two == TREATMENT, 1.0, -1.0)
    return Series(metric, (sign * pairs.difference)[kept], pairs.weight[kept], pairs.done[kept])


def _drawn(release: _Release, units: Units) -> Bool:
    """(u,) units of the release outside the holdout."""
    column = release.calendar.place(units.block)
    return (column >= 0) & ~release.calendar.held[units.team, column]


def _variant(release: _Release, units: Units) -> Int:
    return release.exposure.variant[units.team, release.calendar.place(units.block)]


def _levels(release: _Release, metric: str, units: Units) -> Levels:
    column = release.calendar.place(units.block)
    held = (column >= 0) & release.calendar.held[units.team, column]
    mine = units.take(_drawn(release, units))
    variant = _variant(release, mine)
    sides = (mine.take(variant == CONTROL), mine.take(variant == TREATMENT), units.take(held))
    return Levels(metric, *(_mean(side) for side in sides))


def _mean(units: Units) -> float:
    cases = int(units.cases.sum())
    return float(units.total.sum()) / cases if cases else float("nan")


def _over(release: _Release) -> bool:
    """Whether the last block of the release has been followed up."""
    last = release.calendar.first + release.calendar.variant.shape[1]
    end = release.desk.grid.start_at(last)
    follow = round(release.design.follow_up_hours * 3600) * 1_000_000
    return end + follow <= release.desk.tickets.labels.end_us

"""The figures of each day or week, of the whole desk or split by team or category."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.stream import Floats, Ints
from serving.pulse.calendar import Span
from serving.pulse.facts import Facts, Happened

Split = Literal["none", "team", "category"]
_SHARES: Final = (0.5, 0.9)


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """Counts and hours of shape (groups, periods); hours are NaN where nothing happened.

    A group is a team or a category, the last one of those of whom it is not known; without a split
    there is one. `arrivals` are tickets created, `resolved` tickets closed and still closed,
    `response` and `close` hours from creation to the first work and to the closing (median, 90th
    percentile) of what was begun or closed in the period, `judged` promises found kept or broken,
    `late` those broken, `repeated` the resolved whose customer had made 3 contacts within 72 h,
    `reopened` returns of closed tickets, `escalated` tickets escalated for the first time.
    """

    arrivals: Ints
    resolved: Ints
    response_p50: Floats
    response_p90: Floats
    close_p50: Floats
    close_p90: Floats
    judged: Ints
    late: Ints
    repeated: Ints
    reopened: Ints
    escalated: Ints

    @property
    def late_share(self) -> Floats:
        """The share of the judged promises that are broken; NaN where none was judged."""
        return _share(self.late, self.judged)

    @property
    def repeated_share(self) -> Floats:
        """The share of the resolved whose customer called again and again; NaN without any."""
        return _share(self.repeated, self.resolved)


def figures(facts: Facts, span: Span, split: Split = "none") -> Figures:
    """The figures of every period of the span, (groups, len(span))."""
    grid = _Grid(span, split, groups_of(facts, split))
    response, close = grid.hours(facts.responses), grid.hours(facts.closings)
    return Figures(
        arrivals=grid.count(facts.arrivals),
        resolved=grid.count(facts.closings),
        response_p50=response[0],
        response_p90=response[1],
        close_p50=close[0],
        close_p90=close[1],
        judged=grid.count(facts.verdicts),
        late=grid.count(facts.timeouts),
        repeated=grid.count(facts.repeated),
        reopened=grid.count(facts.reopenings),
        escalated=grid.count(facts.escalations),
    )


def groups_of(facts: Facts, split: Split) -> int:
    """How many groups a split has."""
    names = {"team": facts.teams, "category": facts.categories}.get(split)
    return 1 if names is None else len(names) + 1


def group_names(facts: Facts, split: Split) -> list[str | None]:
    """The names of the groups; None for those of whom it is not known."""
    names = {"team": facts.teams, "category": facts.categories}.get(split)
    return [None] if names is None else [*names.index, None]


def within(happened: Happened, span: Span) -> Ints:
    """The period of each, -1 outside the span."""
    place = np.searchsorted(span.edges, happened.time, "right") - 1
    return np.where(place < len(span), place, -1)


@dataclass(frozen=True, slots=True)
class _Grid:
    span: Span
    split: Split
    groups: int

    def count(self, happened: Happened) -> Ints:
        cell, some = self._cell(happened)
        size = self.groups * len(self.span)
        return np.bincount(cell[some], minlength=size).reshape(self.groups, -1)

    def hours(self, happened: Happened) -> tuple[Floats, Floats]:
        """The median and the 90th percentile, each (groups, periods)."""
        cell, some = self._cell(happened)
        cells = pd.Series(happened.value[some]).groupby(cell[some])
        size = self.groups * len(self.span)
        half, most = (
            np.asarray(cells.quantile(share).reindex(range(size)), np.float64) for share in _SHARES
        )
        shape = (self.groups, len(self.span))
        return half.reshape(shape), most.reshape(shape)

    def _cell(self, happened: Happened) -> tuple[Ints, NDArray[np.bool_]]:
        period = within(happened, self.span)
        group = np.zeros_like(period)
        if self.split != "none":
            code = happened.team if self.split == "team" else happened.category
            group = np.where(code >= 0, code, self.groups - 1)
        return group * len(self.span) + period, period >= 0


def _share(part: Ints, whole: Ints) -> Floats:
    return np.where(whole > 0, part / np.maximum(whole, 1), np.nan)

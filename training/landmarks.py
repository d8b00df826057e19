"""The moments of a ticket's life at which the model looks at it.

Landmarking (van Houwelingen, 2007, *Dynamic prediction by landmarking in event history
analysis*): the same ticket is looked at when it arrives, when it is first assigned, after
later events, and on a thinned grid while it is open, each time with what was known then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import ModelError
from training.labels import Labels, micros
from training.moments import HOUR_US, MINUTE_US, NEVER, Bool, Float, Int

STAGES: Final = ("created", "assigned", "later", "grid")
"""Landmark kinds in order of precedence: a moment of two kinds is the first of them."""

_LATER: Final = (
    "ticket.updated",
    "ticket.assigned",
    "ticket.unassigned",
    "ticket.state",
    "ticket.contact",
    "ticket.escalated",
    "ticket.reopened",
)


@dataclass(frozen=True, slots=True)
class LandmarkParams:
    """How densely tickets are looked at.

    The first `later_events` bursts of events count, then every one whose number is a power of
    two. Events of one ticket within `burst_minutes` are one burst, seen after its last event.
    The grid looks at ages `grid_first_hours * grid_ratio ** k`, up to `grid_last_days`, each
    moved to the next full `grid_step_minutes` of the clock (the rhythm of the refresh).
    """

    later_events: int = 8
    burst_minutes: float = 1.0
    grid_first_hours: float = 1.0
    grid_ratio: float = 3.0
    grid_last_days: float = 90.0
    grid_step_minutes: int = 5

    def __post_init__(self) -> None:
        for name, least in (("grid_first_hours", 0), ("grid_ratio", 1), ("grid_step_minutes", 0)):
            if getattr(self, name) <= least:
                words = f"{name} must be above {least}, not {getattr(self, name)}"
                raise ModelError(words, where="landmarks")


@dataclass(frozen=True, slots=True, eq=False)
class Landmarks:
    """Rows (ticket, time, kind), sorted by ticket and time, no moment twice.

    `ticket` (m,) row in `Labels`; `time_us` (m,) int64; `kind` (m,) index into `STAGES`;
    `overdue` (m,) whether the promise has passed: there the timeout is known already; `number`
    (m,) 1 for a ticket's first landmark, 2 for its second, and so on.
    """

    ticket: Int
    time_us: Int
    kind: NDArray[np.int8]
    overdue: Bool
    number: Int

    def __len__(self) -> int:
        return int(self.ticket.size)

    def take(self, rows: NDArray[Any]) -> Landmarks:
        """The landmarks of a mask or of row numbers."""
        columns = (self.ticket, self.time_us, self.kind, self.overdue, self.number)
        return Landmarks(*(column[rows] for column in columns))


def landmark_weights(number: Int) -> Float:
    """(m,) what a look at a ticket counts: the first 1, the second a half, the k-th 1 / k.

    Later looks resemble earlier ones and must not drown them. But the weight may hang only on
    what was known when looking: to share one weight among all looks at a ticket would make the
    first look at a long life count less than at a short one, and long lives are the late ones.

    >>> landmark_weights(np.array([1, 2, 4])).tolist()
    [1.0, 0.5, 0.25]
    """
    return np.asarray(1.0 / number, dtype=np.float64)


def look_weights(ticket: Int) -> Float:
    """(m,) `landmark_weights`, numbering the rows of each ticket as they come.

    >>> look_weights(np.array([7, 7, 8])).tolist()
    [1.0, 0.5, 1.0]
    """
    return landmark_weights(_numbers(ticket))


def _numbers(ticket: Int) -> Int:
    """(m,) 1 for the first row of each ticket, 2 for its second, and so on."""
    return (pd.Series(ticket).groupby(ticket).cumcount().to_numpy() + 1).astype(np.int64)


def landmarks(
    events: pd.DataFrame, labels: Labels, params: LandmarkParams = LandmarkParams()
) -> Landmarks:
    """Every moment at which an open ticket is looked at, up to the end of the log."""
    everyone = np.arange(len(labels))
    assigned = np.flatnonzero(labels.assigned_us < NEVER)
    later_ticket, later_time = _later_events(events, labels, params)
    grid_ticket, grid_time = _grid(labels, params)
    ticket = np.concatenate([everyone, assigned, later_ticket, grid_ticket])
    time = np.concatenate([labels.created_us, labels.assigned_us[assigned], later_time, grid_time])
    sizes = [everyone.size, assigned.size, later_ticket.size, grid_ticket.size]
    kind = np.repeat(np.arange(len(STAGES), dtype=np.int8), sizes)
    return _only_open(labels, ticket.astype(np.int64), time, kind)


def _only_open(labels: Labels, ticket: Int, time: Int, kind: NDArray[np.int8]) -> Landmarks:
    asked = (time >= labels.created_us[ticket]) & (time <= labels.end_us)
    ticket, time, kind = ticket[asked], time[asked], kind[asked]
    order = np.lexsort((kind, time, ticket))
    ticket, time, kind = ticket[order], time[order], kind[order]
    fresh = np.r_[True, (ticket[1:] != ticket[:-1]) | (time[1:] != time[:-1])][: ticket.size]
    keep = fresh & labels.open_at(ticket, time)
    ticket, time = ticket[keep], time[keep]
    number = _numbers(ticket)
    return Landmarks(ticket, time, kind[keep], time >= labels.due_us[ticket], number)


def _later_events(events: pd.DataFrame, labels: Labels, params: LandmarkParams) -> tuple[Int, Int]:
    """The last event of each burst, thinned; a burst that ends in a resolution is no landmark.

    Within such a burst nobody could have asked: the hand-over and the solution are one act.
    """
    code = pd.Index(labels.ticket_id).get_indexer(pd.Index(events["ticket_id"]))
    kind = events["type"].to_numpy()
    some = (code >= 0) & events["type"].str.startswith("ticket.").to_numpy()
    time = micros(events["time"])
    closing = np.isin(kind, ("ticket.resolved", "ticket.closed"))
    order = np.lexsort((closing[some], time[some], code[some]))
    ticket, at = code[some][order].astype(np.int64), time[some][order]
    looked_at = np.isin(kind[some][order], _LATER)
    gap_us = int(params.burst_minutes * MINUTE_US)
    same_next = np.r_[ticket[1:] == ticket[:-1], False][: ticket.size]
    follows = same_next & (np.r_[at[1:], 0][: at.size] - at <= gap_us)
    ends = looked_at & ~follows
    ticket, at = ticket[ends], at[ends]
    number = _numbers(ticket)
    keep = (number <= params.later_events) | ((number & (number - 1)) == 0)
    return ticket[keep], at[keep]


def _grid(labels: Labels, params: LandmarkParams) -> tuple[Int, Int]:
    ages, age = [], params.grid_first_hours
    while age <= params.grid_last_days * 24.0:
        ages.append(age * HOUR_US)
        age *= params.grid_ratio
    step = params.grid_step_minutes * MINUTE_US
    raw = labels.created_us[:, None] + np.asarray(ages, dtype=np.int64)[None, :]
    time = -(-raw // step) * step
    ticket = np.broadcast_to(np.arange(len(labels))[:, None], time.shape)
    return ticket.ravel().astype(np.int64), time.ravel().astype(np.int64)

"""The desk's rhythm: when it works, learned from what it did in the same hours of last week.

A log says nothing of shifts and holidays, but shows them: the events of the desk in the same
stretch of last week, against its hourly mean, tell how much working time a stretch holds. A
Friday evening with a weekend before the deadline is so told from a Monday morning, in any zone.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from features.history import History
from features.lately import lately
from features.spec import FeatureSpec
from features.stream import DAY, HOUR, NEVER, Floats, Ints
from features.view import TicketView

WEEK: Final = 7 * DAY


@lately
def working_hours(history: History, at: Ints, until: Ints) -> Floats:
    """Average hours of work in `(at, until]`, as the desk worked in the week before `at`.

    Whole weeks count in full; of the rest, the share of the week's events that fell into the
    same stretch. Negative when `until` has passed, by the plain clock; NaN in a desk that was
    silent all week. Shape `(n,)`.
    """
    ahead = np.maximum(until - at, 0)
    weeks, rest = ahead // WEEK, ahead % WEEK
    events, desk = history.stream("event", "desk"), np.zeros_like(at)
    whole = events.count(desk, at, WEEK).astype(np.float64)
    stretch = events.count(desk, at - WEEK + rest) - events.count(desk, at - WEEK)
    share = np.divide(stretch, whole, out=np.full(at.shape, np.nan), where=whole > 0)
    hours = (weeks + share) * (WEEK / HOUR)
    return np.where(until >= at, hours, (until - at) / HOUR)


def working_hours_left(history: History, tickets: TicketView) -> Floats:
    """Average hours of work before the promised close; NaN without a promise."""
    due = tickets.times["due"]
    hours = working_hours(history, tickets.at, np.where(due == NEVER, tickets.at, due))
    return np.where(due == NEVER, np.nan, hours)


def working_hours_next_day(history: History, tickets: TicketView) -> Floats:
    """Average hours of work in the coming 24 h: few before a weekend."""
    return working_hours(history, tickets.at, tickets.at + DAY)


def working_hours_next_days(history: History, tickets: TicketView) -> Floats:
    """Average hours of work in the coming 72 h."""
    return working_hours(history, tickets.at, tickets.at + 3 * DAY)


SPECS: Final = (
    FeatureSpec(
        "working_hours_left", "ticket", "urgency", "h",
        "working time left before the promise", "承诺前剩余工作时长", working_hours_left,
        rises=-1,
    ),
    FeatureSpec(
        "working_hours_next_day", "ticket", "load", "h",
        "working time in the coming day", "未来 1 天工作时长", working_hours_next_day,
    ),
    FeatureSpec(
        "working_hours_next_days", "ticket", "load", "h",
        "working time in the coming 3 days", "未来 3 天工作时长", working_hours_next_days,
    ),
)  # fmt: skip

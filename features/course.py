"""The course of a ticket so far: how long in which state, through how many hands, how busy.

Read from the history alone, so a ticket that the history does not know has no course (NaN).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from features.history import History
from features.lately import lately
from features.spec import FeatureSpec
from features.stream import DAY, HOUR, Floats, Ints
from features.timeline import STATUS
from features.view import TicketView

_STATES: Final = (
    ("unassigned", "without an owner", "无人负责"),
    ("assigned", "with an owner who had not begun", "已分派未开始"),
    ("in_progress", "in progress", "处理中"),
    ("waiting_customer", "waiting for the customer", "等待客户"),
    ("internal_collaboration", "waiting for a department", "等待协同部门"),
    ("paused", "paused", "挂起"),
)


def _spent(state: str) -> Callable[[History, TicketView], Floats]:
    def hours(history: History, tickets: TicketView) -> Floats:
        """Hours that the ticket spent in the state until now; NaN if the history knows nothing."""
        line = history.timeline
        row = _row(history, tickets.ticket, tickets.at)
        if not len(line):
            return np.full(row.shape, np.nan)
        place = np.maximum(row, 0)
        running = np.where(
            line.facts["status"][place] == STATUS[state], tickets.at - line.time[place], 0
        )
        done = history.total("stay", state, "ticket", tickets.ticket, tickets.at)
        return np.where(row >= 0, (done + running) / HOUR, np.nan)

    return hours


@lately
def _row(history: History, tickets: Ints, at: Ints) -> Ints:
    return history.row(tickets, at)


def hands(history: History, tickets: TicketView) -> Floats:
    """How often the ticket was given to somebody, the first time included."""
    return _counted(history, tickets, "assignment", None)


def events_24h(history: History, tickets: TicketView) -> Floats:
    """Events of the ticket in `(t - 24 h, t]`."""
    return _counted(history, tickets, "event", DAY)


def _counted(history: History, tickets: TicketView, kind: str, window: int | None) -> Floats:
    count = history.count(kind, "ticket", tickets.ticket, tickets.at, window)
    known = _row(history, tickets.ticket, tickets.at) >= 0
    return np.where(known, count, np.nan)


SPECS: Final = (
    *(
        FeatureSpec(
            f"hours_{state}", "ticket", "urgency", "h",
            f"hours {label}", f"累计{label_zh}时长", _spent(state),
        )
        for state, label, label_zh in _STATES
    ),
    FeatureSpec(
        "hands", "ticket", "urgency", "times",
        "times given to somebody", "分派次数", hands,
    ),
    FeatureSpec(
        "events_24h", "ticket", "urgency", "events",
        "events in 24 h", "24 小时内流转次数", events_24h,
    ),
)  # fmt: skip

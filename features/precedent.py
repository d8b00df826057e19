"""Precedent: what became of earlier tickets of the same kind, at the same desk.

"The same kind" is any key that the history knows: the category, the region, the customer's
opener, a desk's own attribute. A share is shrunk to the desk's, hours likewise, and both read
only what was known at the moment.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from features.history import History, shrunk_rate
from features.lately import lately
from features.spec import FeatureSpec
from features.stream import DAY, MICRO, Floats, Ints
from features.view import TicketView

WINDOW: Final = 90 * DAY
RECENT: Final = 14 * DAY
WEEK: Final = 7 * DAY
KIND_STRENGTH: Final = 20.0
"""How many judged tickets the desk's share weighs against that of a kind of ticket."""
TYPICAL_LOG_HOURS: Final = float(np.log(8.0))
"""ln(hours) that a ticket stays with its agent, before anything was learned."""


@lately
def late_share(  # a look-up is named by key, moment, prior and window
    history: History, by: str, keys: Ints, at: Ints, prior: Floats | float, weight: float,
    window: int = WINDOW,
) -> Floats:  # fmt: skip
    """Late share of the key's tickets judged in `(at - window, at]`, shrunk to `prior`.

    The prior weighs as much as `weight` judged tickets.
    """
    verdicts = history.stream("verdict", by)
    span = verdicts.span(keys, at, window)
    late, judged = verdicts.over("late", span), verdicts.over("tickets", span)
    return shrunk_rate(late, np.maximum(judged, 0), prior, weight).clip(0.0, 1.0)


@lately
def log_hours(  # as `late_share`
    history: History, by: str, keys: Ints, at: Ints, prior_log: Floats | float, weight: float,
    window: int = WINDOW,
) -> Floats:  # fmt: skip
    """Ln of the usual hours from getting a ticket to closing it, shrunk to `prior_log`."""
    closures = history.stream("closure", by)
    begin, end = closures.span(keys, at, window)
    logs, closed = closures.over("log_hours", (begin, end)) / MICRO, end - begin
    return np.asarray((logs + weight * prior_log) / (closed + weight), np.float64)


@lately
def desk_late(history: History, at: Ints, window: int = WINDOW) -> Floats:
    """Late share of the desk's judged tickets in the window; 0.5 before the first verdict."""
    return late_share(history, "desk", np.zeros_like(at), at, 0.5, 1.0, window)


@lately
def desk_log_hours(history: History, at: Ints) -> Floats:
    """Ln of the desk's usual handling hours."""
    return log_hours(history, "desk", np.zeros_like(at), at, TYPICAL_LOG_HOURS, 1.0)


@lately
def kind_late(history: History, by: str, keys: Ints, at: Ints) -> Floats:
    """Late share of a kind of ticket in `(at - 90 d, at]`, shrunk to the desk's."""
    return late_share(history, by, keys, at, desk_late(history, at), KIND_STRENGTH)


@lately
def kind_log_hours(history: History, by: str, keys: Ints, at: Ints) -> Floats:
    """Ln of the usual handling hours of a kind of ticket, shrunk to the desk's."""
    return log_hours(history, by, keys, at, desk_log_hours(history, at), KIND_STRENGTH)


def desk_late_rate_recent(history: History, tickets: TicketView) -> Floats:
    """Late share of the desk's tickets judged in `(t - 14 d, t]`, so that drift shows."""
    usual = desk_late(history, tickets.at)
    desk = np.zeros_like(tickets.at)
    return late_share(history, "desk", desk, tickets.at, usual, KIND_STRENGTH, RECENT)


def desk_handling_hours_recent(history: History, tickets: TicketView) -> Floats:
    """Usual handling hours of the desk's tickets closed in `(t - 7 d, t]`."""
    usual = desk_log_hours(history, tickets.at)
    desk = np.zeros_like(tickets.at)
    return np.asarray(
        np.exp(log_hours(history, "desk", desk, tickets.at, usual, KIND_STRENGTH, WEEK)), np.float64
    )


def _late_rate(fact: str) -> Callable[[History, TicketView], Floats]:
    def rate(history: History, tickets: TicketView) -> Floats:
        return kind_late(history, fact, tickets.named[fact], tickets.at)

    return rate


def _handling_hours(fact: str) -> Callable[[History, TicketView], Floats]:
    def hours(history: History, tickets: TicketView) -> Floats:
        return np.asarray(
            np.exp(kind_log_hours(history, fact, tickets.named[fact], tickets.at)), np.float64
        )

    return hours


_FACTS: Final = (
    ("category", "category", "类别"),
    ("subcategory", "subcategory", "子类别"),
    ("region", "region", "地区"),
    ("channel", "channel", "渠道"),
    ("priority", "priority", "优先级"),
)

SPECS: Final = (
    FeatureSpec(
        "desk_late_rate_recent", "ticket", "load", "share",
        "late share of the desk in 14 days", "全台近 14 天超时率", desk_late_rate_recent,
    ),
    FeatureSpec(
        "desk_handling_hours_recent", "ticket", "load", "h",
        "usual handling time of the desk in 7 days", "全台近 7 天处理时长",
        desk_handling_hours_recent,
    ),
    *(
        FeatureSpec(
            f"{fact}_late_rate", "ticket", "skill", "share",
            f"late share of the {label}", f"{label_zh}超时率", _late_rate(fact),
        )
        for fact, label, label_zh in _FACTS
    ),
    *(
        FeatureSpec(
            f"{fact}_handling_hours", "ticket", "skill", "h",
            f"usual handling time of the {label}", f"{label_zh}平均处理时长", _handling_hours(fact),
        )
        for fact, label, label_zh in _FACTS
    ),
)  # fmt: skip

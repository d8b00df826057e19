"""Value: what the customer behind the ticket is worth, live, and what they went through."""

from __future__ import annotations

from typing import Final

import numpy as np

from features.history import History, shrunk_rate
from features.spec import FeatureSpec
from features.stream import DAY, Floats
from features.view import TicketView

LATE_PRIOR_TICKETS: Final = 4.0
"""How many judged tickets the desk's rate weighs against a customer's own record."""


def margin_90d(_history: History, tickets: TicketView) -> Floats:
    """Contributed gross margin of the customer in `(t - 90 d, t]`, in the desk's currency."""
    return tickets.margin_90d


def past_complaints(history: History, tickets: TicketView) -> Floats:
    """Complaints of the customer before this one, ever."""
    return _earlier(history, tickets, None)


def past_complaints_90d(history: History, tickets: TicketView) -> Floats:
    """Complaints of the customer in `(t - 90 d, t]`, this one left out."""
    return _earlier(history, tickets, 90 * DAY)


def _earlier(history: History, tickets: TicketView, window: int | None) -> Floats:
    customer = tickets.named["customer"]
    counted = history.count("arrival", "customer", customer, tickets.at, window)
    known = tickets.ticket >= 0
    recent = known if window is None else known & (tickets.times["created"] > tickets.at - window)
    return np.where(customer >= 0, np.maximum(counted - recent, 0), np.nan)


def customer_late_rate(history: History, tickets: TicketView) -> Floats:
    """Share of the customer's judged tickets that were late, shrunk to the desk's share."""
    customer, at = tickets.named["customer"], tickets.at
    late = history.total("verdict", "late", "customer", customer, at)
    judged = history.total("verdict", "tickets", "customer", customer, at)
    return shrunk_rate(late, judged, desk_late_rate(history, tickets), LATE_PRIOR_TICKETS)


def customer_escalations(history: History, tickets: TicketView) -> Floats:
    """Escalations of the customer's tickets, ever."""
    customer = tickets.named["customer"]
    found = history.count("escalation", "customer", customer, tickets.at)
    return np.where(customer >= 0, found, np.nan)


def desk_late_rate(history: History, tickets: TicketView, window: int = 28 * DAY) -> Floats:
    """Share of the tickets judged in `(t - 28 d, t]` that were late; 0.5 before the first."""
    desk = np.zeros_like(tickets.at)
    late = history.total("verdict", "late", "desk", desk, tickets.at, window)
    judged = history.total("verdict", "tickets", "desk", desk, tickets.at, window)
    return shrunk_rate(late, judged, 0.5, 1.0)


SPECS: Final = (
    FeatureSpec(
        "margin_90d", "ticket", "value", "currency",
        "margin of the last 90 days", "近 90 天贡献毛利", margin_90d,
    ),
    FeatureSpec(
        "past_complaints", "ticket", "value", "tickets",
        "earlier complaints of the customer", "客户历史投诉数", past_complaints,
    ),
    FeatureSpec(
        "past_complaints_90d", "ticket", "value", "tickets",
        "complaints of the customer in 90 days", "客户近 90 天投诉数", past_complaints_90d,
    ),
    FeatureSpec(
        "customer_late_rate", "ticket", "value", "share",
        "late share of the customer's tickets", "该客户工单超时率", customer_late_rate,
    ),
    FeatureSpec(
        "customer_escalations", "ticket", "value", "escalations",
        "earlier escalations of the customer", "客户历史升级次数", customer_escalations,
    ),
)  # fmt: skip

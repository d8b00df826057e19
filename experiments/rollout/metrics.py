"""What a release is judged by: one function of the tickets and one table line each.

A metric is a mean over tickets (or refreshes) of a unit. A ticket is judged once, at a time
fixed before (`cutoff_us`), so that units do not change after they were looked at; what cannot be
known by then is censored. For `late` that goes by the promise, not by the verdict: a ticket
solved early is known sooner than a late one, and would be over-represented.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments.rollout.tickets import Tickets
from training.moments import NEVER, Bool, Float, Int


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """(n,) the value of each case, and whether it is known."""

    value: Float
    known: Bool


Measure = Callable[[Tickets], Measured]


@dataclass(frozen=True, slots=True)
class Metric:
    """How a metric is measured and called. `worse` is 1 where more of it is worse, else -1.

    `measure` None: counted over refreshes, not over tickets.
    """

    measure: Measure | None
    worse: int
    share: bool
    en: str
    zh: str

    def text(self, value: float) -> str:
        """A value of it, for people."""
        return f"{value:.1%}" if self.share else f"{value:.3g}"


def late(tickets: Tickets) -> Measured:
    """Whether the promise was broken."""
    labels = tickets.labels
    verdict = labels.timeout(labels.end_us)
    settled = np.where(labels.due_us < NEVER, labels.due_us, verdict.known_us)
    known = (verdict.value >= 0) & (settled <= tickets.cutoff_us)
    return Measured(np.where(known, verdict.value, 0).astype(np.float64), known)


def late_value(tickets: Tickets) -> Measured:
    """The customer's margin of the last 90 days if the promise was broken, else 0."""
    found = late(tickets)
    return Measured(found.value * tickets.margin, found.known)


def escalated(tickets: Tickets) -> Measured:
    """Whether it escalated within the follow-up of its creation."""
    labels = tickets.labels
    until = labels.created_us + tickets.follow_us
    first = labels.escalations.first_after(np.arange(len(tickets)), labels.created_us)
    return _followed(tickets, first <= until)


def hand_overs(tickets: Tickets) -> Measured:
    """Changes of owner after the first, within the follow-up of its creation."""
    owners = tickets.owners_by(tickets.labels.created_us + tickets.follow_us)
    return _followed(tickets, np.maximum(owners - 1, 0))


def resolved(tickets: Tickets) -> Measured:
    """Whether it was resolved, and not open again, when its follow-up ended."""
    labels = tickets.labels
    at = labels.created_us + tickets.follow_us
    return _followed(tickets, ~labels.open_at(np.arange(len(tickets)), at))


def slow(tickets: Tickets) -> Measured:
    """Whether it took longer than nine in ten did before.

    So a higher 90th percentile of the time to resolve shows as a mean, which intervals need.
    """
    labels = tickets.labels
    at = labels.created_us + tickets.slow_us
    return _followed(tickets, labels.open_at(np.arange(len(tickets)), at))


def _followed(tickets: Tickets, value: Bool | Float | Int) -> Measured:
    known = tickets.labels.created_us + tickets.follow_us <= tickets.labels.end_us
    return Measured(np.where(known, value, 0).astype(np.float64), known)


METRICS: Final = {
    "late": Metric(late, 1, True, "late tickets", "超时率"),
    "late_value": Metric(
        late_value, 1, False, "margin of late customers per ticket", "每单超时客户毛利"
    ),
    "escalated": Metric(escalated, 1, True, "escalated tickets", "升级率"),
    "hand_overs": Metric(hand_overs, 1, False, "hand-overs per ticket", "每单转手次数"),
    "resolved": Metric(resolved, -1, True, "tickets resolved in time to follow", "随访期内解决率"),
    "slow": Metric(
        slow, 1, True, "tickets slower than the former p90", "慢于此前 90 分位的工单占比"
    ),
    "degraded": Metric(None, 1, True, "degraded refreshes", "降级刷新占比"),
}

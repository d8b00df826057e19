"""What became of the tickets of a time that was played, and the figures that sum it up.

Everything is read off the event log, as a desk could; only what a customer is worth and how long
agents really worked come from the world.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.history import History
from features.stream import HOUR, NEVER, Floats, Ints

Bools = NDArray[np.bool_]
ESCALATION: Final = 3.0
"""What an escalation costs, in late tickets: as the default policy prices it."""
LATE_HOUR: Final = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Lives:
    """What the log tells of tickets created while it was played: arrays (n,), by ticket id.

    `judged` are those whose promise fell due by the end, so that early closings do not count
    sooner than late ones. `late` is open when it fell due, `late_hours` from then until first
    resolved (or the end). `close_hours` is NaN while open.
    """

    ticket_ids: NDArray[np.str_]
    created_us: Ints
    judged: Bools
    late: Bools
    late_hours: Floats
    escalated: Bools
    close_hours: Floats
    owners: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Outcome(Lives):
    """The lives, and what only the world knows; figures look at the judged ones alone.

    `weight` (n,) in [1, 2] follows what the customer brought in 90 days. `busy` and `at_work` are
    hours (n_agents,), `deeds` actions by name.
    """

    weight: Floats
    busy: Floats
    at_work: Floats
    refreshes: int
    seconds: float
    deeds: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figures:
    """One number each. Shares in [0, 1], hours, and counts per ticket."""

    created: float
    judged: float
    late: float
    loss: float
    escalated: float
    close_p50: float
    close_p90: float
    hand_overs: float
    gini: float
    idle: float
    actions: float
    refresh_seconds: float

    def text(self) -> str:
        """One line for people."""
        return (
            f"{self.created:.0f} created, {self.judged:.0f} fell due, late {self.late:.1%}, "
            f"loss {self.loss:.3f}, escalated {self.escalated:.1%}, closed after "
            f"{self.close_p50:.1f} h (p90 {self.close_p90:.1f}), hand-overs {self.hand_overs:.2f}, "
            f"Gini {self.gini:.2f}, idle {self.idle:.0%}, actions {self.actions:.2f}, "
            f"{self.refresh_seconds:.3f} s a refresh"
        )


def figures(outcome: Outcome) -> Figures:
    """The figures of the tickets that were judged."""
    seen = outcome.judged
    late, escalated, weight = (
        each[seen] for each in (outcome.late, outcome.escalated, outcome.weight)
    )
    hours = outcome.close_hours[seen]
    loss = weight * (late + ESCALATION * escalated + LATE_HOUR * outcome.late_hours[seen])
    return Figures(
        created=float(seen.size),
        judged=float(seen.sum()),
        late=_mean(late),
        loss=_mean(loss),
        escalated=_mean(escalated),
        close_p50=_quantile(hours, 0.5),
        close_p90=_quantile(hours, 0.9),
        hand_overs=_mean(np.maximum(outcome.owners[seen] - 1, 0)),
        gini=gini(outcome.busy[outcome.at_work > 0] / outcome.at_work[outcome.at_work > 0]),
        idle=1 - float(outcome.busy.sum() / max(outcome.at_work.sum(), 1e-9)),
        actions=sum(outcome.deeds.values()) / max(seen.size, 1),
        refresh_seconds=outcome.seconds / max(outcome.refreshes, 1),
    )


def gini(values: Floats) -> float:
    """How unevenly something is shared: 0 all the same, towards 1 all with one (Gini, 1912).

    >>> gini(np.array([1.0, 1.0])), gini(np.array([0.0, 0.0, 0.0, 4.0]))
    (0.0, 0.75)
    """
    ranked = np.sort(values)
    if not ranked.size or ranked.sum() <= 0:
        return 0.0
    place = np.arange(1, ranked.size + 1)
    return float((2 * place - ranked.size - 1) @ ranked / (ranked.size * ranked.sum()))


def lives(history: History, start_us: int) -> Lives:
    """The lives of the tickets created after `start_us`, as known at the end of the history.

    `close_hours` ends with the last resolution or closing; a ticket that came back and is open
    again has none.
    """
    end, line = history.span[1], history.timeline
    first = line.first_rows() & (line.time > start_us)
    ticket, created, due = line.ticket[first], line.time[first], line.facts["due"][first]
    at = np.full(ticket.size, end, np.int64)
    judged = (due != NEVER) & (due <= end)
    late = judged & (_done(history, ticket, np.where(judged, due, end)) == NEVER)
    over = _done(history, ticket, at)
    done = over != NEVER
    return Lives(
        ticket_ids=np.asarray(history.names["ticket"].names(ticket)).astype(str),
        created_us=created,
        judged=judged,
        late=late,
        late_hours=np.where(late, np.maximum(np.where(done, over, end) - due, 0) / HOUR, 0.0),
        escalated=history.count("escalation", "ticket", ticket, at) > 0,
        close_hours=np.where(done, (over - created) / HOUR, np.nan),
        owners=history.count("assignment", "ticket", ticket, at),
    )


def _done(history: History, ticket: Ints, at: Ints) -> Ints:
    """(n,) when each ticket was resolved, as it stood at a moment; `NEVER` where it was open."""
    over, again = (history.last_time(k, "ticket", ticket, at) for k in ("closure", "reopening"))
    return np.where(again < over, over, NEVER)


def _mean(values: NDArray[np.bool_ | np.int64 | np.float64]) -> float:
    return float(np.mean(values)) if values.size else float("nan")


def _quantile(hours: Floats, share: float) -> float:
    """A quantile of the hours, the open ones counting as longest; infinite if it is one of them."""
    if not hours.size:
        return float("nan")
    return float(np.quantile(np.nan_to_num(hours, nan=np.inf), share, method="lower"))

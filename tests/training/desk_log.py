"""A desk of some hundred tickets whose lateness hangs on category and agent, in a moment."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from features.events import conform

START = pd.Timestamp("2026-01-05T01:00:00Z")
CATEGORIES = np.array(["logistics", "invoice", "quality", "account"])
SLOWNESS = np.array([0.3, 0.6, 1.6, 2.6])
AGENT_SLOWNESS = np.array([0.5, 0.8, 1.2, 2.0])

SMALL: Final = {
    "threads": 1,
    "forest": {
        "trees": 25,
        "learning_rate": 0.1,
        "min_rows_per_leaf": 10,
        "feature_share": 0.7,
        "l2": 1.0,
        "category_smooth": 20.0,
    },
    "eta_forest": {"trees": 10, "min_rows_per_leaf": 10},
}
"""Settings with which a few hundred tickets teach something, in a moment."""


def busy_log(tickets: int = 600, seed: int = 1, days: float = 40.0) -> pd.DataFrame:
    """Tickets with a promise of 24 h; some are escalated, the youngest are still open."""
    rng = np.random.default_rng(seed)
    created = np.sort(rng.uniform(0, days * 24, tickets))
    category, agent = rng.integers(0, 4, tickets), rng.integers(0, 4, tickets)
    hours = 14 * SLOWNESS[category] * AGENT_SLOWNESS[agent] * rng.lognormal(0, 0.5, tickets)
    ids = np.array([f"T{i:04d}" for i in range(tickets)])
    promise = created + 24.0
    resolved = created + hours
    closes = resolved < days * 24
    cries = (hours > 30) & (rng.random(tickets) < 0.5) & (created + 20 < days * 24)
    frames = [
        _rows("ticket.created", created, ids, category=CATEGORIES[category], due=promise),
        _rows("ticket.assigned", created + 0.5, ids, agent_id=[f"A{a}" for a in agent]),
        _rows("ticket.state", created + 0.3 * hours, ids, state="in_progress")[
            created + 0.3 * hours < days * 24
        ],
        _rows("ticket.escalated", created + 20, ids)[cries],
        _rows("ticket.resolved", resolved, ids)[closes],
    ]
    events = pd.concat(frames, ignore_index=True)
    events["event_id"] = [f"e{i:06d}" for i in range(len(events))]
    return conform(events)


def afterwards(events: pd.DataFrame, moment: pd.Timestamp) -> pd.DataFrame:
    """The log up to the moment, and from then on the worst: new tickets, and all verdicts turned.

    Every ticket of the past gets another category and promise, is escalated, closed as late,
    reopened and closed again.
    """
    past = events[events["time"] <= moment]
    ids = past["ticket_id"].dropna().unique()
    hours = np.full(ids.size, (moment - START) / pd.Timedelta(hours=1))
    new = np.array([f"N{i:04d}" for i in range(ids.size)])
    late = np.full(ids.size, fill_value=False)
    frames = [
        _rows("ticket.created", hours + 1, new, category="quality", due=hours + 2),
        _rows("ticket.updated", hours + 1, ids, category="invoice", due=hours + 50),
        _rows("ticket.assigned", hours + 2, ids, agent_id="A9"),
        _rows("ticket.escalated", hours + 3, ids),
        _rows("ticket.resolved", hours + 4, ids, sla_met=late),
        _rows("ticket.reopened", hours + 5, ids),
        _rows("ticket.closed", hours + 900, ids, sla_met=late),
    ]
    future = pd.concat(frames, ignore_index=True)
    future["event_id"] = [f"f{i:06d}" for i in range(len(future))]
    return pd.concat([past, conform(future)], ignore_index=True)


def _rows(kind: str, hours: np.ndarray, ids: np.ndarray, **columns: object) -> pd.DataFrame:
    due = columns.pop("due", None)
    frame = pd.DataFrame({"time": _times(hours), "type": kind, "ticket_id": ids, **columns})
    if due is not None:
        frame["due_at"] = _times(np.asarray(due))
    return frame


def _times(hours: np.ndarray) -> pd.Series:
    micros = START.value // 1000 + (hours * 3_600_000_000).astype(np.int64)
    return pd.Series(pd.to_datetime(micros, unit="us", utc=True)).astype("datetime64[us, UTC]")

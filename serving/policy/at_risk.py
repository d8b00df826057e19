"""The value that a plan puts at risk: what the customers are worth whose tickets may be late."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from features.history import History
from features.picture import micros_of
from features.snapshot import Snapshot
from features.view import margin_of
from model.decision import Decision
from model.placements import briefly


def margins(history: History, snapshot: Snapshot) -> Mapping[str, float]:
    """The contributed gross margin of each ticket's customer in `(as_of - 90 d, as_of]`.

    What the caller sent wins over the history; a loss, and what neither knows, count as 0. In the
    desk's currency.
    """
    tickets = snapshot.tickets
    customers = history.names["customer"].codes([each.customer_id for each in tickets])
    at = np.full(len(tickets), micros_of(snapshot.as_of), dtype=np.int64)
    told = (each.customer_margin_90d for each in tickets)
    sent = np.array([np.nan if each is None else each for each in told], dtype=np.float64)
    booked = margin_of(history, customers, at)
    known = np.nan_to_num(np.where(np.isnan(sent), booked, sent))
    names = (each.ticket_id for each in tickets)
    return dict(zip(names, np.maximum(known, 0.0).tolist(), strict=True))


def value_at_risk(decision: Decision, margin: Mapping[str, float]) -> float:
    """The expected margin behind late tickets: the sum of timeout risk x margin of the customer.

    Over all tickets of the plan, each for itself: a customer with two open tickets counts twice,
    as in the metric `late_value` of a release.
    """
    told = briefly(decision.assignments)
    placed = sum(risk * margin.get(ticket, 0.0) for ticket, _, risk, _ in told)
    left = sum(e.risk.timeout * margin.get(e.ticket_id, 0.0) for e in decision.unassigned)
    return placed + left

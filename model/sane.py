"""Whether the first predictions of a model are fit to be served: what is held against it.

Both desks plan the same snapshot, with time enough. Held against the new one is

- that its model gave way (`model.guarded`: it raised, or gave what is no number);
- a probability outside [0, 1], or an ETA before the moment of asking or out of order;
- on `FEW` or more tickets whose promise stands: the same timeout risk for all of them (they
  differ by `ALIKE` at most), or a mean whose odds are more than `ODDS` times those of the old
  model's mean, or less than one `ODDS`th. So from a mean of 0.30 to one between 0.10 and 0.63.

A desk without a model has nothing to be compared with.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np

from features.snapshot import Snapshot
from model import dispatch
from model.columns import Floats
from model.decision import Assignment, Decision, Unassigned
from model.dispatch import Desk, Options

FEW: Final = 20
ALIKE: Final = 1e-6
ODDS: Final = 4.0
_PATIENT: Final = Options(top_k=1, explain=False, deadline_ms=float("inf"))
_EDGE: Final = 0.005
"""Means are kept this far from 0 and 1: on a calm desk odds say little."""


@dataclass(frozen=True, slots=True)
class First:
    """The predictions of a desk for a snapshot: what gave way, and the timeout risks as it is."""

    decision: Decision
    standing: Floats

    @classmethod
    def of(cls, desk: Desk, snapshot: Snapshot) -> First:
        """Ask a desk for a plan; `standing` (n,) are the tickets whose promise has not passed."""
        decision = dispatch.refresh(desk, snapshot, _PATIENT)
        past = {t.ticket_id for t in snapshot.tickets if t.due_at and t.due_at <= snapshot.as_of}
        risks = [o.risk.timeout_if_kept for o in _told(decision) if o.ticket_id not in past]
        return cls(decision, np.array(risks))

    @property
    def modelled(self) -> bool:
        """Whether a model said it."""
        return "risk_model" not in self.decision.degraded

    @property
    def odds(self) -> float:
        """Of the mean risk."""
        mean = float(np.clip(self.standing.mean(), _EDGE, 1 - _EDGE))
        return mean / (1 - mean)


def objection(new: Desk, old: Desk, snapshot: Snapshot) -> str:
    """What is held against the new desk's first predictions, in words; "" for nothing."""
    first = First.of(new, snapshot)
    if not first.modelled:
        return "the model failed on the latest snapshot"
    found = next((o for o in _told(first.decision) if not _possible(o, first.decision)), None)
    if found is not None:
        return "a risk is outside [0, 1], or an ETA makes no sense"
    if len(first.standing) < FEW:
        return ""
    if np.ptp(first.standing) <= ALIKE:
        return f"the same risk of {first.standing[0]:.3f} for all {len(first.standing)} tickets"
    return _leap(first, First.of(old, snapshot))


def _leap(new: First, old: First) -> str:
    if not old.modelled or 1 / ODDS <= new.odds / old.odds <= ODDS:
        return ""
    return (
        f"a mean risk of {new.standing.mean():.3f} where the model served says "
        f"{old.standing.mean():.3f}"
    )


def _told(decision: Decision) -> list[Assignment | Unassigned]:
    return list(chain(decision.assignments, decision.unassigned))


def _possible(one: Assignment | Unassigned, decision: Decision) -> bool:
    risk, eta = one.risk, one.eta
    shares = (risk.timeout, risk.timeout_if_kept, risk.escalation)
    return all(0.0 <= p <= 1.0 for p in shares) and decision.as_of <= eta.p50 <= eta.p90

"""What the next actions look at: the tickets with what the plan makes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from features.errors import ModelError
from features.snapshot import Snapshot
from features.waits import Waits
from model.columns import Columns, Floats, Ints
from model.plan import Look, Plan
from model.policy import Policy

Eased = Callable[[Ints, Floats], Floats]
"""The timeout risk of ticket rows if so many hours were gained (`AssessorLike.eased`)."""


@dataclass(frozen=True, slots=True)
class Situation:
    """Arrays (n_t,): the plan's `agent` (-1 nobody), alert level, expected loss and its `weight`.

    `kept` is the timeout risk as it is, `best` the lowest with any agent looked at, `close_hours`
    the expected hours until closed. `eased` is None where the model has no time left.
    """

    snapshot: Snapshot
    columns: Columns
    policy: Policy
    agent: Ints
    alert: Ints
    loss: Floats
    weight: Floats
    kept: Floats
    best: Floats
    close_hours: Floats
    waits: Waits
    eased: Eased | None

    def hours_since(self, moment: datetime | None) -> float | None:
        """Hours from a moment to `as_of`, None where it is not known."""
        return None if moment is None else (self.snapshot.as_of - moment) / timedelta(hours=1)


def situation_of(  # the parts of a refresh, each named once
    look: Look, plan: Plan, snapshot: Snapshot, *, alert: Ints, loss: Floats, hours: Floats,
    in_time: bool,
) -> Situation:  # fmt: skip
    """The situation of a planned desk; not `in_time` asks the model nothing more."""
    return Situation(
        snapshot=snapshot,
        columns=look.columns,
        policy=look.policy,
        agent=plan.agent,
        alert=alert,
        loss=loss,
        weight=look.weight,
        kept=look.as_is.timeout,
        best=_best(look, plan),
        close_hours=hours,
        waits=look.assessor.waits(),
        eased=look.assessor.eased if in_time else None,
    )


def gained(situation: Situation, rows: Ints, hours: Floats) -> Floats | None:
    """The timeout risk of ticket rows if so many hours were gained; None without the model."""
    if situation.eased is None:
        return None
    try:
        return situation.eased(rows, hours) if len(rows) else np.empty(0)
    except ModelError:
        return None


def _best(look: Look, plan: Plan) -> Floats:
    """The lowest timeout risk of each ticket over the pairs whose risk is known, and as it is."""
    best = look.as_is.timeout.copy()
    np.fmin.at(best, plan.edges.ticket, plan.risks.timeout)
    return best

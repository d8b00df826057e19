"""Who has what under a decision, as columns: what the manager's figures are summed from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.stream import Floats, Ints
from serving.console.plan import Json, Plan

ALERTS: Final = ("red", "warn", "watch", "none")
"""From the most pressing down."""
_RANKS: Final = {alert: rank for rank, alert in enumerate(ALERTS)}
_AT_WORK: Final = ("available", "busy", "away")


@dataclass(frozen=True, slots=True)
class Standing:
    """The n planned tickets and the n_a agents of a decision.

    `holder` (n,) is the place in `agents` of who has the ticket, -1 for nobody; `risk` (n,) the
    probability of a timeout; `alert` (n,) the place in `ALERTS`; `hours` (n, 2) from `as_of` to
    the moments by which it is closed with 50 % and 90 %. `capacity` (n_a,) is NaN where it was
    not sent; `at_work` (n_a,) is whether the status says so.
    """

    as_of: datetime
    agents: tuple[Json, ...]
    capacity: Floats
    at_work: NDArray[np.bool_]
    holder: Ints
    risk: Floats
    alert: Ints
    hours: Floats

    @classmethod
    def of(cls, plan: Plan) -> Standing:
        """The columns of a decision."""
        agents, records = tuple(plan.agents.values()), plan.records.values()
        place = {agent["agent_id"]: at for at, agent in enumerate(agents)}
        moments = [(r["eta"]["p50"], r["eta"]["p90"]) for r in records]
        closed = [[datetime.fromisoformat(m).timestamp() for m in pair] for pair in moments]
        seconds = np.array(closed, np.float64).reshape(-1, 2) - plan.as_of.timestamp()
        capacities = [agent.get("capacity") for agent in agents]
        return cls(
            as_of=plan.as_of,
            agents=agents,
            capacity=np.array([np.nan if c is None else c for c in capacities], np.float64),
            at_work=np.array([agent["status"] in _AT_WORK for agent in agents], np.bool_),
            holder=np.array([place.get(r.get("agent_id"), -1) for r in records], np.int64),
            risk=np.array([r["risk"]["timeout"] for r in records], np.float64),
            alert=np.array([_RANKS[r["alert"]] for r in records], np.int64),
            hours=seconds / 3600.0,
        )

    def per_agent(self, amounts: Floats | None = None) -> Floats:
        """Sums (n_a,) over the tickets that each agent has: of `amounts` (n,), else their count."""
        held = self.holder >= 0
        weights = None if amounts is None else amounts[held]
        counts = np.bincount(self.holder[held], weights, minlength=len(self.agents))
        return np.asarray(counts, np.float64)

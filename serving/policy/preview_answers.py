"""The shapes of a preview: what may be asked, and what is answered, as JSON values."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from serving.policy.answers import ChangeOut, WarningOut, changes_answer, warnings_answer

if TYPE_CHECKING:  # the client reads these shapes, and needs no model for that
    from serving.policy.preview import Outlook, Preview
    from serving.policy.simulation import Simulated

Json = dict[str, Any]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class SimulateIn(_Shape):
    """Days that are judged in each simulated world, and how many worlds."""

    days: int = Field(2, ge=1, le=14)
    seeds: int = Field(1, ge=1, le=10)


class PreviewIn(_Shape):
    """A policy, the desk to look at it on (else the last one seen), and what to simulate.

    Policy and snapshot are read by their own readers (`serving.openapi` names their shapes).
    """

    policy: Any
    snapshot: Any = Field(None, description="The body of a refresh.")
    simulate: SimulateIn | None = Field(None, description="Takes minutes.")


class MovedOut(_Shape):
    """A ticket that another agent would have: now, under the policy in force, proposed."""

    ticket_id: str
    now: str | None
    before: str | None
    after: str | None


class LoadOut(_Shape):
    """Tickets an agent has under the plan."""

    mean: float
    deviation: float
    most: int


class OutlookOut(_Shape):
    """A plan in numbers."""

    expected_timeouts: float
    value_at_risk: float = Field(
        description="The sum over all tickets of timeout risk × the customer's gross margin of the "
        "last 90 days (a loss or an unknown one counts as 0), in the desk's currency."
    )
    alerts: dict[str, int]
    actions: dict[str, int]
    assigned: int
    reassigned: int
    unassigned: int
    load: LoadOut
    degraded: list[str]


class EffectOut(_Shape):
    """A figure of the simulated centre; `low` and `high` hold the difference with 95 %."""

    figure: str
    before: float | None
    after: float | None
    difference: float | None
    low: float | None
    high: float | None


class SimulatedOut(_Shape):
    """The same simulated worlds under both policies."""

    tickets: int
    effects: list[EffectOut]


class PreviewOut(_Shape):
    """What the proposed policy would change; `moves` names up to 1,000 of the `moved` tickets."""

    as_of: datetime = Field(strict=False)
    changes: list[ChangeOut]
    moved: int
    moves: list[MovedOut]
    before: OutlookOut
    after: OutlookOut
    warnings: list[WarningOut]
    simulated: SimulatedOut | None


def preview_answer(found: Preview, simulated: Simulated | None) -> Json:
    """The answer of a preview."""
    return {
        "as_of": found.as_of.isoformat(),
        "changes": changes_answer(found.changes),
        "moved": found.moved,
        "moves": [
            {"ticket_id": m.ticket_id, "now": m.now, "before": m.before, "after": m.after}
            for m in found.moves
        ],
        "before": _outlook(found.before),
        "after": _outlook(found.after),
        "warnings": warnings_answer(found.warnings),
        "simulated": None if simulated is None else _simulated(simulated),
    }


def _outlook(told: Outlook) -> Json:
    return {
        "expected_timeouts": round(told.expected_timeouts, 3),
        "value_at_risk": round(told.value_at_risk, 2),
        "alerts": dict(told.alerts),
        "actions": dict(told.actions),
        "assigned": told.assigned,
        "reassigned": told.reassigned,
        "unassigned": told.unassigned,
        "load": {
            "mean": round(told.load.mean, 3),
            "deviation": round(told.load.deviation, 3),
            "most": told.load.most,
        },
        "degraded": list(told.degraded),
    }


def _simulated(told: Simulated) -> Json:
    return {
        "tickets": told.tickets,
        "effects": [
            {
                "figure": each.figure,
                "before": _rounded(each.before),
                "after": _rounded(each.after),
                "difference": _rounded(each.difference),
                "low": _rounded(each.low),
                "high": _rounded(each.high),
            }
            for each in told.effects
        ],
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)

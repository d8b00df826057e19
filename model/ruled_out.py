"""On request: for each agent not chosen for a ticket, every hard rule that rules them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from model.decision import Decision
from model.plan import Look, Plan

RuledOut = Mapping[str, tuple[str, ...]]


def with_ruled_out(decision: Decision, look: Look, plan: Plan) -> Decision:
    """The decision with `ruled_out` on assignments and unassigned: agent id to reason codes.

    Agents whom no rule rules out are not named, nor is the one who has the ticket. A full queue
    (`at_capacity`) is told beside the other rules. `look` must hold all verdicts (`judge`).
    """
    columns = look.columns
    used = columns.taken + np.bincount(plan.agent[plan.edge >= 0], minlength=len(columns.capacity))
    names = columns.agent_ids.tolist()
    by_profile = look.eligibility.ruled_out(used >= columns.capacity, names)
    profile = look.eligibility.profile.tolist()
    told = {name: by_profile[profile[row]] for row, name in enumerate(columns.ticket_ids.tolist())}
    return replace(
        decision,
        assignments=tuple(
            replace(each, ruled_out=_without(told[each.ticket_id], each.agent_id))
            for each in decision.assignments
        ),
        unassigned=tuple(
            replace(each, ruled_out=told[each.ticket_id]) for each in decision.unassigned
        ),
    )


def _without(told: RuledOut, chosen: str) -> RuledOut:
    """All but the chosen agent; tickets of one profile share the rest."""
    if chosen not in told:
        return told
    return {name: codes for name, codes in told.items() if name != chosen}

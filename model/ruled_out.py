"""On request: for each agent not chosen for a ticket, every hard rule that rules them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from features.snapshot import Snapshot
from model.assessment import Desk
from model.columns import columns
from model.decision import Decision
from model.eligibility import judge
from model.plan import Look, Plan
from model.screen import screen

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


def ruled_out_of(desk: Desk, snapshot: Snapshot, ticket_id: str) -> RuledOut:
    """Every rule that rules out each agent for one ticket of a snapshot, as it stands unplanned.

    An agent's queue is full with the tickets that they have now. The ticket's owner is not
    named; a snapshot without such a sound ticket names nobody.
    """
    screened = screen(snapshot)
    whole = desk.complete(screened.snapshot)
    table = columns(whole, desk.policy, screened.refused)
    row = next((at for at, t in enumerate(whole.tickets) if t.ticket_id == ticket_id), None)
    if row is None:
        return {}
    found = judge(whole, table, desk.policy, keep_all=True)
    held = np.bincount(table.owner[table.owner >= 0], minlength=len(table.capacity))
    names = table.agent_ids.tolist()
    told = found.ruled_out(table.taken + held >= table.capacity, names)[int(found.profile[row])]
    return _without(told, whole.tickets[row].agent_id or "")

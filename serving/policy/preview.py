"""What another policy would change on a desk that was seen: two plans of the same moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import mean, pstdev
from typing import Final, get_args

from features.snapshot import Snapshot
from model import dispatch
from model.decision import Alert, Decision
from model.dispatch import Desk, Options
from model.placements import briefly
from model.policy import Policy
from model.policy_changes import PolicyChange, policy_changes
from model.policy_warnings import PolicyWarning, policy_warnings
from model.spent import NAMES, Spent
from serving.policy.at_risk import margins, value_at_risk

MOST_MOVES: Final = 1000
"""Tickets that move and are named; the others are counted."""
_OPTIONS: Final = Options(top_k=1, explain=False, deadline_ms=60_000)
_ALERTS: Final[tuple[Alert, ...]] = get_args(Alert)


@dataclass(frozen=True, slots=True)
class Moved:
    """A ticket with another agent under the proposed policy; `now` has it. None is nobody."""

    ticket_id: str
    now: str | None
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Load:
    """Tickets an agent has under a plan: mean, standard deviation and most."""

    mean: float
    deviation: float
    most: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """A plan in numbers: expected timeouts, tickets by alert, actions by name, and the load.

    `value_at_risk` is the sum of timeout risk x 90-day margin of the customer over all tickets,
    in the desk's currency (`serving.policy.at_risk`).
    """

    expected_timeouts: float
    value_at_risk: float
    alerts: Mapping[str, int]
    actions: Mapping[str, int]
    assigned: int
    reassigned: int
    unassigned: int
    load: Load
    degraded: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """The two plans held against each other; `moves` are at most `MOST_MOVES` of the `moved`."""

    as_of: datetime
    changes: tuple[PolicyChange, ...]
    moved: int
    moves: tuple[Moved, ...]
    before: Outlook
    after: Outlook
    warnings: tuple[PolicyWarning, ...]


@dataclass(frozen=True, slots=True)
class Present:
    """The plan of a snapshot under the policy in force, and the margin behind each ticket.

    Of the plan: `outlook` in numbers, and `holders`, who gets each ticket.

    One is good for every proposal as long as the desk, the snapshot and what was done before
    (`spent`) are the same.
    """

    desk: Desk
    snapshot: Snapshot
    spent: Spent
    margins: Mapping[str, float]
    outlook: Outlook
    holders: Mapping[str, str]

    @classmethod
    def of(cls, desk: Desk, snapshot: Snapshot, spent: Spent) -> Present:
        """What the desk does at the moment of the snapshot."""
        decision = _planned(desk, snapshot, spent)
        margin = margins(desk.history, desk.complete(snapshot))
        outlook = _outlook(snapshot, decision, margin)
        return cls(desk, snapshot, spent, margin, outlook, _holders(decision))


def preview(present: Present, proposed: Policy, spent: Callable[[Policy], Spent]) -> Preview:
    """What the desk would do at the moment of a snapshot under `proposed`, beside what it does.

    The model, the history and what was done before are the same for both; `spent` tells the
    latter as far back as a policy asks. The proposed policy is looked at as if its release held.
    """
    desk, snapshot = present.desk, present.snapshot
    after = _planned(desk.with_policy(proposed), snapshot, spent(proposed))
    moves = _moves(snapshot, present.holders, _holders(after))
    return Preview(
        as_of=snapshot.as_of,
        changes=policy_changes(desk.policy, proposed),
        moved=len(moves),
        moves=moves[:MOST_MOVES],
        before=present.outlook,
        after=_outlook(snapshot, after, present.margins),
        warnings=policy_warnings(proposed, snapshot, desk.alert_table),
    )


def _planned(desk: Desk, snapshot: Snapshot, spent: Spent) -> Decision:
    return dispatch.refresh(desk, snapshot, _OPTIONS, spent=spent)


def _moves(
    snapshot: Snapshot, one: Mapping[str, str], other: Mapping[str, str]
) -> tuple[Moved, ...]:
    """By ticket id."""
    now = {ticket.ticket_id: ticket.agent_id for ticket in snapshot.tickets}
    names = sorted(one.keys() | other.keys())
    return tuple(
        Moved(name, now.get(name), one.get(name), other.get(name))
        for name in names
        if one.get(name) != other.get(name)
    )


def _holders(decision: Decision) -> dict[str, str]:
    return {ticket: agent for ticket, agent, *_ in briefly(decision.assignments)}


def _outlook(snapshot: Snapshot, decision: Decision, margin: Mapping[str, float]) -> Outlook:
    alerts = Counter[str](alert for *_, alert in briefly(decision.assignments))
    alerts.update(each.alert for each in decision.unassigned)
    actions = Counter[str](action.action for action in decision.actions)
    held = Counter(_holders(decision).values())
    loads = [held[agent.agent_id] for agent in snapshot.agents] or [0]
    summary = decision.summary
    return Outlook(
        expected_timeouts=summary.expected_timeouts,
        value_at_risk=value_at_risk(decision, margin),
        alerts={name: alerts[name] for name in _ALERTS},
        actions={name: actions[name] for name in NAMES},
        assigned=summary.assigned,
        reassigned=summary.reassigned,
        unassigned=len(decision.unassigned),
        load=Load(mean(loads), pstdev(loads), max(loads)),
        degraded=decision.degraded,
    )

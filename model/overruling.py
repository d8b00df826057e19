"""What the hard rules say against a person's choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from features.errors import SnapshotError
from features.snapshot import Snapshot
from model.amended import amended
from model.assessment import Desk
from model.columns import columns
from model.eligibility import judge
from model.rules import PASSING
from model.screen import screen
from model.underway import Move, Underway

Kind = Literal["ticket", "agent"]
_KINDS: Final[Mapping[Kind, str]] = {"ticket": "工单", "agent": "坐席"}


@dataclass(frozen=True, slots=True)
class Objections:
    """Codes of the rules (`model.rules`, `at_capacity`) against a ticket with an agent.

    A `lasting` one forbids it. A `passing` one (the agent is not at work now) lets it wait there.
    """

    lasting: tuple[str, ...] = ()
    passing: tuple[str, ...] = ()


def objections(desk: Desk, snapshot: Snapshot, ticket_id: str, move: Move) -> Objections:
    """What speaks against moving a ticket of a snapshot to an agent of it, pinned.

    The agent has no place where tickets that nobody may take from them (pinned, begun, or not of
    this snapshot) fill all. A pin on the ticket itself does not count: a person may change what a
    person chose, as they may call back what somebody works on.

    Raises:
        SnapshotError: the snapshot has no such sound ticket, or no such agent.
    """
    screened = screen(snapshot)
    whole = desk.complete(screened.snapshot)
    row = place_of([t.ticket_id for t in whole.tickets], ticket_id, "ticket")
    agent = place_of([a.agent_id for a in whole.agents], move.agent_id, "agent")
    chosen = amended(whole, Underway(chosen={ticket_id: move})).snapshot
    table = columns(chosen, desk.policy, screened.refused)
    found = judge(chosen, table, desk.policy, keep_all=True)
    others = (table.owner == agent) & (table.pinned | table.started)
    others[row] = False
    full = np.zeros(len(table.capacity), dtype=bool)
    full[agent] = table.taken[agent] + np.count_nonzero(others) >= table.capacity[agent]
    by_profile = found.ruled_out(full, table.agent_ids.tolist())
    codes = by_profile[int(found.profile[row])].get(table.agent_ids[agent], ())
    lasting = tuple(code for code in codes if code not in PASSING)
    return Objections(lasting, tuple(code for code in codes if code in PASSING))


def place_of(names: Sequence[str], name: str | None, kind: Kind) -> int:
    """The place of a name that is asked for. Raises SnapshotError where it is not there."""
    if name not in names:
        raise SnapshotError(
            f"the last refresh has no {kind} {name!r}",
            where=f"/{kind}_id",
            remedy=f"choose a {kind} of the last refresh",
            zh=f"最近一次刷新中没有{_KINDS[kind]} “{name}”；请选择其中已有的{_KINDS[kind]}",
        )
    return names.index(name)

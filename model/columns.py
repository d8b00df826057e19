"""The clean desk as columns: what the rules, the prices and the queues ask of it.

Rows are the tickets and agents of a screened snapshot, in its order (sorted by id). Times are
microseconds since 1970 (UTC).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from features.kinds import WAITING
from features.picture import instants_of, micros_of
from features.snapshot import Snapshot, Ticket
from features.text import SIGNALS, signals
from model.policy import Policy
from model.policy_tiers import Tiers

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SUGGESTION, GENERAL, URGENT = 0, 1, 2
"""The tiers of tickets."""

STARTED: Final = ("in_progress", "paused", *WAITING)
"""The states in which an agent has begun: another one would begin anew."""
AT_WORK, IN_PROGRESS, READY, AWAITED = 0, 1, 2, 3
"""Stages: the owner works on it now; has it in progress; may begin; waits for somebody else."""
_STAGES: Final = {"in_progress": IN_PROGRESS, **dict.fromkeys(WAITING, AWAITED)}

NEVER: Final = np.iinfo(np.int64).max
"""The due time of a ticket that has none."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Arrays (n_t,) of tickets and (n_a,) of agents.

    `owner` is the owner's row, -1 where the ticket has none or the request does not have them;
    `owned` says whether the ticket has an owner at all. `route` is the row in the policy's
    `tiers.routes` that an urgent ticket takes, -1 for none. `taken` counts an agent's places that
    the plan cannot give away: tickets in the agent's queue that are not planned here.
    """

    ticket_ids: npt.NDArray[np.object_]
    agent_ids: npt.NDArray[np.object_]
    owner: Ints
    owned: Bools
    pinned: Bools
    started: Bools
    stage: Ints
    tier: Ints
    route: Ints
    created_us: Ints
    due_us: Ints
    as_of_us: int
    capacity: Ints
    taken: Ints


def columns(snapshot: Snapshot, policy: Policy, refused: Iterable[Ticket] = ()) -> Columns:
    """The columns of a screened snapshot; `refused` are tickets that were screened out of it.

    A refused ticket still takes a place of its owner.
    """
    tickets, agents = snapshot.tickets, snapshot.agents
    row = {agent.agent_id: at for at, agent in enumerate(agents)}
    owner = np.array([row.get(t.agent_id or "", -1) for t in tickets], dtype=np.int64)
    tier, route = tiers_of(tickets, policy.tiers)
    capacity = [policy.default_capacity if a.capacity is None else a.capacity for a in agents]
    return Columns(
        ticket_ids=np.array([t.ticket_id for t in tickets], dtype=object),
        agent_ids=np.array([a.agent_id for a in agents], dtype=object),
        owner=owner,
        owned=np.array([t.agent_id is not None for t in tickets], dtype=bool),
        pinned=np.array([t.pinned and t.agent_id is not None for t in tickets], dtype=bool),
        started=np.array([t.state in STARTED for t in tickets], dtype=bool),
        stage=_stages(snapshot, owner),
        tier=tier,
        route=route,
        created_us=instants_of([t.created_at for t in tickets]),
        due_us=instants_of([t.due_at for t in tickets], NEVER),
        as_of_us=micros_of(snapshot.as_of),
        capacity=np.maximum(np.array(capacity, dtype=np.int64), 0),
        taken=_taken(snapshot, row, refused),
    )


def tiers_of(tickets: tuple[Ticket, ...], rules: Tiers) -> tuple[Ints, Ints]:
    """Tier and route of each ticket, two arrays (n_t,).

    The tier is 2 where one urgent mark holds, else 0 for suggestions, else 1. The route is the
    first of `rules.routes` that an urgent ticket fits, -1 for none and for other tiers.
    """
    shown = signals([t.text for t in tickets]).reshape(len(tickets), len(SIGNALS))

    def marked(signs: tuple[str, ...], kinds: tuple[str, ...], ranks: tuple[str, ...]) -> Bools:
        named = [t.category in kinds or t.priority in ranks for t in tickets]
        signed = shown[:, [name in signs for name in SIGNALS]].any(axis=1)
        return np.asarray(signed | np.array(named, dtype=bool), bool)

    urgent = marked(rules.urgent_signals, rules.urgent_categories, rules.urgent_priorities)
    kinds = rules.suggestion_categories
    suggestion = np.array([t.category in kinds for t in tickets], dtype=bool)
    tier = np.where(urgent, URGENT, np.where(suggestion, SUGGESTION, GENERAL))
    route = np.full(len(tickets), -1)
    for row, way in reversed(tuple(enumerate(rules.routes))):  # so that the first one stays
        route[urgent & marked(way.signals, way.categories, way.priorities)] = row
    return tier.astype(np.int64), route.astype(np.int64)


def _stages(snapshot: Snapshot, owner: Ints) -> Ints:
    at_work = {(agent.working_on, at) for at, agent in enumerate(snapshot.agents)}
    pairs = zip(snapshot.tickets, owner.tolist(), strict=True)
    working = np.array([(t.ticket_id, at) in at_work for t, at in pairs], dtype=bool)
    stage = np.array([_STAGES.get(t.state, READY) for t in snapshot.tickets], dtype=np.int64)
    stage[working] = AT_WORK
    return stage


def _taken(snapshot: Snapshot, row: dict[str, int], refused: Iterable[Ticket]) -> Ints:
    """Places taken by what is in a queue but not planned, and by refused tickets, (n_a,)."""
    planned = {t.ticket_id for t in snapshot.tickets}
    held = {
        (at, ticket_id)
        for at, agent in enumerate(snapshot.agents)
        for ticket_id in agent.queue or ()
        if ticket_id not in planned
    }
    held |= {
        (row[t.agent_id], t.ticket_id)
        for t in refused
        if t.agent_id in row and t.ticket_id not in planned
    }
    count = Counter(at for at, _ in held)
    return np.array([count[at] for at in range(len(row))], dtype=np.int64)

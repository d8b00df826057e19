"""Desks of any size for benchmarks: the simulated desk's tickets and agents, multiplied."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np

from experiments.simulator import LiveDesk
from features.snapshot import Agent, Snapshot, Ticket


def desk_of(tickets: int, agents: int, seed: int = 1) -> Snapshot:
    """A snapshot with that many open tickets and agents, on duty, a third of them owned.

    Every ticket and agent is one of the live desk's, with an id of its own and, for tickets,
    its times moved by up to a day. Capacity is such that the whole queue just fits.
    """
    live = LiveDesk()
    live.step(60)
    base = live.snapshot()
    rng = np.random.default_rng(seed)
    capacity = -(-tickets * 5 // (agents * 4))
    staff = tuple(_agent(base, i, capacity) for i in range(agents))
    owners = rng.integers(0, agents, tickets)
    owned = rng.random(tickets) < 1 / 3
    hours = rng.uniform(-24, 0, tickets)
    queue = tuple(
        _ticket(base, i, staff[owners[i]].agent_id if owned[i] else None, float(hours[i]))
        for i in range(tickets)
    )
    return replace(base, tickets=queue, agents=staff)


def _agent(base: Snapshot, number: int, capacity: int) -> Agent:
    like = base.agents[number % len(base.agents)]
    return replace(
        like,
        agent_id=f"{like.agent_id}-{number}",
        status="available",
        availability=None,
        capacity=capacity,
        queue=None,
        working_on=None,
    )


def _ticket(base: Snapshot, number: int, owner: str | None, hours: float) -> Ticket:
    like = base.tickets[number % len(base.tickets)]
    moved = timedelta(hours=hours)
    created = min(like.created_at, base.as_of) + moved
    return replace(
        like,
        ticket_id=f"{like.ticket_id}-{number}",
        created_at=created,
        due_at=created + timedelta(hours=48),
        state="assigned" if owner else "unassigned",
        state_since=created,
        agent_id=owner,
        assigned_at=created if owner else None,
        parties=None,
    )

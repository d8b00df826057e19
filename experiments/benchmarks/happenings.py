"""What happens at a large desk between two refreshes, as events, and what it then looks like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import Any, Final

import numpy as np
import orjson

from experiments.benchmarks.desks import desk_of
from features.snapshot import Snapshot, Ticket
from serving.answers import RefreshOut
from serving.outgoing import refresh_body

Row = dict[str, Any]
_STEP: Final = timedelta(minutes=5)
_TURNOVER: Final = 0.01  # of the open tickets, closed in a step and replaced by new ones
_OPTIONS: Final = {"deadline_ms": 60_000}


class Happenings:
    """A desk that goes on: a hundredth of its tickets are new in each step, and owners change."""

    def __init__(self, tickets: int, agents: int, seed: int = 1) -> None:
        base = desk_of(tickets, agents, seed)
        self._like, self._staff, self._now = base.tickets, base.agents, base.as_of
        self._open = {ticket.ticket_id: ticket for ticket in base.tickets}
        self._rng = np.random.default_rng(seed)
        self._born = self._told = 0
        self._moved: list[Ticket] = []
        self.newest = ""

    def rows(self, count: int) -> list[Row]:
        """The events of the next five minutes, `count` of them; the last makes `newest`."""
        self._now += _STEP
        coming = max(int(len(self._open) * _TURNOVER), 1)
        least = [*self._handed(), *self._closed(coming), *self._created(coming)]
        room = max(count - len(least), 0)
        return [*islice(self._contacts(), room), *least[-count:]]

    def body(self) -> bytes:
        """The refresh body of now."""
        snapshot = Snapshot(self._now, tuple(self._open.values()), self._staff)
        return orjson.dumps({**refresh_body(snapshot), "options": _OPTIONS})

    def carry_out(self, plan: RefreshOut) -> None:
        """Let the tickets be with whom the plan gives them to."""
        self._moved = []
        for placed in plan.assignments:
            ticket = self._open[placed.ticket_id]
            if placed.agent_id != ticket.agent_id:
                owned = replace(
                    ticket, agent_id=placed.agent_id, assigned_at=self._now,
                    state="assigned", state_since=self._now,
                )  # fmt: skip
                self._open[ticket.ticket_id] = owned
                self._moved.append(owned)

    def _handed(self) -> Iterator[Row]:
        for ticket in self._moved:
            yield self._row("ticket.assigned", ticket, {"agent_id": ticket.agent_id})

    def _closed(self, count: int) -> Iterator[Row]:
        for name in list(self._open)[:count]:
            yield self._row("ticket.closed", self._open.pop(name), {})

    def _created(self, count: int) -> Iterator[Row]:
        for _ in range(count):
            like = self._like[self._born % len(self._like)]
            self._born += 1
            new = replace(
                like, ticket_id=f"day-{self._born}", created_at=self._now,
                due_at=self._now + timedelta(hours=48), state="unassigned", state_since=self._now,
                agent_id=None, assigned_at=None,
            )  # fmt: skip
            self._open[new.ticket_id], self.newest = new, new.ticket_id
            told = ("category", "region", "channel", "due_at", "text")
            yield self._row("ticket.created", new, {name: getattr(new, name) for name in told})

    def _contacts(self) -> Iterator[Row]:
        """Contacts and margins of customers with an open ticket, without end."""
        known = list(self._open.values())
        while True:
            ticket = known[self._rng.integers(len(known))]
            yield self._row("ticket.contact", ticket, {"channel": "phone"})
            amount = round(float(self._rng.normal(50, 40)), 2)
            yield self._row("customer.margin", replace(ticket, ticket_id=""), {"amount": amount})

    def _row(self, kind: str, ticket: Ticket, more: Row) -> Row:
        self._told += 1
        about: Row = {"event_id": f"day-{self._told}", "time": self._now, "type": kind, **more}
        if ticket.ticket_id:
            about["ticket_id"] = ticket.ticket_id
        return {**about, "customer_id": ticket.customer_id}

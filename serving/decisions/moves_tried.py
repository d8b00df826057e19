"""A move that a person thinks of, tried on the last decision; nothing is changed."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import orjson

from features.snapshot import Snapshot
from model.underway import Move, Underway, together
from model.what_if import Change, QueueChange, TicketChange, WhatIf, what_if
from serving.answering import eta
from serving.decisions import override_log
from serving.decisions.log import Logged
from serving.decisions.override_log import Override
from serving.decisions.overrides import overruled
from serving.rounding import share
from serving.schemas import parse_refresh
from serving.service import Service
from serving.store import Store


@dataclass(frozen=True, slots=True)
class TriedMove:
    """Who shall have which ticket; `refresh_id` is what whoever asks saw, None for the last."""

    ticket_id: str
    agent_id: str
    refresh_id: str | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """What a move would bring, by the decision `refresh_id`."""

    refresh_id: str
    snapshot: Snapshot
    found: WhatIf


@dataclass(frozen=True, slots=True)
class _Seen:
    """A decision, parsed: what it saw, and its moves."""

    refresh_id: str
    snapshot: Snapshot
    sent: Mapping[str, Move]


class MovesTried:
    """The use case; it blocks. The last decision is parsed once for all moves tried on it."""

    def __init__(self, service: Service, store: Store) -> None:
        self._service, self._store = service, store
        self._lock = threading.Lock()
        self._last: _Seen | None = None

    def look(self, asked: TriedMove) -> Tried:
        """The effect of a move on the last desk seen.

        The plan and the standing choices of people are taken as carried out.

        Raises:
            Problem: 409, nothing was refreshed yet; 422, nobody logged `refresh_id`.
            SnapshotError: the last refresh has no such ticket or agent.
            FendanError: there is no desk, or the store does not answer.
        """
        seen = self._seen(asked.refresh_id)
        with self._store.transaction() as connection:
            standing = override_log.standing(connection)
        desk = self._service.desks.current().at(seen.snapshot.as_of)
        told = Underway(seen.sent, *_told(standing))
        found = what_if(desk, seen.snapshot, told, asked.ticket_id, asked.agent_id)
        return Tried(seen.refresh_id, seen.snapshot, found)

    def _seen(self, refresh_id: str | None) -> _Seen:
        with self._lock:
            if self._last is None or self._last.refresh_id != self._service.log.latest_id():
                self._last = _seen(overruled(self._service, refresh_id))
            elif refresh_id not in (None, self._last.refresh_id):
                overruled(self._service, refresh_id)  # refused where nobody logged it
            return self._last


def _seen(logged: Logged) -> _Seen:
    snapshot, _ = parse_refresh(logged.request)
    sent = {
        a["ticket_id"]: Move(a["agent_id"], a["previous_agent_id"], snapshot.as_of)
        for a in orjson.loads(logged.answer)["assignments"]
    }
    return _Seen(logged.refresh_id, snapshot, sent)


def _told(standing: Iterable[Override]) -> tuple[dict[str, Move], dict[str, tuple[Move, ...]]]:
    """What people chose, and what agents handed back."""
    moves = [(each.handed_back, (each.ticket_id, each.move)) for each in standing]
    back = together(move for handed_back, move in moves if handed_back)
    return dict(move for handed_back, move in moves if not handed_back), back


def tried_answer(tried: Tried) -> dict[str, Any]:
    """As JSON values; moments in the offset of the decision's `as_of`."""
    found, as_of = tried.found, tried.snapshot.as_of
    zone = as_of.tzinfo or UTC
    return {
        "refresh_id": tried.refresh_id,
        "as_of": as_of.isoformat(),
        "ticket_id": found.ticket.ticket_id,
        "agent_id": found.agent_id,
        "previous_agent_id": found.previous_agent_id,
        "objections": {
            "lasting": list(found.objections.lasting),
            "passing": list(found.objections.passing),
        },
        "ticket": {
            **_risks(found.ticket),
            "eta": {"before": eta(found.eta_before, zone), "after": eta(found.eta_after, zone)},
        },
        "queues": [_queue(queue) for queue in found.queues],
    }


def _queue(queue: QueueChange) -> dict[str, Any]:
    expected = queue.expected_timeouts
    return {
        "agent_id": queue.agent_id,
        "capacity": queue.capacity,
        "open": {"before": queue.open_before, "after": queue.open_after},
        "expected_timeouts": {
            "before": round(expected.before, 3),
            "after": round(expected.after, 3),
        },
        "tickets": [{"ticket_id": t.ticket_id, **_risks(t)} for t in queue.tickets],
    }


def _risks(ticket: TicketChange) -> dict[str, Any]:
    return {
        "risk_timeout": _shares(ticket.timeout),
        "risk_escalation": _shares(ticket.escalation),
    }


def _shares(change: Change) -> dict[str, float]:
    return {"before": share(change.before), "after": share(change.after)}

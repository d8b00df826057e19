"""The last decision as the pages read it: parsed once, found by ticket and by agent.

Works on the logged JSON, so every worker shows the same whoever made the decision.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from serving.console.clock import day_and_time
from serving.decisions.log import Logged
from serving.service import Service

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """A logged decision. `tickets` and `agents` are as they were sent, `records` as answered.

    `records` holds each ticket's entry of `assignments` or `unassigned`; a rejected ticket has
    none. Of two tickets with one id the first was planned.
    """

    refresh_id: str
    as_of: datetime
    made_at: datetime
    answer: Json
    tickets: Mapping[str, Json]
    agents: Mapping[str, Json]
    records: Mapping[str, Json]

    @classmethod
    def of(cls, logged: Logged) -> Plan:
        """The decision, parsed."""
        request, answer = orjson.loads(logged.request), orjson.loads(logged.answer)
        return cls(
            refresh_id=answer["refresh_id"],
            as_of=datetime.fromisoformat(answer["as_of"]),
            made_at=logged.created_at,
            answer=answer,
            tickets={t["ticket_id"]: t for t in reversed(request["tickets"])},
            agents={a["agent_id"]: a for a in reversed(request.get("agents") or ())},
            records={r["ticket_id"]: r for r in (*answer["assignments"], *answer["unassigned"])},
        )

    @property
    def moment(self) -> str:
        """When it was asked, on the desk's clock, as people read it."""
        return day_and_time(self.as_of)

    def now(self, wall: datetime) -> datetime:
        """The desk's present: a desk that lives in another time (a simulated one) has its own."""
        return self.as_of + (wall - self.made_at)


class Plans:
    """The last decision, parsed once for all pages of a process."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._lock = threading.Lock()
        self._last: Plan | None = None

    def latest(self) -> Plan | None:
        """The last decision; None before the first. Raises StoreError."""
        with self._lock:
            if self._last is None or self._last.refresh_id != self._service.latest_id():
                logged = self._service.latest()
                self._last = None if logged is None else Plan.of(logged)
            return self._last

"""Where a ticket stands, for its customer: a state in plain words and when it should be solved.

Nothing of the desk is told: no agent, no risk, no price, no rank.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import orjson

from features.history import History
from features.picture import micros_of
from features.timeline import STATUSES
from features.view import tickets_at
from features.words import Words
from serving.decisions.log import Logged

WORDS: Final[Mapping[str, Words]] = {
    "unassigned": Words("received, waiting for somebody to begin", "已受理，等待处理"),
    "assigned": Words("with somebody who will begin soon", "已安排专人，即将处理"),
    "in_progress": Words("being worked on", "正在处理"),
    "paused": Words("paused for now", "暂缓处理"),
    "waiting_customer": Words("waiting for your answer", "等待您的回复"),
    "internal_collaboration": Words("with another department", "相关部门协同处理中"),
    "returned": Words("being given to somebody else", "正在重新安排"),
    "reopened": Words("opened again", "已重新打开"),
    "closed": Words("solved", "已解决"),
}
"""States in words for customers."""


@dataclass(frozen=True, slots=True)
class Status:
    """A ticket's state as of a moment; `eta` are the moments of the 50 % and the 90 % chance.

    `eta` is None where no refresh has seen the ticket, and once it is solved.
    """

    ticket_id: str
    as_of: str
    state: str
    eta: tuple[str, str] | None


class Board:
    """The tickets of the last decision, read once a decision."""

    def __init__(
        self, latest_id: Callable[[], str | None], latest: Callable[[], Logged | None]
    ) -> None:
        self._latest_id, self._latest = latest_id, latest
        self._lock = threading.Lock()
        self._refresh_id: str | None = None
        self._known: dict[str, Status] = {}

    def find(self, ticket_id: str) -> Status | None:
        """The status of a ticket by the last decision; None where it has no such ticket.

        Raises:
            StoreError: the store cannot be read.
        """
        with self._lock:
            if self._refresh_id != self._latest_id():
                last = self._latest()
                self._known = {} if last is None else _statuses(last)
                self._refresh_id = None if last is None else last.refresh_id
            return self._known.get(ticket_id)


def past(history: History, ticket_id: str, now: datetime) -> Status | None:
    """The status of a ticket by the history; None where it has no such ticket."""
    code = history.names["ticket"].codes([ticket_id])
    if code[0] < 0:
        return None
    view = tickets_at(history, code, np.array([micros_of(now)]))
    return Status(ticket_id, now.isoformat(), STATUSES[int(view.status[0])], None)


def status_answer(status: Status) -> dict[str, Any]:
    """As JSON values."""
    words = WORDS[status.state]
    eta = None if status.eta is None else {"p50": status.eta[0], "p90": status.eta[1]}
    about = {"ticket_id": status.ticket_id, "as_of": status.as_of, "state": status.state}
    return {**about, "text": words.en, "text_zh": words.zh, "eta": eta}


def _statuses(last: Logged) -> dict[str, Status]:
    answer = orjson.loads(last.answer)
    etas = {
        each["ticket_id"]: (each["eta"]["p50"], each["eta"]["p90"])
        for part in ("assignments", "unassigned")
        for each in answer[part]
    }
    placed = {each["ticket_id"] for each in answer["assignments"]}
    return {
        sent["ticket_id"]: Status(
            sent["ticket_id"],
            answer["as_of"],
            state_for_customers(sent["state"], placed=sent["ticket_id"] in placed),
            etas.get(sent["ticket_id"]),
        )
        for sent in orjson.loads(last.request)["tickets"]
    }


def state_for_customers(sent: str, *, placed: bool) -> str:
    """As sent; a ticket that the plan gives to somebody is with somebody.

    >>> state_for_customers("unassigned", placed=True), state_for_customers("paused", placed=True)
    ('assigned', 'paused')
    """
    return "assigned" if sent == "unassigned" and placed else sent

"""Callers that never rest, and the book of what they were told."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any, Final, TypeVar

import numpy as np
import orjson

from experiments.benchmarks.desks import desk_of
from features.errors import FendanError
from features.snapshot import Snapshot
from serving.answers import RefreshOut
from serving.client import Fendan, FendanProblem, Retries, UnreachableError
from serving.outgoing import refresh_body

T = TypeVar("T")
Row = dict[str, Any]
Work = Callable[[Fendan], float]
"""One call with a client; seconds to wait before the next."""
ONCE: Final = Retries(tries=1)
"""What is not answered at the first try counts as not acknowledged."""
_BATCH: Final = 20
_UNHURRIED: Final = {"explain": False, "deadline_ms": 600_000}


@dataclass(frozen=True, slots=True)
class Wish:
    """A policy that was put: the whole document, and the tag of what it was to replace."""

    document: dict[str, Any]
    etag: str


@dataclass(slots=True)
class Book:
    """What was acknowledged, and what was sent without an answer. Threads write to it."""

    events: set[str] = field(default_factory=set)
    refreshes: dict[str, RefreshOut] = field(default_factory=dict)
    policies: dict[int, str] = field(default_factory=dict)
    lost_events: list[list[Row]] = field(default_factory=list)
    lost_refreshes: dict[str, bytes] = field(default_factory=dict)
    lost_policies: list[Wish] = field(default_factory=list)
    unlogged: int = 0
    faults: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def acknowledged(self) -> tuple[int, int, int]:
        """How many events, refreshes and policies."""
        return len(self.events), len(self.refreshes), len(self.policies)

    @property
    def lost(self) -> int:
        """How many calls have no answer yet."""
        return len(self.lost_events) + len(self.lost_refreshes) + len(self.lost_policies)

    def asked(self, ask: Callable[[], T]) -> T | None:
        """The answer, or None where the service was away; any other refusal is a fault."""
        try:
            return ask()
        except FendanError as error:
            if not _away(error):
                with self.lock:
                    self.faults.append(f"{type(error).__name__}: {error}")
            return None


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk that all callers speak of: what it sends leaves contacts and margins to history."""

    snapshot: Snapshot

    @classmethod
    def small(cls, tickets: int = 40, agents: int = 8) -> Desk:
        """A desk of the simulated centre."""
        whole = desk_of(tickets, agents)
        left = (replace(t, contacts_72h=None, customer_margin_90d=None) for t in whole.tickets)
        return cls(replace(whole, tickets=tuple(left)))

    def body(self, minute: int) -> bytes:
        """The body of the refresh at a minute of the load."""
        moved = replace(self.snapshot, as_of=self.at(minute))
        return orjson.dumps({**refresh_body(moved), "options": _UNHURRIED})

    def at(self, minute: int) -> datetime:
        """A moment of the load; events are before the refreshes that should know them."""
        return self.snapshot.as_of + timedelta(minutes=minute)

    def rows(self, rng: np.random.Generator) -> list[Row]:
        """Some contacts and margins of its customers, in the hour before the first refresh."""
        picked = rng.integers(0, len(self.snapshot.tickets), _BATCH)
        seconds = rng.integers(1, 3600, _BATCH)
        return [
            self._row(int(ticket), self.snapshot.as_of - timedelta(seconds=int(ago)))
            for ticket, ago in zip(picked, seconds, strict=True)
        ]

    def _row(self, number: int, moment: datetime) -> Row:
        ticket = self.snapshot.tickets[number]
        about = {"event_id": str(uuid.uuid4()), "time": moment, "customer_id": ticket.customer_id}
        if number % 2:
            return {**about, "type": "ticket.contact", "ticket_id": ticket.ticket_id}
        return {**about, "type": "customer.margin", "amount": float(number)}


class Load:
    """Two senders of events, a ticket system and somebody of ops, each with a client of its own."""

    def __init__(self, url: str, key: str, desk: Desk, book: Book, seed: int) -> None:
        self._url, self._key, self._desk, self._book = url, key, desk, book
        self._minutes, self._names, self._stopped = count(1), count(1), threading.Event()
        senders = [self._events(np.random.default_rng([seed, n])) for n in range(2)]
        self._works: list[Work] = [*senders, self._refreshes(), self._policies()]
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Let all of them call, until `stop`."""
        self._stopped.clear()
        self._threads = [threading.Thread(target=self._go, args=(work,)) for work in self._works]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let each finish its call, and no more."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def minute(self) -> int:
        """The next minute of the load, after all that it asked about."""
        return next(self._minutes)

    def _go(self, work: Work) -> None:
        with Fendan(self._url, self._key, retries=ONCE) as client:
            while not self._stopped.is_set():
                self._stopped.wait(work(client))

    def _events(self, rng: np.random.Generator) -> Work:
        def send(client: Fendan) -> float:
            rows = self._desk.rows(rng)
            taken = self._book.asked(partial(client.send_events, rows))
            with self._book.lock:
                if taken is None:
                    self._book.lost_events.append(rows)
                elif taken.accepted == len(rows):
                    self._book.events.update(str(row["event_id"]) for row in rows)
                else:
                    self._book.faults.append(f"new events not all accepted: {taken}")
            return 0.01

        return send

    def _refreshes(self) -> Work:
        def send(client: Fendan) -> float:
            key, body = str(uuid.uuid4()), self._desk.body(self.minute())
            plan = self._book.asked(partial(client.refresh, body, key))
            with self._book.lock:
                if plan is None:
                    self._book.lost_refreshes[key] = body
                elif "decision_log" in plan.degraded:  # it says itself that it is not kept
                    self._book.unlogged += 1
                else:
                    self._book.refreshes[key] = plan
            return 0.05

        return send

    def _policies(self) -> Work:
        def put(client: Fendan) -> float:
            held = self._book.asked(client.policy)
            if held is None:
                return 0.1
            wish = Wish({**held.document, "name": f"policy {next(self._names)}"}, held.etag)
            done = self._book.asked(partial(client.put_policy, wish.document, wish.etag, "crash"))
            with self._book.lock:
                if done is None:
                    self._book.lost_policies.append(wish)
                else:
                    self._book.policies[done.version] = done.name
            return 0.2

        return put


def _away(error: FendanError) -> bool:
    """Whether the service only was not there, or said that its store was not."""
    refused = isinstance(error, FendanProblem) and error.status == 503
    return refused or isinstance(error, UnreachableError)

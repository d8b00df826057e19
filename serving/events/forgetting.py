"""Forgetting a customer by id: events, logged requests, links, and whatever comes later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from serving.access.links import end_links
from serving.audit import Change, Facts, note
from serving.events.forgotten import digest, left_of
from serving.events.logged_requests import about, amend_requests
from serving.store import Store, mark
from serving.tables import EVENTS, FORGOTTEN

_ASKED: Final = 10_000  # names in one query: both databases take more


@dataclass(frozen=True, slots=True)
class Forgot:
    """How many events, tickets and logged requests were the customer's."""

    events: int
    tickets: int
    requests: int


def forget(store: Store, customer_id: str, who: str, at: datetime) -> Forgot:
    """Take the customer's id and words out of the store, and keep them out.

    Events keep their facts but lose the customer, texts, wording and the texts of their
    attributes; so do those that come later, and those in the memory of every worker. The links to
    the customer's tickets end. Doing it again finishes what broke off.

    Raises:
        StoreError: the store cannot be read or written.
    """
    with store.transaction() as connection:
        tickets = frozenset(_tickets_of(connection, customer_id))
    # Requests first: once the events name nobody, whose tickets they were is known no more.
    # So do their links, in the very transactions: some tickets are named by requests alone.
    met = set[str]()

    def end(connection: sa.Connection) -> None:
        end_links(connection, met)

    earlier, last = amend_requests(store, about(customer_id, tickets, met), also=end)
    with store.transaction() as connection:
        mark(connection, "events")  # no event comes between, not knowing yet whom to forget
        mark(connection, "history")
        tickets |= frozenset(_tickets_of(connection, customer_id))
        events = _empty_events(connection, customer_id, sorted(tickets))
        names = [digest("customer_id", customer_id), *(digest("ticket_id", t) for t in tickets)]
        _remember(connection, names, who, at)
        end_links(connection, tickets)
        facts: Facts = {"customer": names[0], "events": events, "tickets": len(tickets)}
        note(connection, Change(at, who, "customer.forget", facts | {"requests": earlier}))
    later, _ = amend_requests(store, about(customer_id, tickets, met), after=last, also=end)
    return Forgot(events, len(tickets), earlier + later)


def _tickets_of(connection: sa.Connection, customer_id: str) -> list[str]:
    query = sa.select(EVENTS.c.ticket_id).where(EVENTS.c.customer_id == customer_id).distinct()
    return [name for name in connection.execute(query).scalars() if name is not None]


def _empty_events(connection: sa.Connection, customer_id: str, tickets: Sequence[str]) -> int:
    """Take everything personal out of the events; how many there were."""
    theirs = [EVENTS.c.customer_id == customer_id]
    theirs += [
        EVENTS.c.ticket_id.in_(tickets[start : start + _ASKED])
        for start in range(0, len(tickets), _ASKED)
    ]
    rows: dict[int, str | None] = {}
    for condition in theirs:
        query = sa.select(EVENTS.c.seq, EVENTS.c.attributes).where(condition)
        rows.update({row.seq: row.attributes for row in connection.execute(query)})
    emptied = [{"number": seq, "left": left_of(attributes)} for seq, attributes in rows.items()]
    if emptied:
        gone: dict[str, Any] = dict.fromkeys(("customer_id", "text", "wording"))
        named = EVENTS.c.seq == sa.bindparam("number")
        update = EVENTS.update().where(named).values(**gone, attributes=sa.bindparam("left"))
        connection.execute(update, emptied)
    return len(emptied)


def _remember(connection: sa.Connection, digests: list[str], who: str, at: datetime) -> None:
    known = set(connection.execute(sa.select(FORGOTTEN.c.digest)).scalars())
    rows = [{"digest": each, "created_at": at, "who": who} for each in digests if each not in known]
    if rows:
        connection.execute(FORGOTTEN.insert(), rows)

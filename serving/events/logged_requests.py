"""What is taken out of logged requests later; the answers hold neither texts nor customers."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Final

import orjson
import sqlalchemy as sa

from serving.decisions.stored_body import QUICK
from serving.events.forgotten import silence
from serving.store import Store
from serving.tables import DECISIONS

Amend = Callable[[bytes], bytes | None]
"""A request body (JSON) as it shall be, None where it is that already."""
_AT_ONCE: Final = 50  # requests held in memory; a big desk's are megabytes


def amend_requests(
    store: Store,
    amend: Amend,
    after: int = 0,
    before: datetime | None = None,
    also: Callable[[sa.Connection], object] = lambda _: None,
) -> tuple[int, int]:
    """Amend the requests of all decisions numbered above `after` and kept before a time.

    Page by page, each its own transaction, so that nobody waits long; `also` is done in each, once
    its requests are amended.

    Returns:
        How many were amended, and the number of the last decision looked at.

    Raises:
        StoreError: the store cannot be read or written; what was amended stays so.
    """
    kept = DECISIONS.c
    query = sa.select(kept.seq, kept.request).order_by(kept.seq).limit(_AT_ONCE)
    if before is not None:
        query = query.where(kept.created_at < before)
    amended = 0
    while True:
        with store.transaction() as connection:
            rows = connection.execute(query.where(kept.seq > after)).all()
            changed = [
                {"number": row.seq, "body": zlib.compress(body, QUICK)}
                for row in rows
                if (body := amend(zlib.decompress(row.request))) is not None
            ]
            if changed:
                named = kept.seq == sa.bindparam("number")
                update = DECISIONS.update().where(named).values(request=sa.bindparam("body"))
                connection.execute(update, changed)
                also(connection)
        amended += len(changed)
        if not rows:
            return amended, after
        after = rows[-1].seq


def about(customer_id: str, tickets: AbstractSet[str], met: set[str]) -> Amend:
    """Takes out the customer, and all words of the customer's tickets, which are put into `met`."""
    needles = [re.escape(orjson.dumps(name)) for name in (customer_id, *sorted(tickets))]
    mentioned = re.compile(b"|".join(needles))

    def amend(body: bytes) -> bytes | None:
        if not mentioned.search(body):
            return None
        tree = orjson.loads(body)
        theirs = [
            ticket
            for ticket in tree["tickets"]
            if ticket.get("customer_id") == customer_id or ticket["ticket_id"] in tickets
        ]
        met.update(ticket["ticket_id"] for ticket in theirs)
        changed = [silence(ticket) for ticket in theirs]
        return orjson.dumps(tree) if any(changed) else None

    return amend


def without_texts(body: bytes) -> bytes | None:
    """A request without the texts of its tickets.

    >>> without_texts(b'{"tickets":[{"ticket_id":"T1","text":"late"}]}')
    b'{"tickets":[{"ticket_id":"T1"}]}'
    """
    if b'"text":"' not in body:
        return None
    tree = orjson.loads(body)
    spoken = [ticket for ticket in tree["tickets"] if ticket.get("text")]
    for ticket in spoken:
        del ticket["text"]
    return orjson.dumps(tree) if spoken else None

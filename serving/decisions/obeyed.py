"""Which policy each refresh obeyed, read from the decision log without reading whole answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from model.decision import Version
from serving.decisions.head import HEAD, moment_of_head
from serving.store import Store
from serving.tables import DECISIONS


@dataclass(frozen=True, slots=True)
class Obeyed:
    """A decision by its number in the log: as of when, and under which policy."""

    seq: int
    as_of: datetime
    policy: Version


def obeyed(store: Store, since: datetime, after: int = 0) -> list[Obeyed]:
    """The decisions kept from `since` on with a number above `after`, in their order.

    Raises:
        StoreError: the store does not answer, or an answer in it cannot be read.
    """
    told = DECISIONS.c
    query = (
        sa.select(told.seq, told.policy_name, told.policy_version, HEAD)
        .where(told.created_at >= since.astimezone(UTC), told.seq > after)
        .order_by(told.seq)
    )
    with store.transaction() as connection:
        rows = connection.execute(query).all()
    return [Obeyed(seq, moment_of_head(head, seq), Version(name, n)) for seq, name, n, head in rows]

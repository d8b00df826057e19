"""Which policy each refresh obeyed, read from the decision log without reading whole answers."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa

from features.errors import StoreError
from model.decision import Version
from serving.store import Store
from serving.tables import DECISIONS

_HEAD: Final = 600
"""Bytes of a packed answer that hold its first fields; a day's answers whole are gigabytes."""
_AS_OF: Final = re.compile(rb'"as_of":"([^"]+)"')


@dataclass(frozen=True, slots=True)
class Obeyed:
    """A decision by its number in the log: as of when, and under which policy."""

    seq: int
    as_of: datetime
    policy: Version


def obeyed(store: Store, since: datetime, after: int = 0) -> list[Obeyed]:
    """The decisions kept from `since` on with a number above `after`, in their order.

    Raises:
        StoreError: the store does not answer, or an answer in it has no `as_of`.
    """
    told = DECISIONS.c
    head = sa.func.substr(told.answer, 1, _HEAD, type_=sa.LargeBinary)
    query = (
        sa.select(told.seq, told.policy_name, told.policy_version, head)
        .where(told.created_at >= since.astimezone(UTC), told.seq > after)
        .order_by(told.seq)
    )
    with store.transaction() as connection:
        rows = connection.execute(query).all()
    return [Obeyed(seq, _as_of(seq, start), Version(name, n)) for seq, name, n, start in rows]


def _as_of(seq: int, start: bytes) -> datetime:
    found = _AS_OF.search(zlib.decompressobj().decompress(start))
    if found is None:
        raise StoreError("this decision has no `as_of`", where=f"decision number {seq}")
    return datetime.fromisoformat(found[1].decode())

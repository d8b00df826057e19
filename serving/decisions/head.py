"""The head of a stored answer: the moment it is of, without unpacking the answer.

A day's answers whole are gigabytes; their first compressed bytes hold what stands before the
tickets.
"""

from __future__ import annotations

import re
import zlib
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from features.errors import StoreError
from serving.tables import DECISIONS

_BYTES: Final = 600
_AS_OF: Final = re.compile(rb'"as_of":"([^"]+)"')

HEAD: Final = sa.func.substr(DECISIONS.c.answer, 1, _BYTES, type_=sa.LargeBinary).label("head")
"""The first compressed bytes of a stored answer, to be selected."""


def moment_of_head(head: bytes, seq: int) -> datetime:
    """The moment that an answer is of, from its head; `seq` is the number of the decision.

    >>> head = zlib.compress(b'{"refresh_id":"r1","as_of":"2026-03-02T10:05:00+08:00",')
    >>> moment_of_head(head, 1).isoformat()
    '2026-03-02T10:05:00+08:00'

    Raises:
        StoreError: no moment stands there.
    """
    try:
        found = _AS_OF.search(zlib.decompressobj().decompress(head))
        if found is not None:
            return datetime.fromisoformat(found[1].decode())
    except (zlib.error, ValueError):
        pass  # as unreadable as one without a moment
    raise StoreError(
        "a stored answer does not begin with its moment",
        where=f"decision number {seq}",
        remedy="restore the store from a backup",
    )

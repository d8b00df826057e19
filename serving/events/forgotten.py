"""Customers who asked to be forgotten: known by digests alone, and what is left of their events.

What is forgotten of a customer are the customer's id, the texts and their wording, and the texts
among the attributes, of all events of the customer and of the customer's tickets. What happened,
when and with which outcome stays: it names nobody any more.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import orjson
import pandas as pd
import sqlalchemy as sa
from numpy.typing import NDArray

from serving.tables import FORGOTTEN


def digest(kind: str, name: str) -> str:
    """The SHA-256 by which a `customer_id` or a `ticket_id` is known without being told.

    >>> digest("customer_id", "C9")[:12], digest("ticket_id", "C9")[:12]
    ('8d935fd3860e', '71d09457020f')
    """
    return hashlib.sha256(f"{kind}:{name}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The digests of all forgotten customers and their tickets."""

    digests: frozenset[str] = frozenset()

    @classmethod
    def read(cls, connection: sa.Connection) -> Forgotten:
        """Those of the store."""
        return cls(frozenset(connection.execute(sa.select(FORGOTTEN.c.digest)).scalars()))

    def clean(self, events: pd.DataFrame) -> pd.DataFrame:
        """Events with what is forgotten gone; the same object where nothing is."""
        if not self.digests or events.empty:
            return events
        own = self._among("customer_id", events)
        tickets = events["ticket_id"]
        theirs = tickets[own].dropna().unique()
        rows = own | self._among("ticket_id", events) | tickets.isin(theirs).to_numpy(bool)
        return _nameless(events, rows) if rows.any() else events

    def knows(self, kind: str, name: str | None) -> bool:
        """Whether this customer, or this ticket of such a customer, is forgotten."""
        return name is not None and digest(kind, name) in self.digests

    def is_about(self, ticket: dict[str, Any]) -> bool:
        """Whether a ticket of a request (JSON) is a forgotten customer's."""
        return any(self.knows(kind, ticket.get(kind)) for kind in ("customer_id", "ticket_id"))

    def _among(self, kind: str, events: pd.DataFrame) -> NDArray[np.bool_]:
        codes, names = pd.factorize(events[kind])
        known = [self.knows(kind, str(name)) for name in names]
        return np.array([*known, False], bool)[codes]


NOBODY: Final = Forgotten()


def silence(ticket: dict[str, Any]) -> bool:
    """Take customer and words out of a ticket of a request; whether there were any.

    >>> ticket = {"ticket_id": "T1", "customer_id": "C9", "attributes": {"name": "Wang"}}
    >>> silence(ticket), ticket, silence(ticket)
    (True, {'ticket_id': 'T1', 'attributes': {}}, False)
    """
    gone = [ticket.pop(name, None) for name in ("customer_id", "text")]
    attributes = ticket.get("attributes")
    left = without_words(attributes) if attributes else attributes
    if left != attributes:
        ticket["attributes"] = left
    return any(each is not None for each in gone) or left != attributes


def _nameless(events: pd.DataFrame, rows: NDArray[np.bool_]) -> pd.DataFrame:
    emptied = {name: events[name].mask(rows) for name in ("customer_id", "text")}
    wording = events["wording"].to_numpy(object, copy=True)
    wording[rows] = None
    attributes = events["attributes"].copy()
    some = rows & attributes.notna().to_numpy()
    attributes[some] = [left_of(text) for text in attributes[some]]
    return events.assign(**emptied, attributes=attributes, wording=wording)


def without_words(attributes: dict[str, Any]) -> dict[str, Any]:
    """Attributes without the texts among them.

    >>> without_words({"name": "Wang", "floor": 3, "vip": True, "tags": ["a"]})
    {'floor': 3, 'vip': True}
    """
    plain = (bool, int, float, type(None))
    return {name: value for name, value in attributes.items() if isinstance(value, plain)}


def left_of(attributes: str | None) -> str | None:
    """The same for attributes as JSON; None where nothing is left."""
    left = without_words(orjson.loads(attributes)) if attributes else None
    return orjson.dumps(left).decode() if left else None

"""Links with which customers see where their ticket stands: made, found, ended.

Whoever has a link sees its page, without a key. So its address holds 256 random bits, and the store
their SHA-256 alone, as of keys (`serving.access.keys`). A link ends by itself, and with all others
of its ticket when somebody ends them or the customer is forgotten.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import sqlalchemy as sa

from serving.access.keys import digest_of
from serving.audit import Change, Facts, note, zoned
from serving.store import Store
from serving.tables import LINKS

DAYS: Final = 14
LONGEST_DAYS: Final = 90
REMEMBERED: Final = timedelta(days=30)
"""How long after its end a link is told apart from one that never was."""
_RANDOM_BYTES: Final = 32
_LENGTH: Final = 43
"""Characters of a link: its bytes in base64 for addresses."""
_ASKED: Final = 10_000  # names in one statement: both databases take more


@dataclass(frozen=True, slots=True)
class Link:
    """Whose ticket a link shows; it does until just before `expires_at`."""

    ticket_id: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link just made, and its text, which is told this once."""

    link: Link
    text: str = field(repr=False)

    @property
    def path(self) -> str:
        """The path of its page."""
        return f"/status/{self.text}"


class LinkBook:
    """The links in the store. Its methods block, and raise StoreError where it does not answer."""

    def __init__(
        self, store: Store, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._store, self.now = store, now

    def make(self, ticket_id: str, lasting: timedelta, who: str) -> NewLink:
        """A new link to the page of a ticket; others that the ticket has go on.

        The ticket need not be known yet: a ticket system may write before its next refresh.
        """
        now, text = self.now(), secrets.token_urlsafe(_RANDOM_BYTES)
        link = Link(ticket_id, now, now + lasting)
        row = {
            "digest": digest_of(text),
            "ticket_id": ticket_id,
            "created_at": now,
            "who": who,
            "expires_at": link.expires_at,
        }
        about: Facts = {"ticket_id": ticket_id, "expires_at": link.expires_at.isoformat()}
        with self._store.transaction() as connection:
            connection.execute(LINKS.delete().where(LINKS.c.expires_at <= now - REMEMBERED))
            connection.execute(LINKS.insert().values(row))
            note(connection, Change(now, who, "link.created", about))
        return NewLink(link, text)

    def find(self, text: str) -> Link | None:
        """The link with this text, also one that has expired not long ago; None for no link."""
        if len(text) != _LENGTH or not text.isascii():
            return None
        query = sa.select(LINKS).where(LINKS.c.digest == digest_of(text))
        with self._store.transaction() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        return Link(row.ticket_id, zoned(row.created_at), zoned(row.expires_at))

    def end(self, ticket_id: str, who: str) -> int:
        """End all links of a ticket at once; how many there were."""
        with self._store.transaction() as connection:
            ended = end_links(connection, [ticket_id])
            if ended:
                about: Facts = {"ticket_id": ticket_id, "links": ended}
                note(connection, Change(self.now(), who, "link.ended", about))
        return ended


def end_links(connection: sa.Connection, tickets: Collection[str]) -> int:
    """End all links of some tickets, in the transaction of whoever asks; how many there were."""
    names = sorted(tickets)
    return sum(
        connection.execute(
            LINKS.delete().where(LINKS.c.ticket_id.in_(names[start : start + _ASKED]))
        ).rowcount
        for start in range(0, len(names), _ASKED)
    )

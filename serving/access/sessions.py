"""Who is signed in at a browser: a random name in a cookie, and who that is in the store.

A browser cannot send a key with every click, and must not keep one where a script could read it.
So a key (or a token) is sent once, and the browser gets a cookie that no script sees and that is
sent to this service alone. The store keeps its SHA-256, like a key's. What the session may do is
looked up for each request: with the key it was opened with it ends. Of one key (or of one holder of
tokens) the newest `MOST` hold, so that a script that signs in for ever fills no table.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, cast

import sqlalchemy as sa

from serving.access.cookies import own_cookies
from serving.access.keys import ApiKey, digest_of
from serving.audit import zoned
from serving.principal import MASTER_TAG, TOKEN_TAG, Principal, Scope
from serving.store import Store
from serving.tables import MARKS, SESSIONS

COOKIE: Final = "fendan_session"
LASTING: Final = timedelta(hours=12)
"""A shift, and some; then the key is asked for again."""
LASTING_OF_TOKENS: Final = timedelta(hours=1)
"""Nobody tells when a token is taken back, so its session is short."""
MOST: Final = 50
"""Sessions of one key: the browsers of a team that shares it, and some."""
_LONGEST: Final = 100


def sent_session(cookie: str) -> str:
    """The session in a Cookie header; empty for none.

    >>> sent_session("lang=zh; fendan_session=abc"), sent_session("lang=zh"), sent_session("a b=;;")
    ('abc', '', '')
    """
    return own_cookies(cookie).get(COOKIE, "")[:_LONGEST]


class Sessions:
    """The sessions in a store. Its methods block: call them off the event loop.

    `master` is the master key, which has no row of its own: sessions opened with it hold to it by
    a keyed digest, so another master key ends them.
    """

    def __init__(self, store: Store, master: str | None) -> None:
        self._store, self._master = store, master

    def open(self, who: Principal, now: datetime) -> str:
        """A new session of somebody whose key or token was just seen to hold; the cookie's value.

        What has expired goes, and the oldest of the same key where it would have more than `MOST`.

        Raises:
            StoreError: the store does not answer.
        """
        text = secrets.token_urlsafe(32)
        ends = now + (LASTING_OF_TOKENS if who.tag == TOKEN_TAG else LASTING)
        row = {
            "digest": digest_of(text),
            "name": who.name,
            "tag": who.tag,
            "scopes": " ".join(sorted(who.scopes)),
            "agent_id": who.agent_id,
            "proof": self._proof(text),
            "created_at": now,
            "expires_at": ends if who.until is None else min(ends, who.until),
        }
        with self._store.transaction() as connection:
            # one sign-in after another: two at once would not count each other's session
            connection.execute(sa.select(MARKS).where(MARKS.c.name == "keys").with_for_update())
            connection.execute(SESSIONS.delete().where(SESSIONS.c.expires_at <= now))
            connection.execute(SESSIONS.delete().where(SESSIONS.c.digest.in_(_surplus(who))))
            connection.execute(SESSIONS.insert().values(row))
        return text

    def holder(self, text: str, keys: Mapping[str, ApiKey], now: datetime) -> Principal | None:
        """Whose session it is; None where there is none, or its key holds no longer.

        Raises:
            StoreError: the store does not answer.
        """
        query = sa.select(SESSIONS).where(SESSIONS.c.digest == digest_of(text))
        with self._store.transaction() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        if zoned(row.expires_at) <= now:
            self.close(text)
            return None
        if row.tag not in (TOKEN_TAG, MASTER_TAG):
            key = keys.get(row.tag)
            return key.holder if key is not None and key.state(now) == "active" else None
        if row.tag == MASTER_TAG and not self._is_of_master(row.proof, text):
            return None
        scopes = cast("list[Scope]", row.scopes.split())
        return Principal(row.name, frozenset(scopes), row.tag, row.agent_id)

    def close(self, text: str) -> None:
        """End a session, if there is one. Raises StoreError."""
        with self._store.transaction() as connection:
            connection.execute(SESSIONS.delete().where(SESSIONS.c.digest == digest_of(text)))

    def _is_of_master(self, proof: str, text: str) -> bool:
        return self._master is not None and hmac.compare_digest(proof, self._proof(text))

    def _proof(self, text: str) -> str:
        return hmac.new(text.encode(), (self._master or "").encode(), hashlib.sha256).hexdigest()


def _surplus(who: Principal) -> sa.Select[tuple[str]]:
    """The digests of the sessions that have to go before somebody may have one more."""
    return (
        sa.select(SESSIONS.c.digest)
        .where(SESSIONS.c.tag == who.tag, SESSIONS.c.name == who.name)
        .order_by(SESSIONS.c.created_at.desc(), SESSIONS.c.digest)
        .offset(MOST - 1)
    )

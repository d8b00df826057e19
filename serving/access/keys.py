"""API keys: made, listed, revoked; the store holds a digest of each, never the key itself.

A key is `fd_<id>_<secret>`; the secret is 256 random bits. So one SHA-256 is enough: slow hashes
(bcrypt, Argon2) are for what people choose and others can guess. Nobody guesses 2^256, and a slow
hash for every request would be a way to stop the service.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, cast

import sqlalchemy as sa

from features.errors import FendanError
from serving.audit import Change, note, zoned
from serving.principal import SCOPES, Principal, Scope
from serving.store import Store, mark
from serving.tables import KEYS

LONGEST: Final = timedelta(days=3650)
NAME_LENGTH: Final = 100
AGENT_LENGTH: Final = 200
State = Literal["active", "expired", "revoked"]


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of a key; the digest is all that there is of its secret."""

    key_id: str
    name: str
    scopes: frozenset[Scope]
    digest: str = field(repr=False)
    created_at: datetime
    who: str
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    agent_id: str | None = None

    def state(self, now: datetime) -> State:
        """Whether it opens anything at this moment; it does until just before `expires_at`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "active"

    @property
    def holder(self) -> Principal:
        """Who asks with it."""
        return Principal(f"key:{self.name}", self.scopes, self.key_id, self.agent_id)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made, and its text, which is told this once."""

    key: ApiKey
    text: str = field(repr=False)


def key_id_of(text: str) -> str:
    """The id in a key's text; empty for a text that is no key of the store.

    >>> key_id_of("fd_0a1b2c3d_" + 64 * "0"), key_id_of("a key that ops chose")
    ('0a1b2c3d', '')
    """
    start, _, rest = text.partition("_")
    key_id, _, secret = rest.partition("_")
    return key_id if start == "fd" and secret else ""


def digest_of(text: str) -> str:
    """SHA-256 of a key's text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


class KeyBook:
    """The keys in the store. Every change is marked, so that workers see it, and audited."""

    def __init__(
        self, store: Store, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._store, self.now = store, now

    def create(
        self,
        name: str,
        scopes: frozenset[Scope],
        lasting: timedelta | None,
        who: str,
        agent_id: str | None = None,
    ) -> NewKey:
        """A new key.

        Args:
            name: what it is called in lists and in the audit; only one active key bears it.
            scopes: what it may do; at least one.
            lasting: until it expires; None is never.
            who: who makes it, for the audit.
            agent_id: the agent who holds it, as the ticket system calls them.

        Raises:
            FendanError: the name, the scopes, the duration or the agent cannot be.
            StoreError: the store does not answer.
        """
        _check(name, scopes, lasting)
        _check_agent(agent_id)
        now = self.now()
        text = f"fd_{secrets.token_hex(4)}_{secrets.token_hex(32)}"
        key = ApiKey(
            key_id=key_id_of(text),
            name=name,
            scopes=scopes,
            digest=digest_of(text),
            created_at=now,
            who=who,
            expires_at=None if lasting is None else now + lasting,
            agent_id=agent_id,
        )
        with self._store.transaction() as connection:
            mark(connection, "keys")
            self._refuse_a_second(connection, name, now)
            connection.execute(KEYS.insert().values(_row(key)))
            note(connection, Change(now, who, "key.created", _about(key)))
        return NewKey(key, text)

    def revoke(self, which: str, who: str) -> ApiKey:
        """The key of this id, or the active key of this name, revoked from now on.

        One that is revoked already stays as it is.

        Raises:
            UnknownKeyError: there is no such key.
            StoreError: the store does not answer.
        """
        now = self.now()
        with self._store.transaction() as connection:
            mark(connection, "keys")
            key = _found(_all(connection), which, now)
            if key.revoked_at is not None:
                return key
            chosen = KEYS.update().where(KEYS.c.key_id == key.key_id)
            connection.execute(chosen.values(revoked_at=now))
            about: dict[str, str | int | float | bool | None]
            about = {"key_id": key.key_id, "name": key.name}
            note(connection, Change(now, who, "key.revoked", about))
            return _found(_all(connection), key.key_id, now)

    def all(self) -> list[ApiKey]:
        """Every key that was ever made, oldest first. Raises StoreError."""
        with self._store.transaction() as connection:
            return _all(connection)

    def _refuse_a_second(self, connection: sa.Connection, name: str, now: datetime) -> None:
        for key in _all(connection):
            if key.name == name and key.state(now) == "active":
                raise FendanError(
                    f"the key {key.key_id} is called {name!r} already",
                    where="name",
                    remedy="choose another name, or revoke that key first",
                )


class UnknownKeyError(FendanError):
    """No key has this id, no active key this name."""


def _check(name: str, scopes: frozenset[Scope], lasting: timedelta | None) -> None:
    if not (0 < len(name) <= NAME_LENGTH and name.isprintable() and name.strip() == name):
        raise FendanError(
            "this cannot be the name of a key",
            where="name",
            remedy=f"use 1 to {NAME_LENGTH} printable characters, no blank at either end",
        )
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise FendanError(
            f"{unknown[0]!r} is not a scope" if unknown else "a key without a scope opens nothing",
            where="scopes",
            remedy=f"give one or more of {', '.join(SCOPES)}",
        )
    if lasting is not None and not timedelta(0) < lasting <= LONGEST:
        raise FendanError(
            "a key cannot last that long or short",
            where="expires",
            remedy=f"give up to {LONGEST.days}d; without a duration it never expires",
        )


def _check_agent(agent_id: str | None) -> None:
    if agent_id is not None and not (
        0 < len(agent_id) <= AGENT_LENGTH and agent_id.isprintable() and agent_id.strip()
    ):
        raise FendanError(
            "this cannot be the id of an agent",
            where="agent",
            remedy=f"use the id of the ticket system: 1 to {AGENT_LENGTH} printable characters",
        )


def _about(key: ApiKey) -> dict[str, str | int | float | bool | None]:
    """What the audit says of a new key."""
    about: dict[str, str | int | float | bool | None] = {
        "key_id": key.key_id,
        "name": key.name,
        "scopes": _written(key.scopes),
        "expires_at": None if key.expires_at is None else key.expires_at.isoformat(),
    }
    return about if key.agent_id is None else {**about, "agent_id": key.agent_id}


def _found(keys: list[ApiKey], which: str, now: datetime) -> ApiKey:
    for key in keys:
        if key.key_id == which or (key.name == which and key.state(now) == "active"):
            return key
    raise UnknownKeyError(
        f"no key has the id, and no active key the name, {which!r}",
        remedy="see `fendan key list`",
    )


def _all(connection: sa.Connection) -> list[ApiKey]:
    query = sa.select(KEYS).order_by(KEYS.c.created_at, KEYS.c.key_id)
    return [
        ApiKey(
            key_id=row.key_id,
            name=row.name,
            # a scope that this release does not know (an older one, after a newer) opens nothing
            scopes=frozenset(cast("Scope", each) for each in row.scopes.split() if each in SCOPES),
            digest=row.digest,
            created_at=zoned(row.created_at),
            who=row.who,
            expires_at=None if row.expires_at is None else zoned(row.expires_at),
            revoked_at=None if row.revoked_at is None else zoned(row.revoked_at),
            agent_id=row.agent_id,
        )
        for row in connection.execute(query)
    ]


def _written(scopes: frozenset[Scope]) -> str:
    return " ".join(scope for scope in SCOPES if scope in scopes)


def _row(key: ApiKey) -> dict[str, object]:
    return {
        "key_id": key.key_id,
        "name": key.name,
        "digest": key.digest,
        "scopes": _written(key.scopes),
        "created_at": key.created_at,
        "who": key.who,
        "expires_at": key.expires_at,
        "revoked_at": None,
        "agent_id": key.agent_id,
    }

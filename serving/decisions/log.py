"""Every decision, kept before it is answered; and the answer that belongs to a repeated request.

Personal data stays out: phone numbers, e-mails and ID numbers in complaint texts and in
attributes are masked before anything is written.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
import sqlalchemy as sa

from features.errors import StoreError
from model.decision import Version
from model.policy import Policy
from model.spent import Deed, Spent
from model.underway import Move
from serving.audit import zoned
from serving.decisions import action_log, override_log, placement_log
from serving.decisions.action_log import Acted
from serving.decisions.override_log import Override
from serving.decisions.placement_log import Placement
from serving.decisions.stored_body import QUICK, packed
from serving.policy import rows as policy_rows
from serving.store import Store
from serving.tables import DECISIONS, IDEMPOTENCY_KEYS

_AT_ONCE = 100  # decisions held in memory when many are read


@dataclass(frozen=True, slots=True)
class Entry:
    """A decision to be logged: `answer` is what the caller will get, to the byte.

    `packed` is what `packed(body)` gives, where that was made ahead; `obeyed` is the policy, and
    `events_seq` the last event that was known. `overruled` are the ids of overrides that the
    ticket system has overruled or outlived: they end with this decision.
    """

    refresh_id: str
    created_at: datetime
    policy: Version
    model: Version
    timings_ms: dict[str, float]
    body: bytes
    answer: bytes
    packed: bytes | None = None
    obeyed: Policy | None = None
    events_seq: int | None = None
    acted: Acted | None = None
    placements: tuple[Placement, ...] = ()
    overruled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Logged:
    """A decision as it was logged: `request` is redacted, `answer` what the caller got."""

    refresh_id: str
    created_at: datetime
    policy: Version
    model: Version
    timings_ms: dict[str, float]
    request: bytes
    answer: bytes
    policy_fingerprint: str | None = None
    events_seq: int | None = None


@dataclass(frozen=True, slots=True)
class Before:
    """What was told before a moment: actions, where tickets were sent, and people's choices."""

    deeds: list[tuple[Deed, datetime]]
    moves: list[tuple[str, Move]]
    overrides: tuple[Override, ...] = ()


class KeyReusedError(StoreError):
    """An Idempotency-Key came again with another body (HTTP 422)."""

    def __init__(self) -> None:
        super().__init__(
            "this Idempotency-Key was used with another body",
            where="Idempotency-Key",
            remedy="send the same body again, or a new key",
            zh="该 Idempotency-Key 已用于另一请求体；请重发原请求体，或换一个新的键",
        )


class DecisionLog:
    """The append-only log of decisions in a store. Its methods block: call them off the loop."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._documents: set[str] = set()

    def append(self, entry: Entry, key: str | None = None) -> bytes:
        """Write the decision durably; the answer to give, which is the entry's.

        If another worker has meanwhile answered the same `key` and body, nothing is written
        and that worker's answer is returned.

        Raises:
            StoreError: it could not be written.
            KeyReusedError: the key stands for another body.
        """
        row = _row(entry)
        try:
            with self.store.transaction() as connection:
                if entry.obeyed is not None and row["policy_fingerprint"] not in self._documents:
                    policy_rows.keep(connection, entry.obeyed)
                connection.execute(DECISIONS.insert().values(row))
                if entry.acted is not None:
                    action_log.write(connection, entry.refresh_id, entry.acted)
                    at, told = entry.acted.as_of, entry.placements
                    placement_log.write(connection, entry.refresh_id, at, told)
                    override_log.end(connection, entry.overruled, entry.created_at)
                if key is not None:
                    connection.execute(IDEMPOTENCY_KEYS.insert().values(_key_row(entry, key)))
        except sa.exc.IntegrityError:
            earlier = None if key is None else self.answered(key, entry.body)
            if earlier is None:
                raise StoreError(
                    "this decision is already logged", where=entry.refresh_id
                ) from None
            return earlier
        self._documents.add(row["policy_fingerprint"])
        return entry.answer

    def answered(self, key: str, body: bytes) -> bytes | None:
        """The answer that this key and body got before; None if the key is new.

        Raises:
            StoreError: the store cannot be read.
            KeyReusedError: the key stands for another body.
        """
        keys = IDEMPOTENCY_KEYS.c
        query = (
            sa.select(keys.body_sha256, DECISIONS.c.answer)
            .join_from(IDEMPOTENCY_KEYS, DECISIONS, keys.refresh_id == DECISIONS.c.refresh_id)
            .where(keys.key == key)
        )
        with self.store.transaction() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        if row.body_sha256 != _digest(body):
            raise KeyReusedError
        return zlib.decompress(row.answer)

    def get(self, refresh_id: str) -> Logged | None:
        """The decision with this id, or None. Raises StoreError as above."""
        return self._one(sa.select(DECISIONS).where(DECISIONS.c.refresh_id == refresh_id))

    def latest(self) -> Logged | None:
        """The last decision of any worker, or None. Raises StoreError as above."""
        return self._one(sa.select(DECISIONS).order_by(DECISIONS.c.seq.desc()).limit(1))

    def latest_id(self) -> str | None:
        """The id of the last decision: cheap, for pages that ask whether there is news."""
        query = sa.select(DECISIONS.c.refresh_id).order_by(DECISIONS.c.seq.desc()).limit(1)
        with self.store.transaction() as connection:
            return connection.execute(query).scalar_one_or_none()

    def is_there(self, refresh_id: str) -> bool:
        """Whether a decision has this id. Raises StoreError."""
        query = sa.select(DECISIONS.c.seq).where(DECISIONS.c.refresh_id == refresh_id)
        with self.store.transaction() as connection:
            return connection.execute(query).one_or_none() is not None

    def between(self, start: datetime, end: datetime | None = None) -> Iterator[Logged]:
        """The decisions kept in `[start, end)`, in that order, read little by little.

        Raises:
            StoreError: the store cannot be read.
        """
        kept = DECISIONS.c.created_at
        query = sa.select(DECISIONS).where(kept >= start.astimezone(UTC)).order_by(DECISIONS.c.seq)
        if end is not None:
            query = query.where(kept < end.astimezone(UTC))
        with self.store.transaction() as connection:
            for row in connection.execute(query).yield_per(_AT_ONCE):
                yield _logged(row)

    def before(self, policy: Policy, as_of: datetime, having: Mapping[str, str | None]) -> Before:
        """What was told before `as_of`, as far back as the policy asks.

        Of moves, only those of the tickets of `having` (who has each) that have not arrived, and
        all of a ticket that a person has chosen for. Raises StoreError.
        """
        with self.store.transaction() as connection:
            overrides = override_log.standing(connection)
            asked = {**having, **{o.ticket_id: None for o in overrides}}
            return Before(
                action_log.deeds(connection, policy, as_of),
                placement_log.moves(connection, policy, as_of, asked),
                overrides,
            )

    def spent(self, refresh_id: str) -> Spent:
        """What had been done before a decision: deciding again with it gives the same actions.

        Nothing for a decision that is not there. Raises StoreError.
        """
        with self.store.transaction() as connection:
            return action_log.spent_before(connection, refresh_id)

    def check(self) -> None:
        """Nothing, if the log can be reached; else StoreError."""
        self.store.check()

    def close(self) -> None:
        """Give the connections back."""
        self.store.close()

    def _one(self, query: sa.Select[Any]) -> Logged | None:
        with self.store.transaction() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _logged(row)


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "refresh_id": entry.refresh_id,
        "created_at": entry.created_at,
        "policy_name": entry.policy.name,
        "policy_version": entry.policy.version,
        "model_name": entry.model.name,
        "model_version": entry.model.version,
        "timings_ms": orjson.dumps(entry.timings_ms).decode(),
        "request": packed(entry.body) if entry.packed is None else entry.packed,
        "answer": zlib.compress(entry.answer, QUICK),
        "policy_fingerprint": None if entry.obeyed is None else entry.obeyed.fingerprint(),
        "events_seq": entry.events_seq,
    }


def _key_row(entry: Entry, key: str) -> dict[str, Any]:
    return {
        "key": key,
        "body_sha256": _digest(entry.body),
        "refresh_id": entry.refresh_id,
        "created_at": entry.created_at,
    }


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _logged(row: sa.Row[Any]) -> Logged:
    return Logged(
        refresh_id=row.refresh_id,
        created_at=zoned(row.created_at),
        policy=Version(row.policy_name, row.policy_version),
        model=Version(row.model_name, row.model_version),
        timings_ms=orjson.loads(row.timings_ms),
        request=zlib.decompress(row.request),
        answer=zlib.decompress(row.answer),
        policy_fingerprint=row.policy_fingerprint,
        events_seq=row.events_seq,
    )

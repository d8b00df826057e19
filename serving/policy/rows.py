"""The rows of the policy in the store: versions, the moves that brought one into force, documents.

Everything here works in a transaction that somebody else ends (`serving.policy.store`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from features.errors import PolicyError, StoreError
from model import policy_reader
from model.policy import Policy
from model.policy_changes import PolicyChange, policy_changes
from serving.audit import zoned
from serving.tables import POLICIES, POLICY_DOCUMENTS, POLICY_MOVES

MoveKind = Literal["publish", "rollback"]


@dataclass(frozen=True, slots=True)
class By:
    """Who changes the policy, when (in UTC), and why."""

    who: str
    at: datetime
    why: str = ""


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A version: what it decides, who made it, when and why, and what differs from the last one."""

    policy: Policy
    by: By
    changes: tuple[PolicyChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """A version came into force."""

    version: int
    kind: MoveKind
    by: By


def add_version(connection: sa.Connection, policy: Policy, by: By) -> None:
    """Write a version under the number that the policy has."""
    keep(connection, policy)
    row = {
        "version": policy.version,
        "name": policy.name,
        "fingerprint": policy.fingerprint(),
        "created_at": by.at,
        "who": by.who,
        "why": by.why,
    }
    connection.execute(POLICIES.insert().values(row))


def add_move(connection: sa.Connection, move: Move) -> None:
    """Write that a version came into force."""
    row = {
        "version": move.version,
        "move": move.kind,
        "created_at": move.by.at,
        "who": move.by.who,
        "why": move.by.why,
    }
    connection.execute(POLICY_MOVES.insert().values(row))


def keep(connection: sa.Connection, policy: Policy) -> None:
    """Write a document under its fingerprint, if it is not there."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = {"fingerprint": policy.fingerprint(), "document": policy.to_json()}
    connection.execute(dialect.insert(POLICY_DOCUMENTS).values(row).on_conflict_do_nothing())


def document(connection: sa.Connection, fingerprint: str) -> Policy | None:
    """The policy under a fingerprint; None if there is none."""
    query = sa.select(POLICY_DOCUMENTS).where(POLICY_DOCUMENTS.c.fingerprint == fingerprint)
    row = connection.execute(query).one_or_none()
    return None if row is None else _read(row.document, fingerprint)


def last_number(connection: sa.Connection) -> int:
    """The highest number of a version; 0 for none."""
    return connection.execute(sa.select(sa.func.max(POLICIES.c.version))).scalar_one() or 0


def moves(connection: sa.Connection) -> list[Move]:
    """All moves, the first one first."""
    rows = connection.execute(sa.select(POLICY_MOVES).order_by(POLICY_MOVES.c.seq))
    return [Move(r.version, r.move, By(r.who, zoned(r.created_at), r.why)) for r in rows]


def version(connection: sa.Connection, number: int) -> PolicyVersion | None:
    """One version, without its changes; None if there is none of this number."""
    return next(iter(versions(connection, POLICIES.c.version == number, 1)), None)


def versions(
    connection: sa.Connection, which: sa.ColumnElement[bool], limit: int
) -> list[PolicyVersion]:
    """Some versions, newest first, without their changes."""
    query = (
        sa.select(POLICIES, POLICY_DOCUMENTS.c.document)
        .join_from(POLICIES, POLICY_DOCUMENTS)
        .where(which)
        .order_by(POLICIES.c.version.desc())
        .limit(limit)
    )
    return [_of_row(row) for row in connection.execute(query)]


def with_changes(newest_first: list[PolicyVersion]) -> list[PolicyVersion]:
    """The same with the changes against the next older one; the oldest has none."""
    olders = [*newest_first[1:], *newest_first[-1:]]
    return [
        replace(each, changes=policy_changes(older.policy, each.policy))
        for each, older in zip(newest_first, olders, strict=True)
    ]


def _of_row(row: sa.Row[Any]) -> PolicyVersion:
    policy = _read(row.document, f"version {row.version}")
    named = replace(policy, name=row.name, version=row.version)
    return PolicyVersion(named, By(row.who, zoned(row.created_at), row.why))


def _read(document: str, where: str) -> Policy:
    try:
        return policy_reader.of(orjson.loads(document))
    except PolicyError as error:
        raise StoreError(
            f"this Fendan cannot obey a policy of the store: {error.what}",
            where=f"{where}, {error.where}",
            remedy="run the Fendan that published it, or newer",
        ) from error

"""The versions of the policy in the store: append-only, numbered, and which of them is in force.

Nothing is ever changed or removed: a version is a row, and so is each move that brought one into
force. With the first publication the policy that was obeyed until then is kept as a version too,
so that there is something to go back to. Every change is made behind `mark`, one after the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import sqlalchemy as sa

from features.errors import FendanError
from model.policy import Policy
from serving.audit import Change, note
from serving.policy import rows
from serving.policy.rows import By, Move, PolicyVersion
from serving.store import Store, mark
from serving.tables import POLICIES

__all__ = [
    "By", "Move", "NothingBeforeError", "PolicyStore", "PolicyVersion", "StalePolicyError",
    "Standing", "UnknownVersionError", "etag_of", "standing_versions",
]  # fmt: skip

_FIRST_WHO: Final = "fendan"
_FIRST_WHY: Final = "in force before the first publication"


class StalePolicyError(FendanError):
    """The policy in force is another than the one that was to be changed (HTTP 412)."""


class UnknownVersionError(FendanError):
    """No version of the policy has this number (HTTP 404)."""


class NothingBeforeError(FendanError):
    """There is no version to go back to (HTTP 409)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The policy in force, its version filled in; `before` holds where its release does not.

    `before` is None where the policy is released to all, or nothing was before it. `changed` says
    whether what was asked for made a difference.
    """

    policy: Policy
    before: Policy | None = None
    changed: bool = False

    @property
    def etag(self) -> str:
        """The entity tag of the policy in force, quotes included."""
        return etag_of(self.policy)

    def check(self, expected: frozenset[str] | None) -> None:
        """Nothing, if the policy is one of those expected; None expects any.

        Raises:
            StalePolicyError: it is another.
        """
        if expected is not None and self.etag not in expected:
            raise StalePolicyError(
                f"the policy in force is version {self.policy.version}, and not the one that "
                "If-Match names",
                where=f"ETag {self.etag}",
                remedy="get it again, make the change there, and send its ETag",
                zh=f"当前生效的是版本 {self.policy.version}，不是 If-Match 所指的版本"
                f"（ETag {self.etag}）；请重新获取策略，在其上修改后以其 ETag 发送",
            )


def etag_of(policy: Policy) -> str:
    """The entity tag of a policy: of its version and all that it decides.

    >>> etag_of(Policy("a", version=7)).startswith('"v7-')
    True
    """
    return f'"v{policy.version}-{policy.fingerprint()[:16]}"'


def standing_versions(moves: Iterable[Move]) -> tuple[int, ...]:
    """The version in force, last, after those that a rollback would go back to, one by one.

    >>> from datetime import UTC, datetime
    >>> by = By("ops", datetime(2026, 3, 2, tzinfo=UTC))
    >>> told = [Move(1, "publish", by), Move(2, "publish", by), Move(3, "publish", by)]
    >>> standing_versions([*told, Move(2, "rollback", by)])
    (1, 2)
    """
    stack: list[int] = []
    for move in moves:
        if move.kind == "rollback" and move.version in stack:
            del stack[stack.index(move.version) :]
        stack.append(move.version)
    return tuple(stack)


class PolicyStore:
    """The policies of a store. Its methods block: call them off the loop."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def standing(self) -> Standing | None:
        """What is in force; None while nothing was published. Raises StoreError."""
        with self._store.transaction() as connection:
            return _standing(connection)

    def publish(
        self, policy: Policy, by: By, first: Policy, expected: frozenset[str] | None = None
    ) -> Standing:
        """Bring a policy into force as a new version, if it differs from the one in force.

        Args:
            policy: its own version is not looked at: it gets the next number.
            by: who, when and why.
            first: what is in force while nothing is published.
            expected: the entity tags that the policy in force may have; None for any.

        Raises:
            StalePolicyError: it has another; nothing is changed.
            StoreError: the store does not answer.
        """
        with self._store.transaction() as connection:
            mark(connection, "policy")
            now = _standing(connection)
            standing = now or Standing(first)
            if replace(policy, version=standing.policy.version) == standing.policy:
                return standing  # also of a repeated request whose first answer was lost
            standing.check(expected)
            if now is None:
                start = replace(by, who=_FIRST_WHO, why=_FIRST_WHY)
                rows.add_version(connection, first, start)
                rows.add_move(connection, Move(first.version, "publish", start))
            new = replace(policy, version=rows.last_number(connection) + 1)
            rows.add_version(connection, new, by)
            return _moved(connection, Move(new.version, "publish", by))

    def rollback(
        self, version: int | None, by: By, expected: frozenset[str] | None = None
    ) -> Standing:
        """Bring an earlier version back into force; by default the one before the present one.

        Raises:
            StalePolicyError: as `publish`.  UnknownVersionError: there is no such version.
            NothingBeforeError: nothing was published, or nothing stands before it.
            StoreError: the store does not answer.
        """
        with self._store.transaction() as connection:
            mark(connection, "policy")
            standing = _standing(connection)
            if standing is None:
                raise NothingBeforeError(
                    "nothing was published yet",
                    where="policy",
                    remedy="publish a policy first",
                    zh="尚未发布过策略；请先发布",
                )
            if version == standing.policy.version:
                return standing  # as `publish`
            standing.check(expected)
            target = _before(connection) if version is None else version
            _version(connection, target)
            return _moved(connection, Move(target, "rollback", by))

    def version(self, number: int) -> PolicyVersion:
        """One version, with what it changed. Raises UnknownVersionError, StoreError."""
        with self._store.transaction() as connection:
            found = _version(connection, number)
            earlier = rows.versions(connection, POLICIES.c.version < number, 1)
        return rows.with_changes([found, *earlier])[0]

    def versions(self, limit: int = 100, before: int | None = None) -> list[PolicyVersion]:
        """The versions with what each changed, newest first; those below `before`, if given.

        Raises StoreError.
        """
        below = sa.true() if before is None else POLICIES.c.version < before
        with self._store.transaction() as connection:
            found = rows.versions(connection, below, limit + 1)
        return rows.with_changes(found)[:limit]

    def moves(self, limit: int = 100) -> list[Move]:
        """Which versions came into force, the last first. Raises StoreError."""
        with self._store.transaction() as connection:
            return rows.moves(connection)[::-1][:limit]


def _moved(connection: sa.Connection, move: Move) -> Standing:
    """What is in force after a move, which is written and audited."""
    rows.add_move(connection, move)
    standing = _standing(connection)
    assert standing is not None  # a move was just written
    about: dict[str, str | int | float | bool | None] = {
        "version": move.version,
        "fingerprint": standing.policy.fingerprint(),
        "why": move.by.why,
    }
    note(connection, Change(move.by.at, move.by.who, f"policy.{move.kind}", about))
    return replace(standing, changed=True)


def _standing(connection: sa.Connection) -> Standing | None:
    stack = standing_versions(rows.moves(connection))
    if not stack:
        return None
    policy = _version(connection, stack[-1]).policy
    if policy.release.share >= 1:
        return Standing(policy)
    earlier = (_version(connection, number).policy for number in stack[-2::-1])
    return Standing(policy, next((each for each in earlier if each.release.share >= 1), None))


def _before(connection: sa.Connection) -> int:
    stack = standing_versions(rows.moves(connection))
    if len(stack) < 2:
        raise NothingBeforeError(
            f"version {stack[-1]} is the first: nothing was in force before it",
            where="policy",
            remedy="name a version, or publish another policy",
            zh=f"版本 {stack[-1]} 是第一个版本，之前没有生效的策略；请指定版本或另行发布",
        )
    return stack[-2]


def _version(connection: sa.Connection, number: int) -> PolicyVersion:
    found = rows.version(connection, number)
    if found is None:
        raise UnknownVersionError(
            f"there is no version {number} of the policy",
            where="version",
            remedy="`fendan policy history` or GET /v1/policy/versions tells those there are",
            zh=f"策略没有版本 {number}；"
            "已有版本见 `fendan policy history` 或 GET /v1/policy/versions",
        )
    return found

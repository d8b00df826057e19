"""The shapes of the policy's answers and bodies, and the answers as JSON values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:  # the client reads these shapes, and needs no store for that
    from model.policy_changes import PolicyChange
    from model.policy_warnings import PolicyWarning
    from serving.policy.store import By, Move, PolicyVersion, Standing

Json = dict[str, Any]
Why = Annotated[str, Field(max_length=1000, pattern=r"^[^\x00-\x1f\x7f]*$")]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ChangeOut(_Shape):
    """One place of the document that differs, with its value before and after."""

    pointer: str
    before: Any
    after: Any


class WarningOut(_Shape):
    """What may not be meant, and where in the document."""

    pointer: str
    text: str
    text_zh: str


class PublishedOut(_Shape):
    """What is in force after a change; `changed` is false where that was in force already."""

    version: int
    name: str
    etag: str
    changed: bool
    before: int | None = Field(
        description="The version that holds outside of the blocks of the release; null for none."
    )
    warnings: list[WarningOut]


class PolicyVersionOut(_Shape):
    """A version: who made it, when and why, and what differs from the one before."""

    version: int
    name: str
    created_at: datetime = Field(strict=False)
    who: str
    why: str
    changes: list[ChangeOut]


class MoveOut(_Shape):
    """A version came into force."""

    version: int
    move: Literal["publish", "rollback"]
    created_at: datetime = Field(strict=False)
    who: str
    why: str


class PolicyVersionsOut(_Shape):
    """The versions, newest first, and which came into force when, the last first."""

    in_force: int
    source: Literal["file", "store", "shipped"]
    versions: list[PolicyVersionOut]
    moves: list[MoveOut]


class OnePolicyVersionOut(PolicyVersionOut):
    """A version with its whole document."""

    policy: dict[str, Any]


class RollbackIn(_Shape):
    """Back to a version; left out or null, to the one in force before the present one."""

    version: Annotated[int, Field(ge=1, le=2**53)] | None = None
    why: Why = ""


def published_answer(standing: Standing, warnings: Sequence[PolicyWarning]) -> Json:
    """What is in force after a change, and what to warn of."""
    return {
        "version": standing.policy.version,
        "name": standing.policy.name,
        "etag": standing.etag,
        "changed": standing.changed,
        "before": None if standing.before is None else standing.before.version,
        "warnings": warnings_answer(warnings),
    }


def warnings_answer(warnings: Sequence[PolicyWarning]) -> list[Json]:
    """What to warn of."""
    return [{"pointer": w.pointer, "text": w.text, "text_zh": w.text_zh} for w in warnings]


def version_answer(told: PolicyVersion) -> Json:
    """A version without its document."""
    return {
        "version": told.policy.version,
        "name": told.policy.name,
        **_by(told.by),
        "changes": changes_answer(told.changes),
    }


def move_answer(move: Move) -> Json:
    """A move."""
    return {"version": move.version, "move": move.kind, **_by(move.by)}


def changes_answer(changes: tuple[PolicyChange, ...]) -> list[Json]:
    """What differs."""
    return [{"pointer": c.pointer, "before": c.before, "after": c.after} for c in changes]


def _by(by: By) -> Json:
    return {"created_at": by.at, "who": by.who, "why": by.why}

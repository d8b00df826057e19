"""What callers send and get back about keys, links and the audit."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from serving.access.keys import LONGEST, NAME_LENGTH, ApiKey, State
from serving.access.links import DAYS, LONGEST_DAYS
from serving.audit import Change
from serving.principal import SCOPES, Scope
from serving.requests import Id
from serving.small_body import parsed


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class KeyIn(_Shape):
    """A key to be made."""

    name: Annotated[str, Field(min_length=1, max_length=NAME_LENGTH)]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(SCOPES))]
    expires_days: Annotated[int, Field(ge=1, le=LONGEST.days)] | None = Field(
        default=None, description="From now; without it the key never expires."
    )
    agent_id: Id | None = Field(
        default=None, description="The agent who holds it: with `work` it acts for them alone."
    )


class KeyOut(_Shape):
    """What is known of a key: never its secret, of which the store has a digest only."""

    key_id: str
    name: str
    scopes: list[Scope]
    state: State
    created_at: Annotated[datetime, Field(strict=False)]
    who: str = Field(description="Who made it.")
    expires_at: Annotated[datetime, Field(strict=False)] | None
    revoked_at: Annotated[datetime, Field(strict=False)] | None
    agent_id: str | None = Field(description="The agent who holds it, where one does.")


class NewKeyOut(_Shape):
    """A key just made."""

    key: KeyOut
    secret: str = Field(description="What to send as the key. It is told this once.")


class KeysOut(_Shape):
    """Every key that was ever made, oldest first."""

    keys: list[KeyOut]


class LinkIn(_Shape):
    """A link to be made, for the customer of a ticket."""

    valid_days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)] = Field(
        default=DAYS, description="From now; then its page says that it has expired."
    )


class ChangeOut(_Shape):
    """A change that somebody made."""

    at: Annotated[datetime, Field(strict=False)]
    who: str
    what: str
    about: dict[str, str | int | float | bool | None]


class AuditOut(_Shape):
    """The last changes, newest first."""

    changes: list[ChangeOut]


def parse_key(body: bytes) -> KeyIn:
    """The key that a body asks for. Raises as `parse_link` does."""
    return parsed(KeyIn, body)


def parse_link(body: bytes) -> LinkIn:
    """The link that a body asks for; one without a body asks for the usual one.

    Raises:
        Problem: as `serving.small_body.parsed` says.
    """
    return parsed(LinkIn, body or b"{}")


def key_answer(key: ApiKey, now: datetime) -> dict[str, Any]:
    """The key as `KeyOut`."""
    return {
        "key_id": key.key_id,
        "name": key.name,
        "scopes": [scope for scope in SCOPES if scope in key.scopes],
        "state": key.state(now),
        "created_at": key.created_at,
        "who": key.who,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "agent_id": key.agent_id,
    }


def change_answer(change: Change) -> dict[str, Any]:
    """The change as `ChangeOut`."""
    return {"at": change.at, "who": change.who, "what": change.what, "about": change.about}

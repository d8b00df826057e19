"""What people ask of the plan: the bodies of a choice against it, a move to try, a hand-back."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from serving.requests import Id

Why = Annotated[str, StringConstraints(min_length=1, max_length=2_000, pattern=r"\S")]
"""Why a person wants something: never blank."""


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class OverrideIn(_Shape):
    """Who shall have a ticket (null: nobody), and why; `pinned` holds until it is ended."""

    ticket_id: Id
    agent_id: Id | None
    reason: Why
    pinned: bool = True
    refresh_id: Id | None = Field(
        None, description="The decision that is overruled; the last one where it is left out."
    )


class TriedMoveIn(_Shape):
    """Who might have a ticket."""

    ticket_id: Id
    agent_id: Id
    refresh_id: Id | None = Field(
        None, description="The decision that was seen; the move is tried on the last one."
    )


class HandBackIn(_Shape):
    """Who does not want the ticket, and why."""

    agent_id: Id
    reason: Why

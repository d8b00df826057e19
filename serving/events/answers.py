"""What came of the events that were sent, and of forgetting: the shapes of the answers."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class RefusedOut(_Answer):
    """An event that was not kept, and why."""

    index: int = Field(ge=0, description="Its place in the body, from 0.")
    event_id: str | None
    code: str = Field(description="`bad_time`, `unknown_type`, `unknown_field` and the like.")
    detail: str


class EventsOut(_Answer):
    """What became of the events: each is accepted, a duplicate, or rejected."""

    accepted: int = Field(ge=0, description="New, and durable now.")
    duplicates: int = Field(ge=0, description="Their `event_id` was there already.")
    rejected: list[RefusedOut]


class ForgotOut(_Answer):
    """What of a customer was forgotten; nothing is left to forget when all are 0."""

    events: int = Field(ge=0, description="Events that lost customer and words.")
    tickets: int = Field(ge=0, description="Tickets that they were about.")
    requests: int = Field(ge=0, description="Logged requests that were changed.")

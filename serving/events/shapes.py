"""What `POST /v1/events` takes and answers, as OpenAPI shows it.

The rows are read by the gate that log files pass too (`serving.events.gate`), which refuses
them one by one and keeps the others; these shapes are how a sender should write them.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel

from features.events import EVENT_TYPES
from serving.events.bodies import MAX_EVENTS, Refused
from serving.events.gate import MAX_AMOUNT
from serving.requests import Id, Text, Word
from serving.rfc3339 import Time

EventType = Annotated[str, Field(json_schema_extra={"enum": list(EVENT_TYPES)})]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class EventIn(_Shape):
    """One thing that happened: section 1 of the contract, the columns its type uses."""

    event_id: Id = Field(description="The same id again is the same event, and changes nothing.")
    time: Time
    type: EventType
    ticket_id: Id | None = Field(None, description="Of every `ticket.…` event.")
    customer_id: Id | None = None
    agent_id: Id | None = None
    category: Word | None = None
    subcategory: Word | None = None
    region: Word | None = None
    channel: Word | None = None
    priority: Word | None = None
    due_at: Time | None = Field(None, description="The promised close, or that of the party.")
    state: Word | None = Field(None, description="Of `ticket.state` and `agent.status`.")
    party: Word | None = None
    amount: Annotated[float, Field(ge=-MAX_AMOUNT, le=MAX_AMOUNT)] | None = Field(
        None, description="Contributed gross margin of a `customer.margin`."
    )
    text: Text | None = Field(None, description="Masked before it is stored.")
    sla_met: bool | None = None
    attributes: dict[str, Any] | None = None


class EventsIn(RootModel[list[EventIn]]):
    """Rows, in any order."""

    root: Annotated[list[EventIn], Field(max_length=MAX_EVENTS)]


class CloudEventIn(BaseModel):
    """A CloudEvent 1.0 with the row as `data`; the envelope tells what the row leaves out."""

    specversion: Literal["1.0"]
    id: Id
    source: Annotated[str, Field(min_length=1)]
    type: str
    time: Time | None = None
    data: dict[str, Any]


class CloudEventsIn(RootModel[list[CloudEventIn]]):
    """A CloudEvents 1.0 batch."""

    root: Annotated[list[CloudEventIn], Field(max_length=MAX_EVENTS)]


def refused_values(refused: tuple[Refused, ...]) -> list[dict[str, Any]]:
    """The refused events as JSON values, in the shape of `event_answers.RefusedOut`."""
    return [
        {"index": r.index, "event_id": r.event_id, "code": r.code, "detail": r.detail}
        for r in refused
    ]


EVENTS: Final[list[dict[str, Any]]] = [
    {
        "event_id": "e-1001",
        "time": "2026-03-02T10:01:00+08:00",
        "type": "ticket.contact",
        "ticket_id": "T1",
        "customer_id": "C9",
        "channel": "phone",
        "text": "The parcel is still not here.",
    },
    {
        "event_id": "e-1002",
        "time": "2026-03-02T10:02:00+08:00",
        "type": "customer.margin",
        "customer_id": "C9",
        "amount": 12.5,
    },
    {
        "event_id": "e-1003",
        "time": "2026-03-02T10:03:00+08:00",
        "type": "agent.status",
        "agent_id": "A7",
        "state": "available",
        "attributes": {"team": "frontline", "tier": 1, "skills": ["logistics", "invoice"]},
    },
]
CLOUD_EVENT: Final[dict[str, Any]] = {
    "specversion": "1.0",
    "id": "e-1004",
    "source": "/desk/tickets",
    "type": "ticket.assigned",
    "time": "2026-03-02T10:04:00+08:00",
    "data": {"ticket_id": "T1", "agent_id": "A7"},
}
TAKEN: Final[dict[str, Any]] = {
    "accepted": 2,
    "duplicates": 0,
    "rejected": [
        {
            "index": 1,
            "event_id": "e-1002",
            "code": "missing_amount",
            "detail": "this type needs an amount",
        }
    ],
}

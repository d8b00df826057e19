"""Calls of the service as data: what is sent, and the shape of what comes back.

What ops ask of the policy and the model stands in `ops_calls`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from features.errors import FendanError
from serving.access.answers import EndedLinksOut, LinkOut
from serving.answers import DecisionOut, ReadyOut, RefreshOut, ScoreOut, SimilarOut
from serving.client.exchange import Call
from serving.client.wire import Sendable, asked, posted, segment, shaped
from serving.decisions.answers import (
    DecisionsOut,
    MadeOut,
    OverrideOut,
    OverridesOut,
    ReplayOut,
    StatusOut,
    TriedMoveOut,
)
from serving.events.answers import EventsOut, ForgotOut

MOST_IN_A_KEY: Final = 255


@dataclass(frozen=True, slots=True)
class Override:
    """Who shall have a ticket (None: nobody), and why; `pinned` holds until it is ended."""

    ticket_id: str
    agent_id: str | None
    reason: str
    pinned: bool = True
    refresh_id: str | None = None


def refresh(body: Sendable, idempotency_key: str | None = None) -> Call[RefreshOut]:
    """One plan for the whole queue.

    Every try carries the same key, a new one where none is given: the service decides once.
    """
    return posted("/v1/refresh", RefreshOut, body, _once(idempotency_key))


def score(body: Sendable) -> Call[ScoreOut]:
    """Risk and the four dimensions of some tickets, no plan."""
    return posted("/v1/score", ScoreOut, body)


def send_events(rows: Iterable[Mapping[str, Any]]) -> Call[EventsOut]:
    """What happened, in any order; durable once answered, and each `event_id` kept once.

    A service takes so many rows and bytes at once; send more in several calls.
    """
    return posted("/v1/events", EventsOut, orjson.dumps(list(rows)))


def forget(customer_id: str) -> Call[ForgotOut]:
    """Forget a customer: facts stay, the customer and all words go."""
    return Call("DELETE", f"/v1/customers/{segment(customer_id)}", shaped(ForgotOut))


def decision(refresh_id: str) -> Call[DecisionOut]:
    """A decision as it was logged."""
    return Call("GET", f"/v1/decisions/{segment(refresh_id)}", shaped(DecisionOut))


def decisions(
    ticket_id: str | None = None,
    limit: int | None = None,
    before: int | None = None,
    *,
    records: bool = False,
) -> Call[DecisionsOut]:
    """The latest decisions, or what was news of one ticket, newest first.

    `before` is the `next` of the page before. With `records` the ticket's part of each answer comes
    along.
    """
    query = asked(("ticket_id", ticket_id), ("limit", limit), ("before", before))
    told = (("records", "true"),) if records else ()
    return Call("GET", "/v1/decisions", shaped(DecisionsOut), (*query, *told))


def replay(refresh_id: str) -> Call[ReplayOut]:
    """Decide again from what was known then: whether it is the same, and if not, why."""
    return Call("POST", f"/v1/decisions/{segment(refresh_id)}/replay", shaped(ReplayOut))


def override(wish: Override, idempotency_key: str | None = None) -> Call[MadeOut]:
    """A person's choice against the plan; hard rules hold for people too (a problem 409)."""
    return posted("/v1/overrides", MadeOut, orjson.dumps(wish), _once(idempotency_key))


def hand_back(
    ticket_id: str, agent_id: str, reason: str, idempotency_key: str | None = None
) -> Call[OverrideOut]:
    """An agent does not want a ticket: the next plans give it to anybody but them.

    `end_override` takes it back.
    """
    path = f"/v1/tickets/{segment(ticket_id)}/hand-back"
    sent = {"agent_id": agent_id, "reason": reason}
    return posted(path, OverrideOut, sent, _once(idempotency_key))


def try_move(ticket_id: str, agent_id: str, refresh_id: str | None = None) -> Call[TriedMoveOut]:
    """What giving a ticket to an agent would bring to both queues; nothing is changed."""
    sent = {"ticket_id": ticket_id, "agent_id": agent_id, "refresh_id": refresh_id}
    return posted("/v1/overrides/preview", TriedMoveOut, sent)


def overrides(limit: int | None = None, *, ended: bool = False) -> Call[OverridesOut]:
    """The choices of people that hold; with `ended` the last of all."""
    told = (("ended", "true"),) if ended else ()
    return Call("GET", "/v1/overrides", shaped(OverridesOut), (*asked(("limit", limit)), *told))


def end_override(override_id: str) -> Call[None]:
    """Let the plan decide again, from the next refresh on."""
    return Call("DELETE", f"/v1/overrides/{segment(override_id)}", lambda _: None)


def status(ticket_id: str) -> Call[StatusOut]:
    """What a customer may know of a ticket: where it stands, and until when."""
    return Call("GET", f"/v1/tickets/{segment(ticket_id)}/status", shaped(StatusOut))


def link(ticket_id: str, valid_days: int | None = None) -> Call[LinkOut]:
    """A link for the customer, to see where a ticket stands without a key; told this once.

    Without `valid_days` it holds as long as the service thinks right.
    """
    path = f"/v1/tickets/{segment(ticket_id)}/links"
    return posted(path, LinkOut, {} if valid_days is None else {"valid_days": valid_days})


def end_links(ticket_id: str) -> Call[EndedLinksOut]:
    """End all links of a ticket, and say how many there were."""
    return Call("DELETE", f"/v1/tickets/{segment(ticket_id)}/links", shaped(EndedLinksOut))


def similar(
    ticket_id: str | None = None,
    text: str | None = None,
    category: str | None = None,
    limit: int | None = None,
) -> Call[SimilarOut]:
    """Solved cases like a ticket or like a text, those of the same category first."""
    query = asked(
        ("ticket_id", ticket_id), ("text", text), ("category", category), ("limit", limit)
    )
    return Call("GET", "/v1/similar", shaped(SimilarOut), query=query)


def ready() -> Call[ReadyOut]:
    """Whether anything is missing, and what, in words."""
    return Call("GET", "/readyz", shaped(ReadyOut), also=frozenset({503}))


def _once(key: str | None) -> tuple[str, str]:
    """The header that lets a thing be asked for again, and done once.

    >>> _once("2026-03-02T10:05")
    ('Idempotency-Key', '2026-03-02T10:05')
    """
    chosen = key or str(uuid.uuid4())
    if not (chosen.isascii() and chosen.isprintable() and len(chosen) <= MOST_IN_A_KEY):
        raise FendanError(
            f"an idempotency key is printable ASCII of up to {MOST_IN_A_KEY} characters",
            where=repr(chosen[:40]),
            remedy="send a hash of it, or leave it out",
        )
    return "Idempotency-Key", chosen

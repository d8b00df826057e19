"""Every call of the service as data: what is sent, and the shape of what comes back."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx
import orjson
from pydantic import RootModel

from features.errors import FendanError
from serving.access.answers import EndedLinksOut, LinkOut
from serving.answers import DecisionOut, ReadyOut, RefreshOut, ScoreOut, SimilarOut
from serving.client.exchange import Call
from serving.client.wire import Sendable, asked, segment, shaped, written
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
from serving.models.shapes import ModelMoveOut, ModelOut
from serving.policy.answers import OnePolicyVersionOut, PolicyVersionsOut, PublishedOut
from serving.policy.preview_answers import PreviewOut
from serving.policy.release_answers import ReleaseOut

MOST_IN_A_KEY: Final = 255
_JSON: Final = ("Content-Type", "application/json")


@dataclass(frozen=True, slots=True)
class HeldPolicy:
    """The policy in force: its document, and the ETag to name when it is changed."""

    etag: str
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Override:
    """Who shall have a ticket (None: nobody), and why; `pinned` holds until it is ended."""

    ticket_id: str
    agent_id: str | None
    reason: str
    pinned: bool = True
    refresh_id: str | None = None


class _Document(RootModel[dict[str, Any]]):
    pass


def refresh(body: Sendable, idempotency_key: str | None = None) -> Call[RefreshOut]:
    """One plan for the whole queue.

    Every try carries the same key, a new one where none is given: the service decides once.
    """
    headers = (_JSON, _once(idempotency_key))
    return Call("POST", "/v1/refresh", shaped(RefreshOut), body=written(body), headers=headers)


def score(body: Sendable) -> Call[ScoreOut]:
    """Risk and the four dimensions of some tickets, no plan."""
    return Call("POST", "/v1/score", shaped(ScoreOut), body=written(body), headers=(_JSON,))


def send_events(rows: Iterable[Mapping[str, Any]]) -> Call[EventsOut]:
    """What happened, in any order; durable once answered, and each `event_id` kept once.

    A service takes so many rows and bytes at once; send more in several calls.
    """
    sent = orjson.dumps(list(rows))
    return Call("POST", "/v1/events", shaped(EventsOut), body=sent, headers=(_JSON,))


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
    headers = (_JSON, _once(idempotency_key))
    sent = orjson.dumps(wish)
    return Call("POST", "/v1/overrides", shaped(MadeOut), body=sent, headers=headers)


def hand_back(
    ticket_id: str, agent_id: str, reason: str, idempotency_key: str | None = None
) -> Call[OverrideOut]:
    """An agent does not want a ticket: the next plans give it to anybody but them.

    `end_override` takes it back.
    """
    path = f"/v1/tickets/{segment(ticket_id)}/hand-back"
    headers = (_JSON, _once(idempotency_key))
    sent = orjson.dumps({"agent_id": agent_id, "reason": reason})
    return Call("POST", path, shaped(OverrideOut), body=sent, headers=headers)


def try_move(ticket_id: str, agent_id: str, refresh_id: str | None = None) -> Call[TriedMoveOut]:
    """What giving a ticket to an agent would bring to both queues; nothing is changed."""
    sent = written({"ticket_id": ticket_id, "agent_id": agent_id, "refresh_id": refresh_id})
    shape = shaped(TriedMoveOut)
    return Call("POST", "/v1/overrides/preview", shape, body=sent, headers=(_JSON,))


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
    sent = orjson.dumps({} if valid_days is None else {"valid_days": valid_days})
    return Call("POST", path, shaped(LinkOut), body=sent, headers=(_JSON,))


def end_links(ticket_id: str) -> Call[EndedLinksOut]:
    """End all links of a ticket, and say how many there were."""
    return Call("DELETE", f"/v1/tickets/{segment(ticket_id)}/links", shaped(EndedLinksOut))


def policy() -> Call[HeldPolicy]:
    """The policy in force, every default filled in, and the ETag that a change of it names."""
    return Call("GET", "/v1/policy", _held)


def put_policy(
    document: Mapping[str, Any], etag: str, why: str | None = None
) -> Call[PublishedOut]:
    """Publish a policy in the place of the one that bears this ETag; `why` is kept with it.

    A problem 412 says that another came into force meanwhile.
    """
    headers = (_JSON, ("If-Match", etag))
    return Call(
        "PUT", "/v1/policy", shaped(PublishedOut), asked(("why", why)), written(document), headers
    )


def policy_versions(limit: int | None = None, below: int | None = None) -> Call[PolicyVersionsOut]:
    """Who changed what of the policy, when and why, newest first."""
    query = asked(("limit", limit), ("below", below))
    return Call("GET", "/v1/policy/versions", shaped(PolicyVersionsOut), query)


def release() -> Call[ReleaseOut]:
    """How the gray release does that runs, if one does: its figures, and what follows."""
    return Call("GET", "/v1/policy/release", shaped(ReleaseOut))


def policy_version(version: int) -> Call[OnePolicyVersionOut]:
    """One version of the policy, with its document."""
    return Call("GET", f"/v1/policy/versions/{version}", shaped(OnePolicyVersionOut))


def rollback(
    version: int | None = None, why: str = "", etag: str | None = None
) -> Call[PublishedOut]:
    """Bring a version of the policy back; without its number, the one that was in force before.

    Without the number it is tried once: twice would go back by two.
    """
    headers = (_JSON,) if etag is None else (_JSON, ("If-Match", etag))
    sent = written({"version": version, "why": why})
    return Call(
        "POST",
        "/v1/policy/rollback",
        shaped(PublishedOut),
        body=sent,
        headers=headers,
        repeatable=version is not None,
    )


def model(version: int | None = None) -> Call[ModelOut]:
    """The models: the champion beside a version (else the challenger), and how they do."""
    return Call("GET", "/v1/model", shaped(ModelOut), asked(("version", version)))


def promote(version: int, why: str, *, force: bool = False) -> Call[ModelMoveOut]:
    """Make a version champion; `force` overrules the gate, whose refusal is a problem 409."""
    sent = written({"version": version, "why": why, "force": force})
    return Call("POST", "/v1/model/promote", shaped(ModelMoveOut), body=sent, headers=(_JSON,))


def rollback_model(why: str) -> Call[ModelMoveOut]:
    """Make the champion before the present one champion again. Tried once: twice goes two back."""
    return Call(
        "POST",
        "/v1/model/rollback",
        shaped(ModelMoveOut),
        body=written({"why": why}),
        headers=(_JSON,),
        repeatable=False,
    )


def preview(
    document: Mapping[str, Any],
    snapshot: Sendable | None = None,
    simulate: Mapping[str, int] | None = None,
) -> Call[PreviewOut]:
    """What a policy would change, by the last desk seen or a snapshot; nothing is changed.

    With `simulate`, `{"days": 2, "seeds": 1}`, both policies play as well: that takes minutes, and
    `Retries.try_seconds` must let it.
    """
    sent: dict[str, Any] = {"policy": document}
    if snapshot is not None:
        sent["snapshot"] = orjson.Fragment(written(snapshot))
    if simulate is not None:
        sent["simulate"] = simulate
    return Call(
        "POST", "/v1/policy/preview", shaped(PreviewOut), body=written(sent), headers=(_JSON,)
    )


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


def _held(response: httpx.Response) -> HeldPolicy:
    return HeldPolicy(response.headers.get("etag", ""), shaped(_Document)(response).root)

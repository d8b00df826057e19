"""Every call of the service as data: what is sent, and the shape of what comes back."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import orjson
from pydantic import BaseModel, RootModel, ValidationError

from features.snapshot import Snapshot
from serving.answers import DecisionOut, ReadyOut, RefreshOut, ScoreOut, SimilarOut
from serving.client.exchange import Call
from serving.client.problem import StrangeAnswerError
from serving.event_answers import EventsOut, ForgotOut
from serving.outgoing import refresh_body
from serving.policy_answers import OnePolicyVersionOut, PolicyVersionsOut, PublishedOut

M = TypeVar("M", bound=BaseModel)
Sendable = Snapshot | BaseModel | Mapping[str, Any] | bytes
"""A body: a snapshot, a record of `serving.requests`, a JSON object, or JSON as it is."""


@dataclass(frozen=True, slots=True)
class HeldPolicy:
    """The policy in force: its document, and the ETag to name when it is changed."""

    etag: str
    document: dict[str, Any]


class _Document(RootModel[dict[str, Any]]):
    pass


_JSON = ("Content-Type", "application/json")


def refresh(body: Sendable, idempotency_key: str | None = None) -> Call[RefreshOut]:
    """One plan for the whole queue.

    Every try carries the same key, a new one where none is given: the service decides once.
    """
    headers = (_JSON, ("Idempotency-Key", idempotency_key or str(uuid.uuid4())))
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


def shaped(model: type[M]) -> Callable[[httpx.Response], M]:
    """How an answer of this shape is read; what a newer service says beyond it is left out."""

    def read(response: httpx.Response) -> M:
        try:
            return model.model_validate_json(response.content, extra="ignore")
        except ValidationError as error:
            fault = error.errors(include_input=False, include_url=False)[0]
            raise StrangeAnswerError(
                f"the answer is not a {model.__name__}: {fault['msg']}",
                where="/".join(str(part) for part in fault["loc"]) or "the answer",
                remedy="check that a Fendan of this client's version answers there",
            ) from None

    return read


def _held(response: httpx.Response) -> HeldPolicy:
    return HeldPolicy(response.headers.get("etag", ""), shaped(_Document)(response).root)


def written(body: Sendable) -> bytes:
    """A body as JSON; what a record was not given is not sent.

    Raises:
        TypeError: it holds something that JSON cannot say.
    """
    if isinstance(body, bytes):
        return body
    if isinstance(body, BaseModel):
        # the request shapes read times from text, and warn where they are to write one
        return body.model_dump_json(exclude_unset=True, warnings=False).encode()
    return orjson.dumps(refresh_body(body) if isinstance(body, Snapshot) else body)


def asked(*given: tuple[str, str | int | datetime | None]) -> tuple[tuple[str, str], ...]:
    """The query of these parameters, without those that are None.

    >>> asked(("limit", 3), ("before", None))
    (('limit', '3'),)
    """
    return tuple((name, _said(value)) for name, value in given if value is not None)


def segment(name: str) -> str:
    """An id as one part of a path.

    >>> segment("a/../b")
    'a%2F..%2Fb'
    """
    return quote(name, safe="")


def _said(value: str | int | datetime) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)

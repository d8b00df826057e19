"""What ops ask of the service: the policy and the model, seen, tried, changed and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
from pydantic import RootModel

from serving.client.exchange import Call
from serving.client.wire import JSON, Sendable, asked, posted, shaped, written
from serving.models.shapes import ModelMoveOut, ModelOut
from serving.policy.answers import OnePolicyVersionOut, PolicyVersionsOut, PublishedOut
from serving.policy.preview_answers import PreviewOut
from serving.policy.release_answers import ReleaseOut


@dataclass(frozen=True, slots=True)
class HeldPolicy:
    """The policy in force: its document, and the ETag to name when it is changed."""

    etag: str
    document: dict[str, Any]


class _Document(RootModel[dict[str, Any]]):
    pass


def policy() -> Call[HeldPolicy]:
    """The policy in force, every default filled in, and the ETag that a change of it names."""
    return Call("GET", "/v1/policy", _held)


def put_policy(
    document: Mapping[str, Any], etag: str, why: str | None = None
) -> Call[PublishedOut]:
    """Publish a policy in the place of the one that bears this ETag; `why` is kept with it.

    A problem 412 says that another came into force meanwhile.
    """
    headers = (JSON, ("If-Match", etag))
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
    headers = () if etag is None else (("If-Match", etag),)
    sent, again = {"version": version, "why": why}, version is not None
    return posted("/v1/policy/rollback", PublishedOut, sent, *headers, repeatable=again)


def model(version: int | None = None) -> Call[ModelOut]:
    """The models: the champion beside a version (else the challenger), and how they do."""
    return Call("GET", "/v1/model", shaped(ModelOut), asked(("version", version)))


def promote(version: int, why: str, *, force: bool = False) -> Call[ModelMoveOut]:
    """Make a version champion; `force` overrules the gate, whose refusal is a problem 409."""
    sent = {"version": version, "why": why, "force": force}
    return posted("/v1/model/promote", ModelMoveOut, sent)


def rollback_model(why: str) -> Call[ModelMoveOut]:
    """Make the champion before the present one champion again. Tried once: twice goes two back."""
    return posted("/v1/model/rollback", ModelMoveOut, {"why": why}, repeatable=False)


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
    return posted("/v1/policy/preview", PreviewOut, sent)


def _held(response: httpx.Response) -> HeldPolicy:
    return HeldPolicy(response.headers.get("etag", ""), shaped(_Document)(response).root)

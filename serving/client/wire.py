"""What goes over the wire: bodies and queries out, answers in by their shapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import quote

import httpx
import orjson
from pydantic import BaseModel, ValidationError

from features.snapshot import Snapshot
from serving.client.exchange import Call
from serving.client.problem import StrangeAnswerError
from serving.outgoing import refresh_body

M = TypeVar("M", bound=BaseModel)
JSON: Final = ("Content-Type", "application/json")
Sendable = Snapshot | BaseModel | Mapping[str, Any] | bytes
"""A body: a snapshot, a record of `serving.requests`, a JSON object, or JSON as it is."""


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


def posted(
    path: str, model: type[M], body: Sendable, *headers: tuple[str, str], repeatable: bool = True
) -> Call[M]:
    """A body that is sent as JSON, and answered in this shape."""
    sent, more = written(body), (JSON, *headers)
    return Call("POST", path, shaped(model), body=sent, headers=more, repeatable=repeatable)


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

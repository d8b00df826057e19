"""A request body as it is stored: personal numbers and addresses masked, compressed."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any, Final

import orjson
from pydantic_core import from_json

from features.text import redact
from serving.events.forgotten import NOBODY, Forgotten, silence

QUICK: Final = 1
"""The level of compression: a 10,000-ticket body in a quarter of level 6's time for a few per cent
more bytes."""


def redacted(body: bytes, forgotten: Forgotten = NOBODY) -> bytes:
    """A valid refresh body with personal numbers and addresses masked in texts and attributes.

    Of forgotten customers and their tickets there are no names and no words at all.

    >>> redacted(b'{"tickets":[{"ticket_id":"13800138000","text":"call 13800138000"}]}')
    b'{"tickets":[{"ticket_id":"13800138000","text":"call [phone]"}]}'
    """
    tree = _read(body)
    for ticket in tree["tickets"] if forgotten.digests else ():
        if forgotten.is_about(ticket):
            silence(ticket)
    places = [place for ticket in tree["tickets"] for place in _written(ticket)]
    masked = redact([record[name] for record, name in places])
    for (record, name), text in zip(places, masked, strict=True):
        record[name] = text
    return orjson.dumps(tree)


def packed(body: bytes, forgotten: Forgotten = NOBODY) -> bytes:
    """A refresh body as it is logged: redacted and compressed."""
    return zlib.compress(redacted(body, forgotten), QUICK)


def _read(body: bytes) -> Any:  # noqa: ANN401  # JSON
    try:
        return orjson.loads(body)  # a third sooner than
    except orjson.JSONDecodeError:
        return from_json(body)  # the reader that found it valid


def _written(ticket: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """Where a ticket holds free words: its text and the texts among its attributes."""
    if ticket.get("text"):
        yield ticket, "text"
    attributes = ticket.get("attributes")
    if attributes:
        for name, value in attributes.items():
            if isinstance(value, str):
                yield attributes, name

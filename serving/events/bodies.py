"""The bodies of `POST /v1/events`: JSON rows, CloudEvents or NDJSON into rows for the gate."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Literal

import orjson
import pandas as pd

from features.events import EVENT_COLUMNS
from serving.requests import Fault
from serving.schemas import MAX_FAULTS, InvalidBodyError, NotJsonError

Kind = Literal["rows", "cloudevent", "cloudevents", "ndjson"]
MEDIA_TYPES: Final[dict[str, Kind]] = {
    "application/json": "rows",
    "application/cloudevents+json": "cloudevent",
    "application/cloudevents-batch+json": "cloudevents",
    "application/x-ndjson": "ndjson",
    "application/ndjson": "ndjson",
}
MAX_EVENTS: Final = 50_000
_MAX_BRACKETS: Final = 20 * MAX_EVENTS  # each costs far more memory than the byte it is sent in
_ENVELOPE: Final = {"event_id": "id", "time": "time", "type": "type"}
_COLUMNS: Final = frozenset(EVENT_COLUMNS)
_NUMERIC: Final = _COLUMNS - {"type", "state", "time", "due_at", "text", "attributes"}
_EXPECTED: Final = {"amount": "must be a number", "sla_met": "must be true or false"}


@dataclass(frozen=True, slots=True)
class Refused:
    """An event that is not kept: its place in the body from 0, its id if any, and why not."""

    index: int
    event_id: str | None
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Posted:
    """The rows of a body: `rows` are columns of text, `index` their places in the body."""

    rows: pd.DataFrame
    index: tuple[int, ...]
    refused: tuple[Refused, ...]


class TooManyEventsError(InvalidBodyError):
    """More events than one body may bring (HTTP 413)."""

    def __init__(self) -> None:
        super().__init__(
            (Fault("", f"more than {MAX_EVENTS} events; send them in several bodies"),)
        )


def parse_events(body: bytes, kind: Kind) -> Posted:
    """The rows of a body; what is no row is refused by itself, the others go on.

    Raises:
        NotJsonError: not UTF-8 JSON, nested too deep, or with NaN or infinities.
        InvalidBodyError: JSON, but no array of objects (for one CloudEvent: no object).
        TooManyEventsError: more than `MAX_EVENTS`.

    >>> posted = parse_events(b'[{"event_id": 7, "type": "ticket.closed"}, {"id": 8}]', "rows")
    >>> posted.rows["event_id"].tolist(), posted.refused[0].code
    (['7'], 'unknown_field')
    """
    items = _lines(body) if kind == "ndjson" else _items(body, one=kind == "cloudevent")
    if len(items) > MAX_EVENTS:
        raise TooManyEventsError
    cells, index, refused = [], [], []
    for place, item in enumerate(items):
        read = item if isinstance(item, _Bad) else _row(item, kind)
        if isinstance(read, _Bad):
            refused.append(Refused(place, read.event_id, read.code, read.detail))
        else:
            cells.append(read)
            index.append(place)
    columns = {name: [row.get(name) for row in cells] for name in EVENT_COLUMNS}
    return Posted(pd.DataFrame(columns, dtype="str"), tuple(index), tuple(refused))


@dataclass(frozen=True, slots=True)
class _Bad:
    code: str
    detail: str
    event_id: str | None = None


def _items(body: bytes, *, one: bool) -> list[Any]:
    if body.count(b"{") + body.count(b"[") > _MAX_BRACKETS:
        raise TooManyEventsError
    try:
        tree = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _not_json(error) from None
    items = [tree] if one else tree
    if not isinstance(items, list):
        raise InvalidBodyError((Fault("", "must be an array of events"),))
    if all(isinstance(item, dict) for item in items):
        return items
    wrong = (place for place, item in enumerate(items) if not isinstance(item, dict))
    pointers = ("" if one else f"/{place}" for place in islice(wrong, MAX_FAULTS))
    raise InvalidBodyError(tuple(Fault(pointer, "must be an object") for pointer in pointers))


def _lines(body: bytes) -> list[Any]:
    lines = [line for line in body.removeprefix(b"\xef\xbb\xbf").split(b"\n") if line.strip()]
    if len(lines) > MAX_EVENTS or body.count(b"{") + body.count(b"[") > _MAX_BRACKETS:
        raise TooManyEventsError
    return [_line(line) for line in lines]


def _line(line: bytes) -> Any:  # noqa: ANN401  # JSON
    try:
        item = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return _Bad("bad_json", str(error)[:200])
    return item if isinstance(item, dict) else _Bad("bad_json", "not an object")


def _not_json(error: orjson.JSONDecodeError) -> NotJsonError:
    return NotJsonError(str(error)[:200], where="body", remedy="send RFC 8259 JSON in UTF-8")


def _row(item: dict[str, Any], kind: Kind) -> dict[str, str] | _Bad:
    """The cells of one event as text, or why it is none."""
    if kind in ("cloudevent", "cloudevents"):
        opened = _opened(item)
        if isinstance(opened, _Bad):
            return opened
        item = opened
    event_id = _said_id(item.get("event_id"))
    row = {}
    for name, value in item.items():
        if name not in _COLUMNS:
            return _Bad("unknown_field", f"{name[:80]!r} is no field of an event", event_id)
        try:
            cell = _cell(name, value)
        except ValueError as error:
            return _Bad(f"bad_{name}", str(error), event_id)
        if cell:
            row[name] = cell
    return row


def _opened(event: dict[str, Any]) -> dict[str, Any] | _Bad:
    """The row in a CloudEvent; its envelope tells what the row leaves out."""
    event_id, data = _said_id(event.get("id")), event.get("data")
    if event.get("specversion") != "1.0":
        return _Bad("bad_specversion", "a CloudEvent of `specversion` 1.0 is expected", event_id)
    if not isinstance(data, dict):
        return _Bad("bad_data", "`data` must be an object: the row of the event", event_id)
    return {name: event.get(outside) for name, outside in _ENVELOPE.items()} | data


def _cell(name: str, value: Any) -> str | None:  # noqa: ANN401  # JSON
    """A value as the text that a log file would hold; ValueError says what it should be."""
    if value is None or (isinstance(value, str) and name != "attributes"):
        return value
    if name == "attributes":
        return _object(value)
    told = name in _NUMERIC and isinstance(value, int | float)
    if told and (name == "sla_met" or not isinstance(value, bool)):
        return orjson.dumps(value).decode()
    raise ValueError(_EXPECTED.get(name, "must be a text"))


def _object(value: Any) -> str | None:  # noqa: ANN401  # JSON
    if value == "":
        return None
    try:
        tree = orjson.loads(value) if isinstance(value, str) else value
        if isinstance(tree, dict):
            return orjson.dumps(tree).decode()
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        pass
    raise ValueError("must be a JSON object, not nested deeply")


def _said_id(value: Any) -> str | None:  # noqa: ANN401  # JSON
    told = isinstance(value, str) or type(value) is int
    return str(value)[:200] if told else None

"""Rows of the contract (a ticket's fields and `as_of`) as tickets, for callers without a desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import orjson
import pandas as pd

from features.errors import ModelError
from features.events import TICKET_STATES
from features.snapshot import Party, Ticket

REQUIRED: Final = ("ticket_id", "category", "created_at", "state", "as_of")
TEXTS: Final = (
    "customer_id", "subcategory", "region", "channel", "priority", "language", "agent_id",
    "customer_level", "text",
)  # fmt: skip
TIMES: Final = ("due_at", "state_since", "assigned_at")
COUNTS: Final = ("reassignments", "reopenings", "contacts_72h")


@dataclass(frozen=True, slots=True)
class Asked:
    """One row: a ticket at a moment, as it is or with the agent `candidate`."""

    as_of: datetime
    ticket: Ticket
    candidate: str | None


def asked(frame: pd.DataFrame) -> tuple[Asked, ...]:
    """The rows of a frame, in order.

    Absent columns and missing cells are facts that are not known; columns that no ticket has
    are refused. `attributes` and `parties` may be objects or JSON texts.

    Raises:
        ModelError: a column is missing or unknown, or a cell makes no sense; with its row.
    """
    absent = [name for name in REQUIRED if name not in frame.columns]
    known = {*REQUIRED, *TEXTS, *TIMES, *COUNTS, *_OTHERS}
    strange = [str(name) for name in frame.columns if name not in known]
    if absent or strange:
        raise ModelError(
            f"column {absent[0]!r} is missing" if absent else f"unknown column {strange[0]!r}",
            where="rows to score",
            remedy="a desk's own fields go into `attributes`",
        )
    records = frame.astype(object).to_dict(orient="records")
    return tuple(_row(i, {str(k): v for k, v in r.items()}) for i, r in enumerate(records))


_OTHERS: Final = (
    "pinned", "excluded_agents", "customer_margin_90d", "parties", "attributes",
    "candidate_agent_id",
)  # fmt: skip


def frame_of(as_of: datetime, tickets: Sequence[Ticket]) -> pd.DataFrame:
    """Tickets as rows that `asked` reads back: what is not known is absent or missing.

    `attributes` and `parties` are JSON texts; a column that no ticket fills is left out.
    """
    records = [_cells(as_of, ticket) for ticket in tickets]
    names = [
        n for n in (*REQUIRED, *TEXTS, *TIMES, *COUNTS, *_OTHERS) if any(n in r for r in records)
    ]
    return pd.DataFrame([{name: r.get(name) for name in names} for r in records], columns=names)


def _cells(as_of: datetime, ticket: Ticket) -> dict[str, object]:
    cells: dict[str, object] = {"as_of": as_of.isoformat()}
    for name in ("ticket_id", "category", "state", *TEXTS):
        cells[name] = getattr(ticket, name)
    for name in ("created_at", *TIMES):
        moment = getattr(ticket, name)
        cells[name] = None if moment is None else moment.isoformat()
    for name in (*COUNTS, "customer_margin_90d"):
        number = getattr(ticket, name)
        cells[name] = None if number is None else float(number)
    if ticket.attributes:
        cells["attributes"] = orjson.dumps(dict(ticket.attributes)).decode()
    if ticket.parties is not None:
        cells["parties"] = orjson.dumps([asdict(p) for p in ticket.parties]).decode()
    return {name: value for name, value in cells.items() if value is not None}


def _row(number: int, cells: Mapping[str, Any]) -> Asked:
    given = {name: value for name, value in cells.items() if not _blank(value)}

    def read(name: str, how: Callable[[Any], Any]) -> Any:  # noqa: ANN401  # as `how` gives
        if name not in given:
            return None
        try:
            return how(given[name])
        except (ValueError, TypeError, AttributeError) as error:
            raise ModelError(
                f"{name} makes no sense: {given[name]!r}", where=f"row {number}: {error}"
            ) from error

    empty = [name for name in REQUIRED if name not in given]
    if empty:
        raise ModelError(f"{empty[0]} is missing", where=f"row {number}")
    ticket = Ticket(
        ticket_id=str(given["ticket_id"]),
        category=str(given["category"]),
        created_at=read("created_at", instant),
        state=read("state", _state),
        **{name: read(name, str) for name in TEXTS},
        **{name: read(name, instant) for name in TIMES},
        **{name: read(name, _count) for name in COUNTS},
        customer_margin_90d=read("customer_margin_90d", float),
        parties=read("parties", _parties),
        attributes=read("attributes", _object) or {},
    )
    return Asked(read("as_of", instant), ticket, read("candidate_agent_id", str))


def _blank(value: object) -> bool:
    if value is None or value is pd.NaT or value is pd.NA:
        return True
    return isinstance(value, float | np.floating) and bool(np.isnan(value))


def instant(value: Any) -> datetime:  # noqa: ANN401  # a text or any datetime
    """A time with an offset, from a datetime or an RFC 3339 text.

    >>> instant("2026-03-02T10:05:00+08:00").isoformat()
    '2026-03-02T10:05:00+08:00'
    """
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if isinstance(moment, pd.Timestamp):
        moment = moment.to_pydatetime(warn=False)
    if not isinstance(moment, datetime):
        raise TypeError("not a time")
    if moment.tzinfo is None:
        raise ValueError("a time needs an offset, as in +08:00")
    return moment


def _state(value: Any) -> str:  # noqa: ANN401  # a cell
    if value not in TICKET_STATES:
        raise ValueError(f"one of {', '.join(TICKET_STATES)}")
    return str(value)


def _count(value: Any) -> int:  # noqa: ANN401  # a cell
    number = float(value)
    if number < 0 or not number.is_integer():
        raise ValueError("a count is a whole number")
    return int(number)


def _object(value: Any) -> dict[str, Any]:  # noqa: ANN401  # a cell
    found = orjson.loads(value) if isinstance(value, str | bytes) else value
    if not isinstance(found, Mapping):
        raise TypeError("not an object")
    return {str(name): cell for name, cell in found.items() if not _blank(cell)}


def _parties(value: Any) -> tuple[Party, ...]:  # noqa: ANN401  # a cell
    found = orjson.loads(value) if isinstance(value, str | bytes) else value
    parties = []
    for entry in found:
        times = {
            name: None if _blank(entry.get(name)) else instant(entry[name])
            for name in ("requested_at", "due_at", "done_at")
        }
        parties.append(Party(party=str(entry["party"]), **times))
    return tuple(parties)

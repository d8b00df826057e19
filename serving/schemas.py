"""The door: bytes in, a snapshot out, or the list of what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from features.errors import SnapshotError
from features.snapshot import Agent, Party, Snapshot, Ticket, Window
from model.dispatch import Options
from serving.answering import refresh_answer
from serving.requests import (
    AgentIn,
    Envelope,
    Fault,
    OptionsIn,
    RefreshIn,
    ScoreIn,
    TicketIn,
    faults_in,
)

__all__ = [
    "MAX_FAULTS", "InvalidBodyError", "NotJsonError", "parse_refresh", "parse_score",
    "refresh_answer",
]  # fmt: skip

MAX_FAULTS = 100
MAX_VALUES = 2_500_000
"""In one body, 13 bytes each in the largest; a hostile one packs six times as many, and each
fills up to 240 bytes of memory while it is read."""
_NO_OPTIONS = OptionsIn.model_validate({})


class NotJsonError(SnapshotError):
    """The body is not JSON at all (HTTP 400)."""


class InvalidBodyError(SnapshotError):
    """The body is JSON but not the contract's (HTTP 422): `faults`, at most `MAX_FAULTS`."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        first = faults[0]
        super().__init__(
            f"{len(faults)} fault{'s' if len(faults) > 1 else ''} in the body, "
            f"the first: {first.reason}",
            where=first.pointer or "/",
            remedy="mend what `errors` lists and send it again",
            zh=f"请求体有 {len(faults)} 处错误，第一处：{first.said.zh}（{first.pointer or '/'}）；"
            "请按 errors 逐项改正后重发",
        )


def parse_refresh(body: bytes) -> tuple[Snapshot, Options]:
    """The snapshot and options of a refresh body (`RefreshIn`).

    Raises:
        NotJsonError: not UTF-8 JSON, nested too deep, or with NaN or infinities.
        InvalidBodyError: JSON, but with the faults listed.

    >>> snapshot, options = parse_refresh(
    ...     b'{"as_of": "2026-03-02T10:05:00+08:00", "tickets": [{"ticket_id": "T1",'
    ...     b' "category": "late", "created_at": "2026-03-01T09:00:00+08:00",'
    ...     b' "state": "unassigned"}]}')
    >>> snapshot.tickets[0].ticket_id, snapshot.complete, options.top_k
    ('T1', True, 3)
    """
    return _parsed(RefreshIn, body, complete=True)


def parse_score(body: bytes) -> tuple[Snapshot, Options]:
    """As `parse_refresh`, of a score body: these need not be all open tickets."""
    return _parsed(ScoreIn, body, complete=False)


def _parsed(
    shape: type[RefreshIn | ScoreIn], body: bytes, *, complete: bool
) -> tuple[Snapshot, Options]:
    # nesting is bounded, so the commas tell; a shorter body cannot have as many
    if len(body) > MAX_VALUES and body.count(b",") > MAX_VALUES:
        raise InvalidBodyError(
            (Fault("", f"more than {MAX_VALUES} values", f"超过 {MAX_VALUES} 个值"),)
        )
    try:
        read = shape.model_validate_json(body)
    except ValidationError as error:
        raise _fault(error, body) from None
    snapshot = Snapshot(
        as_of=read.as_of,
        tickets=tuple([_ticket(t) for t in read.tickets]),
        agents=tuple([_agent(a) for a in read.agents or ()]),
        complete=complete,
    )
    o = read.options or _NO_OPTIONS
    return snapshot, Options(o.top_k, o.explain, o.deadline_ms, o.ruled_out)


def _fault(error: ValidationError, body: bytes) -> SnapshotError:
    """Why the quick reading stopped: the slow reading lists the faults, item by item."""
    try:
        tree = from_json(body, allow_inf_nan=False)
    except ValueError as not_json:
        return NotJsonError(str(not_json)[:200], where="body", remedy="send RFC 8259 JSON in UTF-8")
    faults = tuple(islice(_faults(tree), MAX_FAULTS))
    # A fault that only the quick reading sees must still be told, never taken for none.
    return InvalidBodyError(faults or tuple(islice(faults_in(error), MAX_FAULTS)))


_ITEMS: tuple[tuple[str, TypeAdapter[Any]], ...] = (
    ("tickets", TypeAdapter(TicketIn)),
    ("agents", TypeAdapter(AgentIn)),
)


def _faults(tree: object) -> Iterator[Fault]:
    yield from _failing(Envelope.model_validate, tree)
    if not isinstance(tree, dict):
        return
    for name, adapter in _ITEMS:
        items = tree.get(name)
        for index, item in enumerate(items if isinstance(items, list) else ()):
            yield from _failing(adapter.validate_python, item, (name, index))


def _failing(
    validate: Callable[[Any], object], value: object, prefix: tuple[str | int, ...] = ()
) -> Iterator[Fault]:
    try:
        validate(value)
    except ValidationError as error:
        yield from faults_in(error, prefix)


def _some(words: list[str] | None) -> tuple[str, ...] | None:
    return None if words is None else tuple(words)


def _ticket(t: TicketIn) -> Ticket:
    return Ticket(
        ticket_id=t.ticket_id,
        category=t.category,
        created_at=t.created_at,
        state=t.state,
        customer_id=t.customer_id,
        subcategory=t.subcategory,
        region=t.region,
        channel=t.channel,
        priority=t.priority,
        language=t.language,
        due_at=t.due_at,
        state_since=t.state_since,
        agent_id=t.agent_id,
        assigned_at=t.assigned_at,
        pinned=bool(t.pinned),
        excluded_agents=tuple(t.excluded_agents or ()),
        reassignments=t.reassignments,
        reopenings=t.reopenings,
        contacts_72h=t.contacts_72h,
        customer_margin_90d=t.customer_margin_90d,
        customer_level=t.customer_level,
        text=t.text,
        parties=None
        if t.parties is None
        else tuple([Party(p.party, p.requested_at, p.due_at, p.done_at) for p in t.parties]),
        attributes=t.attributes or {},
    )


def _agent(a: AgentIn) -> Agent:
    return Agent(
        agent_id=a.agent_id,
        status=a.status,
        team=a.team,
        tier=a.tier,
        region=a.region,
        languages=_some(a.languages),
        skills=_some(a.skills),
        capacity=a.capacity,
        availability=None
        if a.availability is None
        else tuple([Window(w.start, w.end) for w in a.availability]),
        queue=_some(a.queue),
        working_on=a.working_on,
        joined_at=a.joined_at,
        skills_sent="skills" in a.model_fields_set,
    )

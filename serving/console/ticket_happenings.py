"""What happened to a ticket, one thing after the other: as events tell it, or as it was sent."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from features.history import History
from features.picture import moment_of
from features.stream import MICRO, NEVER, Ints
from serving.console.clock import day_and_time
from serving.console.plan import Json
from serving.console.record import seconds_of

KINDS: Final[Mapping[str, str]] = {
    "ticket.created": "arrived",
    "ticket.updated": "changed",
    "ticket.assigned": "given",
    "ticket.unassigned": "taken_away",
    "ticket.state": "now_state",
    "ticket.contact": "contacted",
    "ticket.escalated": "escalated",
    "ticket.resolved": "resolved",
    "ticket.reopened": "opened_again",
    "ticket.closed": "put_away",
}
"""Event types of a ticket, and the page's words for them."""
LOOKS: Final[Mapping[str, str]] = {
    "unassigned": "idle",
    "assigned": "given",
    "in_progress": "working",
    "paused": "waiting",
    "waiting_customer": "waiting",
    "internal_collaboration": "waiting",
    "returned": "idle",
    "reopened": "idle",
    "closed": "done",
}
"""States, and the class that colours them: nobody works on it, somebody will, does, cannot, did."""
MOST_TOLD: Final = 300
"""Events that are listed, the last ones; the strip draws all."""
_ASKED: Final = ("type", "channel", "state", "party", "attributes")


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened at `at` (seconds since 1970).

    `kind` is a word of the page, `state` that of a state it brought, `about` the channel it came
    by or who was asked, `own` further facts in the desk's own words; `agent_id` who got the ticket,
    or who lost it.
    """

    at: float
    kind: str
    about: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    agent_id: str | None = None
    state: str | None = None

    @property
    def look(self) -> str:
        """The class of its state's colour."""
        return LOOKS.get(self.state or "", "")


def events_told(history: History, rows: Ints, now: datetime) -> Iterator[Happening]:
    """The events of one ticket's timeline `rows`, in order, the last `MOST_TOLD` of them."""
    line, rows = history.timeline, rows[-MOST_TOLD:]
    records = history.ledger.pile.rows(line.event[rows], _ASKED).to_dict("records")
    for record, row in zip(records, rows.tolist(), strict=True):
        kind = KINDS[record["type"]]
        holder = {"given": row, "taken_away": row - 1}.get(kind)
        yield Happening(
            at=int(line.time[row]) / MICRO,
            kind=kind,
            about=tuple(_about(record)),
            own=tuple(_changes(history, row, now)) if kind == "changed" else (),
            agent_id=None if holder is None else _name(history, "agent", holder),
            state=_text(record["state"]) if kind == "now_state" else None,
        )


def sent_told(sent: Json) -> Iterator[Happening]:
    """The moments that a ticket as it was sent names, in no order."""
    for name, kind in (("created_at", "arrived"), ("assigned_at", "given")):
        moment = seconds_of(sent.get(name))
        if moment is not None:
            agent = sent.get("agent_id") if kind == "given" else None
            about = tuple(_given(sent.get("channel"))) if kind == "arrived" else ()
            yield Happening(moment, kind, about, agent_id=agent)
    since = seconds_of(sent.get("state_since"))
    if since is not None and sent["state"] not in ("unassigned", "assigned"):
        yield Happening(since, "now_state", state=sent["state"])
    for party in sent.get("parties") or ():
        for name, kind in (("requested_at", "asked"), ("done_at", "answered")):
            moment = seconds_of(party.get(name))
            if moment is not None:
                yield Happening(moment, kind, (party["party"],))


def _about(record: Mapping[Hashable, Any]) -> Iterator[str]:
    """By which channel, or who was asked or told: codes that mostly have words."""
    kind = record["type"]
    if kind in ("ticket.created", "ticket.contact"):
        yield from _given(record["channel"])
    if kind == "ticket.state":
        yield from _given(record["party"])
    if kind == "ticket.escalated":
        yield from _given(_object(record["attributes"]).get("to"))


def _changes(history: History, row: int, now: datetime) -> Iterator[str]:
    """What a change of a ticket's fields made of category, priority and promised time."""
    line = history.timeline
    if line.ticket[row - 1] != line.ticket[row]:  # nothing came before it
        return
    for name in ("category", "priority"):
        if line.facts[name][row] != line.facts[name][row - 1]:
            yield from _given(_name(history, name, row))
    due = int(line.facts["due"][row])
    if due not in (NEVER, int(line.facts["due"][row - 1])):
        yield f"→ {day_and_time(moment_of(due), now.tzinfo)}"


def _name(history: History, of: str, row: int) -> str | None:
    """The name of a fact after a timeline row; of an agent, who had the ticket."""
    code = history.timeline.facts["owner" if of == "agent" else of][[row]]
    return _text(history.names[of].names(code)[0])


def _given(value: object) -> Iterator[str]:
    text = _text(value)
    if text:
        yield text


def _text(value: object) -> str | None:
    """A text of a frame's cell; None where it is missing."""
    return value if isinstance(value, str) else None


def _object(text: object) -> Json:
    """The attributes of an event, which lie there as JSON."""
    found: Json = orjson.loads(text) if isinstance(text, str) else {}
    return found

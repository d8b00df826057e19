"""The life of one ticket: what happened, who had it and in which state, up to the present.

Read from the desk's history; of a ticket that the history does not know, from what was sent.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

import numpy as np
import orjson

from features.history import History
from features.picture import moment_of
from features.stream import MICRO, NEVER, Ints
from features.timeline import STATUSES, Timeline

Json = Mapping[str, Any]

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
CLOSED: Final = "closed"
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


@dataclass(frozen=True, slots=True)
class Spell:
    """Over `[begin, end)` (seconds since 1970) the ticket was with `name`, or in that state."""

    begin: float
    end: float
    name: str


@dataclass(frozen=True, slots=True)
class Life:
    """A ticket from its arrival to its end, or to the present of the desk.

    `owners` name agents, the empty name nobody; `states` name states. `due` is the promised time,
    None without one. `told` says whether events were there to tell it; `facts` is what they say of
    the ticket now: category, channel and the like.
    """

    happenings: tuple[Happening, ...]
    owners: tuple[Spell, ...]
    states: tuple[Spell, ...]
    due: float | None
    told: bool
    facts: Mapping[str, str]

    @property
    def begin(self) -> float:
        """When it arrived."""
        return self.states[0].begin

    @property
    def end(self) -> float:
        """When it was closed, else the present."""
        last = self.states[-1]
        return last.begin if last.name == CLOSED else last.end

    @property
    def state(self) -> str:
        """The state it is in."""
        return self.states[-1].name

    @property
    def owner(self) -> str:
        """Who has it, or had it last; empty for nobody."""
        return self.owners[-1].name


def of_history(history: History, ticket_id: str, now: datetime) -> Life | None:
    """The life that the events tell up to `now`; None where they do not know the ticket."""
    (code,) = history.names["ticket"].codes([ticket_id])
    now_us = round(now.timestamp() * MICRO)
    stream = history.stream("event", "ticket")
    begin, end = stream.span(np.array([code]), np.array([now_us]))
    rows = stream.rows[begin[0] : end[0]]
    if not rows.size:
        return None
    line, names = history.timeline, history.names
    time, status, owner = line.time[rows], line.facts["status"][rows], line.facts["owner"][rows]
    due, ends = int(line.facts["due"][rows[-1]]), now_us / MICRO
    named = ("category", "subcategory", "region", "channel", "priority", "customer")
    facts = {name: names[name].names(line.facts[name][rows[-1:]])[0] for name in named}
    return Life(
        happenings=tuple(_told(history, line, rows[-MOST_TOLD:], now)),
        owners=_spells(time, owner, names["agent"].names(owner).tolist(), ends),
        states=_spells(time, status, [STATUSES[code] for code in status], ends),
        due=None if due == NEVER else due / MICRO,
        told=True,
        facts={name: value for name, value in facts.items() if value is not None},
    )


def of_sent(sent: Json, now: datetime) -> Life:
    """The life that a ticket as it was sent tells: of what came between it says little."""
    begin, ends = _seconds(sent, "created_at"), now.timestamp()
    first = Spell(begin or ends, ends, "unassigned")
    life = Life(
        happenings=tuple(sorted(_sent_happenings(sent), key=lambda each: each.at)),
        owners=(replace(first, name=""),),
        states=(first,),
        due=None,
        told=False,
        facts={},
    )
    return brought_up(life, sent, now)


def brought_up(life: Life, sent: Json, now: datetime) -> Life:
    """The life with what the ticket system said last, which may know more than the events."""
    due, state, owner = _seconds(sent, "due_at"), sent["state"], sent.get("agent_id") or ""
    given, since = _seconds(sent, "assigned_at"), _seconds(sent, "state_since")
    known = owner or state == "unassigned"  # an owner who is not sent is what the events say
    ends = now.timestamp()
    return replace(
        life,
        due=life.due if due is None else due,
        states=_until(life.states, Spell(since or given or ends, ends, state)),
        owners=_until(life.owners, Spell(given or since or ends, ends, owner))
        if known
        else life.owners,
    )


def _until(spells: tuple[Spell, ...], last: Spell) -> tuple[Spell, ...]:
    """The spells, and one more where the last is another; it begins no sooner than theirs."""
    if spells[-1].name == last.name:
        return spells
    begin = min(max(last.begin, spells[-1].begin), last.end)
    before = replace(spells[-1], end=begin)
    kept = spells[:-1] if begin == before.begin else (*spells[:-1], before)
    return (*kept, replace(last, begin=begin))


def _spells(time: Ints, codes: Ints, names: Sequence[str | None], ends: float) -> tuple[Spell, ...]:
    """What lasted: one spell for each run of one code."""
    first = np.flatnonzero(np.diff(codes, prepend=-2)).tolist()
    begins = [*(time[first] / MICRO).tolist(), ends]
    return tuple(
        Spell(begin, end, names[row] or "")
        for row, (begin, end) in zip(first, pairwise(begins), strict=True)
    )


def _told(history: History, line: Timeline, rows: Ints, now: datetime) -> Iterator[Happening]:
    """The events of timeline rows, in order."""
    records = history.ledger.pile.rows(line.event[rows], _ASKED).to_dict("records")
    for record, row in zip(records, rows.tolist(), strict=True):
        kind = KINDS[record["type"]]
        holder = {"given": row, "taken_away": row - 1}.get(kind)
        yield Happening(
            at=int(line.time[row]) / MICRO,
            kind=kind,
            about=tuple(_about(record)),
            own=tuple(_changes(history, line, row, now)) if kind == "changed" else (),
            agent_id=None if holder is None else _name(history, line, "agent", holder),
            state=_text(record["state"]) if kind == "now_state" else None,
        )


def _name(history: History, line: Timeline, of: str, row: int) -> str | None:
    """The name of a fact after a timeline row; of an agent, who had the ticket."""
    code = line.facts["owner" if of == "agent" else of][[row]]
    return _text(history.names[of].names(code)[0])


def _about(record: Mapping[Hashable, Any]) -> Iterator[str]:
    """By which channel, or who was asked or told: codes that mostly have words."""
    kind = record["type"]
    if kind in ("ticket.created", "ticket.contact"):
        yield from _given(record["channel"])
    if kind == "ticket.state":
        yield from _given(record["party"])
    if kind == "ticket.escalated":
        yield from _given(_object(record["attributes"]).get("to"))


def _changes(history: History, line: Timeline, row: int, now: datetime) -> Iterator[str]:
    """What a change of a ticket's fields made of category, priority and promised time."""
    if line.ticket[row - 1] != line.ticket[row]:
        return
    for name in ("category", "priority"):
        if line.facts[name][row] != line.facts[name][row - 1]:
            yield from _given(_name(history, line, name, row))
    due = int(line.facts["due"][row])
    if due not in (NEVER, int(line.facts["due"][row - 1])):
        yield f"→ {moment_of(due).astimezone(now.tzinfo):%m-%d %H:%M}"


def _sent_happenings(sent: Json) -> Iterator[Happening]:
    for name, kind in (("created_at", "arrived"), ("assigned_at", "given")):
        moment = _seconds(sent, name)
        if moment is not None:
            agent = sent.get("agent_id") if kind == "given" else None
            about = tuple(_given(sent.get("channel"))) if kind == "arrived" else ()
            yield Happening(moment, kind, about, agent_id=agent)
    since = _seconds(sent, "state_since")
    if since is not None and sent["state"] not in ("unassigned", "assigned"):
        yield Happening(since, "now_state", state=sent["state"])
    for party in sent.get("parties") or ():
        for name, kind in (("requested_at", "asked"), ("done_at", "answered")):
            moment = _seconds(party, name)
            if moment is not None:
                yield Happening(moment, kind, (party["party"],))


def _seconds(sent: Json, name: str) -> float | None:
    said = sent.get(name)
    return None if said is None else datetime.fromisoformat(said).timestamp()


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

"""The life of one ticket up to the present: who had it, in which state, and what happened.

Read from the desk's history; of a ticket that the history does not know, from what was sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Final

import numpy as np

from features.history import History
from features.stream import MICRO, NEVER, Ints
from features.timeline import STATUSES
from serving.console.plan import Json
from serving.console.record import seconds_of
from serving.console.ticket_happenings import Happening, events_told, sent_told

CLOSED: Final = "closed"


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
        happenings=tuple(events_told(history, rows, now)),
        owners=_spells(time, owner, names["agent"].names(owner).tolist(), ends),
        states=_spells(time, status, [STATUSES[code] for code in status], ends),
        due=None if due == NEVER else due / MICRO,
        told=True,
        facts={name: value for name, value in facts.items() if value is not None},
    )


def of_sent(sent: Json, now: datetime) -> Life:
    """The life that a ticket as it was sent tells: of what came between it says little."""
    begin, ends = seconds_of(sent.get("created_at")), now.timestamp()
    first = Spell(begin or ends, ends, "unassigned")
    life = Life(
        happenings=tuple(sorted(sent_told(sent), key=lambda each: each.at)),
        owners=(replace(first, name=""),),
        states=(first,),
        due=None,
        told=False,
        facts={},
    )
    return brought_up(life, sent, now)


def brought_up(life: Life, sent: Json, now: datetime) -> Life:
    """The life with what the ticket system said last, which may know more than the events."""
    due, state, owner = seconds_of(sent.get("due_at")), sent["state"], sent.get("agent_id") or ""
    given, since = seconds_of(sent.get("assigned_at")), seconds_of(sent.get("state_since"))
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

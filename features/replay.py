"""The desk at a past moment, put together from its history as a ticket system would send it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Final

import numpy as np
import pandas as pd

from features.attributes import Attribute
from features.errors import SnapshotError
from features.events import AGENT_STATUSES
from features.history import History
from features.ledger import UNKNOWN_CATEGORY
from features.picture import TICKET_ATTRIBUTES, micros_of, moment_of
from features.snapshot import Agent, AttributeValue, Party, Snapshot, Ticket, Window
from features.stream import DAY, NEVER, Ints
from features.timeline import STATUS, STATUSES
from features.view import TicketView, capacity_of, tickets_at

ACTIVE_DAYS: Final = 30
"""Who was given no ticket for this long is not listed, unless they still hold one."""


def snapshot_at(
    history: History, at: datetime, *, texts: pd.Series | None = None, zone: tzinfo = UTC
) -> Snapshot:
    """All open tickets and all active agents as the history knew them at `at`.

    A capacity that the desk never stated is the most tickets that the agent ever held at
    once. `texts` (complaint text by ticket id) go into the tickets where given;
    times are written in `zone`.

    Raises:
        SnapshotError: nothing had happened by then.
    """
    moment = micros_of(at)
    begin, _ = history.span
    if begin == NEVER or moment < begin:
        raise SnapshotError(
            f"the history begins after {at.isoformat()}",
            where="--at",
            remedy="ask for a moment inside the log" if begin != NEVER else "the log is empty",
        )
    everyone = np.arange(len(history.names["ticket"]))
    view = tickets_at(history, everyone, np.full(everyone.size, moment))
    known = history.row(everyone, view.at) >= 0
    rows = np.flatnonzero(known & (view.status != STATUS["closed"]))
    agents = past_agents(history, _active(history, moment, view.owner[rows]), moment, zone)
    return Snapshot(at.astimezone(zone), _tickets(history, view, rows, texts, zone), agents)


def instant(micros: int, zone: tzinfo) -> datetime | None:
    """A time of the history in a zone; None for what has not happened."""
    return None if micros == NEVER else moment_of(int(micros)).astimezone(zone)


def _tickets(
    history: History, view: TicketView, rows: Ints, texts: pd.Series | None, zone: tzinfo
) -> tuple[Ticket, ...]:
    names = history.names
    ids = names["ticket"].names(view.ticket[rows])
    owners = names["agent"].names(view.owner[rows])
    named = {name: names[name].names(codes[rows]) for name, codes in view.named.items()}
    said = {} if texts is None else texts.reindex(pd.Index(ids)).dropna().to_dict()
    parties = party_at(history, view, zone)

    def ticket(place: int, row: int) -> Ticket:
        own = _attributes(view, row)
        level, language = (own.pop(name, None) for name in TICKET_ATTRIBUTES)
        times = {name: instant(column[row], zone) for name, column in view.times.items()}
        margin = view.margin_90d[row]
        return Ticket(
            ticket_id=str(ids[place]),
            category=named["category"][place] or UNKNOWN_CATEGORY,
            created_at=times["created"] or moment_of(int(view.at[row])),
            state=STATUSES[view.status[row]],
            customer_id=named["customer"][place],
            subcategory=named["subcategory"][place],
            region=named["region"][place],
            channel=named["channel"][place],
            priority=named["priority"][place],
            language=None if language is None else str(language),
            due_at=times["due"],
            state_since=times["state_since"],
            agent_id=owners[place],
            assigned_at=times["assigned_at"],
            reassignments=int(view.reassignments[row]),
            reopenings=int(view.reopenings[row]),
            contacts_72h=int(view.contacts_72h[row]),
            customer_margin_90d=None if np.isnan(margin) else float(margin),
            customer_level=None if level is None else str(level),
            text=said.get(str(ids[place])),
            parties=parties(int(row)),
            attributes=own,
        )

    return tuple(ticket(place, row) for place, row in enumerate(rows))


def _attributes(view: TicketView, row: int) -> dict[str, AttributeValue]:
    own = {name: _value(column, row) for name, column in view.attributes.items()}
    return {name: value for name, value in own.items() if value is not None}


def _value(column: Attribute, row: int) -> AttributeValue:
    value = column.values[row]
    if column.names is None:
        return None if np.isnan(value) else float(value)
    return None if value < 0 else str(column.names.index[int(value)])


def party_at(
    history: History, view: TicketView, zone: tzinfo
) -> Callable[[int], tuple[Party, ...] | None]:
    """For a row of the view the department that is asked, None where none is."""
    line = history.timeline
    last = history.row(view.ticket, view.at)
    asked = view.times["party_since"]
    codes = line.facts["party"][last] if len(line) else last
    names = history.names["party"].names(codes)

    def parties(row: int) -> tuple[Party, ...] | None:
        since = instant(asked[row], zone)
        if since is None:
            return None
        return (Party(names[row] or "unknown", since, instant(view.times["party_due"][row], zone)),)

    return parties


def _active(history: History, moment: int, owners: Ints) -> Ints:
    """Agents who were given a ticket or spoken of lately, or who hold one."""
    codes = np.arange(len(history.names["agent"]))
    at = np.full(codes.size, moment)
    given = history.count("assignment", "agent", codes, at, ACTIVE_DAYS * DAY) > 0
    spoken_of = history.staff.stream.count(codes, at, ACTIVE_DAYS * DAY) > 0
    return np.flatnonzero(given | spoken_of | np.isin(codes, owners)).astype(np.int64)


def past_agents(history: History, agents: Ints, moment: int, zone: tzinfo) -> tuple[Agent, ...]:
    """The agents (codes) as the history last described them at a moment."""
    staff, at = history.staff, np.full(agents.size, moment)
    rows = staff.row(agents, at)
    labels = {name: staff.labels(name, rows) for name in ("team", "region", "skills", "languages")}
    tier, capacity = staff.numbers("tier", rows), capacity_of(history, agents, at)
    ends = staff.times("shift_end", rows)
    names = history.names["agent"].names(agents)

    def agent(place: int) -> Agent:
        said = rows[place] >= 0
        status = AGENT_STATUSES[staff.status[rows[place]]] if said else "available"
        return Agent(
            agent_id=str(names[place]),
            status=status,
            team=labels["team"][place],
            tier=None if np.isnan(tier[place]) else int(tier[place]),
            region=labels["region"][place],
            languages=_listed(labels["languages"][place]),
            skills=_listed(labels["skills"][place]),
            capacity=None if np.isnan(capacity[place]) else int(capacity[place]),
            availability=_shift(moment, int(ends[place]), status, zone),
            skills_sent=labels["skills"][place] is not None,
        )

    return tuple(agent(place) for place in range(agents.size))


def _listed(joined: str | None) -> tuple[str, ...] | None:
    """A comma-joined list of an event's attributes; None stays None (any)."""
    return None if joined is None else tuple(part for part in joined.split(",") if part)


def _shift(moment: int, end: int, status: str, zone: tzinfo) -> tuple[Window, ...] | None:
    if end == NEVER or end <= moment or status == "offline":
        return None
    return (Window(moment_of(moment).astimezone(zone), moment_of(end).astimezone(zone)),)

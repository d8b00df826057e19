"""Scores of several requests at once: requests about the same desk are one desk with more tickets.

A score says how each ticket is as it stands, and no ticket of an incomplete snapshot weighs on
another. So the tickets of requests that name the same moment, agents and options can be looked at
together, which takes little longer than one of them alone: most of that time goes into beginning.
Each request is screened by itself and gets the sheet that it would get by itself, to the byte.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Final, NamedTuple

from features.snapshot import Agent, Snapshot
from model import dispatch
from model.deadline import Clock
from model.decision import ScoreSheet
from model.dispatch import Desk, Options
from model.policy import Policy
from model.screen import Screened, screen

MOST_TICKETS: Final = 256
"""Tickets looked at together: nobody waits long for the others."""
PATIENT_MS: Final = 1_000.0
"""Whoever wants an answer sooner than that does not wait for others at all."""

Asked = tuple[Snapshot, Options]


class _Kind(NamedTuple):
    """What must be equal. `worded` are the attributes that hold a text in some ticket.

    A desk's own column that the history does not know is one of texts where any value is one, so
    requests that would make different columns of it are kept apart.
    """

    as_of: datetime
    zone: tzinfo | None
    worded: frozenset[str]
    options: Options
    agents: tuple[Agent, ...]


@dataclass(slots=True)
class _Group:
    """Requests to be looked at together: their places among all, and what the screen left."""

    kind: _Kind
    places: list[int]
    screened: list[Screened]
    ids: set[str]

    def takes(self, kind: _Kind, ids: set[str]) -> bool:
        """Whether a request fits: the same kind, none of its tickets here already, and room."""
        small = len(self.ids) + len(ids) <= MOST_TICKETS
        return small and kind == self.kind and self.ids.isdisjoint(ids)


def scores(
    desk: Desk, asked: Sequence[Asked], clock: Clock = time.perf_counter
) -> list[ScoreSheet]:
    """The sheet of each request, what `dispatch.score` gives for it alone.

    Raises:
        SnapshotError: one of the snapshots cannot be used at all.
    """
    found: dict[int, ScoreSheet] = {}
    for group in _groups(desk.policy, asked):
        if len(group.places) > 1:
            found.update(zip(group.places, _together(desk, group, clock), strict=True))
    for place, (snapshot, options) in enumerate(asked):
        if place not in found:
            found[place] = dispatch.score(desk, snapshot, options, clock)
    return [found[place] for place in range(len(asked))]


def _groups(policy: Policy, asked: Sequence[Asked]) -> Iterator[_Group]:
    groups: list[_Group] = []
    for place, (snapshot, options) in enumerate(asked):
        if not _may_share(policy, snapshot, options):
            continue
        screened = screen(snapshot)
        kind, ids = _kind(screened, options), {t.ticket_id for t in screened.snapshot.tickets}
        for group in groups:
            if group.takes(kind, ids):
                group.places.append(place)
                group.screened.append(screened)
                group.ids |= ids
                break
        else:
            groups.append(_Group(kind, [place], [screened], ids))
    yield from groups


def _may_share(policy: Policy, snapshot: Snapshot, options: Options) -> bool:
    """Whether other tickets can change nothing.

    On a complete snapshot they are the backlog. Of more agents than a shortlist holds, those
    looked at are drawn by the row of the ticket (`model.shortlist`).
    """
    few = len(snapshot.agents) <= max(policy.candidates_per_ticket, 2 * options.top_k)
    return few and not snapshot.complete and options.deadline_ms >= PATIENT_MS


def _kind(screened: Screened, options: Options) -> _Kind:
    clean = screened.snapshot
    worded = frozenset(
        name
        for ticket in clean.tickets
        for name, value in ticket.attributes.items()
        if isinstance(value, str)
    )
    return _Kind(clean.as_of, clean.as_of.tzinfo, worded, options, clean.agents)


def _together(desk: Desk, group: _Group, clock: Clock) -> Iterator[ScoreSheet]:
    """One sheet of all, dealt out again."""
    first = group.screened[0].snapshot
    everything = tuple(t for each in group.screened for t in each.snapshot.tickets)
    whole = dispatch.score(desk, replace(first, tickets=everything), group.kind.options, clock)
    of = {ticket.ticket_id: ticket for ticket in whole.tickets}
    for each in group.screened:
        yield replace(
            whole,
            tickets=tuple(of[ticket.ticket_id] for ticket in each.snapshot.tickets),
            rejected=each.rejected,
            agent_faults=each.agent_faults,
        )

"""What the hard rules read of a ticket: tickets alike in all of it share one profile."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from features.snapshot import Ticket
from model.columns import AT_WORK, SUGGESTION, Columns, Ints

ABOUT: Final = ("about_agent", "complaint_about")
"""Attributes of a ticket that name the agent whom the complaint is about."""


class Profile(NamedTuple):
    """What the rules read of a ticket.

    `region` is None unless demanded, `about` the agents complained about, `pinned_to` and
    `worked_by` the owner of a pinned ticket and of one that its owner works on now. `kept_by` is
    the owner who may keep a suggestion (started or pinned), `route` a row of `tiers.routes` or -1.
    """

    category: str
    tier: int
    route: int
    language: str | None
    region: str | None
    excluded: tuple[str, ...]
    about: tuple[str, ...]
    pinned_to: str | None
    worked_by: str | None
    kept_by: str | None


def profiles_of(tickets: tuple[Ticket, ...], columns: Columns) -> tuple[tuple[Profile, ...], Ints]:
    """The different profiles, and the profile of each ticket (n_t,)."""
    seen: dict[Profile, int] = {}
    tiers, routes = columns.tier.tolist(), columns.route.tolist()
    at_work = (columns.stage == AT_WORK).tolist()
    at = [
        seen.setdefault(_profile(t, tiers[i], routes[i], at_work[i], started), len(seen))
        for i, (t, started) in enumerate(zip(tickets, columns.started.tolist(), strict=True))
    ]
    return tuple(seen), np.array(at, dtype=np.int64)


def demands_region(ticket: Ticket) -> bool:
    """Whether only agents of the ticket's region may take it: its attribute `region_required`.

    True, 1 and the words "true" and "yes" demand it; a region alone does not, since most desks
    use it to describe the customer.
    """
    said = ticket.attributes.get("region_required")
    return said is True or said == 1 or str(said).strip().lower() in ("true", "yes")


def _profile(ticket: Ticket, tier: int, route: int, at_work: bool, started: bool) -> Profile:
    owner, attributes = ticket.agent_id, ticket.attributes
    keeps = tier == SUGGESTION and (started or ticket.pinned)
    about = {str(attributes[name]) for name in ABOUT if attributes.get(name) is not None}
    return Profile(
        category=ticket.category,
        tier=tier,
        route=route,
        language=ticket.language,
        region=ticket.region if demands_region(ticket) else None,
        excluded=tuple(sorted(ticket.excluded_agents)),
        about=tuple(sorted(about)),
        pinned_to=owner if ticket.pinned else None,
        worked_by=owner if at_work else None,
        kept_by=owner if keeps else None,
    )

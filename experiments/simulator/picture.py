"""The desk at one moment as its ticket system knows it: the same `Snapshot` the service takes."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from experiments.simulator.engine import Engine
from experiments.simulator.log import (
    contact_text,
    level_of,
    ticket_attributes,
    ticket_text,
)
from experiments.simulator.names import customer_id, ticket_id
from experiments.simulator.params import DAY_S
from experiments.simulator.state import CONTACT_WINDOW_S, Case
from experiments.simulator.world import World
from features.events import AGENT_STATUSES
from features.snapshot import Agent, Party, Snapshot, Ticket, Window

ROSTER_AHEAD_S = 2 * DAY_S
MARGIN_WINDOW_S = 90 * DAY_S
_FIELDS = ("customer_level", "language")


def picture(engine: Engine, contacts: dict[int, list[tuple[int, int, int]]]) -> Snapshot:
    """Every open ticket and every agent now; `contacts` as `note_contacts` keeps them."""
    cases = engine.open_cases()
    margins = _margins(engine.world, cases, engine.now)
    return Snapshot(
        as_of=moment(engine.world, engine.now),
        tickets=tuple(
            _ticket(engine, case, contacts, margin)
            for case, margin in zip(cases, margins, strict=True)
        ),
        agents=_agents(engine, cases),
        complete=True,
    )


def moment(world: World, second: int) -> datetime:
    """A second of the world as local time."""
    return world.params.start + timedelta(seconds=int(second))


def _optional(world: World, second: int) -> datetime | None:
    return moment(world, second) if second >= 0 else None


def _margins(world: World, cases: list[Case], now: int) -> list[float | None]:
    """Margin of each case's customer in `(now - 90 d, now]`; None if there never was any."""
    orders = world.orders
    live = slice(
        int(np.searchsorted(orders.time, now - MARGIN_WINDOW_S, side="right")),
        int(np.searchsorted(orders.time, now, side="right")),
    )
    total = np.bincount(orders.customer[live], orders.amount[live], len(world.customers))
    booked = np.bincount(orders.customer[: live.stop], minlength=len(world.customers)) > 0
    tickets = np.array([case.ticket for case in cases], np.int64)
    owners = world.complaints.customer[tickets]
    return [round(float(total[c]), 2) if booked[c] else None for c in owners]


def _ticket(
    engine: Engine,
    case: Case,
    contacts: dict[int, list[tuple[int, int, int]]],
    margin: float | None,
) -> Ticket:
    world, index = engine.world, case.ticket
    seen, params = world.complaints, world.params
    kind = params.categories[int(seen.category[index])]
    customer = int(seen.customer[index])
    attributes = ticket_attributes(world, index)
    said = contacts.get(customer, [])
    again = [number for _, ticket, number in said if ticket == index and number >= 0]
    profile = world.roster.profiles[case.agent] if case.agent >= 0 else None
    return Ticket(
        ticket_id=ticket_id(index),
        category=kind.code,
        subcategory=kind.subcategories[int(seen.subcategory[index])],
        created_at=moment(world, int(seen.time[index])),
        state=case.state,
        customer_id=customer_id(customer),
        region=params.regions[int(seen.region[index])][0],
        channel=params.channels[int(seen.channel[index])][0],
        priority="1" if case.escalated else str(int(seen.priority[index])),
        language="en" if seen.english[index] else "zh",
        due_at=moment(world, int(seen.due[index])),
        state_since=moment(world, case.since),
        agent_id=profile.agent_id if profile else None,
        assigned_at=_optional(world, case.assigned_at),
        reassignments=max(0, case.owners - 1),
        reopenings=case.reopenings,
        contacts_72h=sum(time > engine.now - CONTACT_WINDOW_S for time, _, _ in said),
        customer_margin_90d=margin,
        customer_level=level_of(world, customer),
        text="\n".join(
            [ticket_text(world, index), *(contact_text(world, index, n) for n in again)]
        ),
        parties=_parties(world, case),
        attributes={name: v for name, v in attributes.items() if name not in _FIELDS},
    )


def _parties(world: World, case: Case) -> tuple[Party, ...]:
    """The departments of the case's procedure: asked ones, then those still to be asked."""
    asked = [
        Party(
            part.party,
            moment(world, part.requested),
            moment(world, part.due),
            None if part.done is None else moment(world, part.done),
        )
        for part in case.parties
    ]
    return (*asked, *(Party(step.party, None, None, None) for step in case.unasked))


def _agents(engine: Engine, cases: list[Case]) -> tuple[Agent, ...]:
    world, now = engine.world, engine.now
    held: dict[int, list[Case]] = {}
    for case in cases:
        held.setdefault(case.agent, []).append(case)
    status = status_now(world, now)
    agents = []
    for i, profile in enumerate(world.roster.profiles):
        worker = engine.workers[i]
        current = [] if worker.current is None else [worker.current]
        others = sorted(worker.ready, key=worker.rank)
        first = {case.ticket for case in (*current, *others)}
        parked = [case for case in held.get(i, []) if case.ticket not in first]
        windows = world.roster.windows[i].between(now, now + ROSTER_AHEAD_S)
        agents.append(
            Agent(
                agent_id=profile.agent_id,
                status=status[i],
                team=profile.team.name,
                tier=profile.team.tier,
                region=world.params.regions[profile.region][0],
                languages=profile.languages,
                skills=profile.skills,
                capacity=profile.team.capacity,
                availability=tuple(Window(moment(world, a), moment(world, b)) for a, b in windows),
                queue=tuple(ticket_id(case.ticket) for case in (*current, *others, *parked)),
                working_on=ticket_id(current[0].ticket) if current else None,
                joined_at=moment(world, profile.joined_day * DAY_S),
            )
        )
    return tuple(agents)


def status_now(world: World, now: int) -> list[str]:
    """The status that each agent's last `agent.status` event told."""
    told = world.roster.statuses
    status = np.full(len(world.roster.profiles), AGENT_STATUSES.index("offline"))
    past = slice(0, int(np.searchsorted(told.time, now, side="right")))
    status[told.agent[past]] = told.status[past]  # of several the last one stays
    return [AGENT_STATUSES[code] for code in status]


def note_contacts(
    world: World, events: list[tuple[int, int, int]], book: dict[int, list[tuple[int, int, int]]]
) -> None:
    """Add (time, ticket, contact number or -1 for the complaint) under each customer."""
    for time, ticket, number in events:
        customer = int(world.complaints.customer[ticket])
        book.setdefault(customer, []).append((time, ticket, number))

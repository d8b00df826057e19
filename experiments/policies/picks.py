"""Who gets a new ticket: one rule a function, as desks without a plan have them."""

from __future__ import annotations

import zlib

import numpy as np

from experiments.policies.floor import LONG_AGO, Floor, Pick
from features.snapshot import Ticket
from model.columns import Ints
from model.score import score


def round_robin(floor: Floor) -> Pick:
    """The next one around the circle after whoever was given the last ticket."""

    def pick(_row: int, able: Ints) -> int:
        begun = bool((floor.last > LONG_AGO).any())
        last = int(floor.circle[np.argmax(floor.last)]) if begun else -1
        return _next(floor.circle, able, last)

    return pick


def least_loaded(floor: Floor) -> Pick:
    """Whoever is least full; of equals whoever holds fewer tickets, then the first by id."""

    def pick(_row: int, able: Ints) -> int:
        return int(able[np.lexsort((floor.held[able], floor.share[able]))[0]])

    return pick


def longest_idle(floor: Floor) -> Pick:
    """Whoever was given no ticket for longest; of equals whoever holds fewer, then by id.

    Telephone exchanges do this among agents with the skill (longest-idle-server-first); skills
    are a hard rule here, so all who may take the ticket have it.
    """

    def pick(_row: int, able: Ints) -> int:
        return int(able[np.lexsort((floor.held[able], floor.last[able]))[0]])

    return pick


def static_matrix(floor: Floor) -> Pick:
    """The next in turn of the cell: category × region, its agents around the circle.

    The roster of a cell are the agents of the ticket's region where one of them may take it,
    else all. The turn goes on after the owner of the cell's ticket that was given last; a cell
    without one begins at a place of its own, drawn from its name.
    """
    tickets = floor.snapshot.tickets
    turn: dict[tuple[str, str], int] = {}
    regions = np.array([agent.region for agent in floor.snapshot.agents], dtype=object)
    owner = floor.look.columns.owner
    for row in np.argsort(floor.given_us, kind="stable").tolist():
        if owner[row] >= 0:
            turn[_cell(tickets[row])] = int(floor.circle[owner[row]])

    def pick(row: int, able: Ints) -> int:
        ticket = tickets[row]
        cell = _cell(ticket)
        local = able[regions[able] == ticket.region] if ticket.region is not None else able
        start = zlib.crc32("|".join(cell).encode()) % len(floor.circle)
        chosen = _next(floor.circle, local if len(local) else able, turn.get(cell, start - 1))
        turn[cell] = int(floor.circle[chosen])
        return chosen

    return pick


def best_score(floor: Floor) -> Pick:
    """Whoever has the best four-dimension score, with the loads that the refresh began with."""
    dimensions, weights = floor.look.dimensions, floor.look.policy.weights

    def pick(row: int, able: Ints) -> int:
        scored = score(dimensions, np.full(len(able), row), able, weights)
        return int(able[np.argmax(scored)])

    return pick


def _next(circle: Ints, able: Ints, last: int) -> int:
    """The first of `able` after place `last` around the circle."""
    return int(able[np.argmin((circle[able] - last - 1) % len(circle))])


def _cell(ticket: Ticket) -> tuple[str, str]:
    return ticket.category, ticket.region or ""

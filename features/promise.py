"""A promise come nearer: what a frame would say of it if a ticket were begun some hours later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from features.history import History
from features.rhythm import working_hours_left
from features.stream import HOUR, NEVER, Floats, Ints
from features.urgency import due_share_left, hours_to_due
from features.view import TicketView

NEARER: Final[Mapping[str, Callable[[History, TicketView], Floats]]] = {
    "hours_to_due": hours_to_due,
    "due_share_left": due_share_left,
    "working_hours_left": working_hours_left,
}
"""The features of the catalog that tell how near the promise is."""


def nearer(history: History, tickets: TicketView, rows: Ints, hours: Floats) -> dict[str, Floats]:
    """The columns of `NEARER` of tickets `rows`, come and promised `hours` earlier; each (n,).

    What is promised in all stays the same; what is left of it falls.
    """
    by = np.rint(hours * HOUR).astype(np.int64)
    known = {name: tickets.times[name][rows] for name in ("created", "due")}
    times = {name: np.where(then == NEVER, NEVER, then - by) for name, then in known.items()}
    before = replace(tickets, at=tickets.at[rows], times=times)  # nothing else is read of it
    return {name: of(history, before) for name, of in NEARER.items()}

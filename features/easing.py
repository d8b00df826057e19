"""What a few hours gained change in a frame: the promise is further off, or the ticket is younger.

The columns that move are those of `PROMISE`, and for a ticket without a promise those of `AGE`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from features.history import History
from features.rhythm import working_hours
from features.stream import HOUR, NEVER, Floats, Ints
from features.timeline import STATUS

PROMISE: Final = ("hours_to_due", "due_share_left", "working_hours_left")
AGE: Final = ("age_hours", "hours_in_state")
"""And the hours spent in the ticket's present state."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The moment, promise (`NEVER`: none) and state (`STATUS`) of tickets, (n,) each."""

    at: Ints
    due: Ints
    status: Ints


def eased(
    history: History, names: Sequence[str], x: Floats, tickets: Standing, hours: Floats
) -> Floats:
    """The frame `x` (n, len(names)) of tickets (n,) as if `hours` (n,) were gained for each.

    With a promise still to come, more of it is left; it stays as long as it was. Without a
    promise, the ticket has spent so many hours less in its present state, all of them at most.
    Past its promise it stays as it is: what is late cannot be made in time.
    """
    found, place = x.copy(), {name: column for column, name in enumerate(names)}
    due = tickets.due
    coming, none = due > tickets.at, due == NEVER
    gained = np.where(coming, hours, 0.0)
    if "hours_to_due" in place:
        found[:, place["hours_to_due"]] += gained
    if {"due_share_left", "promised_hours"} <= place.keys():
        promised = np.where(coming, x[:, place["promised_hours"]], 1.0)
        found[:, place["due_share_left"]] += gained / promised
    if "working_hours_left" in place:
        until = np.where(coming, due, tickets.at) + np.rint(gained * HOUR).astype(np.int64)
        left = working_hours(history, tickets.at, until)
        found[coming, place["working_hours_left"]] = left[coming]
    for name in (*AGE, *_STATE_OF):
        if name in place:
            here = none if name in AGE else none & (tickets.status == _STATE_OF[name])
            spent = found[here, place[name]]
            found[here, place[name]] = np.maximum(spent - hours[here], 0.0)
    return found


_STATE_OF: Final = {f"hours_{state}": code for state, code in STATUS.items()}

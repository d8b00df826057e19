"""What a few hours gained change in a frame: the columns that tell how near the promise is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from features.history import History
from features.rhythm import working_hours
from features.stream import HOUR, NEVER, Floats, Ints


def eased(
    history: History, names: Sequence[str], x: Floats, times: tuple[Ints, Ints], hours: Floats
) -> Floats:
    """The rows `x` (n, len(names)) of a frame as if `hours` (n,) were gained before the promise.

    `times` are the moment and the promise of each row (n,). The promise stays as long as it was;
    more of it is left. Rows without a promise, or past it, stay as they are: what is late cannot
    be made in time.
    """
    at, due = times
    coming = (due != NEVER) & (due > at)
    gained = np.where(coming, hours, 0.0)
    until = np.where(coming, due, at) + np.rint(gained * HOUR).astype(np.int64)
    found, place = x.copy(), {name: row for row, name in enumerate(names)}
    if "hours_to_due" in place:
        found[:, place["hours_to_due"]] += gained
    if {"due_share_left", "promised_hours"} <= place.keys():
        promised = np.where(coming, x[:, place["promised_hours"]], 1.0)
        found[:, place["due_share_left"]] += gained / promised
    if "working_hours_left" in place:
        left = working_hours(history, at, until)
        found[coming, place["working_hours_left"]] = left[coming]
    return found

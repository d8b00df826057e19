"""Promises that are not due or not judged yet: what may be said without looking ahead.

A ticket promised for next spring and still open is neither kept nor broken. To leave all such
tickets out would teach nothing of long promises; to count those already resolved as kept and
forget the others would teach that long promises are always kept. So the open ones count in
part as broken: by the share that broke among the older tickets which were still open when as
much of *their* promised time had gone (redistribution to the right: Efron, 1967, on the scale
of the promise).

A ticket without a promised time, at a desk that judges later, counts in part as late too: by the
time it took or is open for (`features.outcomes`).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from features.outcomes import LateChance, recency
from training.labels import UNKNOWN, Labels
from training.moments import HOUR_US, NEVER, Bool, Float

LONG: Final = 0.5
"""A promise is long when it spans more than this share of the time watched: of shorter ones
enough older tickets are ripe, whose whole outcomes are known."""


def is_ripe(labels: Labels, until_us: int) -> Bool:
    """(n,) whether the promise is due by then, or there is none to wait for."""
    due = labels.due_us
    return np.asarray((due <= until_us) | (due == NEVER), dtype=np.bool_)


def expected_lateness(labels: Labels, until_us: int) -> Float:
    """(n,) the chance that a ticket without a verdict by `until_us` is late, as it looked then.

    NaN for judged tickets and where nothing can be told.
    """
    among = labels.created_us < until_us
    breaks = expected_breaks(labels, until_us, among)
    verdict, own = labels.timeout(until_us), labels.due_us == NEVER
    resolved = labels.resolved(until_us)
    closed = resolved <= until_us
    end = np.where(closed, resolved, until_us)
    hours = np.maximum(end - labels.created_us, 0) / HOUR_US
    judged = among & own & closed & (verdict.value != UNKNOWN)
    late = verdict.value[judged].astype(np.float64)
    age = until_us - verdict.known_us[judged]
    chance = LateChance.learn(hours[judged], late, recency(age)).of(hours, closed)
    return np.where(own & (verdict.value == UNKNOWN), chance, breaks)


def expected_breaks(labels: Labels, until_us: int, among: Bool) -> Float:
    """(n,) the chance that a promise not due by `until_us` will break, as it looked then.

    0 for tickets resolved by then; NaN for ripe ones, for promises that are not `LONG`, and
    where no ripe ticket can be compared with. `among` are the tickets to learn from.
    """
    promised = (labels.due_us < NEVER) & (labels.due_us > labels.created_us)
    span = np.where(promised, np.where(promised, labels.due_us, 0) - labels.created_us, 1)
    late = labels.due_verdict.value == 1
    ripe = among & promised & is_ripe(labels, until_us) & (labels.due_verdict.value >= 0)
    resolved = labels.resolved(until_us)
    spent = np.where(
        late, np.inf, (np.where(resolved < NEVER, resolved, 0) - labels.created_us) / span
    )
    known = np.sort(spent[ripe])
    gone = (until_us - labels.created_us) / span
    still_open = known.size - np.searchsorted(known, gone, side="right")
    chance = np.divide(
        np.isinf(known).sum(), still_open, out=np.full(gone.size, np.nan), where=still_open > 0
    )
    chance = np.where(resolved <= until_us, 0.0, chance)
    watched = until_us - int(labels.created_us[among].min()) if among.any() else 0
    needed = promised & ~is_ripe(labels, until_us) & (span > LONG * watched)
    return np.where(needed, chance, np.nan)

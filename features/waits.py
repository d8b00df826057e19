"""How long a wait for somebody else takes: learned from the waits that ended, by category."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from features.history import History
from features.stream import DAY, HOUR, Floats, Ints

WINDOW: Final = 180 * DAY
PRIOR_HOURS: Final[Mapping[str, float]] = {
    "waiting_customer": 29.4,
    "internal_collaboration": 46.1,
}
"""Mean hours of a wait, before anything was learned: the field's figures."""
STRENGTH: Final = 10.0
"""How many ended waits the prior weighs against the desk's, and the desk's against a category's."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Hours that each ticket (n_t,) is expected to wait yet, were it waiting now."""

    customer: Floats
    departments: Floats


def wait_hours(history: History, state: str, categories: Ints, at: Ints) -> Floats:
    """Mean hours (n,) that tickets of a category wait in a state of `PRIOR_HOURS`.

    Of the waits that ended in `(at - 180 d, at]`, shrunk to the desk's mean and that to the prior.
    It is also taken for the hours that are left of a wait under way: waits of this kind end at a
    rate that hardly depends on how long they have lasted.

    >>> wait_hours(History.empty(), "waiting_customer", np.array([-1]), np.array([0])).tolist()
    [29.4]
    """
    desk = _shrunk(history, "desk", state, np.zeros_like(at), at, PRIOR_HOURS[state])
    return _shrunk(history, "category", state, categories, at, desk)


def _shrunk(  # a look-up is named by key, state, moment and prior
    history: History, by: str, state: str, keys: Ints, at: Ints, prior: Floats | float
) -> Floats:
    stream = history.stream("wait", by)
    span = stream.span(keys, at, WINDOW)
    hours, ended = stream.over(state, span) / HOUR, stream.over(f"{state}_ended", span)
    return np.asarray((hours + STRENGTH * prior) / (ended + STRENGTH), np.float64)

"""How long a ticket waits yet for somebody else: learned from the waits that ended, by category."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from features.history import History
from features.stream import DAY, HOUR, MICRO, Floats, Ints

WINDOW: Final = 180 * DAY
PRIOR_HOURS: Final[Mapping[str, float]] = {
    "waiting_customer": 29.4,
    "internal_collaboration": 46.1,
}
"""Mean hours of a wait, before anything was learned: the field's figures."""
STRENGTH: Final = 10.0
"""How many waits of usual length the prior weighs, and the desk's beside a category's."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Hours that each ticket (n_t,) is expected to wait yet, were it waiting now."""

    customer: Floats
    departments: Floats


def wait_hours(history: History, state: str, categories: Ints, at: Ints) -> Floats:
    """Hours (n,) that a ticket of a category found waiting in a state of `PRIOR_HOURS` waits yet.

    Of the waits `h` that ended in `(at - 180 d, at]`, `sum(h^2 / 2) / sum(h)`: what is left of a
    wait on average when it is met at a random moment (the forward recurrence time; Cox 1962,
    Renewal Theory, ch. 5: half of it for waits of one length, the mean for exponential ones).
    Shrunk to the desk's, and that to the prior.

    >>> wait_hours(History.empty(), "waiting_customer", np.array([-1]), np.array([0])).round(6)
    array([29.4])
    """
    prior, desk = PRIOR_HOURS[state], np.zeros_like(at)
    weight = STRENGTH * prior
    usual = _left(history, "desk", state, (desk, at), prior, weight)
    return _left(history, "category", state, (categories, at), usual, weight)


def _left(  # a look-up is named by key, state, place and prior
    history: History, by: str, state: str, asked: tuple[Ints, Ints], prior: Floats | float,
    weight: float,
) -> Floats:  # fmt: skip
    """Hours left, the prior weighing as much as `weight` hours of waiting."""
    stream = history.stream("wait", by)
    span = stream.span(*asked, WINDOW)
    hours, halves = stream.over(state, span) / HOUR, stream.over(f"{state}_halves", span) / MICRO
    return np.asarray((halves + weight * prior) / (hours + weight), np.float64)

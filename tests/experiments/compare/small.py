"""Small comparisons: worlds of a fortnight, and outcomes that a test says itself."""

from dataclasses import replace

import numpy as np

from experiments.compare.comparison import Comparison, Plan
from experiments.compare.load import Load
from experiments.compare.trials import Played, Setting
from experiments.contender import contender
from experiments.outcome import Outcome
from experiments.play import PlayParams
from experiments.simulator import FIELD_DESK
from experiments.simulator.params import DAY_S, HOUR_S
from features.stream import DAY
from tests.model.tiny_bundle import tiny_bundle

FORTNIGHT = replace(FIELD_DESK, days=14, customers=replace(FIELD_DESK.customers, count=600))
A_DAY = PlayParams(days=1, every_minutes=240, append_hours=12, settle_days=0)
SETTING = Setting(FORTNIGHT, 7 * DAY_S + 10 * HOUR_S, A_DAY)
USUAL = Load(45)


def tiny():
    """The bundle of a worker process."""
    return tiny_bundle()[0]


def still():
    """A clock that stands still, so that equal trials are equal to the bit."""
    return 0.0


def outcome(late, days=None):
    """Tickets of which some are late, on some days; all closed after an hour and judged."""
    n = len(late)
    return Outcome(
        ticket_ids=np.array([f"t{i}" for i in range(n)]),
        created_us=np.array(days if days is not None else range(n), np.int64) * DAY,
        judged=np.ones(n, bool),
        late=np.array(late, bool),
        late_hours=np.zeros(n),
        escalated=np.zeros(n, bool),
        close_hours=np.ones(n),
        owners=np.ones(n, np.int64),
        weight=np.ones(n),
        busy=np.array([1.0]),
        at_work=np.array([2.0]),
        refreshes=2,
        seconds=1.0,
    )


def played(policy, seed, late, load=USUAL, days=None):
    return Played(policy, seed, load, outcome(late, days), arrived=10, seconds=2.0)


def shares(policy, late_of_ten, load=USUAL):
    """A trial in each of the worlds 11, 12, …: so many of ten tickets late."""
    return [
        played(policy, 11 + i, [True] * k + [False] * (10 - k), load)
        for i, k in enumerate(late_of_ten)
    ]


def comparison(others=(), bounds=()):
    """The matrix, the field's rule and the shipped policy in three worlds."""
    plan = Plan(
        tuple(map(contender, ("matrix", "four_dimensions_greedy", "default"))),
        "matrix",
        others=tuple(others),
    )
    trials = [
        one
        for load in plan.loads
        for name, late in (
            ("matrix", [5, 6, 4]), ("four_dimensions_greedy", [4, 5, 4]), ("default", [2, 3, 1]),
        )
        for one in shares(name, late, load)
    ]  # fmt: skip
    return Comparison(plan, tuple(trials), tuple(bounds))

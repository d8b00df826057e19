"""What a change of policy would bring in the simulated centre: the same worlds under both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments.compare.comparison import Plan, compare
from experiments.compare.models import Model
from experiments.compare.table import Table
from experiments.compare.trials import FIRST_SEED, Setting
from experiments.contender import Contender
from experiments.play import PlayParams
from experiments.policies import POLICIES
from experiments.simulator.params import DAY_S, HOUR_S
from model.policy import Policy
from serving.policy.simulation import Effect, Simulated, SimulationAsk

_BEGIN_S: Final = 4 * 7 * DAY_S + 10 * HOUR_S
"""A Monday morning after four weeks: enough history for the features, and soon made."""
_SETTLE_DAYS: Final = 1
_EVERY_MINUTES: Final = 15
_FIGURES: Final = ("late", "loss", "escalated", "hand_overs", "gini", "idle", "actions")
_BEFORE, _AFTER = "in force", "proposed"


@dataclass(frozen=True, slots=True)
class CentreSimulation:
    """The callable that `serving` is given: picklable, since it runs in a process of its own.

    `model` is the URI of the model that decides in the centre, whose people it does not know.
    """

    model: str

    def __call__(self, before: Policy, after: Policy, ask: SimulationAsk) -> Simulated:
        """Both policies in the same worlds, `ask.days` of which are judged.

        Raises:
            FendanError: the model cannot be had.
        """
        play = PlayParams(ask.days + _SETTLE_DAYS, _EVERY_MINUTES, settle_days=_SETTLE_DAYS)
        decide = POLICIES["default"]
        players = (Contender(_BEFORE, decide, before), Contender(_AFTER, decide, after))
        seeds = tuple(range(FIRST_SEED, FIRST_SEED + ask.seeds))
        plan = Plan(players, _BEFORE, Setting(begin_s=_BEGIN_S, play=play), seeds)
        table = compare(plan, Model(self.model)).table
        judged = int(table.of_seeds("judged", _BEFORE).sum())
        return Simulated(judged, tuple(_effect(table, name) for name in _FIGURES))


def _effect(table: Table, figure: str) -> Effect:
    """One figure; of one world the interval is over its days, and only the late share has one."""
    lead = table.lead(figure, _AFTER, _BEFORE)
    if figure == "late" and len(table.seeds) == 1:
        lead = table.days_lead(_AFTER, _BEFORE)
    return Effect(
        figure,
        before=_known(table.mean(figure, _BEFORE).value),
        after=_known(table.mean(figure, _AFTER).value),
        difference=_known(lead.value),
        low=_known(lead.low),
        high=_known(lead.high),
    )


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None

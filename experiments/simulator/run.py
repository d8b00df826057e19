"""A desk run from its first day: the event log of any span of a world."""

from __future__ import annotations

from typing import Final

import pandas as pd

from experiments.simulator.engine import Engine
from experiments.simulator.log import LogBook
from experiments.simulator.params import DAY_S, HOUR_S
from experiments.simulator.population import HISTORY_DAYS
from experiments.simulator.rules import field_matrix
from experiments.simulator.world import World

SAMPLE_SEED: Final = 1
SAMPLE_END_S: Final = 12 * 7 * DAY_S + 10 * HOUR_S
"""The sample log: twelve weeks, and up to ten on a Monday morning, before the busiest hour."""

BEFORE: Final = -HISTORY_DAYS * DAY_S - 1
"""A second before everything that the log knows."""


def desk_log(world: World, until: int) -> pd.DataFrame:
    """The events up to and including second `until`, under the static matrix."""
    engine = Engine(world, field_matrix(world.params, world.roster.profiles))
    engine.run(until)
    return LogBook(world).write(engine.take_rows(), BEFORE, until)

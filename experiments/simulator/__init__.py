"""A simulated complaint centre: a seeded world, a desk that runs in it, and its event log."""

from experiments.simulator.desk import FIELD_DESK
from experiments.simulator.engine import Engine
from experiments.simulator.live import LiveDesk
from experiments.simulator.rules import MatrixRule, Rule, Waiting, field_matrix
from experiments.simulator.run import desk_log
from experiments.simulator.world import World, make_world

__all__ = [
    "FIELD_DESK",
    "Engine",
    "LiveDesk",
    "MatrixRule",
    "Rule",
    "Waiting",
    "World",
    "desk_log",
    "field_matrix",
    "make_world",
]

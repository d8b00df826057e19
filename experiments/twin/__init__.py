"""A desk's own twin: the simulated centre fitted to an event log, and how well it foretells."""

from experiments.twin.backtest import Backtest, backtest, play
from experiments.twin.fit import fit
from experiments.twin.twin import Twin

__all__ = ["Backtest", "Twin", "backtest", "fit", "play"]

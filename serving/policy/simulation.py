"""What a simulation of a change is asked, and what it tells: this side only knows the shapes.

The simulated centre belongs to the experiments, which stand above; whoever starts the service
hands it in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from model.policy import Policy


@dataclass(frozen=True, slots=True)
class SimulationAsk:
    """Days that are judged in each world, and how many worlds."""

    days: int = 2
    seeds: int = 1


@dataclass(frozen=True, slots=True)
class Effect:
    """One figure under both policies, and the difference with its 95 % interval.

    None where there is nothing to tell: no ticket fell due, or one world gives no interval.
    """

    figure: str
    before: float | None
    after: float | None
    difference: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Simulated:
    """The figures, over so many tickets that were judged."""

    tickets: int
    effects: tuple[Effect, ...]


Simulate = Callable[[Policy, Policy, SimulationAsk], Simulated]
"""Both policies in the same worlds: (in force, proposed, what is asked). Picklable, and slow."""

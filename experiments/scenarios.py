"""What may befall a desk while it is played: a change of the world, of the contender, or of both.

A new scenario is one line of `SCENARIOS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from experiments.contender import Contender
from experiments.simulator.params import WorldParams
from experiments.simulator.run import SAMPLE_END_S
from training.words import Words


def as_it_comes(params: WorldParams) -> WorldParams:
    """A world of which nothing is changed."""
    return params


def as_it_plays(who: Contender) -> Contender:
    """A contender of which nothing is changed."""
    return who


@dataclass(frozen=True, slots=True)
class Scenario:
    """Its words, what it makes of the world and of a contender, and when contenders take over."""

    words: Words
    world: Callable[[WorldParams], WorldParams] = as_it_comes
    contender: Callable[[Contender], Contender] = as_it_plays
    begin_s: int = SAMPLE_END_S


SCENARIOS: Final[Mapping[str, Scenario]] = MappingProxyType(
    {"usual": Scenario(Words("an ordinary fortnight", "平常的两周"))}
)

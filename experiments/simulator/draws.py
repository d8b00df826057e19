"""Small seeded draws that the parts of the world share.

Every part of the world has its own stream, so that changing one leaves the others as they were
(common random numbers between experiments).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

STREAMS: Final = (
    *("arrivals", "customers", "orders", "tickets", "agents", "roster", "text", "help", "skill"),
)


def stream(seed: int, name: str, *of: int) -> np.random.Generator:
    """The generator of one part of the world, or of one thing in it, named by numbers.

    >>> stream(1, "text").integers(10) == stream(1, "text").integers(10)
    np.True_
    """
    return np.random.default_rng([seed, STREAMS.index(name), *of])


def pick(rng: np.random.Generator, weights: Sequence[float] | Floats, size: int) -> Ints:
    """`size` positions drawn with the given weights (any positive scale)."""
    share = np.asarray(weights, float)
    return rng.choice(share.size, size, p=share / share.sum()).astype(np.int64)


def lognormal(rng: np.random.Generator, mean: Floats | float, sigma: float, size: int) -> Floats:
    """`size` log-normal draws whose mean is `mean` and whose log spreads with `sigma`."""
    draws = rng.lognormal(-sigma * sigma / 2, sigma, size)
    return np.asarray(mean, float) * draws

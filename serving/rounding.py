"""Numbers of an answer: the same bytes for the same decision, of one value and of a column."""

from __future__ import annotations

import numpy as np

from model.columns import Floats


def share(value: float) -> float:
    """A number of [0, 1]; rounding noise of a sum or product may not push it outside.

    >>> share(1.0000000000000002), share(0.12345649), share(-1e-17)
    (1.0, 0.123456, 0.0)
    """
    rounded = round(float(value) * 1e6) / 1e6  # as `shares` does
    if 0.0 < rounded < 1.0:
        return rounded
    return 1.0 if rounded > 0.0 else 0.0  # so never -0.0


def shares(column: Floats) -> list[float]:
    """`share` of a column.

    >>> shares(np.array([1.0000000000000002, 0.12345649, -1e-17]))
    [1.0, 0.123456, 0.0]
    """
    rounded = np.clip(np.rint(column * 1e6) / 1e6, 0.0, 1.0) + 0.0  # so never -0.0
    found: list[float] = rounded.tolist()
    return found

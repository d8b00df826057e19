"""A table sorted by key in which the rows of some keys are put in the place of others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.stream import Ints


@dataclass(frozen=True, slots=True, eq=False)
class Splice:
    """What becomes of `old` rows and `new` ones: row i is `[*old rows, *new rows][take[i]]`."""

    old: int
    new: int
    take: Ints

    @classmethod
    def by(cls, old_keys: Ints, new_keys: Ints) -> Splice:
        """Every key of the new rows has these rows and no old ones any more; both ascend, >= -1.

        >>> Splice.by(np.array([0, 1, 1, 2]), np.array([1, 1, 1])).take
        array([0, 4, 5, 6, 3])
        """
        gone = np.zeros(max(_last(old_keys), _last(new_keys)) + 2, bool)
        gone[new_keys + 1] = True
        kept = np.flatnonzero(~gone[old_keys + 1])
        at = np.searchsorted(old_keys[kept], new_keys)
        added = old_keys.size + np.arange(new_keys.size)
        return cls(old_keys.size, new_keys.size, np.insert(kept, at, added))

    def of(self, old: NDArray[Any], new: NDArray[Any]) -> NDArray[Any]:
        """The column of the table, from the old rows' and the new rows'."""
        return np.concatenate([old, new])[self.take]


def _last(keys: Ints) -> int:
    return int(keys[-1]) if keys.size else -1

"""Names as small integers, so that sorted arrays can stand for customers and categories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Codes64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Names:
    """Distinct names in sorted order; a name's code is its place, -1 means missing or unknown."""

    index: pd.Index

    @classmethod
    def of(cls, *columns: pd.Series) -> Names:
        """The names that occur in any of the columns.

        >>> Names.of(pd.Series(["b", None, "a"])).codes(["a", "b", "z", None]).tolist()
        [0, 1, -1, -1]
        """
        found = {str(name) for column in columns for name in column.dropna().unique()}
        return cls(pd.Index(sorted(found), dtype="str"))

    def __len__(self) -> int:
        return len(self.index)

    def codes(self, names: Sequence[str | None] | pd.Series) -> Codes64:
        """The code of each name, shape `(n,)`."""
        column = pd.Series(names, dtype="str")
        codes = self.index.get_indexer(pd.Index(column))
        return np.where(column.isna().to_numpy(), -1, codes).astype(np.int64)

    def names(self, codes: Codes64) -> NDArray[np.object_]:
        """The name of each code, None where it is -1."""
        if not len(self.index):
            return np.full(codes.shape, None, object)
        named = self.index.to_numpy(dtype=object)[np.maximum(codes, 0)]
        named[codes < 0] = None
        return np.asarray(named, dtype=object)


def forward_fill(mask: NDArray[np.bool_], first: Codes64) -> Codes64:
    """For each row the place of the last True at or before it within its group, else -1.

    `first[i]` is the place where row i's group begins; groups are contiguous.

    >>> forward_fill(np.array([True, False, False, False]), np.array([0, 0, 2, 2])).tolist()
    [0, 0, -1, -1]
    """
    seen = np.maximum.accumulate(np.where(mask, np.arange(mask.size), -1))
    return np.where(seen >= first, seen, -1)

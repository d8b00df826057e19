"""Names as small integers, so that sorted arrays can stand for customers and categories."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Codes64 = NDArray[np.int64]

_FEW: Final = 4_096


@dataclass(frozen=True, eq=False)
class Names:
    """Distinct names in sorted order; a name's code is its place, -1 means missing or unknown.

    A log is coded by pandas; the few names of a request or of new events by a table of the
    names' own, since pandas takes longer to begin than a thousand look-ups take.
    """

    index: pd.Index

    @classmethod
    def of(cls, *columns: pd.Series) -> Names:
        """The names that occur in any of the columns.

        >>> Names.of(pd.Series(["b", None, "a"])).codes(["a", "b", "z", None]).tolist()
        [0, 1, -1, -1]
        """
        found = {str(name) for column in columns for name in column.dropna().unique()}
        return cls(pd.Index(sorted(found), dtype="str"))

    @classmethod
    def of_few(cls, names: Iterable[str | None]) -> Names:
        """The distinct names of some, as `of` finds them in columns."""
        return cls(pd.Index(sorted({name for name in names if name is not None}), dtype="str"))

    def __len__(self) -> int:
        return len(self.index)

    def extended(self, names: Iterable[str]) -> Recoded:
        """These names and others, and what becomes of the codes.

        >>> more = Names.of(pd.Series(["a", "c"])).extended(["b", "c"])
        >>> more.names.index.tolist(), more(np.array([0, 1, -1])).tolist()
        (['a', 'b', 'c'], [0, 2, -1])
        """
        fresh = sorted({name for name in names if name not in self._code})
        if not fresh:
            return Recoded(self, None)
        at = np.searchsorted(self._label[:-1], np.array(fresh, object))
        labels = np.insert(self._label[:-1], at, fresh)
        old = np.arange(len(self))
        moved = np.append(old + np.searchsorted(at, old, side="right"), -1)
        return Recoded(Names(pd.Index(labels, dtype="str")), moved)

    def codes(self, names: Sequence[str | None] | pd.Series) -> Codes64:
        """The code of each name, shape `(n,)`."""
        if isinstance(names, pd.Series) and len(names) <= _FEW:
            names = names.tolist()
        if not isinstance(names, pd.Series):
            known = self._code
            return np.array([known.get(name, -1) for name in names], np.int64)
        column = pd.Series(names, dtype="str")
        codes = self.index.get_indexer(pd.Index(column))
        return np.where(column.isna().to_numpy(), -1, codes).astype(np.int64)

    def names(self, codes: Codes64) -> NDArray[np.object_]:
        """The name of each code, None where it is -1."""
        return np.asarray(self._label[codes], dtype=object)

    def places_in(self, known: tuple[str, ...]) -> Codes64:
        """Where each of these names, and at last a missing one, stands among others; else -1.

        >>> Names.of(pd.Series(["a", "b", "c"])).places_in(("c", "a")).tolist()
        [1, -1, 0, -1]
        """
        found = self._places.get(known)
        if found is None:
            place = {name: at for at, name in enumerate(known)}
            found = np.array([place.get(name, -1) for name in self._label.tolist()], np.int64)
            self._places[known] = found
        return found

    @cached_property
    def _label(self) -> NDArray[np.object_]:
        """The names, and None at the end, where -1 points."""
        return np.array([*self.index.tolist(), None], object)

    @cached_property
    def _code(self) -> dict[str | None, int]:
        return {name: code for code, name in enumerate(self.index.tolist())}

    @cached_property
    def _places(self) -> dict[tuple[str, ...], Codes64]:
        return {}


@dataclass(frozen=True, slots=True, eq=False)
class Recoded:
    """Names, and the codes in them of earlier names: `moved[code]`, the last for -1.

    `moved` is None where the codes are the same.
    """

    names: Names
    moved: Codes64 | None

    @classmethod
    def between(cls, old: Names, new: Names) -> Recoded:
        """From names to others, among which they all are."""
        if old is new:
            return cls(new, None)
        return cls(new, np.append(new.codes(old.index.tolist()), -1))

    def __call__(self, codes: Codes64) -> Codes64:
        """The new codes of the same names, (n,)."""
        return codes if self.moved is None else self.moved[codes]


def forward_fill(mask: NDArray[np.bool_], first: Codes64) -> Codes64:
    """For each row the place of the last True at or before it within its group, else -1.

    `first[i]` is the place where row i's group begins; groups are contiguous.

    >>> forward_fill(np.array([True, False, False, False]), np.array([0, 0, 2, 2])).tolist()
    [0, 0, -1, -1]
    """
    seen = np.maximum.accumulate(np.where(mask, np.arange(mask.size), -1))
    return np.where(seen >= first, seen, -1)

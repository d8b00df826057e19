"""The rows of a foreign log as codes: each column is int32 codes into its distinct texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Codes = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
SignedT = TypeVar("SignedT", np.int32, np.int64)


@dataclass(frozen=True, slots=True)
class Column:
    """`codes` `(n,)` point into `values` `(n_distinct,)`; -1 is missing."""

    codes: Codes
    values: npt.NDArray[np.object_]

    @classmethod
    def of(cls, cells: pa.ChunkedArray, missing: tuple[str, ...]) -> Column:
        """Code a column of text; surrounding blanks go, empty and `missing` texts are missing."""
        coded = pc.dictionary_encode(cells.cast(pa.string())).combine_chunks()
        coded = coded.chunk(0) if isinstance(coded, pa.ChunkedArray) else coded
        raw = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False)
        texts = coded.dictionary.to_pandas().astype("str").str.strip()
        texts = texts.mask(texts.isin(("", *missing)))
        codes, values = pd.factorize(texts)
        lookup = np.append(codes, -1).astype(np.int32)
        return cls(lookup[raw], np.asarray(values, dtype=object))

    @property
    def present(self) -> Mask:
        """Not missing."""
        return self.codes >= 0

    def isin(self, texts: tuple[str, ...]) -> Mask:
        """Where the value is one of these."""
        return self.lookup(np.isin(self.values, np.array(texts, dtype=object)), default=False)

    def take(self, rows: Ints) -> Column:
        """The same column at other rows."""
        return Column(self.codes[rows], self.values)

    def blanked(self, keep: Mask) -> Column:
        """Missing wherever `keep` is false."""
        return Column(np.where(keep, self.codes, np.int32(-1)).astype(np.int32), self.values)

    def texts(self) -> pd.Series:
        """The cells as a `str` series."""
        array = pa.array(self.values, pa.large_string())
        cells = array.take(pa.array(self.codes, mask=~self.present))
        return pd.Series(cells.to_pandas(), dtype="str")

    def lookup(self, table: npt.NDArray[np.bool_], *, default: bool) -> Mask:
        """A per-value flag spread over the cells."""
        result: Mask = np.append(table, default).astype(bool)[self.codes]
        return result

    def numbers(self) -> Floats:
        """The cells as float64, NaN where missing or no number."""
        return np.append(self.distinct_numbers(), np.nan)[self.codes]

    def distinct_numbers(self) -> Floats:
        """The distinct values as float64, NaN where they are no finite number."""
        parsed = pd.to_numeric(pd.Series(self.values, dtype="str"), errors="coerce")
        values = parsed.to_numpy(dtype=np.float64)
        return np.where(np.isfinite(values), values, np.nan)

    def ranks(self) -> Ints:
        """The cells as ranks of their texts in sorted order, -1 where missing."""
        rank = np.empty(len(self.values) + 1, dtype=np.int64)
        rank[np.argsort(self.values.astype(str), kind="stable")] = np.arange(len(self.values))
        rank[-1] = -1
        return rank[self.codes]


@dataclass(frozen=True, slots=True)
class Rows:
    """The usable rows, sorted by ticket and in their order within it; all arrays `(n,)`.

    `ticket` are codes 0..tickets-1 in order of first appearance, `clock` the time of each row
    in microseconds since 1970 UTC, never falling within a ticket, `origin` the row's position
    in the file, from 0.
    """

    columns: Mapping[str, Column]
    ticket: Ints
    clock: Ints
    origin: Ints
    first: Mask

    @property
    def size(self) -> int:
        """How many rows."""
        return len(self.ticket)

    @property
    def tickets(self) -> int:
        """How many tickets."""
        return int(self.first.sum())

    def before(self, codes: npt.NDArray[SignedT]) -> npt.NDArray[SignedT]:
        """The code of the ticket's row before, -1 on its first row."""
        shifted = np.roll(codes, 1)
        shifted[self.first] = -1
        return shifted


def rising(time: Ints, group: Ints) -> Ints:
    """The running maximum within each group (`group` sorted): a clock that never runs back.

    >>> rising(np.array([3, 2, 5, 1]), np.array([0, 0, 0, 1])).tolist()
    [3, 3, 5, 1]
    """
    result: Ints = pd.Series(time).groupby(group, sort=False).cummax().to_numpy(dtype=np.int64)
    return result

"""Sequences of records that are kept as columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar, overload

Record_co = TypeVar("Record_co", covariant=True)


class Listed(Sequence[Record_co]):
    """A sequence whose records are made when they are read; equal to any with equal records."""

    __slots__ = ()

    def _record(self, row: int) -> Record_co:
        raise NotImplementedError

    @overload
    def __getitem__(self, at: int) -> Record_co: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Record_co, ...]: ...
    def __getitem__(self, at: int | slice) -> Record_co | tuple[Record_co, ...]:
        """The record at a place, or a tuple of those in a slice."""
        if isinstance(at, slice):
            return tuple(self._record(row) for row in range(*at.indices(len(self))))
        return self._record(range(len(self))[at])

    def __iter__(self) -> Iterator[Record_co]:
        """One after the other."""
        return (self._record(row) for row in range(len(self)))

    def __eq__(self, other: object) -> bool:
        """Whether the other is a sequence of the same records."""
        if not isinstance(other, Sequence) or len(other) != len(self):
            return NotImplemented if not isinstance(other, Sequence) else False
        return all(mine == its for mine, its in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # columns cannot be hashed

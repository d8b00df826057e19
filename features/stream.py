"""As-of prefix sums: the one idea that carries the features.

A `Stream` holds the events of one kind, sorted by (key, time), with running sums beside them.
"How many, or how much, for this key in `(t - w, t]`" is then two binary searches, for any key
at any time, and nothing after `t` can be read. Sums are kept in integers, so that the order of
adding, and what was appended later, cannot change a single bit of an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

HOUR = 3_600_000_000
"""One hour in microseconds, the unit of every time in this package."""
DAY = 24 * HOUR
NEVER = np.iinfo(np.int64).min
"""The time of what has not happened."""
MICRO = 1_000_000
"""Fractional values are summed as whole millionths."""


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _upper(starts: Ints, times: Ints, keys: Ints, at: Ints) -> Ints:  # pragma: no cover
    found = np.empty(keys.size, np.int64)
    last = starts.size - 1
    for i in range(keys.size):
        key = keys[i]
        if key < 0 or key >= last:
            found[i] = 0
            continue
        low, high, moment = starts[key], starts[key + 1], at[i]
        while low < high:
            middle = (low + high) >> 1
            if times[middle] <= moment:
                low = middle + 1
            else:
                high = middle
        found[i] = low
    return found


@dataclass(frozen=True, slots=True)
class Stream:
    """Events of one kind by key: `times` ascend within `[starts[key], starts[key + 1])`.

    Keys are codes `0..n-1`; an unknown key (negative or too large) has no events. `sums[name]`
    has one entry more than `times` and begins with 0; `rows` are the places of the sorted
    events in the table that they were taken from.
    """

    starts: Ints
    times: Ints
    rows: Ints
    sums: Mapping[str, Ints]

    @classmethod
    def of(
        cls, keys: Ints, times: Ints, n_keys: int, values: Mapping[str, Ints] | None = None
    ) -> Stream:
        """Sort events by (key, time); events with a negative key are left out.

        >>> s = Stream.of(np.array([1, 0, 1]), np.array([30, 10, 20]), 2)
        >>> s.count(np.array([1, 1, 0, -1]), np.array([25, 30, 9, 99]))
        array([1, 2, 0, 0])
        """
        kept = np.flatnonzero(keys >= 0)
        order = kept[np.lexsort((times[kept], keys[kept]))]
        starts = np.zeros(n_keys + 1, np.int64)
        np.cumsum(np.bincount(keys[order], minlength=n_keys), out=starts[1:])
        sums = {
            name: np.concatenate(([0], np.cumsum(value[order], dtype=np.int64)))
            for name, value in (values or {}).items()
        }
        return cls(starts, np.ascontiguousarray(times[order]), order, sums)

    def position(self, keys: Ints, at: Ints) -> Ints:
        """The index just past each key's last event at or before `at`; shapes `(n,)`."""
        return np.asarray(_upper(self.starts, self.times, keys, at))

    def count(self, keys: Ints, at: Ints, window: int | None = None) -> Ints:
        """Events of the key in `(at - window, at]`, in `(-inf, at]` without a window."""
        return self.position(keys, at) - self._begin(keys, at, window)

    def total(self, name: str, keys: Ints, at: Ints, window: int | None = None) -> Ints:
        """The sum of a value over `(at - window, at]`; with signed values: an open level."""
        sums = self.sums[name]
        return sums[self.position(keys, at)] - sums[self._begin(keys, at, window)]

    def last(self, keys: Ints, at: Ints) -> Ints:
        """The row of the key's last event at or before `at`; -1 where there is none."""
        found = self.position(keys, at)
        some = found > self._begin(keys, at, None)
        return np.where(some, self.rows[np.maximum(found - 1, 0)] if self.rows.size else -1, -1)

    def last_time(self, keys: Ints, at: Ints) -> Ints:
        """The time of the key's last event at or before `at`; `NEVER` where there is none."""
        found = self.position(keys, at)
        some = found > self._begin(keys, at, None)
        times = self.times[np.maximum(found - 1, 0)] if self.times.size else NEVER
        return np.where(some, times, NEVER)

    def _begin(self, keys: Ints, at: Ints, window: int | None) -> Ints:
        if window is not None:
            return self.position(keys, at - window)
        known = (keys >= 0) & (keys < self.starts.size - 1)
        return np.where(known, self.starts[np.where(known, keys, 0)], 0)


def hours_since(then: Ints, at: Ints) -> Floats:
    """Hours from `then` to `at`; NaN where `then` is `NEVER`.

    >>> hours_since(np.array([0, NEVER]), np.array([2 * HOUR, 0]))
    array([ 2., nan])
    """
    known = then != NEVER
    return np.where(known, (at - np.where(known, then, 0)) / HOUR, np.nan)

"""As-of prefix sums: the one idea that carries the features.

A `Stream` holds the events of one kind, sorted by (key, time), with running sums beside them.
"How many, or how much, for this key in `(t - w, t]`" is then two binary searches, for any key
at any time, and nothing after `t` can be read. Sums are kept in integers, so that the order of
adding, and what was appended later, cannot change a single bit of an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
def _upper(times: Ints, low: int, high: int, moment: int) -> int:  # pragma: no cover
    """The first place in `[low, high)` whose time is after the moment, else `high`."""
    while low < high:
        middle = (low + high) >> 1
        if times[middle] <= moment:
            low = middle + 1
        else:
            high = middle
    return low


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _upper_near(times: Ints, low: int, high: int, moment: int) -> int:  # pragma: no cover
    """As `_upper`, quick where the answer lies near `low`: strides double until they overshoot."""
    stride = 1
    while low + stride <= high and times[low + stride - 1] <= moment:
        low += stride
        stride <<= 1
    found: int = _upper(times, low, min(high, low + stride - 1), moment)
    return found


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _spans(  # pragma: no cover
    starts: Ints, times: Ints, keys: Ints, at: Ints, window: int
) -> tuple[Ints, Ints]:
    """Where each key's events of `(at - window, at]` begin and end; a window < 0 has no start.

    Rows of one ticket come one after the other in time: a row with the key of the row before,
    and no earlier, goes on from where that one ended.
    """
    begin, end = np.zeros(keys.size, np.int64), np.zeros(keys.size, np.int64)
    for i in range(keys.size):
        key, moment = keys[i], at[i]
        if key < 0 or key >= starts.size - 1:
            continue
        first, stop = starts[key], starts[key + 1]
        if i > 0 and keys[i - 1] == key and at[i - 1] <= moment:
            end[i] = _upper_near(times, end[i - 1], stop, moment)
            begin[i] = begin[i - 1]
            if window >= 0:
                begin[i] = _upper_near(times, begin[i - 1], end[i], moment - window)
        else:
            end[i] = _upper(times, first, stop, moment)
            begin[i] = first if window < 0 else _upper(times, first, end[i], moment - window)
    return begin, end


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _by_key(keys: Ints, order: Ints, starts: Ints) -> Ints:  # pragma: no cover
    """`order` grouped by key, otherwise as it was: a counting sort; negative keys are left out."""
    place = starts[:-1].copy()
    grouped = np.empty(starts[-1], np.int64)
    for row in order:
        key = keys[row]
        if key >= 0:
            grouped[place[key]] = row
            place[key] += 1
    return grouped


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _sorted(keys: Ints, times: Ints) -> bool:  # pragma: no cover
    """Whether the events are in the order of (key, time) already, as the lives of tickets are."""
    for i in range(1, keys.size):
        if keys[i] < keys[i - 1] or (keys[i] == keys[i - 1] and times[i] < times[i - 1]):
            return False
    return True


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
        cls,
        keys: Ints,
        times: Ints,
        n_keys: int,
        values: Mapping[str, Ints] | None = None,
        by_time: Callable[[], Ints] | None = None,
    ) -> Stream:
        """Sort events by (key, time); events with a negative key are left out.

        `by_time` gives their stable order by time where that is known.

        >>> s = Stream.of(np.array([1, 0, 1]), np.array([30, 10, 20]), 2)
        >>> s.count(np.array([1, 1, 0, -1]), np.array([25, 30, 9, 99]))
        array([1, 2, 0, 0])
        """
        starts = np.zeros(n_keys + 1, np.int64)
        np.cumsum(np.bincount(keys[keys >= 0], minlength=n_keys), out=starts[1:])
        if _sorted(keys, times):
            order = np.arange(keys.size - starts[-1], keys.size)
        else:
            in_time = by_time() if by_time else np.argsort(times, kind="stable")
            order = _by_key(keys, in_time, starts)
        sums = {
            name: np.concatenate(([0], np.cumsum(value[order], dtype=np.int64)))
            for name, value in (values or {}).items()
        }
        return cls(starts, np.ascontiguousarray(times[order]), order, sums)

    def span(self, keys: Ints, at: Ints, window: int | None = None) -> tuple[Ints, Ints]:
        """The places `[begin, end)` of each key's events in `(at - window, at]`; shapes `(n,)`.

        Without a window of all its events at or before `at`.
        """
        begin, end = _spans(self.starts, self.times, keys, at, -1 if window is None else window)
        return np.asarray(begin), np.asarray(end)

    def over(self, name: str, span: tuple[Ints, Ints]) -> Ints:
        """The sum of a value over the places of a span."""
        sums = self.sums[name]
        return sums[span[1]] - sums[span[0]]

    def count(self, keys: Ints, at: Ints, window: int | None = None) -> Ints:
        """Events of the key in `(at - window, at]`, in `(-inf, at]` without a window."""
        begin, end = self.span(keys, at, window)
        return end - begin

    def total(self, name: str, keys: Ints, at: Ints, window: int | None = None) -> Ints:
        """The sum of a value over `(at - window, at]`; with signed values: an open level."""
        return self.over(name, self.span(keys, at, window))

    def last(self, keys: Ints, at: Ints) -> Ints:
        """The row of the key's last event at or before `at`; -1 where there is none."""
        return self._last(self.rows, -1, keys, at)

    def last_time(self, keys: Ints, at: Ints) -> Ints:
        """The time of the key's last event at or before `at`; `NEVER` where there is none."""
        return self._last(self.times, NEVER, keys, at)

    def _last(self, column: Ints, missing: int, keys: Ints, at: Ints) -> Ints:
        begin, end = self.span(keys, at)
        if not column.size:
            return np.full(end.shape, missing, np.int64)
        return np.where(end > begin, column[np.maximum(end - 1, 0)], missing)


def hours_since(then: Ints, at: Ints) -> Floats:
    """Hours from `then` to `at`; NaN where `then` is `NEVER`.

    >>> hours_since(np.array([0, NEVER]), np.array([2 * HOUR, 0]))
    array([ 2., nan])
    """
    known = then != NEVER
    return np.where(known, (at - np.where(known, then, 0)) / HOUR, np.nan)

"""How alike two complaints are, told from their sketches alone; no text is needed or kept.

One part is what both say: the cosine of their sketches, rare buckets weighing more (tf-idf).
That alone misses what is said in other words, and of a long complaint a sketch has lost which
words stood together. So the other part is what both are about: the cosine on axes that the solved
cases themselves teach (`features.axes`, Deerwester et al. 1990). The first axis, what all
complaints have in common, is left out. `experiments.benchmarks.similar` weighs the parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numba
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.axes import MAX_WORDINGS, Axes
from features.stream import Floats, Ints
from features.wording import BUCKETS, Sketches, Wording

AXES: Final = 64
AN_AXIS: Final = 60
"""Wordings for each axis."""
FEWEST: Final = 1_000
"""Fewer wordings teach no axes: two chance neighbours would look like a subject."""
RARE: Final = 1.5
"""The power of the inverse document frequency: a bucket is shared by chance more than a word."""
SWEEPS: Final = 3
SEED: Final = 20
ABOUT: Final = np.float32(0.5)
"""What a subject in common weighs beside the words in common, which weigh 1."""

BLOCK: Final = 4_096
"""Cases whose place on the axes is compared in one go."""

Floats32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A sketch that is looked for: its buckets, what each adds, and its place on the axes (k,).

    No weight is below 1, so a sketch with any bit has a norm of 1 at least.
    """

    buckets: Ints
    words: Floats32
    about: Floats32


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """An inverted index over n sketches, exact.

    Bucket b occurs in the cases `cases[starts[b]:starts[b + 1]]`, ascending; `axes.weight[b]` is
    its weight. `length` (n,) is the reciprocal of each weighted sketch's Euclidean norm, 0 where
    nothing is said, and `place` (k, n) each case's unit vector on the axes.
    """

    axes: Axes
    starts: Ints
    cases: NDArray[np.int32]
    length: Floats32
    place: Floats32

    @classmethod
    def of(cls, wording: Wording, axes: Axes | None = None) -> Likeness:
        """Index the wording of each case, on the axes that these teach where none are given.

        A second for 100,000 cases, of which the axes take more than half.
        """
        axes = axes or learned(wording)
        starts, cases, square = _inverted(wording.sketches, wording.of, axes.weight)
        length = np.divide(1.0, np.sqrt(square), out=np.zeros(len(wording)), where=square > 0)
        return cls(axes, starts, cases, length.astype(np.float32), _placed(axes, wording))

    @property
    def nbytes(self) -> int:
        """The memory that the index holds."""
        columns = (self.starts, self.cases, self.length, self.place, self.axes.axis)
        return sum(column.nbytes for column in columns)

    def asked(self, sketch: Sketches) -> Asked:
        """One sketch (WIDTH,) in the terms of this index."""
        buckets = np.flatnonzero(np.unpackbits(sketch, bitorder="little"))
        square = self.axes.weight[buckets] ** 2
        words = (square / max(np.sqrt(square.sum()), 1.0)).astype(np.float32)
        one = Wording(sketch[None, :], np.full(1, 0 if buckets.size else -1, np.int64))
        return Asked(buckets, words, np.ascontiguousarray(_placed(self.axes, one)[:, 0]))

    def to(self, asked: Asked, begin: int, end: int) -> Floats32:
        """How alike the cases `[begin, end)` are to it: in [0, 1], 1 the same.

        A case has the same likeness whatever else is asked for with it.
        """
        found: Floats32 = _alike(
            asked.buckets, asked.words, asked.about,
            self.starts, self.cases, self.length, self.place, begin, end,
        )  # fmt: skip
        return found


def learned(wording: Wording) -> Axes:
    """The weights of the buckets, and axes where there are wordings enough to teach them.

    Every wording counts once, in the order of the cases, whatever its number is.
    """
    sketches = wording.sketches[pd.unique(wording.of[wording.of >= 0])]
    if len(sketches) > MAX_WORDINGS:
        thinned = np.linspace(0, len(sketches) - 1, MAX_WORDINGS).astype(np.int64)
        sketches = sketches[thinned]
    seen = np.unpackbits(sketches, axis=1, bitorder="little")
    often = seen.sum(axis=0, dtype=np.int64)
    weight = (np.log((1 + len(seen)) / (1 + often)) + 1) ** RARE
    if len(seen) < FEWEST:
        return Axes(weight, np.zeros((BUCKETS, 0)))
    axis = _strongest(seen, weight, min(AXES, len(seen) // AN_AXIS) + 1)
    return Axes(weight, np.ascontiguousarray(axis[:, 1:]))


def _strongest(seen: Sketches, weight: Floats, k: int) -> Floats:
    """The first k right singular vectors (BUCKETS, k) of the weighted bits, rows of length 1."""
    from scipy.sparse import csr_array, diags_array  # noqa: PLC0415  # as sklearn below
    from sklearn.decomposition import TruncatedSVD  # noqa: PLC0415  # who never asks need not wait
    from sklearn.preprocessing import normalize  # noqa: PLC0415  # as above

    rows = normalize(csr_array(seen).astype(np.float64) @ diags_array(weight))
    found = TruncatedSVD(k, n_iter=SWEEPS, random_state=SEED).fit(rows)
    return np.asarray(found.components_.T, np.float64)


def _placed(axes: Axes, wording: Wording) -> Floats32:
    """Unit vectors on the axes, shape (k, n); zero where nothing is said."""
    place = np.nan_to_num(axes.places(wording))
    norm = np.sqrt(np.sum(place * place, axis=1, keepdims=True))
    unit = np.divide(place, norm, out=np.zeros_like(place), where=norm > 0)
    return np.ascontiguousarray(unit.T, np.float32)


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _inverted(  # pragma: no cover
    sketches: Sketches, of: Ints, weight: Floats
) -> tuple[Ints, NDArray[np.int32], Floats]:
    """Postings by bucket (a counting sort), and the sum of squared weights of each case."""
    starts, square = np.zeros(weight.size + 1, np.int64), np.zeros(of.size)
    cases, place = np.empty(0, np.int32), starts
    for filling in (False, True):
        if filling:
            starts = np.cumsum(starts)
            cases, place = np.empty(starts[-1], np.int32), starts.copy()
        for case in range(of.size):
            if of[case] < 0:
                continue
            for byte in range(sketches.shape[1]):
                bits = sketches[of[case], byte]
                if not bits:
                    continue
                for bit in range(8):
                    if not bits >> bit & 1:
                        continue
                    bucket = 8 * byte + bit
                    if filling:
                        cases[place[bucket]] = case
                        place[bucket] += 1
                    else:
                        starts[bucket + 1] += 1
                        square[case] += weight[bucket] * weight[bucket]
    return starts, cases, square


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _alike(  # pragma: no cover
    buckets: Ints,
    words: Floats32,
    about: Floats32,
    starts: Ints,
    cases: NDArray[np.int32],
    length: Floats32,
    place: Floats32,
    begin: int,
    end: int,
) -> Floats32:
    """The likeness of the cases `[begin, end)`; each is added up by itself, in one order."""
    found = np.zeros(end - begin, np.float32)
    for i in range(buckets.size):
        own = cases[starts[buckets[i]] : starts[buckets[i] + 1]]
        for at in range(np.searchsorted(own, begin), np.searchsorted(own, end)):
            found[own[at] - begin] += words[i]
    found *= length[begin:end]
    if about.any():
        for first in range(0, found.size, BLOCK):  # few enough to stay at hand
            last = min(first + BLOCK, found.size)
            theme = np.zeros(last - first, np.float32)
            for axis in range(about.size):  # the cases inside, so that many are added at once
                part, along = about[axis], place[axis, begin + first : begin + last]
                for i in range(theme.size):
                    theme[i] += part * along[i]
            found[first:last] = (found[first:last] + ABOUT * theme) / (np.float32(1) + ABOUT)
    return np.minimum(np.maximum(found, np.float32(0)), np.float32(1))

"""Axes of wording: what the sketches of the training tickets have most in common.

Latent semantic analysis (Deerwester et al. 1990): rare buckets weigh more (tf-idf), and the
strongest directions of the weighted sketches are kept. A sketch is then placed on the axes by
itself, in one fixed order of adding. A matrix product may add in another order for another
number of rows; here a ticket has the same place, to the bit, alone and among thousands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numba
import numpy as np

from features.stream import Floats, Ints
from features.wording import BUCKETS, Sketches, Wording

AXES: Final = 12
"""The most axes."""
AN_AXIS: Final = 250
"""Wordings of tickets for each axis: a forest on few tickets takes noise on many axes for sense."""
MAX_WORDINGS: Final = 20_000
"""More are thinned to these many."""
DECIMALS: Final = 6
SEED: Final = 20


@dataclass(frozen=True, slots=True, eq=False)
class Axes:
    """`weight` (BUCKETS,) of each bucket, and in `axis` (BUCKETS, k) its part in each axis.

    A sketch with the buckets B lies at `sum(weight[b] * axis[b, j]) / sqrt(sum(weight[b]^2))` on
    axis j, the sums over b in B in rising order.
    """

    weight: Floats
    axis: Floats

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Axes)
            and np.array_equal(self.weight, other.weight)
            and np.array_equal(self.axis, other.axis)
        )

    __hash__ = None  # type: ignore[assignment]  # arrays cannot be hashed

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of `places`."""
        return tuple(f"wording_{j + 1}" for j in range(self.axis.shape[1]))

    @classmethod
    def none(cls) -> Axes:
        """No axes: what too few wordings teach."""
        return cls(np.zeros(0), np.zeros((BUCKETS, 0)))

    @classmethod
    def learn(cls, wording: Wording, tickets: Ints) -> Axes:
        """Learn from rows and the codes of their tickets; every wording of a ticket counts once.

        None is learned from fewer than `AN_AXIS` different wordings.
        """
        said = wording.of >= 0
        of = np.unique(np.stack([tickets[said], wording.of[said]]), axis=1)[1]
        if np.unique(of).size < AN_AXIS:
            return cls.none()
        if of.size > MAX_WORDINGS:
            of = of[np.linspace(0, of.size - 1, MAX_WORDINGS).astype(np.int64)]
        return _analysed(wording.sketches[of], min(AXES, of.size // AN_AXIS))

    def places(self, wording: Wording) -> Floats:
        """Where each row lies, shape `(n, k)`; NaN where nothing is said."""
        if not self.axis.shape[1]:
            return np.empty((len(wording), 0))
        used, row = np.unique(wording.of, return_inverse=True)
        table = np.full((used.size, self.axis.shape[1]), np.nan)
        said = used >= 0
        table[said] = _places(wording.sketches[used[said]], self.weight, self.axis)
        return table[row]

    def to_json(self) -> dict[str, Any]:
        """A JSON object; `from_json` is its inverse, to the bit."""
        return {"weight": self.weight.tolist(), "axis": self.axis.T.tolist()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Axes:
        """Read what `to_json` wrote."""
        axis = np.array(stored["axis"], np.float64).reshape(-1, BUCKETS)
        return cls(np.array(stored["weight"], np.float64), np.ascontiguousarray(axis.T))


def _analysed(sketches: Sketches, k: int) -> Axes:
    """Inverse document frequencies and the right singular vectors, signs fixed, rounded."""
    from scipy.sparse import csr_array  # noqa: PLC0415  # serving does not wait for it
    from sklearn.decomposition import TruncatedSVD  # noqa: PLC0415  # nor for this
    from sklearn.feature_extraction.text import TfidfTransformer  # noqa: PLC0415  # nor this
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415  # nor this

    seen = csr_array(np.unpackbits(sketches, axis=1, bitorder="little"))
    steps = make_pipeline(TfidfTransformer(), TruncatedSVD(k, random_state=SEED))
    steps.fit(seen.astype(np.float64))
    weight, axis = steps[0].idf_, steps[1].components_.T
    return Axes(np.round(weight, DECIMALS), np.ascontiguousarray(np.round(axis, DECIMALS)))


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _places(sketches: Sketches, weight: Floats, axis: Floats) -> Floats:  # pragma: no cover
    """The formula of `Axes` for each sketch."""
    found = np.zeros((len(sketches), axis.shape[1]))
    for i in range(len(sketches)):
        square = 0.0
        for byte in np.flatnonzero(sketches[i]):
            for bit in range(8):
                if sketches[i, byte] >> bit & 1:
                    bucket = 8 * byte + bit
                    square += weight[bucket] * weight[bucket]
                    for j in range(axis.shape[1]):
                        found[i, j] += weight[bucket] * axis[bucket, j]
        found[i] /= np.sqrt(square)
    return found

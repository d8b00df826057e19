"""A desk's own time stamps to instants: formats tried in turn, local times placed in their zone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from training.logs.columns import Column, Ints, Mask

MISSING: Final = np.iinfo(np.int64).min
"""The microseconds of a time that is missing or cannot be read (as numpy's NaT)."""


@dataclass(frozen=True, slots=True)
class Stamps:
    """`micros` since 1970 UTC `(n,)`, `MISSING` where there is none.

    `bad` cannot be read in any format; `ambiguous` happened twice when clocks went back (the
    earlier instant is taken); `nonexistent` fell into the hour that clocks skipped (the end of
    the gap is taken).
    """

    micros: Ints
    bad: Mask
    ambiguous: Mask
    nonexistent: Mask


def read_stamps(column: Column, formats: tuple[str, ...], zone: str) -> Stamps:
    """Parse the distinct texts of a column once and spread the result over its cells.

    >>> texts = np.array(["6/11/2011 01:30", "13/3/2011 02:30", "x"], dtype=object)
    >>> stamps = read_stamps(
    ...     Column(np.arange(3, dtype=np.int32), texts), ("%d/%m/%Y %H:%M",), "America/New_York"
    ... )
    >>> stamps.ambiguous.tolist(), stamps.nonexistent.tolist(), stamps.bad.tolist()
    ([True, False, False], [False, True, False], [False, False, True])
    """
    texts = pd.Series(column.values, dtype="str")
    micros = np.full(len(texts), MISSING)
    ambiguous, nonexistent = np.zeros(len(texts), bool), np.zeros(len(texts), bool)
    for style in formats:
        left = np.flatnonzero(micros == MISSING)
        if not len(left):
            break
        own_zone = "%z" in style
        parsed = pd.to_datetime(texts.iloc[left], format=style, errors="coerce", utc=own_zone)
        if own_zone:
            micros[left] = _micros(parsed)
        else:
            micros[left], ambiguous[left], nonexistent[left] = _placed(parsed, zone)
    bad = micros == MISSING
    return Stamps(
        np.append(micros, MISSING)[column.codes],
        column.lookup(bad, default=False),
        column.lookup(ambiguous, default=False),
        column.lookup(nonexistent, default=False),
    )


def _placed(local: pd.Series, zone: str) -> tuple[Ints, Mask, Mask]:
    """Instants of local times, and which of them were ambiguous or skipped."""
    known = local.notna().to_numpy()
    first = np.ones(len(local), dtype=bool)
    placed = local.dt.tz_localize(zone, ambiguous=first, nonexistent="shift_forward")
    once = local.dt.tz_localize(zone, ambiguous="NaT", nonexistent="shift_forward")
    there = local.dt.tz_localize(zone, ambiguous=first, nonexistent="NaT")
    return _micros(placed), known & once.isna().to_numpy(), known & there.isna().to_numpy()


def _micros(times: pd.Series) -> Ints:
    instants = times.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
    micros: Ints = instants.astype("datetime64[us]").astype(np.int64)
    return micros


def to_instants(micros: npt.NDArray[np.int64]) -> pd.Series:
    """Microseconds back to `datetime64[us, UTC]`, `MISSING` as NaT."""
    return pd.Series(micros.astype("datetime64[us]")).dt.tz_localize("UTC")

"""The events as they came, in lots, and the canonical order among them.

A year of events is not copied for every handful of new ones: these make a lot of their own, and
only the order is written anew. Small lots are merged as they pile up, so that there are few,
and an event is copied a few times in its life.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

from features.events import RANK, canonical_order
from features.stream import Ints

GROWTH: Final = 8
"""A lot is merged into the next one unless it is so many times as large."""
_ORDERED_BY: Final = ["time", "type", "event_id"]


@dataclass(frozen=True, eq=False)
class Lot:
    """Events that came together."""

    frame: pd.DataFrame

    def __len__(self) -> int:
        return len(self.frame)

    @cached_property
    def ids(self) -> pd.Index[str]:
        """The event ids, hashed once, to be looked up."""
        ids: pd.Index[str] = pd.Index(self.frame["event_id"])
        return ids


@dataclass(frozen=True, eq=False)
class Pile:
    """The n events of a log: event i in canonical order is row `place[i]` of all lots together.

    `time` (n,) are microseconds and ascend.
    """

    lots: tuple[Lot, ...]
    place: Ints
    time: Ints

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Pile:
        """Of events in canonical order, without repeated ids."""
        return cls((Lot(frame),), np.arange(len(frame)), instants(frame["time"]))

    def __len__(self) -> int:
        return self.place.size

    @cached_property
    def frame(self) -> pd.DataFrame:
        """All events in canonical order."""
        if len(self.lots) == 1 and np.array_equal(self.place, np.arange(len(self))):
            return self.lots[0].frame
        return self.rows(np.arange(len(self)))

    def rows(self, events: Ints, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Some events, by their number in canonical order, as a frame of their own."""
        place = self.place[events]
        begins = np.cumsum([0, *map(len, self.lots)])
        parts: list[pd.DataFrame] = []
        found: list[Ints] = []
        for lot, begin, end in zip(self.lots, begins[:-1], begins[1:], strict=True):
            here = np.flatnonzero((place >= begin) & (place < end))
            if here.size or not parts:
                frame = lot.frame if columns is None else lot.frame[list(columns)]
                parts.append(frame.take(place[here] - begin))
                found.append(here)
        order = np.argsort(np.concatenate(found))
        whole = pd.concat(parts) if len(parts) > 1 else parts[0]
        return whole.take(order).reset_index(drop=True)

    def repeats(self, frame: pd.DataFrame) -> tuple[Ints, bool]:
        """Rows of a frame whose ids are known; whether one of them is to come before the known.

        Of a repeated id the first in canonical order counts, so that would change the past.
        """
        rows, sooner = [np.empty(0, np.int64)], False
        ids = pd.Index(frame["event_id"])
        for lot in self.lots:
            place = lot.ids.get_indexer(ids)
            here = np.flatnonzero(place >= 0)
            if here.size:
                rows.append(here)
                sooner |= _sooner(frame.iloc[here], lot.frame.iloc[place[here]])
        return np.sort(np.concatenate(rows)), sooner

    def places_for(self, frame: pd.DataFrame) -> Ints:
        """Before which event each row belongs, (k,); rows in canonical order and with new ids."""
        time = instants(frame["time"])
        first, last = (np.searchsorted(self.time, time, side) for side in ("left", "right"))
        _, whose = np.unique(time, return_index=True)
        spans = [np.arange(first[i], last[i]) for i in whose if last[i] > first[i]]
        if not spans:
            return first
        # at one instant the order is that of rank and id, so those events are looked at
        rivals = np.concatenate(spans)
        both = pd.concat([self.rows(rivals, _ORDERED_BY), frame[_ORDERED_BY]], ignore_index=True)
        order = canonical_order(both.assign(row=np.arange(len(both))))["row"].to_numpy()
        before = np.empty(order.size, np.int64)
        before[order] = np.cumsum(order < rivals.size)
        earlier = np.searchsorted(self.time[rivals], time)
        return np.asarray(first + before[rivals.size :] - earlier, np.int64)

    def inserted(self, frame: pd.DataFrame, at: Ints) -> Pile:
        """The pile with the rows of a frame, each before the event `at` (`places_for`)."""
        place = np.insert(self.place, at, len(self) + np.arange(len(frame)))
        time = np.insert(self.time, at, instants(frame["time"]))
        return Pile(_merged((*self.lots, Lot(frame))), place, time)


def instants(times: pd.Series) -> Ints:
    """Microseconds since 1970 of times as `features.events` has them; none may be missing."""
    return np.asarray(times.dt.as_unit("us").astype("int64").to_numpy(), np.int64)


def _sooner(new: pd.DataFrame, old: pd.DataFrame) -> bool:
    def keys(frame: pd.DataFrame) -> tuple[Ints, Ints]:
        rank = frame["type"].map(RANK).fillna(1).to_numpy(np.int64)
        return instants(frame["time"]), np.asarray(rank, np.int64)

    (time, rank), (then, standing) = keys(new), keys(old)
    return bool(((time < then) | ((time == then) & (rank < standing))).any())


def _merged(lots: tuple[Lot, ...]) -> tuple[Lot, ...]:
    """Neighbours become one where the first is not much larger than the second."""
    kept = list(lots)
    while len(kept) > 1 and len(kept[-2]) < GROWTH * len(kept[-1]):
        last = kept.pop()
        kept[-1] = Lot(_in_one_piece(pd.concat([kept[-1].frame, last.frame], ignore_index=True)))
    return tuple(kept)


def _in_one_piece(frame: pd.DataFrame) -> pd.DataFrame:
    """The same: a text column of frames put together is in as many pieces, and slow to read."""
    pieces = {name: pa.array(frame[name]) for name in frame.columns if frame[name].dtype == "str"}
    whole = {
        name: column.combine_chunks().to_pandas()
        for name, column in pieces.items()
        if isinstance(column, pa.ChunkedArray)
    }
    return frame.assign(**whole)

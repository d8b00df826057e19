"""The history: everything that happened, answering "as of when" in two binary searches.

Training asks at many past moments, serving asks at one: the same functions. Nothing after the
asked moment can be read by construction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from features.codes import Names
from features.events import conform
from features.kinds import KINDS, Happenings, key_of, queues
from features.ledger import Ledger
from features.pile import instants
from features.queues import Queues
from features.shelf import Shelf
from features.staff import Staff
from features.stream import NEVER, Floats, Ints, Stream
from features.timeline import Timeline


@dataclass(frozen=True, eq=False)
class History:
    """All events up to now, columnar and sorted.

    Immutable: `append` gives a new history, and appending in any order gives what building at
    once gives. Keys are codes of `names`; times are microseconds in UTC; all look-ups take and
    give arrays of shape `(n,)`.
    """

    ledger: Ledger
    _streams: dict[tuple[str, str], Stream] = field(default_factory=dict, repr=False)
    _happenings: dict[str, Happenings] = field(default_factory=dict, repr=False)
    shelf: Shelf = field(default_factory=Shelf, repr=False)

    @classmethod
    def of(cls, events: pd.DataFrame) -> History:
        """Build from an event log (`features.events`), in any order; repeated ids count once.

        Raises:
            LogError: a column is unknown, a time has no zone, or attributes are no objects.
        """
        return cls(Ledger.of(events))

    @classmethod
    def empty(cls) -> History:
        """A history in which nothing has happened."""
        return cls.of(conform(pd.DataFrame()))

    def append(self, events: pd.DataFrame) -> History:
        """This history and more events, late ones too; itself where nothing is new.

        Raises:
            LogError: as `of`.
        """
        ledger = self.ledger.append(events)
        if ledger is self.ledger:
            return self
        first = int(instants(events["time"]).min())
        return History(ledger, shelf=self.shelf.until(first))

    @property
    def events(self) -> pd.DataFrame:
        """The events in canonical order, with `signals` and `wording` in the place of texts."""
        return self.ledger.events

    @property
    def names(self) -> Mapping[str, Names]:
        """Names and codes of tickets, customers, agents, categories and the like."""
        return self.ledger.names

    @property
    def timeline(self) -> Timeline:
        """The life of each ticket."""
        return self.ledger.timeline

    @property
    def staff(self) -> Staff:
        """What was known of each agent."""
        return self.ledger.staff

    @property
    def span(self) -> tuple[int, int]:
        """The times of the first and the last event; `(NEVER, NEVER)` when empty."""
        times = self.ledger.pile.time
        return (int(times[0]), int(times[-1])) if times.size else (NEVER, NEVER)

    @cached_property
    def queues(self) -> Queues:
        """The queue of every agent, in the order of deadlines, at any moment."""
        return queues(self.ledger)

    @cached_property
    def most_held(self) -> Ints:
        """The most tickets that an agent ever held at once, at each event of their load."""
        load = self.stream("load", "agent")
        level = load.sums["open"]
        keys = np.repeat(np.arange(load.starts.size - 1), np.diff(load.starts))
        above = keys * level.size  # no level is larger, so the running maximum restarts at each key
        most = np.maximum.accumulate(level[1:] - level[load.starts[keys]] + above) - above
        return np.asarray(most, np.int64)

    def stream(self, kind: str, by: str) -> Stream:
        """The events of a kind (`KINDS`) by a key (`key_of`), built on first use."""
        found = self._streams.get((kind, by))
        if found is None:
            own = self.happenings(kind)
            keys, n = key_of(by)(self.ledger, own), self.ledger.n_keys(by)
            found = Stream.of(keys, own.times, n, own.values, lambda: own.by_time)
            self._streams[kind, by] = found
        return found

    def happenings(self, kind: str) -> Happenings:
        """What happened of a kind (`KINDS`), found on first use."""
        found = self._happenings.get(kind)
        if found is None:
            found = self._happenings[kind] = KINDS[kind](self.ledger)
        return found

    def count(self, kind: str, by: str, keys: Ints, at: Ints, window: int | None = None) -> Ints:
        """How many events of the kind in `(at - window, at]`, or ever."""
        return self.stream(kind, by).count(keys, at, window)

    def total(  # a look-up is named by kind, value and key
        self, kind: str, value: str, by: str, keys: Ints, at: Ints, window: int | None = None
    ) -> Ints:
        """The sum of a value over `(at - window, at]`; for steps, without a window: the level."""
        return self.stream(kind, by).total(value, keys, at, window)

    def last_time(self, kind: str, by: str, keys: Ints, at: Ints) -> Ints:
        """When the kind last happened at or before `at`; `NEVER` where it did not."""
        return self.stream(kind, by).last_time(keys, at)

    def row(self, tickets: Ints, at: Ints) -> Ints:
        """The timeline row that describes each ticket as of `at`; -1 before its first event."""
        return self.stream("event", "ticket").last(tickets, at)


def shrunk_rate(hits: Ints, trials: Ints, prior: Floats | float, strength: float) -> Floats:
    """The share `hits / trials`, shrunk to a prior that weighs `strength` trials.

    The posterior mean under a Beta(prior * strength, (1 - prior) * strength) prior.

    >>> shrunk_rate(np.array([0, 8]), np.array([0, 10]), 0.5, 10.0).tolist()
    [0.5, 0.65]
    """
    return np.asarray((hits + strength * prior) / (trials + strength), np.float64)

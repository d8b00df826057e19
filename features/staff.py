"""What was known of each agent, and since when: the `agent.status` events as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import pandas as pd

from features.attributes import Attribute, attribute_columns, carried, joined
from features.codes import Names, Recoded, forward_fill
from features.events import AGENT_STATUSES
from features.splice import Splice
from features.stream import NEVER, Ints, Stream
from features.timeline import group_starts, micros

AVAILABILITY: Final = {name: code for code, name in enumerate(AGENT_STATUSES)}


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """One row per `agent.status` event, sorted by (agent, event number): what the event says.

    `said` are codes of `AGENT_STATUSES`, -1 unsaid.
    """

    agent: Ints
    time: Ints
    event: Ints
    said: Ints
    attributes: Mapping[str, Attribute]

    @classmethod
    def of(cls, events: pd.DataFrame, agents: Names, mixed: frozenset[str] = frozenset()) -> Told:
        """Read them from canonically ordered events; `mixed` as in `attribute_columns`."""
        told = (events["type"] == "agent.status") & events["agent_id"].notna()
        rows = np.flatnonzero(told.to_numpy(bool))
        agent = agents.codes(events["agent_id"].iloc[rows])
        order = np.argsort(agent, kind="stable")
        own = events.iloc[rows[order]]
        said = np.asarray(own["state"].map(AVAILABILITY).fillna(-1).to_numpy(), np.int64)
        attributes = attribute_columns(own["attributes"], mixed)
        return cls(agent[order], micros(own["time"]), rows[order], said, attributes)

    def moved(self, agents: Recoded, number: Ints) -> Told:
        """The same when agents have other codes, and event i is now event `number[i]`."""
        return replace(self, agent=agents(self.agent), event=number[self.event])

    def joined(self, new: Told) -> Told | None:
        """What these and other events say.

        None where both read at once could be something else (`features.attributes.joined`).
        """
        both = (np.concatenate([self.event, new.event]), np.concatenate([self.agent, new.agent]))
        order = Splice(self.agent.size, new.agent.size, np.lexsort(both))
        attributes = joined(self.attributes, new.attributes, order)
        if attributes is None:
            return None
        plain = ("agent", "time", "event", "said")
        columns = {name: order.of(getattr(self, name), getattr(new, name)) for name in plain}
        return Told(**columns, attributes=attributes)


@dataclass(frozen=True, slots=True, eq=False)
class Staff:
    """What was known of each agent after each row of what was `told`.

    `status` are codes of `AGENT_STATUSES`; `attributes` are carried forward (team, tier,
    skills, capacity, region, languages, shift_end, and whatever else a desk sends).
    """

    told: Told
    status: Ints
    attributes: Mapping[str, Attribute]
    stream: Stream
    _times: dict[str, Ints] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, told: Told, agents: int) -> Staff:
        """Carry forward what was told of agents (codes `0..agents-1`)."""
        first = group_starts(told.agent)
        row = forward_fill(told.said >= 0, first)
        status = np.where(row >= 0, told.said[np.maximum(row, 0)], AVAILABILITY["available"])
        stream = Stream.of(told.agent, told.time, agents)
        return cls(told, status, carried(told.attributes, first), stream)

    def row(self, agents: Ints, at: Ints) -> Ints:
        """The row that describes each agent as of `at`; -1 where nothing was said yet."""
        return self.stream.last(agents, at)

    def codes(self, name: str, rows: Ints) -> Ints:
        """A categorical attribute at the given rows, -1 where it is missing."""
        column = self.attributes.get(name)
        if column is None or column.numeric or not column.values.size:
            return np.full(rows.shape, -1, np.int64)
        return np.where(rows >= 0, column.values[np.maximum(rows, 0)], -1).astype(np.int64)

    def labels(self, name: str, rows: Ints) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
        """A categorical attribute as text, None where it is missing."""
        column = self.attributes.get(name)
        if column is None or column.names is None:
            return np.full(rows.shape, None, object)
        return column.names.names(self.codes(name, rows))

    def numbers(self, name: str, rows: Ints) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """A numeric attribute at the given rows, NaN where it is missing."""
        column = self.attributes.get(name)
        if column is None or not column.numeric or not column.values.size:
            return np.full(rows.shape, np.nan)
        return np.where(rows >= 0, column.values[np.maximum(rows, 0)], np.nan)

    def times(self, name: str, rows: Ints) -> Ints:
        """An attribute that is an RFC 3339 time, in microseconds; `NEVER` where missing."""
        column = self.attributes.get(name)
        if column is None or column.names is None:
            return np.full(rows.shape, NEVER)
        known = self._times.get(name)
        if known is None:
            parsed = pd.to_datetime(pd.Series(column.names.index), utc=True, errors="coerce")
            known = self._times[name] = np.append(micros(parsed), NEVER)  # the last is for -1
        return known[self.codes(name, rows)]

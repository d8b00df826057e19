"""What was known of each agent, and since when: the `agent.status` events as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from features.codes import Names, forward_fill
from features.events import AGENT_STATUSES
from features.stream import NEVER, Ints, Stream
from features.timeline import Attribute, attribute_columns, group_starts, micros

AVAILABILITY: Final = {name: code for code, name in enumerate(AGENT_STATUSES)}


@dataclass(frozen=True, slots=True)
class Staff:
    """One row per `agent.status` event, sorted by (agent, event order).

    `status` are codes of `AGENT_STATUSES`; `attributes` are carried forward (team, tier,
    skills, capacity, region, languages, shift_end, and whatever else a desk sends).
    """

    agent: Ints
    time: Ints
    status: Ints
    attributes: Mapping[str, Attribute]
    stream: Stream
    _times: dict[str, Ints] = field(default_factory=dict, repr=False, compare=False)

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


def staff_of(events: pd.DataFrame, agents: Names) -> Staff:
    """Build the staff table from canonically ordered events."""
    own = events[(events["type"] == "agent.status").to_numpy(bool)]
    agent = agents.codes(own["agent_id"])
    order = np.argsort(agent, kind="stable")
    own, agent = own.iloc[order], agent[order]
    time = micros(own["time"])
    first = group_starts(agent)
    said = own["state"].map(AVAILABILITY).fillna(-1).to_numpy(np.int64)
    row = forward_fill(said >= 0, first)
    status = np.where(row >= 0, said[np.maximum(row, 0)], AVAILABILITY["available"])
    attributes = attribute_columns(own["attributes"], first) if len(own) else {}
    return Staff(agent, time, status, attributes, Stream.of(agent, time, len(agents)))

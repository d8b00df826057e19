"""The events in canonical order with what is read off them once: names, timeline, staff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from features.codes import Names
from features.errors import LogError
from features.events import canonical_order, conform
from features.staff import Staff, staff_of
from features.stream import Ints
from features.text import signals
from features.timeline import Timeline, timeline_of
from features.wording import packed

NAMED_COLUMNS: Final = {
    "ticket": "ticket_id",
    "customer": "customer_id",
    "agent": "agent_id",
    "category": "category",
    "subcategory": "subcategory",
    "region": "region",
    "channel": "channel",
    "priority": "priority",
    "party": "party",
}
ATTRIBUTE: Final = "attribute:"
"""Before the name of a desk's own column, where columns or keys of all kinds are named."""
UNKNOWN_CATEGORY: Final = "unknown"
"""The category of a complaint that arrives without one."""


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """`events` without texts but with their `signals` as bits and their `wording` as a sketch.

    `sla_met` is 1 kept, 0 broken, -1 unsaid.
    """

    events: pd.DataFrame
    names: Mapping[str, Names]
    timeline: Timeline
    staff: Staff
    sla_met: Ints

    @classmethod
    def of(cls, events: pd.DataFrame) -> Ledger:
        """Build from an event log in any order; repeated event ids count once.

        Raises:
            LogError: a column is unknown, a time has no zone, or attributes are no objects.
        """
        kept = canonical_order(without_texts(events))
        kept = kept[~kept["event_id"].duplicated()].reset_index(drop=True)
        nameless = (kept["type"] == "ticket.created") & kept["category"].isna()
        kept["category"] = kept["category"].mask(nameless, UNKNOWN_CATEGORY)
        names = {name: Names.of(kept[column]) for name, column in NAMED_COLUMNS.items()}
        sla_met = np.asarray(kept["sla_met"].astype("Int64").fillna(-1).to_numpy(), np.int64)
        timeline = timeline_of(kept, names)
        return cls(kept, names, timeline, staff_of(kept, names["agent"]), sla_met)

    def team(self, agents: Ints, at: Ints) -> Ints:
        """The team of each agent as of `at`, as a code of `team_names`; -1 unknown."""
        return self.staff.codes("team", self.staff.row(agents, at))

    @property
    def team_names(self) -> Names:
        """The teams that agents were ever said to be in."""
        team = self.staff.attributes.get("team")
        return team.names if team is not None and team.names is not None else Names.of()

    def pair_key(self, whose: Ints, categories: Ints) -> Ints:
        """One key for (agent or team, category); -1 where either is unknown."""
        key = whose * len(self.names["category"]) + categories
        return np.where((whose >= 0) & (categories >= 0), key, -1)

    def n_keys(self, by: str) -> int:
        """How many keys of a kind there are."""
        if by == "desk":
            return 1
        if by == "team":
            return len(self.team_names)
        if by.endswith("_category"):
            return self.n_keys(by.removesuffix("_category")) * len(self.names["category"])
        if by.startswith(ATTRIBUTE):
            return len(self.timeline.attributes[by.removeprefix(ATTRIBUTE)].names or ())
        return len(self.names[by])


def without_texts(events: pd.DataFrame) -> pd.DataFrame:
    """The events with the signals and the wording of their texts, and the texts themselves gone."""
    if "signals" in events.columns:
        return events
    typed = conform(events)
    if typed[["event_id", "time", "type"]].isna().to_numpy().any():
        raise LogError(
            "an event lacks its event_id, time or type",
            where="event log",
            remedy="read the log with `fendan import`, which keeps such rows apart",
        )
    bits, wording = np.zeros(len(typed), np.int64), np.full(len(typed), None)
    spoken = np.flatnonzero(typed["text"].notna().to_numpy())
    if spoken.size:
        texts = typed["text"].iloc[spoken].tolist()
        found = signals(texts)
        bits[spoken] = found @ (1 << np.arange(found.shape[1]))
        wording[spoken] = packed(texts)
    no_text = pd.Series(None, typed.index, dtype="str")
    return typed.assign(text=no_text, signals=bits, wording=wording)

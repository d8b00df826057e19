"""The events in canonical order with what is read off them once: names, timeline, staff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from features.attributes import mixed_among
from features.bookings import Bookings
from features.codes import Names
from features.errors import LogError
from features.events import canonical_order, conform
from features.pile import Pile
from features.staff import Staff, Told
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
    """The events, without texts but with their `signals` as bits and their `wording` as a sketch.

    Appending gives what building at once gives: what was read off the old events is kept, but for
    the tickets that something new is said of.
    """

    pile: Pile
    names: Mapping[str, Names]
    timeline: Timeline
    staff: Staff
    bookings: Bookings

    @classmethod
    def of(cls, events: pd.DataFrame) -> Ledger:
        """Build from an event log in any order; repeated event ids count once.

        Raises:
            LogError: a column is unknown, a time has no zone, or attributes are no objects.
        """
        kept = _settled(events)
        names = {name: Names.of(kept[column]) for name, column in NAMED_COLUMNS.items()}
        staff = Staff.of(Told.of(kept, names["agent"]), len(names["agent"]))
        line, bookings = timeline_of(kept, names), Bookings.of(kept, names)
        return cls(Pile.of(kept), names, line, staff, bookings)

    def append(self, events: pd.DataFrame) -> Ledger:
        """The ledger of these and more events; itself where nothing is new.

        Raises:
            LogError: as `of`.
        """
        fresh = _settled(events)
        known, sooner = self.pile.repeats(fresh)
        more = None
        if not sooner:
            fresh = fresh.drop(fresh.index[known]).reset_index(drop=True)
            if fresh.empty:
                return self
            more = self._joined(fresh) if len(self.pile) else None
        return more or Ledger.of(pd.concat([self.pile.frame, fresh], ignore_index=True))

    def _joined(self, fresh: pd.DataFrame) -> Ledger | None:
        """With settled events of new ids; None where only building at once tells the result."""
        at = self.pile.places_for(fresh)
        pile, slots = self.pile.inserted(fresh, at), at + np.arange(at.size)
        number = np.delete(np.arange(len(pile)), slots)
        recoded = {
            name: self.names[name].extended(fresh[column].dropna().unique())
            for name, column in NAMED_COLUMNS.items()
        }
        names = {name: more.names for name, more in recoded.items()}
        line = self.timeline.moved(recoded, number)
        lives = line.joined(_lives(line, pile, names, fresh, slots))
        before = self.staff.told.moved(recoded["agent"], number)
        said = Told.of(fresh, names["agent"], mixed_among(before.attributes))
        told = before.joined(replace(said, event=slots[said.event]))
        if lives is None or told is None:
            return None
        booked = Bookings.of(fresh, names)
        booked = replace(booked, event=slots[booked.event])
        booked = self.bookings.moved(recoded["customer"], number).joined(booked)
        return Ledger(pile, names, lives, Staff.of(told, len(names["agent"])), booked)

    @property
    def events(self) -> pd.DataFrame:
        """The events in canonical order, put together on first use."""
        return self.pile.frame

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


def _settled(events: pd.DataFrame) -> pd.DataFrame:
    """Without texts, in canonical order, each id once, and no complaint without a category."""
    kept = canonical_order(without_texts(events))
    kept = kept[~kept["event_id"].duplicated()].reset_index(drop=True)
    nameless = (kept["type"] == "ticket.created") & kept["category"].isna()
    return kept.assign(category=kept["category"].mask(nameless, UNKNOWN_CATEGORY))


def _lives(
    line: Timeline, pile: Pile, names: Mapping[str, Names], fresh: pd.DataFrame, slots: Ints
) -> Timeline:
    """The whole lives of the tickets that fresh events, now numbered `slots`, speak of."""
    of_tickets = fresh["ticket_id"].notna().to_numpy(bool)
    touched = np.zeros(len(names["ticket"]), bool)
    touched[names["ticket"].codes(fresh["ticket_id"].iloc[of_tickets])] = True
    event = np.sort(np.append(line.event[touched[line.ticket]], slots[of_tickets]))
    lives = timeline_of(pile.rows(event), names, mixed_among(line.attributes))
    return replace(lives, event=event[lives.event])


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

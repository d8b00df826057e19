"""A twin as a stage: the desk that policies are tried on after the log has ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from experiments.simulator import LiveDesk
from experiments.twin.fit import fit
from experiments.twin.twin import Twin

BEGIN_S: Final = 600
"""By then the open tickets are back with their owners."""
SPARE_DAYS: Final = 3
"""The twin's days beyond those that are played, for rosters to look ahead."""
_PAST: Final = "past-"


@dataclass(frozen=True, slots=True, eq=False)
class TwinStage:
    """A twin, and the `past`: what its log says of tickets that were over when it ended.

    The open ones live on in the twin under names of its own; so that nobody is mistaken for
    another, those of the past begin with `past-`.
    """

    twin: Twin
    past: pd.DataFrame

    @classmethod
    def of(cls, events: pd.DataFrame, zone: str) -> TwinStage:
        """The stage of an event log, conforming and in order, up to its last local midnight.

        Raises:
            FendanError: the log does not suffice for a twin.
        """
        midnight = events["time"].max().tz_convert(zone).normalize()
        events = events[events["time"] < midnight]
        turns = events[events["type"].isin(_TURNS)]
        last = turns.drop_duplicates("ticket_id", keep="last")
        still = last.loc[last["type"].isin(["ticket.created", "ticket.reopened"]), "ticket_id"]
        past = events[~events["ticket_id"].isin(still)]
        named = past["ticket_id"].notna()
        past = past.assign(ticket_id=past["ticket_id"].where(~named, _PAST + past["ticket_id"]))
        return cls(fit(events, zone, midnight), past.assign(event_id=_PAST + past["event_id"]))

    def desk(self, seed: int, days: int, *, keep_habits: bool) -> LiveDesk:
        """The desk as the log ended, drawn on by a seed; it goes by its habits until `BEGIN_S`."""
        world = self.twin.world(seed, days + SPARE_DAYS)
        desk = LiveDesk(
            seed, world=world, rule=self.twin.rule(), begin=BEGIN_S, keep_matrix=keep_habits
        )
        desk.history = pd.concat([self.past, desk.history], ignore_index=True)
        return desk


_TURNS: Final = ("ticket.created", "ticket.resolved", "ticket.reopened", "ticket.closed")

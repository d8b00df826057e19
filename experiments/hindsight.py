"""What became of tickets after a moment of a log: who was given each next, and who closed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Names = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class Fates:
    """Agent ids (n,) of some tickets, None where the log does not tell.

    `following` is the next agent the ticket was given to, its owner of the moment where nobody
    came after; `closer` whoever owned it when it was next resolved or closed.
    """

    following: Names
    closer: Names


def fates(events: pd.DataFrame, moment: pd.Timestamp, tickets: Sequence[str]) -> Fates:
    """The fates of tickets after `moment`; the log holds past and future, in any order."""
    own = events[events["ticket_id"].isin(tickets)].sort_values("time", kind="stable")
    given = own[own["type"].isin(["ticket.assigned", "ticket.unassigned"])]
    given = given.assign(agent_id=given["agent_id"].where(given["type"] == "ticket.assigned"))
    after = given[(given["time"] > moment) & given["agent_id"].notna()]
    owner = _last(given[given["time"] <= moment])
    asked = pd.Index(tickets)
    following = after.groupby("ticket_id")["agent_id"].first()
    over = own[own["type"].isin(["ticket.resolved", "ticket.closed"]) & (own["time"] > moment)]
    end = over.groupby("ticket_id")["time"].first()
    by_then = given[given["time"] <= given["ticket_id"].map(end)]
    return Fates(
        _told(following.reindex(asked).fillna(owner.reindex(asked))),
        _told(_last(by_then).reindex(asked)),
    )


def _last(given: pd.DataFrame) -> pd.Series:
    """The agent of each ticket's last row, missing where it was taken from somebody."""
    return given.drop_duplicates("ticket_id", keep="last").set_index("ticket_id")["agent_id"]


def _told(agents: pd.Series) -> Names:
    found: Names = agents.astype(object).where(agents.notna(), None).to_numpy(dtype=object)
    return found

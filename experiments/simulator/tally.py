"""What became of a desk's tickets, read off its event log alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

STAGES: Final = ("before_work", "customer", "departments")
_STAGE_OF_STATE: Final = {"waiting_customer": "customer", "internal_collaboration": "departments"}


@dataclass(frozen=True, slots=True)
class Outcomes:
    """One row per ticket, and the log it was read off.

    `tickets` has late, stage, category, hours in each of `STAGES`, contacts, first_contact_hours.
    """

    tickets: pd.DataFrame
    events: pd.DataFrame

    @property
    def late(self) -> pd.DataFrame:
        """The tickets that were open when their promise passed."""
        return self.tickets[self.tickets["late"]]


def outcomes_of(events: pd.DataFrame) -> Outcomes:
    """What became of every ticket whose promise passed before the log's last event.

    Late is open at `due_at`. The stage of a late ticket is the one where it spent most of its
    time until it was first resolved: unbegun with an agent, at the customer, or in departments.
    """
    end = events["time"].max()
    own = events[events["ticket_id"].notna()]
    created = own[own["type"] == "ticket.created"].set_index("ticket_id")
    table = created[["time", "due_at", "category", "subcategory"]].copy()
    table = table[table["due_at"] <= end]
    table["late"] = _open_at_due(own, table)
    hours = _stage_hours(own, end).reindex(table.index).fillna(0.0)
    table[list(STAGES)] = hours
    table["stage"] = hours.idxmax(axis=1)
    return Outcomes(table.join(_contacts(own)), events)


def _open_at_due(own: pd.DataFrame, table: pd.DataFrame) -> pd.Series:
    """Open when the promise passed: the last change of openness before it was no closing."""
    turns = own[own["type"].isin(["ticket.created", "ticket.resolved", "ticket.reopened"])]
    turns = turns.assign(due=turns["ticket_id"].map(table["due_at"]))
    last = turns[turns["time"] <= turns["due"]].groupby("ticket_id").tail(1)
    return (last.set_index("ticket_id")["type"] != "ticket.resolved").reindex(table.index)


def _stage_hours(own: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    """Hours of each ticket in each stage until first resolved (or the end of the log)."""
    resolved = own[own["type"] == "ticket.resolved"].groupby("ticket_id")["time"].min()
    kinds = ("ticket.created", "ticket.state", "ticket.resolved")
    moves = own[own["type"].isin(kinds)].sort_values(["ticket_id", "event_id"])
    until = resolved.reindex(moves["ticket_id"]).set_axis(moves.index).fillna(end)
    moves = moves[moves["time"] <= until]
    stage = moves["state"].map(_STAGE_OF_STATE)
    stage = stage.mask(moves["type"] == "ticket.created", "before_work")
    leaves = moves.groupby("ticket_id")["time"].shift(-1).fillna(end)
    spent = (leaves - moves["time"]).dt.total_seconds() / 3600
    table = pd.DataFrame({"ticket_id": moves["ticket_id"], "stage": stage, "hours": spent})
    sums = table.pivot_table(index="ticket_id", columns="stage", values="hours", aggfunc="sum")
    return sums.reindex(columns=list(STAGES)).fillna(0.0)


def _contacts(own: pd.DataFrame) -> pd.DataFrame:
    """Whether 3 contacts (the complaint is the first) fell within 72 h; hours to the second."""
    said = own[own["type"].isin(["ticket.created", "ticket.contact"])]
    said = said.sort_values(["ticket_id", "event_id"])
    by = said.groupby("ticket_id")["time"]
    gap = said["time"] - by.shift(2)
    often = (gap <= pd.Timedelta(hours=72)).groupby(said["ticket_id"]).any()
    second = (said["time"] - by.shift(1)).dt.total_seconds() / 3600
    first_gap = second.groupby(said["ticket_id"]).first()
    return pd.DataFrame({"often": often, "first_contact_hours": first_gap})

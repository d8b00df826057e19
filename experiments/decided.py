"""Decisions and what became of them: the news of the decision log with the outcomes joined."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd

from features.errors import LogError
from features.picture import micros_of
from features.stream import HOUR
from serving.decisions.placement_log import Told
from training.labels import UNKNOWN, label
from training.moments import NEVER

COLUMNS: Final = (
    "refresh_id", "as_of", "ticket_id", "action", "agent_id", "previous_agent_id", "propensity",
    "risk_timeout", "policy_name", "policy_version", "model_name", "model_version", "next_agent_id",
    "late", "escalated", "hours_to_resolve", "censored",
)  # fmt: skip


def decided(told: Iterable[Told], events: pd.DataFrame) -> pd.DataFrame:
    """One row for each (decision, ticket) that was news, with the outcome the events know.

    `next_agent_id` is who had the ticket next, so whether the plan was carried out. `late` (by
    `due_at` or the desk's own verdict) and `escalated` (after the decision) are 1, 0 or null while
    nobody can know. `hours_to_resolve` runs from the decision to the resolution that held; it is
    null and the row `censored` where the ticket is open when the events end, or unknown to them.

    Raises:
        LogError: nothing was decided in this time.
    """
    rows = [_row(each) for each in told]
    if not rows:
        raise LogError(
            "no decision of this time has news of a ticket",
            where="decision log",
            remedy="choose an earlier --since or a later --until",
        )
    table = pd.DataFrame(rows)
    table["propensity"] = table["propensity"].astype(float)  # also where no lot was drawn
    table["as_of"] = pd.to_datetime(table["as_of"], utc=True).dt.as_unit("us")
    return _with_outcomes(table, events)[list(COLUMNS)]


def _row(told: Told) -> dict[str, object]:
    said = told.placement
    return {
        "refresh_id": told.refresh_id,
        "as_of": told.as_of,
        "at_us": micros_of(told.as_of),
        "ticket_id": said.ticket_id,
        "action": said.action,
        "agent_id": said.agent_id,
        "previous_agent_id": said.previous_agent_id,
        "propensity": said.propensity,
        "risk_timeout": said.risk_timeout,
        "policy_name": told.policy.name,
        "policy_version": told.policy.version,
        "model_name": told.model.name,
        "model_version": told.model.version,
    }


def _with_outcomes(table: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    nothing = table.assign(
        late=np.nan, escalated=np.nan, hours_to_resolve=np.nan, censored=True, next_agent_id=None
    )
    if not (events["type"] == "ticket.created").any():
        return nothing
    labels = label(events)
    place = pd.Index(labels.ticket_id).get_indexer(pd.Index(table["ticket_id"]))
    known, at_us = place >= 0, table["at_us"].to_numpy()
    ticket = np.where(known, place, 0)
    late = labels.timeout(labels.end_us).value[ticket]
    escalated = labels.escalation(ticket, at_us, labels.end_us).value
    hours = (labels.resolved_us[ticket] - at_us) / HOUR
    solved = known & (labels.resolved_us[ticket] != NEVER) & (hours >= 0)
    return nothing.assign(
        late=np.where(known & (late != UNKNOWN), late, np.nan),
        escalated=np.where(known & (escalated != UNKNOWN), escalated, np.nan),
        hours_to_resolve=np.where(solved, hours, np.nan),
        censored=~solved,
        next_agent_id=_next_agents(table, events),
    )


def _next_agents(table: pd.DataFrame, events: pd.DataFrame) -> pd.Series:
    """Who was given each ticket next after the decision, None where nobody was."""
    given = events.loc[events["type"] == "ticket.assigned", ["time", "ticket_id", "agent_id"]]
    asked = table[["as_of", "ticket_id"]].reset_index(names="row").rename(columns={"as_of": "time"})
    given = given.rename(columns={"agent_id": "next"}).sort_values("time", kind="stable")
    for name in ("time", "ticket_id"):
        asked[name] = asked[name].astype(given[name].dtype)
    found = pd.merge_asof(
        asked.sort_values("time", kind="stable"), given,
        on="time", by="ticket_id", direction="forward", allow_exact_matches=False,
    )  # fmt: skip
    return found.set_index("row")["next"].reindex(table.index)

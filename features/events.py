"""The event vocabulary: one row per event, the only history there is.

An *event log* is a DataFrame with the columns of `EVENT_COLUMNS`, typed as `conform` makes
them. Times are instants in UTC with microseconds; attributes are JSON objects kept as text.
"""

from __future__ import annotations

from typing import Final

import pandas as pd
import pyarrow as pa

from features.errors import LogError

EVENT_TYPES: Final = (
    "ticket.created",
    "ticket.updated",
    "ticket.assigned",
    "ticket.unassigned",
    "ticket.state",
    "ticket.contact",
    "ticket.escalated",
    "ticket.resolved",
    "ticket.reopened",
    "ticket.closed",
    "customer.margin",
    "agent.status",
)
"""Every event type, in the order that breaks ties after `created` and before `closed`."""

TICKET_STATES: Final = (
    "unassigned",
    "assigned",
    "in_progress",
    "paused",
    "waiting_customer",
    "internal_collaboration",
    "returned",
    "reopened",
)
"""The states an open ticket can be in."""

EVENT_STATES: Final = (
    "in_progress",
    "paused",
    "waiting_customer",
    "internal_collaboration",
    "returned",
)
"""The states that a `ticket.state` event can announce; the others follow from other events."""

AGENT_STATUSES: Final = ("available", "busy", "away", "offline")

TEXT_COLUMNS: Final = (
    "event_id",
    "type",
    "ticket_id",
    "customer_id",
    "agent_id",
    "category",
    "subcategory",
    "region",
    "channel",
    "priority",
    "state",
    "party",
    "text",
    "attributes",
)
TIME_COLUMNS: Final = ("time", "due_at")

EVENT_COLUMNS: Final = (
    "event_id",
    "time",
    "type",
    "ticket_id",
    "customer_id",
    "agent_id",
    "category",
    "subcategory",
    "region",
    "channel",
    "priority",
    "due_at",
    "state",
    "party",
    "amount",
    "text",
    "sla_met",
    "attributes",
)

TIME_DTYPE: Final = "datetime64[us, UTC]"
_DTYPES: Final = {
    "time": TIME_DTYPE,
    "due_at": TIME_DTYPE,
    "amount": "float64",
    "sla_met": "boolean",
}
"""Of the columns that are no texts."""

RANK: Final = {"ticket.created": 0, "ticket.closed": 2}
"""At one instant a ticket's creation comes first and its closing last; all other events have 1."""


def conform(events: pd.DataFrame) -> pd.DataFrame:
    """The same rows with exactly `EVENT_COLUMNS`, in order and typed; absent columns are missing.

    Text columns become `str` (missing as NaN), `time` and `due_at` `datetime64[us, UTC]`,
    `amount` float64, `sla_met` nullable boolean. Rows are neither checked nor reordered:
    that is the reader's work.

    Raises:
        LogError: a column is not one of `EVENT_COLUMNS`, or a time has no zone.
    """
    if _conformed(events):  # checked, it costs a hundredth
        return events.reset_index(drop=True)
    unknown = [name for name in events.columns if name not in EVENT_COLUMNS]
    if unknown:
        raise LogError(
            f"unknown column {unknown[0]!r}",
            where="event log",
            remedy="put a desk's own columns into `attributes` as a JSON object",
        )
    columns: dict[str, pd.Series] = {}
    for name in EVENT_COLUMNS:
        column = events[name] if name in events.columns else pd.Series(None, events.index)
        columns[name] = _typed(name, column)
    return pd.DataFrame(columns, index=events.index).reset_index(drop=True)


def _conformed(events: pd.DataFrame) -> bool:
    if tuple(events.columns) != EVENT_COLUMNS:
        return False
    typed = zip(EVENT_COLUMNS, events.dtypes, strict=True)
    return all(dtype == _DTYPES.get(name, "str") for name, dtype in typed)


def _typed(name: str, column: pd.Series) -> pd.Series:
    if name in TIME_COLUMNS:
        if column.isna().all():
            return pd.Series(pd.NaT, column.index, dtype=TIME_DTYPE)
        if not isinstance(column.dtype, pd.DatetimeTZDtype):
            raise LogError(f"column {name!r} has times without a zone", where="event log")
        return pd.Series(column.dt.tz_convert("UTC").astype(TIME_DTYPE))
    if name == "amount":
        return column.astype("float64")
    if name == "sla_met":
        return column.astype("boolean")
    return column.astype("str")


def arrow_table(events: pd.DataFrame) -> pa.Table:
    """Conformed events as Arrow has them, times as `timestamp[us, UTC]`; for Parquet.

    >>> arrow_table(conform(pd.DataFrame({"event_id": ["e1"]}))).schema.field("due_at").type
    TimestampType(timestamp[us, tz=UTC])
    """
    # Arrow takes times with a zone in a way that pandas is giving up, so they go by hand.
    table = pa.Table.from_pandas(events.drop(columns=list(TIME_COLUMNS)), preserve_index=False)
    for name in TIME_COLUMNS:  # in the order of the columns, so that each finds its place
        instants = events[name].dt.tz_localize(None).to_numpy()
        column = pa.array(instants, pa.timestamp("us", "UTC"), from_pandas=True)
        table = table.add_column(events.columns.get_loc(name), name, column)
    return table


def canonical_order(events: pd.DataFrame) -> pd.DataFrame:
    """The rows sorted by (time, rank, event_id): the one order that every file order leads to.

    At one instant a ticket's creation comes first and its closing last; the rest goes by
    `event_id`, so a log whose clock is coarse keeps its order by numbering its events.
    """
    rank = events["type"].map(RANK).fillna(1).astype("int8")
    order = (
        pd.DataFrame({"time": events["time"], "rank": rank, "event_id": events["event_id"]})
        .sort_values(["time", "rank", "event_id"], kind="stable")
        .index
    )
    return events.loc[order].reset_index(drop=True)

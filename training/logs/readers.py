"""Event logs in: CSV, Parquet or NDJSON, gzip or not, into events and rejects."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from features.errors import LogError
from features.events import EVENT_COLUMNS, TIME_COLUMNS
from features.intake import RowGate, check_columns, check_rows
from training.logs.raw import RawRows, read_raw, rejects_table
from training.logs.source import Progress, open_source, quiet
from training.logs.writers import write_events

__all__ = ["EventLog", "read_events", "write_events"]


@dataclass(frozen=True, slots=True)
class EventLog:
    """What a log gave: `events` as `features.events.conform` types them, in file order.

    `rejects` has the columns `line, event_id, code, detail`, sorted by line, 1-based in the
    file (for Parquet the row number); `rows` counts the records read, good and bad.
    """

    events: pd.DataFrame
    rejects: pd.DataFrame
    rows: int


def read_events(
    path: Path | str, progress: Progress = quiet, gate: RowGate = check_rows
) -> EventLog:
    """Read an event log; every row that is no event is in `rejects` with its reason.

    Args:
        path: the file.
        progress: told how far it is.
        gate: tells events from other rows; a stricter one refuses more.

    Raises:
        LogError: the file cannot be read at all, `event_id`, `time` or `type` is no column of
            it, or it has a column that the contract does not know.
    """
    source = open_source(Path(path), progress)
    raw = read_raw(source, source.kind)
    _check_header(raw, str(path))
    rows = raw.table.num_rows
    progress("check", 0, rows)
    frame = raw.table.to_pandas()
    checked = gate(_with_text(frame))
    progress("check", rows, rows)
    if not len(checked.faults):
        return EventLog(checked.events, _sorted(raw.refused), rows + len(raw.refused))
    lines = raw.lines()
    faults = checked.faults
    bad = rejects_table(
        lines[faults["position"].to_numpy()],
        faults["event_id"].fillna("").tolist(),
        faults["code"].tolist(),
        faults["detail"].tolist(),
    )
    rejects = _sorted(pd.concat([bad, raw.refused], ignore_index=True))
    return EventLog(checked.events, rejects, rows + len(raw.refused))


def _check_header(raw: RawRows, where: str) -> None:
    check_columns(list(raw.header), where)
    for name in raw.header:
        if name not in EVENT_COLUMNS:
            raise LogError(
                f"unknown column {name!r}",
                where=where,
                remedy="put a desk's own columns into `attributes` as a JSON object",
            )
    for name in TIME_COLUMNS:
        kind = raw.table.schema.field(name).type if name in raw.header else None
        if getattr(kind, "unit", None) is not None and getattr(kind, "tz", None) is None:
            raise LogError(
                f"the column {name!r} has times without a zone",
                where=where,
                remedy="store it as a timestamp with time zone",
            )


def _with_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Columns of other types (Parquet) as the gate wants them: text but for what it parses."""
    typed = (*TIME_COLUMNS, "amount")
    columns = dict(frame.items())
    for name, cells in frame.items():
        if name == "sla_met" and cells.dtype in (object, bool):
            columns[name] = cells.astype("boolean")
        elif name not in typed and name != "sla_met":
            columns[name] = cells.astype("str")
    return pd.DataFrame(columns)


def _sorted(rejects: pd.DataFrame) -> pd.DataFrame:
    return rejects.sort_values("line", kind="stable", ignore_index=True)

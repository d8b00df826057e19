"""The data-quality report of an import: what came in, what went out, what was odd."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
import orjson
import pandas as pd

from features.events import EVENT_TYPES
from training.logs.foreign import ForeignLog
from training.logs.mapping import LogMapping
from training.logs.readers import EventLog

WHOLE_LOG: Final = "event log"


@dataclass(frozen=True, slots=True)
class Count:
    """A name and how often it occurs."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Missing:
    """The share of rows in which a column of the incoming log is missing."""

    column: str
    share: float


@dataclass(frozen=True, slots=True)
class Coming:
    """What the incoming log was like; `rows` counts all records, `refused` those that gave nothing.

    `repeated` rows say just what the row before says, or have an id seen before. `ambiguous`
    and `nonexistent` count local times around changes of the clock.
    """

    rows: int
    refused: int
    repeated: int
    out_of_order: int
    ambiguous: int
    nonexistent: int
    missing: tuple[Missing, ...]
    columns_read: tuple[str, ...]
    columns_unread: tuple[str, ...]
    never_read_present: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The whole report. `first` and `last` are RFC 3339 times of events, "" if there are none."""

    log: str
    mapping: str
    coming: Coming
    rejects: tuple[Count, ...]
    events: int
    by_type: tuple[Count, ...]
    tickets: int
    agents: int
    customers: int
    first: str
    last: str

    def to_json(self) -> str:
        """The report as a JSON document."""
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2).decode() + "\n"

    def to_markdown(self) -> str:
        """The report for people."""
        c = self.coming
        head = [
            ("rows read", f"{c.rows:,}"),
            ("rows refused", f"{c.refused:,}"),
            ("events written", f"{self.events:,}"),
            ("tickets", f"{self.tickets:,}"),
            ("agents", f"{self.agents:,}"),
            ("customers", f"{self.customers:,}"),
            ("first event", self.first),
            ("last event", self.last),
            ("repeated rows or ids", f"{c.repeated:,}"),
            ("rows earlier than the row before", f"{c.out_of_order:,}"),
            ("local times that happened twice", f"{c.ambiguous:,}"),
            ("local times that never were", f"{c.nonexistent:,}"),
        ]
        missing = [(m.column, f"{m.share:.1%}") for m in c.missing if m.share > 0]
        parts = [
            f"# Import of {self.log}\n\nRead as: {self.mapping}\n",
            _table("Figure", "Value", head),
            "## Events by type\n",
            _table("Type", "Events", [(t.name, f"{t.count:,}") for t in self.by_type]),
            "## Rejected or trimmed, by reason\n",
            _table("Code", "Entries", [(r.name, f"{r.count:,}") for r in self.rejects]),
            "## Missing cells of the incoming log\n",
            _table("Column", "Missing", missing),
            "## Columns\n",
            _listing("Never read (values from the future)", c.never_read_present),
            _listing("Not used", c.columns_unread),
        ]
        return "\n".join(parts)


def coming_foreign(
    log: ForeignLog, mapping: LogMapping, ambiguous: int, nonexistent: int
) -> Coming:
    """The incoming side of a foreign log; the two counts are those of its further time columns."""
    unread = [n for n in log.header if n not in mapping.columns and n not in mapping.never_read]
    doubled = int((log.rejects["code"] == "duplicate_ticket").sum())
    return Coming(
        rows=log.tally.read,
        refused=len(log.rejects),
        repeated=log.tally.repeated + doubled,
        out_of_order=log.tally.out_of_order,
        ambiguous=log.tally.ambiguous + ambiguous,
        nonexistent=log.tally.nonexistent + nonexistent,
        missing=tuple(Missing(name, round(share, 6)) for name, share in log.missing),
        columns_read=mapping.columns,
        columns_unread=tuple(unread),
        never_read_present=tuple(n for n in mapping.never_read if n in log.header),
    )


def coming_events(log: EventLog) -> Coming:
    """The incoming side of a log that is an event log already."""
    events = log.events
    share = events.isna().mean() if len(events) else pd.Series(0.0, events.columns)
    backwards = np.diff(events["time"].dt.tz_localize(None).to_numpy().astype(np.int64)) < 0
    return Coming(
        rows=log.rows,
        refused=len(log.rejects),
        repeated=int((log.rejects["code"] == "duplicate_event_id").sum()),
        out_of_order=int(backwards.sum()),
        ambiguous=0,
        nonexistent=0,
        missing=tuple(Missing(str(n), round(float(s), 6)) for n, s in share.items()),
        columns_read=tuple(str(name) for name in events.columns),
        columns_unread=(),
        never_read_present=(),
    )


def build_report(
    log: str, mapping: str, coming: Coming, rejects: pd.DataFrame, events: pd.DataFrame
) -> ImportReport:
    """Count what goes out; `events` are typed as `conform` types them."""
    types = events["type"].value_counts()
    reasons = rejects["code"].value_counts()
    return ImportReport(
        log=log,
        mapping=mapping or WHOLE_LOG,
        coming=coming,
        rejects=tuple(Count(str(code), int(n)) for code, n in reasons.items()),
        events=len(events),
        by_type=tuple(Count(t, int(types[t])) for t in EVENT_TYPES if t in types.index),
        tickets=int(events["ticket_id"].nunique()),
        agents=int(events["agent_id"].nunique()),
        customers=int(events["customer_id"].nunique()),
        first=events["time"].min().isoformat() if len(events) else "",
        last=events["time"].max().isoformat() if len(events) else "",
    )


def _table(left: str, right: str, rows: Iterable[tuple[str, str]]) -> str:
    lines = [f"| {name} | {value} |" for name, value in rows]
    if not lines:
        return "None.\n"
    return "\n".join([f"| {left} | {right} |", "|---|---:|", *lines]) + "\n"


def _listing(title: str, names: tuple[str, ...]) -> str:
    return f"{title}: {', '.join(f'`{name}`' for name in names) or 'none'}.\n"

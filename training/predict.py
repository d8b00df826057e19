"""`fendan predict`: what a model would have said of each ticket, at moments of its life."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from features.errors import FendanError, ModelError
from features.frame import landmark_pairs, pair_frame
from features.history import History
from features.picture import micros_of
from model import eta, live
from model.bundle import Bundle
from training.labels import Labels, label
from training.moments import MINUTE_US, NEVER, Int

COLUMNS: Final = (
    "ticket_id", "as_of", "agent_id", "risk_timeout", "risk_escalation", "eta_p50", "eta_p90",
)  # fmt: skip
CHUNK: Final = 100_000
"""Rows whose features are computed at once."""

_EVERY = re.compile(r"every:(\d+)(m|h|d)")
_MINUTES: Final = {"m": 1, "h": 60, "d": 1440}


@dataclass(frozen=True, slots=True)
class Moments:
    """When to look at a ticket: at `created`, at `assigned` (the first time), or a grid.

    `step_us` is the distance of the grid, 0 for the other two.
    """

    kind: str
    step_us: int = 0

    @classmethod
    def parse(cls, text: str) -> Moments:
        """Read `created`, `assigned` or `every:6h` (m, h, d).

        Raises:
            ModelError: it is none of them.

        >>> Moments.parse("every:6h").step_us // 3_600_000_000
        6
        """
        if text in ("created", "assigned"):
            return cls(text)
        found = _EVERY.fullmatch(text)
        if found is None or int(found[1]) == 0:
            raise ModelError(
                f"unknown moments {text!r}",
                where="--at",
                remedy="write created, assigned or every:6h (m, h or d)",
            )
        return cls("every", int(found[1]) * _MINUTES[found[2]] * MINUTE_US)


def predict(
    events: pd.DataFrame, bundle: Bundle, at: Moments, start: datetime | None = None
) -> pd.DataFrame:
    """One row of `COLUMNS` per (ticket, moment), by time and ticket; times are RFC 3339 in UTC.

    Moments lie at or after `start` (None: from the first event on), while the ticket is open;
    the grid counts from `start`. A row reads nothing that happened after its `as_of`.

    Raises:
        LogError: no ticket is created in the log.
        ModelError: the model knows other features, or `start` has no zone.
    """
    if start is not None and start.tzinfo is None:
        raise ModelError("the time has no zone", where="--from", remedy="add one, as in +08:00")
    labels = label(events)
    begin = int(labels.created_us.min()) if start is None else micros_of(start)
    ticket, time_us = _asked(labels, at, begin)
    history = History.of(events)
    parts = list(_scored(history, bundle, labels.ticket_id[ticket].tolist(), time_us))
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype="object") for name in COLUMNS})
    return pd.concat(parts, ignore_index=True)


def write_predictions(predictions: pd.DataFrame, path: Path) -> None:
    """Write CSV (`.csv`, `.csv.gz`) or Parquet (`.parquet`), by the file's suffix.

    Raises:
        FendanError: another suffix, or the file cannot be written.
    """
    try:
        if path.name.endswith(".parquet"):
            predictions.to_parquet(path, index=False)
        elif path.name.endswith((".csv", ".csv.gz")):
            predictions.to_csv(path, index=False)
        else:
            raise FendanError(
                "unknown kind of file", where=str(path), remedy="end it in .csv or .parquet"
            )
    except OSError as error:
        raise FendanError(f"the file cannot be written: {error}", where=str(path)) from error


def _asked(labels: Labels, at: Moments, begin: int) -> tuple[Int, Int]:
    """The (ticket, moment) pairs from `begin` on at which the ticket is open."""
    if at.kind == "every":
        ticket, time_us = _grid(labels, at.step_us, begin)
    else:
        time_us = labels.created_us if at.kind == "created" else labels.assigned_us
        ticket = np.arange(len(labels))
    some = (time_us >= begin) & (time_us < NEVER)
    ticket, time_us = ticket[some].astype(np.int64), time_us[some]
    still = labels.open_at(ticket, time_us)
    ticket, time_us = ticket[still], time_us[still]
    order = np.lexsort((ticket, time_us))
    return ticket[order], time_us[order]


def _grid(labels: Labels, step_us: int, begin: int) -> tuple[Int, Int]:
    first = np.maximum(-((begin - labels.created_us) // step_us), 0)
    last_open = np.minimum(labels.resolved_us, labels.end_us + 1)
    count = np.maximum(-((begin - last_open) // step_us) - first, 0)
    ticket = np.repeat(np.arange(len(labels)), count)
    ends = np.cumsum(count)
    number = np.arange(ticket.size) - np.repeat(ends - count, count)
    return ticket, begin + (np.repeat(first, count) + number) * step_us


def _scored(
    history: History, bundle: Bundle, ticket_ids: list[str], time_us: Int
) -> Iterator[pd.DataFrame]:
    for low in range(0, time_us.size, CHUNK):
        ids, at = ticket_ids[low : low + CHUNK], time_us[low : low + CHUNK]
        pairs = landmark_pairs(history, ids, at)
        frame = pair_frame(history, bundle.encoder, pairs)
        bundle.risk.check(frame.names)
        risk = bundle.risk.predict(frame.values, live.shifts(bundle, history, at))
        values = (
            ids,
            eta.moments(at),
            history.names["agent"].names(pairs.tickets.owner),
            risk.timeout,
            risk.escalation,
            eta.moments(at, risk.eta_p50_hours),
            eta.moments(at, risk.eta_p90_hours),
        )
        yield pd.DataFrame(dict(zip(COLUMNS, values, strict=True)))

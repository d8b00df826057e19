"""Events as the store has them, and back: one tuple a row, in the order of `COLUMNS`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from features.events import EVENT_COLUMNS, TIME_DTYPE
from features.stream import NEVER
from features.timeline import micros
from serving.tables import EVENTS

Row = tuple[Any, ...]
STORED: Final = {"time": "time_us", "due_at": "due_us"}
"""What the store calls the columns of an event whose names it does not share."""
COLUMNS: Final = (*EVENT_COLUMNS, "signals", "wording")
"""The columns of an event in a history (`features.ledger.without_texts`)."""


def column_of(name: str) -> sa.Column[Any]:
    """The store's column that holds one of `COLUMNS`."""
    return EVENTS.c[STORED.get(name, name)]


NAMES: Final = tuple(column_of(name).name for name in COLUMNS)
"""`COLUMNS` as the store names them."""


def rows_of(events: pd.DataFrame, received_at: datetime) -> Iterator[Row]:
    """One tuple an event: `COLUMNS` as the store has them, and `received_at` at the end."""
    columns = [_values(name, events[name]) for name in COLUMNS]
    return zip(*columns, [received_at] * len(events), strict=True)


def frame_of(rows: Sequence[Row]) -> pd.DataFrame:
    """The events of some rows (`COLUMNS`), typed as a history takes them."""
    columns = zip(*rows, strict=True) if rows else [()] * len(COLUMNS)
    typed = {name: _typed(name, values) for name, values in zip(COLUMNS, columns, strict=True)}
    return pd.DataFrame(typed)


def _values(name: str, column: pd.Series) -> list[Any]:
    if name in STORED:
        instants = micros(column)
        return [None if at == NEVER else at for at in instants.tolist()]
    if name == "signals":
        return list(column.astype("int64").tolist())
    if name == "wording":
        return [value if isinstance(value, bytes) else None for value in column.tolist()]
    return list(pa.array(column, from_pandas=True).to_pylist())


def _typed(name: str, values: Sequence[Any]) -> pd.Series:
    if name in STORED:
        known = np.array([NEVER if each is None else each for each in values], np.int64)
        instants = pd.Series(known.view("datetime64[us]"))  # whose missing time `NEVER` is
        return instants.dt.tz_localize("UTC").astype(TIME_DTYPE)
    if name == "wording":
        return pd.Series(np.fromiter(values, object, len(values)))
    if name == "signals":
        return pd.Series(np.array(values, np.int64))
    if name == "amount":
        return pd.Series(np.array(values, np.float64))
    if name == "sla_met":
        # SQLite has no truth of its own: 0 and 1.
        return pd.Series([None if each is None else bool(each) for each in values], dtype="boolean")
    return pd.Series(pa.array(values, pa.large_string()).to_pandas(), dtype="str")

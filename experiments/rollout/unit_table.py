"""A desk's own table of outcomes by hour or day, where there is no event log to plan from."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from experiments.rollout.errors import RolloutError
from experiments.rollout.grid import Grid
from experiments.rollout.units import Units
from training.labels import micros
from training.moments import Int

NEEDED: Final = ("start", "cases", "total")


def read_units(path: Path, grid: Grid) -> tuple[Units, int]:
    """The units of a CSV table, and how many teams they are of.

    Its columns: `start` (RFC 3339 with an offset), `cases`, `total` (the sum of the metric over
    them), perhaps `squares` (of its squares; else the metric is 0 or 1) and `team`. Rows that
    start in the same block are added up, those of a wash-out or cool-down are left out.

    Raises:
        RolloutError: the table cannot be read, a column is missing, or a value makes no sense.
    """
    table = _read(path)
    start = _starts(table["start"], path)
    squares = table["squares" if "squares" in table else "total"]
    values = [table[name].to_numpy(np.float64) for name in ("cases", "total")]
    numbers = np.stack([*values, squares.to_numpy(np.float64)])
    if not np.isfinite(numbers).all() or (numbers[0] < 1).any():
        raise RolloutError("every row needs a case and a total", where=str(path))
    team, names = pd.factorize(table["team"] if "team" in table else np.zeros(len(table)))
    kept = ~grid.washed(start)
    both = np.stack([team, grid.block_of(start)], axis=1)[kept]
    units, place = np.unique(both, axis=0, return_inverse=True)
    sums = np.zeros((3, len(units)))
    np.add.at(sums.T, place.reshape(-1), numbers[:, kept].T)
    found = Units(units[:, 0], units[:, 1], sums[0].astype(np.int64), sums[1], sums[2])
    return found, len(names)


def _read(path: Path) -> pd.DataFrame:
    try:
        table = pd.read_csv(path)
    except (OSError, ValueError) as fault:
        raise RolloutError("the table of units cannot be read", where=str(path)) from fault
    missing = [name for name in NEEDED if name not in table]
    if missing or table.empty:
        raise RolloutError(
            f"the table of units has no {missing[0] if missing else 'rows'}",
            where=str(path),
            remedy="give the columns " + ", ".join(NEEDED),
        )
    return table


def _starts(column: pd.Series, path: Path) -> Int:
    aware = column.astype(str).str.contains(r"(?:Z|[+-]\d\d:\d\d)$")
    times = pd.to_datetime(column, format="ISO8601", utc=True, errors="coerce")
    bad = np.flatnonzero(times.isna() | ~aware)
    if bad.size:
        raise RolloutError(
            f"{column.iloc[bad[0]]!r} is no RFC 3339 time with an offset",
            where=f"{path}, line {bad[0] + 2}",
        )
    return micros(times.astype("datetime64[us, UTC]"))

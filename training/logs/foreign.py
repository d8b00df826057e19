"""A foreign log as coded rows in the order in which things happened, and what could not be used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from features.errors import LogError
from training.logs.columns import Column, Ints, Mask, Rows, rising
from training.logs.mapping import LogMapping
from training.logs.raw import RawRows, read_raw, rejects_table
from training.logs.source import Progress, open_source, quiet
from training.logs.times import read_stamps


@dataclass(frozen=True, slots=True)
class Tally:
    """What was noticed on the way in, in counts."""

    read: int
    repeated: int
    out_of_order: int
    ambiguous: int
    nonexistent: int


@dataclass(frozen=True, slots=True)
class ForeignLog:
    """`rows` are usable; `rejects` are not; `lines` gives the file's line of every row read.

    `header` names every column of the file; `missing` the share of missing cells of each
    column that was read.
    """

    rows: Rows
    rejects: pd.DataFrame
    lines: Callable[[], Ints]
    header: tuple[str, ...]
    missing: tuple[tuple[str, float], ...]
    tally: Tally


def read_foreign(path: Path | str, mapping: LogMapping, progress: Progress = quiet) -> ForeignLog:
    """Load the columns that the mapping uses, and no other, and put the rows in order.

    Raises:
        LogError: the file cannot be read, or lacks a column that the mapping names.
    """
    source = open_source(Path(path), progress)
    if source.kind != mapping.format:
        raise LogError(
            f"the file is {source.kind}, the mapping {mapping.name!r} says {mapping.format}",
            where=str(path),
            remedy="set `format` in the mapping, or give the right file",
        )
    raw = read_raw(
        source,
        mapping.format,
        mapping.columns,
        delimiter=mapping.delimiter,
        encoding=mapping.encoding,
    )
    size = raw.table.num_rows
    columns: dict[str, Column] = {}
    for number, name in enumerate(mapping.columns):
        progress("columns", number, len(mapping.columns))
        columns[name] = Column.of(raw.table.column(name), mapping.missing)
    progress("columns", len(mapping.columns), len(mapping.columns))
    if not size:
        raise LogError("the log has no rows", where=str(path), remedy="export it again")
    return _ordered(raw, columns, mapping)


def _ordered(raw: RawRows, columns: dict[str, Column], mapping: LogMapping) -> ForeignLog:
    size = raw.table.num_rows
    missing = tuple((name, float(1 - c.present.mean())) for name, c in columns.items())
    clock = read_stamps(columns[mapping.time], mapping.time_formats, mapping.zone)
    code, detail = _row_faults(columns, clock.bad, mapping)
    good = np.flatnonzero(code == "")
    ticket, _ = pd.factorize(columns[mapping.ticket].codes[good])
    by = (clock.micros[good], ticket) if mapping.row_order == "time" else (ticket,)
    origin = good[np.lexsort(by)]
    ticket = np.sort(ticket).astype(np.int64)
    first = np.diff(ticket, prepend=-1) != 0
    time = rising(clock.micros[origin], ticket) if len(origin) else clock.micros[origin]
    cells = {name: column.take(origin) for name, column in columns.items()}
    rows = Rows(_sealed(cells, mapping), ticket, time, origin, first)
    tally = Tally(
        read=size + len(raw.refused),
        repeated=int(_repeated(rows).sum()),
        out_of_order=int((np.diff(clock.micros[origin], prepend=0)[~first] < 0).sum()),
        ambiguous=int(clock.ambiguous[origin].sum()),
        nonexistent=int(clock.nonexistent[origin].sum()),
    )
    rejects = pd.concat([raw.refused, _named(raw, columns, mapping, code, detail)])
    return ForeignLog(rows, rejects, raw.lines, raw.header, missing, tally)


def _row_faults(
    columns: dict[str, Column], bad_time: Mask, mapping: LogMapping
) -> tuple[pd.Series, pd.Series]:
    """Code and detail per row, "" for a row that can be used."""
    size = len(bad_time)
    code, detail = pd.Series("", range(size)), pd.Series("", range(size))
    tickets = columns[mapping.ticket]
    faults = [
        ("missing_ticket_id", ~tickets.present, f"{mapping.ticket!r} is missing"),
        ("missing_time", ~columns[mapping.time].present, f"{mapping.time!r} is missing"),
        ("bad_time", bad_time, f"{mapping.time!r} fits no format of the mapping"),
    ]
    if mapping.shape == "tickets":
        repeated = tickets.present & pd.Series(tickets.codes).duplicated().to_numpy()
        faults.append(("duplicate_ticket", repeated, "an earlier row has this ticket"))
    for name, mask, words in faults:
        fresh = mask & (code == "").to_numpy()
        code[fresh], detail[fresh] = name, words
    said = np.flatnonzero(code == "bad_time")
    texts = columns[mapping.time].take(said).texts().fillna("").to_numpy()
    detail.iloc[said] = detail.iloc[said] + ": '" + texts + "'"
    return code, detail


def _named(
    raw: RawRows,
    columns: dict[str, Column],
    mapping: LogMapping,
    code: pd.Series,
    detail: pd.Series,
) -> pd.DataFrame:
    at = np.flatnonzero(code != "")
    if not len(at):
        return rejects_table([], [], [], [])
    tickets = columns[mapping.ticket].take(at).texts().fillna("").tolist()
    return rejects_table(raw.lines()[at], tickets, code.iloc[at].tolist(), detail.iloc[at].tolist())


def _sealed(columns: dict[str, Column], mapping: LogMapping) -> dict[str, Column]:
    """Blank what is known only in some rows, so that no rule can read it in the others."""
    sealed = dict(columns)
    for known in mapping.known_when:
        keep = columns[known.condition].isin(known.values)
        sealed[known.column] = columns[known.column].blanked(keep)
    return sealed


def _repeated(rows: Rows) -> Mask:
    """Rows that say in every column read what their ticket's row before says."""
    same = ~rows.first
    for column in rows.columns.values():
        same &= column.codes == rows.before(column.codes)
    return same

"""A log file as rows of text, before anything is checked: CSV, NDJSON or Parquet."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from features.errors import LogError
from training.logs.lines import Ints, Records, plain_lines
from training.logs.ndjson import parse_ndjson
from training.logs.source import Kind, Source

_HEADER_LIMIT: Final = 1 << 20
REJECT_COLUMNS: Final = ("line", "event_id", "code", "detail")


@dataclass(frozen=True, slots=True)
class RawRows:
    """`table` holds the columns asked for, one row per readable record, in file order.

    CSV and NDJSON columns are text with nulls for empty cells; Parquet keeps its types.
    `lines` gives the 1-based line of each row (Parquet: the row number), `refused` the records
    that are no rows at all (`REJECT_COLUMNS`), `header` every column that the file has.
    """

    table: pa.Table
    lines: Callable[[], Ints]
    refused: pd.DataFrame
    header: tuple[str, ...]


def rejects_table(
    lines: Ints | list[int], event_id: list[str], code: list[str], detail: list[str]
) -> pd.DataFrame:
    """Rejects with their dtypes, also when there are none."""
    values = {"line": lines, "event_id": event_id, "code": code, "detail": detail}
    text = dict.fromkeys(REJECT_COLUMNS[1:], "str")
    return pd.DataFrame(values, columns=list(REJECT_COLUMNS)).astype({"line": "int64", **text})


def read_raw(
    source: Source,
    kind: Kind,
    columns: tuple[str, ...] | None = None,
    *,
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> RawRows:
    """Parse the bytes; with `columns` only these are ever parsed into memory.

    Raises:
        LogError: the file is no such file, its header repeats a name, or a column is not there.
    """
    if kind == "parquet":
        return _parquet(source, columns)
    if kind == "ndjson":
        return _ndjson(source, columns, encoding)
    return _csv(source, columns, delimiter, encoding)


def _parquet(source: Source, columns: tuple[str, ...] | None) -> RawRows:
    try:
        if source.damage:
            raise pa.ArrowInvalid(source.damage)
        file = pyarrow.parquet.ParquetFile(io.BytesIO(source.data))
        header = tuple(file.schema_arrow.names)
        _need(header, columns, source)
        table = file.read(columns=list(columns) if columns else None, use_threads=False)
    except pa.ArrowException as error:
        raise LogError(
            f"not a whole Parquet file: {error}",
            where=str(source.path),
            remedy="a Parquet file keeps its index at the end; export it again",
        ) from error
    rows = table.num_rows
    return RawRows(table, lambda: np.arange(1, rows + 1), rejects_table([], [], [], []), header)


def _ndjson(source: Source, columns: tuple[str, ...] | None, encoding: str) -> RawRows:
    data, broken = source.data, rejects_table([], [], [], [])
    if source.damage:
        data, broken = _cut(source, data.rfind(b"\n") + 1, data.count(b"\n"))
    data, _ = _as_utf8(data, encoding, source)
    parsed = parse_ndjson(data, columns)
    _need(parsed.header, columns, source)
    texts = [f"not a JSON object: {text[:80]}" for text in parsed.bad_texts]
    count = len(texts)
    refused = rejects_table(parsed.bad_lines, [""] * count, ["bad_json"] * count, texts)
    lines = parsed.lines
    everything = pd.concat([refused, broken], ignore_index=True)
    return RawRows(parsed.table, lambda: lines, everything, parsed.header)


def _csv(source: Source, columns: tuple[str, ...] | None, delimiter: str, encoding: str) -> RawRows:
    data, broken = source.data, rejects_table([], [], [], [])
    if source.damage:
        whole = Records.of(data)
        data, broken = _cut(source, whole.complete, whole.lines)
    header = _header(source, data, delimiter, encoding)
    _need(header, columns, source)
    invalid: list[pyarrow.csv.InvalidRow] = []
    data, doubtful = _as_utf8(data, encoding, source)
    table = _arrow_csv(source, data, columns or header, delimiter, invalid)

    total = 1 + table.num_rows + len(invalid)
    broken_rows = np.array([row.number - 1 for row in invalid], dtype=np.int64)

    def lines() -> Ints:
        return np.delete(_record_lines(data, total), broken_rows)[1:]

    at = _record_lines(data, total)[broken_rows] if len(broken_rows) else broken_rows
    detail = [_cell_fault(row) for row in invalid]
    wrong = rejects_table(at, [""] * len(at), ["wrong_cell_count"] * len(at), detail)
    table, unreadable, keep = _drop_unreadable(table, data, doubtful, lines)
    refused = pd.concat([wrong, unreadable, broken], ignore_index=True)
    return RawRows(table, lambda: lines()[keep], refused, header)


def _cell_fault(row: pyarrow.csv.InvalidRow) -> str:
    words = f"{row.actual_columns} cells where {row.expected_columns} are named"
    further = row.text.count("\n")
    return f"{words}; {further} further lines in it: is a quote not closed?" if further else words


def _record_lines(data: bytes, total: int) -> Ints:
    """The line of every record; lone quotes inside cells may mislead, then lines are counted."""
    for line in (Records.of(data).line, plain_lines(data)):
        if len(line) == total:
            return line
    return np.resize(line, total)


def _cut(source: Source, complete: int, lines: int) -> tuple[bytes, pd.DataFrame]:
    if not complete:
        raise LogError(source.damage, where=f"{source.path}, line 1", remedy="export it again")
    detail = f"{source.damage}: truncated after line {lines}, nothing after it could be read"
    return source.data[:complete], rejects_table([lines + 1], [""], ["truncated"], [detail])


def _as_utf8(data: bytes, encoding: str, source: Source) -> tuple[bytes, bool]:
    """The text in UTF-8, and whether bytes had to be replaced by U+FFFD."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return data.decode(encoding, errors="replace").encode(), True
    except LookupError:
        raise LogError(f"unknown encoding {encoding!r}", where=str(source.path)) from None
    return (data if encoding.lower().replace("_", "-") == "utf-8" else text.encode()), False


def _header(source: Source, data: bytes, delimiter: str, encoding: str) -> tuple[str, ...]:
    start = data[:_HEADER_LIMIT].lstrip(b"\r\n").split(b"\n", 1)[0]
    first = start.decode(encoding, errors="replace") + "\n"
    try:
        options = pyarrow.csv.ParseOptions(delimiter=delimiter)
        line = io.BytesIO(first.encode())
        header = tuple(pyarrow.csv.read_csv(line, parse_options=options).column_names)
    except (pa.ArrowException, ValueError) as error:
        raise LogError(f"no CSV header: {error}", where=f"{source.path}, line 1") from error
    for name in header:
        if header.count(name) > 1:
            raise LogError(
                f"two columns are named {name!r}",
                where=f"{source.path}, line 1",
                remedy="rename or remove one",
            )
    return header


def _need(header: tuple[str, ...], columns: tuple[str, ...] | None, source: Source) -> None:
    for name in columns or ():
        if name not in header:
            raise LogError(
                f"the column {name!r} is missing",
                where=str(source.path),
                remedy=f"the mapping names it; the file has {', '.join(header)}",
            )


def _arrow_csv(
    source: Source,
    data: bytes,
    columns: tuple[str, ...],
    delimiter: str,
    invalid: list[pyarrow.csv.InvalidRow],
) -> pa.Table:
    def skip(row: pyarrow.csv.InvalidRow) -> str:
        invalid.append(row)
        return "skip"

    try:
        return pyarrow.csv.read_csv(
            pa.BufferReader(data),
            # One thread, so that bad rows come with their number; a text may fill a block.
            read_options=pyarrow.csv.ReadOptions(use_threads=False, block_size=1 << 24),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=skip
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(columns, pa.string()),
                include_columns=list(columns),
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
    except pa.ArrowException as error:
        raise LogError(f"not readable as CSV: {error}", where=str(source.path)) from error


def _drop_unreadable(
    table: pa.Table, data: bytes, doubtful: bool, lines: Callable[[], Ints]
) -> tuple[pa.Table, pd.DataFrame, Ints]:
    """Take out rows with undecodable bytes and a last row that swallowed the rest of the file."""
    bad = np.zeros(table.num_rows, dtype=bool)
    swallowed = bad.copy()
    if doubtful:
        for column in table.columns:
            hit = pc.fill_null(pc.match_substring(column, "\ufffd"), False)
            bad |= hit.to_numpy()
    if table.num_rows and any("\n" in (column[-1].as_py() or "") for column in table.columns):
        swallowed[-1] = Records.of(data).open_quote
    drop = np.flatnonzero(bad | swallowed)
    keep = np.flatnonzero(~(bad | swallowed))
    if not len(drop):
        return table, rejects_table([], [], [], []), keep
    code = np.where(swallowed[drop], "unclosed_quote", "bad_encoding").tolist()
    says = {
        "unclosed_quote": "a quote opened here is never closed: this and all later lines unread",
        "bad_encoding": "bytes that are not text in the declared encoding",
    }
    details = [says[c] for c in code]
    refused = rejects_table(lines()[drop], [""] * len(drop), code, details)
    return table.take(keep), refused, keep

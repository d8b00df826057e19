"""Event logs out: by suffix, whole or not at all."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from features.errors import LogError
from features.events import TIME_COLUMNS, arrow_table, conform
from training.logs.jsontext import json_objects, json_values
from training.logs.source import Progress, quiet

SUFFIXES: Final = (".parquet", ".csv", ".csv.gz", ".ndjson", ".ndjson.gz")
_BATCH: Final = 200_000

Encode = Callable[[pd.DataFrame], bytes]


def write_events(events: pd.DataFrame, path: Path | str, progress: Progress = quiet) -> None:
    """Write events by the suffix of `path`: .parquet, .csv, .ndjson, the last two also .gz.

    Times are written in UTC with microseconds. The file appears when it is complete.

    Raises:
        LogError: another suffix, or the folder cannot be written.
    """
    path = Path(path)
    suffix = check_suffix(path)
    events = conform(events)
    unfinished = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if suffix == ".parquet":
            pyarrow.parquet.write_table(arrow_table(events), unfinished, compression="zstd")
            progress("write", len(events), len(events))
        else:
            _write_text(events, unfinished, suffix, progress)
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise LogError(f"cannot be written: {error.strerror}", where=str(path)) from error


def check_suffix(path: Path) -> str:
    """The suffix that says how to write.

    Raises:
        LogError: none of `SUFFIXES`.
    """
    for suffix in sorted(SUFFIXES, key=len, reverse=True):
        if path.name.endswith(suffix):
            return suffix
    known = ", ".join(SUFFIXES)
    raise LogError("unknown suffix of an event log", where=str(path), remedy=f"use {known}")


def _write_text(events: pd.DataFrame, path: Path, suffix: str, progress: Progress) -> None:
    encode: Encode = ndjson_bytes if ".ndjson" in suffix else _csv_bytes
    with ExitStack() as stack:
        file: BinaryIO | gzip.GzipFile = stack.enter_context(path.open("wb"))
        if suffix.endswith(".gz"):
            # No file name and time inside, so that the same events give the same bytes.
            file = stack.enter_context(gzip.GzipFile("", "wb", 6, file, mtime=0))
        if encode is _csv_bytes:
            file.write(",".join(events.columns).encode() + b"\n")
        for start in range(0, len(events), _BATCH):
            file.write(encode(events.iloc[start : start + _BATCH]))
            progress("write", min(start + _BATCH, len(events)), len(events))


def _texts(events: pd.DataFrame) -> dict[str, pd.Series]:
    """Every column as text, or as numbers where it is one."""
    columns = {str(name): cells for name, cells in events.items()}
    for name in TIME_COLUMNS:
        instants = events[name].dt.tz_localize(None).to_numpy()
        text = pd.Series(np.datetime_as_string(instants, unit="us"), events.index) + "Z"
        columns[name] = text.where(events[name].notna())
    return columns


def _csv_bytes(events: pd.DataFrame) -> bytes:
    columns = _texts(events)
    columns["sla_met"] = events["sla_met"].map({True: "true", False: "false"}).astype("str")
    table = pa.Table.from_pandas(pd.DataFrame(columns), preserve_index=False)
    sink = pa.BufferOutputStream()
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed")
    pyarrow.csv.write_csv(table, sink, options)
    return bytes(sink.getvalue().to_pybytes())


def ndjson_bytes(events: pd.DataFrame) -> bytes:
    """Conforming events as NDJSON, as a ticket system sends them."""
    columns = _texts(events)
    members = {name: json_values(column) for name, column in columns.items()}
    attributes = events["attributes"]
    members["attributes"] = pa.array(attributes.where(attributes.notna(), None), pa.large_string())
    lines = json_objects(members, len(events)).to_pylist()
    return "".join(f"{line}\n" for line in lines).encode()

"""NDJSON into columns of text: one JSON object per line, attributes as objects or as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

_CHUNK: Final = 1 << 24


@dataclass(frozen=True, slots=True)
class Parsed:
    """`table` of text columns, the `lines` of its rows, and the lines that are no objects."""

    table: pa.Table
    lines: npt.NDArray[np.int64]
    header: tuple[str, ...]
    bad_lines: list[int]
    bad_texts: list[str]


def parse_ndjson(data: bytes, columns: tuple[str, ...] | None = None) -> Parsed:
    r"""Parse UTF-8 NDJSON; with `columns` the other keys are dropped as they come.

    >>> parsed = parse_ndjson(b'{"a": 1}\n\n[]\n{"a": "x", "b": {"c": 2}}')
    >>> parsed.table.to_pydict()
    {'a': ['1', 'x'], 'b': [None, '{"c":2}']}
    >>> parsed.lines.tolist(), parsed.bad_lines
    ([1, 4], [3])
    """
    tables: list[pa.Table] = []
    lines: list[npt.NDArray[np.int64]] = []
    header: dict[str, None] = {}
    bad_lines: list[int] = []
    bad_texts: list[str] = []
    for first, texts in _chunks(data.removeprefix(b"\xef\xbb\xbf")):
        number = np.array([first + i for i, text in enumerate(texts) if text.strip()], np.int64)
        filled = [text for text in texts if text.strip()]
        objects = _objects(filled)
        good = np.array([isinstance(item, dict) for item in objects], dtype=bool)
        rows = [item for item in objects if isinstance(item, dict)]
        bad = np.flatnonzero(~good)
        bad_lines += number[bad].tolist()
        bad_texts += [filled[i].decode(errors="replace") for i in bad]
        header.update(dict.fromkeys(key for row in rows for key in row))
        wanted = tuple(header) if columns is None else columns
        cells = {name: pa.array(_texts(rows, name), pa.string()) for name in wanted}
        tables.append(pa.table(cells))
        lines.append(number[good])
    table = pa.concat_tables(tables, promote_options="default")
    return Parsed(table, np.concatenate(lines), tuple(header), bad_lines, bad_texts)


def _chunks(data: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """Pieces of about 16 MB that end at line breaks, with the number of their first line."""
    start, line = 0, 1
    while start < len(data) or line == 1:
        end = data.find(b"\n", start + _CHUNK)
        end = len(data) if end < 0 else end
        texts = data[start:end].split(b"\n")
        yield line, texts
        start, line = end + 1, line + len(texts)


def _objects(texts: list[bytes]) -> list[object]:
    """All lines in one call to the parser; one by one only where one of them is broken."""
    try:
        objects: list[object] = orjson.loads(b"[" + b",".join(texts) + b"]")
    except orjson.JSONDecodeError:
        objects = []
    if len(objects) == len(texts):
        return objects
    return [_object_or_none(text) for text in texts]


def _object_or_none(text: bytes) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _texts(rows: Iterable[dict[str, object]], name: str) -> list[str | None]:
    """One key of every row as text; empty text is missing, as in CSV."""
    return [_text(row.get(name)) for row in rows]


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    return value if isinstance(value, str) else orjson.dumps(value).decode()

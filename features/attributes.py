"""A desk's own columns: the JSON objects of events, as numbers or as codes.

What a column is follows from all its values: numbers (or booleans) only make it numeric, any other
value makes all of them words. So each column remembers how its values are written, and new
values are joined to old ones only where all of them read at once would have given the same.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.json

from features.codes import Names, Recoded, forward_fill
from features.errors import LogError
from features.splice import Splice
from features.stream import Floats, Ints

NUMBER: Final = "number"
BOOLEAN: Final = "boolean"
WORDS: Final = "words"
NOTHING: Final = "nothing"
LIST: Final = "list of words"
MIXED: Final = "mixed"
"""How the values of a column are written; what is mixed or nested is text, value by value."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """A desk's own column: numbers (`names` None, NaN missing) or codes of `names` (-1).

    `written` tells how all its values stand in the log (`NUMBER`, `WORDS` and so on).
    """

    values: Floats | Ints
    names: Names | None
    written: str = MIXED

    @property
    def numeric(self) -> bool:
        """Whether the values are numbers."""
        return self.names is None


@dataclass(frozen=True, slots=True)
class Objects:
    """JSON objects as columns of float64 or text, and how the values of each are written."""

    table: pd.DataFrame
    written: Mapping[str, str]


def attribute_columns(
    texts: pd.Series, mixed: frozenset[str] = frozenset()
) -> dict[str, Attribute]:
    """The JSON objects as columns, (n,) each, missing where a row does not say.

    A column of numbers (or booleans) only is numeric; any other is categorical, and so is one
    that is known to be `mixed` beyond these texts.

    Raises:
        LogError: a text is not a JSON object.
    """
    rows = np.flatnonzero(texts.notna().to_numpy())
    if not rows.size:
        return {}
    objects = read_objects(texts.iloc[rows], mixed)
    return {
        name: _column(objects.table[name], rows, len(texts), objects.written[name])
        for name in sorted(objects.table.columns)
    }


def _column(column: pd.Series, rows: Ints, size: int, written: str) -> Attribute:
    some = column.notna().to_numpy()
    if pd.api.types.is_numeric_dtype(column.dtype):
        numbers = np.full(size, np.nan)
        numbers[rows] = column.to_numpy(np.float64, na_value=np.nan)
        return Attribute(numbers, None, written)
    labels = column[some].astype("str")
    vocabulary = Names.of(labels)
    codes = np.full(size, -1, np.int64)
    codes[rows[some]] = vocabulary.codes(labels)
    return Attribute(codes, vocabulary, written)


def carried(columns: Mapping[str, Attribute], first: Ints) -> dict[str, Attribute]:
    """Each value carried forward within its group, which begins at the place `first`, (n,)."""
    return {name: replace(own, values=_carried(own, first)) for name, own in columns.items()}


def _carried(column: Attribute, first: Ints) -> Floats | Ints:
    values = column.values
    filled = forward_fill(~np.isnan(values) if column.numeric else values >= 0, first)
    missing = np.nan if column.numeric else -1
    return np.where(filled >= 0, values[np.maximum(filled, 0)], missing)


def mixed_among(attributes: Mapping[str, Attribute]) -> frozenset[str]:
    """The columns with values of several kinds, which are all read as text."""
    return frozenset(name for name, column in attributes.items() if column.written == MIXED)


def joined(
    old: Mapping[str, Attribute], new: Mapping[str, Attribute], splice: Splice
) -> dict[str, Attribute] | None:
    """The columns of a table in which rows were put in the place of others (`Splice`).

    None where all values read at once could have given something else: a column's new values
    are written in another way than its old ones.
    """
    columns: dict[str, Attribute] = {}
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        if before is None or (before.written == NOTHING and after is not None):
            before = _missing(new[name], splice.old)
        if after is None or after.written == NOTHING:
            after = _missing(before, splice.new)
        if before.written != after.written:
            return None
        columns[name] = _spliced(before, after, splice)
    return columns


def _missing(like: Attribute, size: int) -> Attribute:
    if like.names is None:
        return Attribute(np.full(size, np.nan), None, like.written)
    return Attribute(np.full(size, -1, np.int64), Names.of(), like.written)


def _spliced(before: Attribute, after: Attribute, splice: Splice) -> Attribute:
    if before.names is None or after.names is None:
        return Attribute(splice.of(before.values, after.values), None, before.written)
    old = before.names.extended(after.names.index)
    new = Recoded.between(after.names, old.names)
    codes = (np.asarray(column.values, np.int64) for column in (before, after))
    values = splice.of(old(next(codes)), new(next(codes)))
    return Attribute(values, old.names, before.written)


def read_objects(texts: pd.Series, mixed: frozenset[str] = frozenset()) -> Objects:
    """JSON objects, one per row; a key with values of several types, or `mixed`, becomes text.

    Raises:
        LogError: a text is not a JSON object.
    """
    if mixed:
        return _read_mixed(texts, mixed)
    lines = "\n".join(texts).encode()
    options = pa.json.ReadOptions(block_size=max(len(lines) + 1, 1 << 20))
    try:
        table = pa.json.read_json(io.BytesIO(lines), read_options=options)
        dates = [field.name for field in table.schema if pa.types.is_temporal(field.type)]
        if dates:  # words that look like dates are kept as they were written
            as_text = pa.json.ParseOptions(
                explicit_schema=pa.schema([(name, pa.string()) for name in dates])
            )
            table = pa.json.read_json(io.BytesIO(lines), options, as_text)
    except pa.ArrowInvalid:
        return _read_mixed(texts, mixed)
    written = {field.name: _named(field.type) for field in table.schema}
    if MIXED in written.values():  # Arrow writes what is nested by what else it read
        return _read_mixed(texts, mixed)
    return Objects(pd.DataFrame(table.to_pandas().apply(_simple)), written)


def _named(kind: pa.DataType) -> str:
    if pa.types.is_list(kind) and (_named(kind.value_type) in (WORDS, NOTHING)):
        return LIST
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return NUMBER
    plain = {pa.bool_(): BOOLEAN, pa.string(): WORDS, pa.null(): NOTHING}
    return plain.get(kind, MIXED)


def _read_mixed(texts: pd.Series, mixed: frozenset[str]) -> Objects:
    try:
        frame = pd.DataFrame([dict(orjson.loads(text)) for text in texts], dtype=object)
    except (ValueError, TypeError) as error:
        raise LogError(
            f"attributes are not a JSON object: {error}",
            where="event log",
            remedy="import the log with `fendan import`, which keeps such rows apart",
        ) from error
    written = {
        name: MIXED if name in mixed else _INFERRED.get(_inferred(frame[name]), MIXED)
        for name in frame.columns
    }
    for name in mixed.intersection(frame.columns):
        frame[name] = frame[name].map(_text, na_action="ignore").astype("str")
    return Objects(pd.DataFrame(frame.apply(_simple)), written)


_INFERRED: Final = {
    "integer": NUMBER,
    "floating": NUMBER,
    "mixed-integer-float": NUMBER,
    "decimal": NUMBER,
    "boolean": BOOLEAN,
    "string": WORDS,
    "empty": NOTHING,
}


def _inferred(column: pd.Series) -> str:
    return str(pd.api.types.infer_dtype(column, skipna=True))


def _simple(column: pd.Series) -> pd.Series:
    """Numbers as float64, everything else as text."""
    inferred = _INFERRED.get(_inferred(column))
    if inferred in (NUMBER, BOOLEAN):
        return column.astype("float64")
    if inferred in (WORDS, NOTHING):
        return column.astype("str")
    return column.map(_text, na_action="ignore")


def _text(value: object) -> str:
    """A value as text; a list (of skills, say) as its members joined by commas."""
    members = isinstance(value, list | tuple | np.ndarray)
    return ",".join(map(str, value)) if members else str(value)  # type: ignore[call-overload]  # narrowed by `members`

"""What is masked before an event is stored: personal numbers and addresses in its free words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import orjson
import pandas as pd

from features.text import redact

MAX_TEXT = 20_000
"""Characters of a complaint's text that are kept; signals and wording are read off all of it."""


def masked(events: pd.DataFrame) -> pd.DataFrame:
    """Conformed events with `text` and `attributes` as they may be stored."""
    return events.assign(
        text=_masked_texts(events["text"]), attributes=masked_objects(events["attributes"])
    )


def _masked_texts(column: pd.Series) -> pd.Series:
    """Masked, without the NUL that PostgreSQL cannot keep, and not longer than `MAX_TEXT`."""
    if column.isna().all():
        return column
    texts = pd.Series(redact(column), column.index, dtype="str")
    return texts.str.replace("\0", " ", regex=False).str.slice(0, MAX_TEXT)


def masked_objects(column: pd.Series) -> pd.Series:
    """JSON objects with their texts masked; a whole number that reads like a telephone is null.

    >>> masked_objects(pd.Series(['{"note":"call 13800138000","phone":13800138000,"n":3}']))[0]
    '{"note":"call [phone]","phone":null,"n":3}'
    """
    some = column[column.notna()]
    if some.empty:
        return column
    # What nothing is masked of as a whole holds nothing to mask, unless it is written in escapes.
    changed = np.array(redact(some), object) != some.to_numpy(object)
    doubtful = some[changed | some.str.contains("\\", regex=False).to_numpy(bool)]
    if doubtful.empty:
        return column
    trees = [orjson.loads(text) for text in doubtful]
    places = [place for tree in trees for place in _places(tree)]
    masks = redact([_told(holder[key]) for holder, key in places])
    for (holder, key), mask in zip(places, masks, strict=True):
        value = holder[key]
        if isinstance(value, str):
            holder[key] = mask
        elif mask != _told(value):
            holder[key] = None
    done = column.copy()
    done[doubtful.index] = [orjson.dumps(tree).decode() for tree in trees]
    return done


def _told(value: str | int) -> str:
    return value if isinstance(value, str) else str(value)


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401  # JSON
    """Where a JSON value holds texts and whole numbers: the list or object, and the key."""
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in pairs:
        if isinstance(value, dict | list):
            yield from _places(value)
        elif isinstance(value, str) or type(value) is int:
            yield tree, key

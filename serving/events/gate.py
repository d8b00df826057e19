"""The gate to the store: what is an event at all, and what of it the store can keep."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.intake import Checked, check_rows
from features.stream import NEVER
from features.timeline import micros

Mask = NDArray[np.bool_]
Fault = tuple[str, str, Mask]

MAX_ATTRIBUTES: Final = 20_000
"""Characters of the attributes of one event, as JSON."""
MAX_WORD: Final = 200
MAX_AMOUNT: Final = 1e12
_WORDS: Final = dict.fromkeys(
    (
        "event_id", "ticket_id", "customer_id", "agent_id", "category", "subcategory", "region",
        "channel", "priority", "party",
    ),
    MAX_WORD,
) | {"state": 40}  # fmt: skip
"""Characters that the store has room for (`serving.tables`)."""
_FIRST_US: Final = 0
_END_US: Final = 7_258_118_400_000_000  # the year 2200, inside what nanosecond clocks can hold


def admitted(raw: pd.DataFrame) -> Checked:
    """`features.intake.check_rows`, and of its good rows those that the store can keep.

    Raises:
        LogError: a required column is missing or a column is unknown.

    >>> row = {"event_id": "e1", "time": "2300-01-01T00:00:00Z", "type": "customer.margin",
    ...        "customer_id": "C1", "amount": "5"}
    >>> admitted(pd.DataFrame([row, row | {"time": "2026-03-02T10:05:00+08:00"}])).faults
       position event_id                code                        detail
    0         0       e1            bad_time  not from 1970 on before 2200
    1         1       e1  duplicate_event_id      the id of an earlier row
    """
    checked = check_rows(raw)
    fault = np.full(len(checked.events), -1)
    found = list(_faults(checked.events))
    for place, (_, _, mask) in enumerate(found):
        fault[mask & (fault < 0)] = place
    bad = np.flatnonzero(fault >= 0)
    if not bad.size:
        return checked
    more = {
        "position": checked.kept[bad],
        "event_id": checked.events["event_id"].iloc[bad].str.slice(0, 200).to_numpy(object),
        "code": [found[place][0] for place in fault[bad]],
        "detail": [found[place][1] for place in fault[bad]],
    }
    refused = pd.DataFrame(more).astype({"event_id": "str", "code": "str", "detail": "str"})
    faults = pd.concat([checked.faults, refused]).sort_values("position", ignore_index=True)
    good = np.flatnonzero(fault < 0)
    return Checked(checked.events.iloc[good].reset_index(drop=True), checked.kept[good], faults)


def _faults(events: pd.DataFrame) -> Iterator[Fault]:
    for name, longest in _WORDS.items():
        words = pa.array(events[name], pa.large_string(), from_pandas=True)
        if words.null_count == len(words):
            continue
        yield f"bad_{name}", f"longer than {longest} characters", _longer(words, longest)
        control = pc.match_substring_regex(words, r"[\x00-\x1f\x7f]")
        yield f"bad_{name}", "holds control characters", _mask(control)
    attributes = pa.array(events["attributes"], pa.large_string(), from_pandas=True)
    detail = f"longer than {MAX_ATTRIBUTES} characters"
    yield "bad_attributes", detail, _longer(attributes, MAX_ATTRIBUTES)
    for name in ("time", "due_at"):
        at = micros(events[name])
        outside = (at != NEVER) & ((at < _FIRST_US) | (at >= _END_US))
        yield f"bad_{name}", "not from 1970 on before 2200", outside
    large = events["amount"].abs().to_numpy(np.float64) > MAX_AMOUNT
    yield "bad_amount", f"beyond ±{MAX_AMOUNT:g}", large


def _longer(texts: pa.LargeStringArray, limit: int) -> Mask:
    return _mask(pc.greater(pc.utf8_length(texts), limit))


def _mask(found: pa.BooleanArray) -> Mask:
    result: Mask = pc.fill_null(found, False).to_numpy(zero_copy_only=False)
    return result

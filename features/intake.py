"""Rows as they come in → typed events and the rows that cannot be events, each with its reason.

The one gate to the history: whoever brings rows (a file, a request) hands them over as a
DataFrame whose columns are text, or already typed, and gets both halves back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from features.errors import LogError
from features.events import AGENT_STATUSES, EVENT_STATES, EVENT_TYPES, TIME_DTYPE, conform

_PARSED: Final = ("time", "due_at", "amount", "sla_met")
REQUIRED_COLUMNS: Final = ("event_id", "time", "type")
FAULT_COLUMNS: Final = ("position", "event_id", "code", "detail")

_ZONED: Final = r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)? ?([Zz]|[+-]\d{2}(:?\d{2})?)$"
_ZONELESS: Final = r"^\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?$"
_STRING: Final = r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"'
_SCALAR: Final = rf"(?:{_STRING}|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)"
_PAIR: Final = rf"\s*{_STRING}\s*:\s*{_SCALAR}\s*"
_FLAT_OBJECT: Final = rf"^\s*\{{(?:{_PAIR}(?:,{_PAIR})*|\s*)\}}\s*$"
_UNREADABLE: Final = r"\\u[dD]|\d[eE]|\d{300}"
"""What a flat object may hold and no reader can: half a surrogate pair, a number beyond all."""

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Checked:
    """`events` are the good rows, conformed, in their order; `kept` their positions `(n_good,)`.

    `faults` has one row per refused row, with `FAULT_COLUMNS`; `position` counts from 0.
    """

    events: pd.DataFrame
    kept: npt.NDArray[np.int64]
    faults: pd.DataFrame


RowGate = Callable[[pd.DataFrame], Checked]
"""What tells events from other rows: `check_rows`, or one that refuses more."""


@dataclass(frozen=True, slots=True)
class Times:
    """Parsed instants `(n,)`; `bad` cannot be read, `zoneless` could be but names no zone."""

    values: pd.Series
    bad: Mask
    zoneless: Mask


def check_columns(names: list[str], where: str) -> None:
    """Refuse a log that lacks a required column.

    Raises:
        LogError: `event_id`, `time` or `type` is absent.
    """
    for name in REQUIRED_COLUMNS:
        if name not in names:
            raise LogError(
                f"the column {name!r} is missing",
                where=where,
                remedy=f"an event log needs {', '.join(REQUIRED_COLUMNS)}; "
                "for a desk's own export give a mapping (--mapping)",
            )


def parse_times(column: pd.Series) -> Times:
    """RFC 3339 texts to UTC instants, `datetime64[us, UTC]`; digits past microseconds are cut.

    >>> parse_times(pd.Series(["2026-03-02T10:05:00+08:00"])).values[0].isoformat()
    '2026-03-02T02:05:00+00:00'
    >>> parse_times(pd.Series(["2026-03-02T10:05:00", "soon"])).zoneless.tolist()
    [True, False]
    """
    missing = column.isna().to_numpy()
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        nothing = np.zeros(len(column), dtype=bool)
        return Times(column.dt.tz_convert("UTC").astype(TIME_DTYPE), nothing, nothing)
    text = column.astype("str")
    zoned = _matches(text, _ZONED)
    zoneless = _matches(text, _ZONELESS)
    text = text.where(zoned).str.upper()
    if _matches(text, r"\.\d{7,}").any():
        text = text.str.replace(r"(\.\d{6})\d+", r"\1", regex=True)
    values = pd.to_datetime(text, format="ISO8601", utc=True, errors="coerce")
    values = values.astype(TIME_DTYPE)
    return Times(values, values.isna().to_numpy() & ~missing & ~zoneless, zoneless)


def check_rows(raw: pd.DataFrame) -> Checked:
    """Split rows into events and faults; a row with several faults is named for its first.

    A duplicate is a row whose `event_id` an earlier good row has.

    Raises:
        LogError: a required column is missing or a column is unknown.
    """
    check_columns(list(raw.columns), "event log")
    raw = raw.reset_index(drop=True)
    text = conform(raw[[name for name in raw.columns if name not in _PARSED]])
    text["attributes"] = text["attributes"].str.replace(r"[\r\n]+", " ", regex=True)
    faults = _Faults(text["event_id"])
    typed = _typed_columns(raw, faults, text)
    events = conform(text.assign(**typed))
    position = faults.good
    repeated = events["event_id"].iloc[position].duplicated().to_numpy()
    faults.add("duplicate_event_id", _at(position[repeated], len(raw)), "the id of an earlier row")
    kept = faults.good
    return Checked(events.iloc[kept].reset_index(drop=True), kept, faults.table())


class _Faults:
    """The first fault of each row, as an index into the kinds of fault; -1 while it is good."""

    def __init__(self, event_id: pd.Series) -> None:
        self.event_id = event_id
        self.fault = np.full(len(event_id), -1, dtype=np.int8)
        self.codes: list[str] = []
        self.details: list[pd.Series] = []

    @property
    def good(self) -> npt.NDArray[np.int64]:
        """The positions of the rows without a fault so far."""
        return np.flatnonzero(self.fault < 0)

    def add(self, code: str, mask: Mask, detail: str, value: pd.Series | None = None) -> None:
        """Mark the rows of `mask` that were good; `value` is quoted after the detail."""
        fresh = np.flatnonzero(mask & (self.fault < 0))
        if not len(fresh):
            return
        self.fault[fresh] = len(self.codes)
        self.codes.append(code)
        words = pd.Series(detail, index=fresh, dtype="str")
        if value is not None:
            quoted = value.iloc[fresh].astype("str").fillna("").str.slice(0, 80)
            words = words + ": '" + quoted.set_axis(fresh) + "'"
        self.details.append(words)

    def table(self) -> pd.DataFrame:
        """One row per refused row."""
        position = np.flatnonzero(self.fault >= 0)
        codes = np.array([*self.codes, ""], dtype=object)[self.fault[position]]
        details = pd.concat(self.details) if self.details else pd.Series(dtype="str")
        columns = {
            "position": position,
            "event_id": self.event_id.iloc[position].to_numpy(dtype=object),
            "code": codes,
            "detail": details.sort_index().to_numpy(dtype=object),
        }
        return pd.DataFrame(columns).astype({"event_id": "str", "code": "str", "detail": "str"})


def _typed_columns(raw: pd.DataFrame, faults: _Faults, text: pd.DataFrame) -> dict[str, pd.Series]:
    """The columns that are not text, parsed; what cannot be parsed is noted in `faults`."""
    kind, missing = text["type"], text.isna()
    faults.add("missing_event_id", missing["event_id"].to_numpy(), "every event needs an id")
    faults.add("missing_type", missing["type"].to_numpy(), "every event needs a type")
    faults.add("unknown_type", ~kind.isin(EVENT_TYPES).to_numpy(), "not an event type", kind)
    absent = pd.Series(None, raw.index, dtype="str")
    time = parse_times(raw["time"])
    due = parse_times(raw.get("due_at", absent))
    faults.add("missing_time", raw["time"].isna().to_numpy(), "every event needs a time")
    _note_times(faults, "time", time, raw["time"])
    _note_times(faults, "due_at", due, raw.get("due_at", absent))
    _note_states(faults, text)
    amount, bad_amount = _numbers(raw.get("amount", absent))
    _note_needs(faults, missing, kind, amount)
    faults.add("bad_amount", bad_amount, "not a finite number", raw.get("amount", absent))
    sla_met, bad_sla = _booleans(raw.get("sla_met", absent))
    faults.add("bad_sla_met", bad_sla, "neither true nor false", raw.get("sla_met", absent))
    faults.add(
        "bad_attributes", _not_objects(text["attributes"]), "not a JSON object", text["attributes"]
    )
    return {"time": time.values, "due_at": due.values, "amount": amount, "sla_met": sla_met}


def _note_times(faults: _Faults, name: str, times: Times, given: pd.Series) -> None:
    faults.add(f"{name}_without_zone", times.zoneless, "a time needs an offset or Z", given)
    faults.add(f"bad_{name}", times.bad, "not an RFC 3339 time", given)


def _note_states(faults: _Faults, text: pd.DataFrame) -> None:
    kind, state = text["type"], text["state"]
    for event, allowed in (("ticket.state", EVENT_STATES), ("agent.status", AGENT_STATUSES)):
        wrong = (kind == event).to_numpy() & ~state.isin(allowed).to_numpy()
        faults.add("missing_state", wrong & state.isna().to_numpy(), f"{event} needs a state")
        faults.add("unknown_state", wrong, f"{event} knows {', '.join(allowed)}; not", state)


def _note_needs(faults: _Faults, missing: pd.DataFrame, kind: pd.Series, amount: pd.Series) -> None:
    margin = (kind == "customer.margin").to_numpy()
    owned = kind.isin(("ticket.assigned", "agent.status")).to_numpy()
    ticket = kind.str.startswith("ticket.", na=False).to_numpy(dtype=bool)
    for name, rows in (("ticket_id", ticket), ("agent_id", owned), ("customer_id", margin)):
        faults.add(f"missing_{name}", rows & missing[name].to_numpy(), f"this type needs {name}")
    faults.add("missing_amount", margin & amount.isna().to_numpy(), "this type needs an amount")


def _numbers(column: pd.Series) -> tuple[pd.Series, Mask]:
    values = pd.to_numeric(column, errors="coerce").astype("float64")
    return values, column.notna().to_numpy() & ~np.isfinite(values.to_numpy())


def _booleans(column: pd.Series) -> tuple[pd.Series, Mask]:
    if not isinstance(column.dtype, pd.BooleanDtype):
        known = {"true": True, "false": False, "1": True, "0": False}
        told = column
        column = column.astype("str").str.lower().map(known).astype("boolean")
        return column, (told.notna() & column.isna()).to_numpy()
    return column, np.zeros(len(column), dtype=bool)


def _not_objects(column: pd.Series) -> Mask:
    """True where the text is no JSON object; flat ones pass one regular expression, unlooped."""
    plain = _matches(column, _FLAT_OBJECT) & ~_matches(column, _UNREADABLE)
    doubtful = column.notna().to_numpy() & ~plain
    codes, texts = pd.factorize(column[doubtful])
    wrong = np.array([not _is_object(text) for text in texts], dtype=bool)
    result = np.zeros(len(column), dtype=bool)
    result[doubtful] = wrong[codes] if len(texts) else False
    return result


def _is_object(text: str) -> bool:
    try:
        return isinstance(orjson.loads(text), dict)
    except ValueError:
        return False


def _matches(column: pd.Series, pattern: str) -> Mask:
    found = pc.match_substring_regex(pa.array(column, type=pa.large_string()), pattern)
    result: Mask = pc.fill_null(found, False).to_numpy(zero_copy_only=False)
    return result


def _at(positions: npt.NDArray[np.int64], size: int) -> Mask:
    mask = np.zeros(size, dtype=bool)
    mask[positions] = True
    return mask

"""What the events of a mapping carry: fields, states, verdicts, attributes, limits on due times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import orjson
import pandas as pd
import pyarrow as pa

from features.events import EVENT_COLUMNS
from training.logs.columns import Column, Ints, Mask, Rows, rising
from training.logs.conditions import SeenWith
from training.logs.firing import Note, Stamper, find_events
from training.logs.jsontext import json_objects, json_values
from training.logs.mapping import LogMapping
from training.logs.rule import Attribute, Rule, ValueMap
from training.logs.source import Progress, quiet
from training.logs.times import MISSING, to_instants

_DAY: Final = 86_400_000_000
_MINUTE: Final = 60_000_000


@dataclass(frozen=True, slots=True)
class Mapped:
    """`events` typed and sorted by ticket; `row` their positions in `Rows`; `notes` the rejects.

    `ambiguous` and `nonexistent` count local times in columns other than the row clock.
    """

    events: pd.DataFrame
    row: Ints
    notes: tuple[Note, ...]
    ambiguous: int
    nonexistent: int


def map_events(rows: Rows, mapping: LogMapping, progress: Progress = quiet) -> Mapped:
    """Apply a mapping to the rows of a foreign log."""
    stamper = Stamper(rows, mapping)
    found = find_events(rows, mapping, stamper)
    filler = _Filler(rows, mapping, stamper, list(found.notes))
    parts, places = [], []
    for number, rule in enumerate(mapping.rules):
        progress("rules", number, len(mapping.rules))
        at = np.flatnonzero(found.rule == number)
        parts.append(filler.fill(rule, found.row[at], found.time[at]))
        places.append(at)
    progress("rules", len(mapping.rules), len(mapping.rules))
    order = np.argsort(np.concatenate(places), kind="stable")
    events = pd.concat(parts, ignore_index=True).iloc[order].reset_index(drop=True)
    row = found.row
    events["time"] = to_instants(found.time)
    events["ticket_id"] = rows.columns[mapping.ticket].take(row).texts()
    events["event_id"] = _event_ids(events["ticket_id"], rows.ticket[row], found.rule, mapping)
    # An agent's own status belongs to no ticket; its id only tells where it was seen.
    events["ticket_id"] = events["ticket_id"].mask(events["type"] == "agent.status")
    events = events[[name for name in EVENT_COLUMNS if name in events]]
    stamps = stamper.parsed.values()
    ambiguous, skipped = (
        sum(int(getattr(s, name).sum()) for s in stamps) for name in ("ambiguous", "nonexistent")
    )
    return Mapped(events, row, tuple(filler.notes), ambiguous, skipped)


def _event_ids(ticket: pd.Series, code: Ints, rule: Ints, mapping: LogMapping) -> pd.Series:
    """The ticket and the event's number in it, zero-padded so that ids sort as events happened.

    What is seen with an event has that event's id and its rule's number, so that the ids of a
    ticket's own events depend on no other ticket.
    """
    seen = np.array([isinstance(r.when, SeenWith) for r in mapping.rules])[rule]
    running = np.cumsum(~seen)
    begins = np.diff(code, prepend=-1) != 0
    before = np.where(begins, running - ~seen, 0)
    number = running - rising(before, np.zeros_like(code))
    width = max(4, len(str(number.max(initial=0))))
    ids = ticket + "-" + pd.Series(number).astype("str").str.zfill(width)
    return ids.where(~seen, ids + "-" + pd.Series(rule).astype("str").str.zfill(2))


class _Filler:
    """Builds the columns of one rule's events after the other's, noting what it had to refuse."""

    def __init__(
        self, rows: Rows, mapping: LogMapping, stamper: Stamper, notes: list[Note]
    ) -> None:
        self.rows, self.mapping, self.stamper, self.notes = rows, mapping, stamper, notes

    def fill(self, rule: Rule, row: Ints, time: Ints) -> pd.DataFrame:
        """The events of `rule` at the positions `row`, but for their time and ids."""
        columns: dict[str, pd.Series] = {}
        for name, text in rule.constants:
            columns[name] = pd.Series(text, range(len(row)), dtype="str")
        for name, column in rule.fields:
            columns[name] = self._field(rule, name, column, row, time)
        if rule.due_after_days is not None:
            columns["due_at"] = to_instants(time + round(rule.due_after_days * _DAY))
        if rule.state is not None:
            columns["state"] = self._meant(rule.state, row, [m.state for m in rule.state.meanings])
            columns["party"] = self._meant(rule.state, row, [m.party for m in rule.state.meanings])
        if rule.sla_met is not None:
            said = self._meant(rule.sla_met, row, [m.state for m in rule.sla_met.meanings])
            columns["sla_met"] = said.map({"true": True, "false": False}).astype("boolean")
        columns["attributes"] = self._attributes(rule, row)
        kind = pd.Series(rule.type, range(len(row)), dtype="str")
        return pd.DataFrame({"type": kind, **columns}, index=range(len(row)))

    def _meant(self, values: ValueMap, row: Ints, meant: list[str]) -> pd.Series:
        column = self.rows.columns[values.column].take(row)
        meaning = {m.value: word for m, word in zip(values.meanings, meant, strict=True)}
        words = np.array([meaning.get(str(v)) or None for v in column.values], dtype=object)
        return Column(column.codes, words).texts()

    def _field(self, rule: Rule, name: str, source: str, row: Ints, time: Ints) -> pd.Series:
        column = self.rows.columns[source]
        changed = self._changed(source, row) if rule.only_changes else np.ones(len(row), bool)
        if name == "due_at":
            return self._due(source, row, time, changed)
        if name == "amount":
            number = column.numbers()[row]
            self._note_numbers(column, source, row, changed)
            return pd.Series(np.where(changed, number, np.nan))
        return column.take(row).blanked(changed).texts()

    def _changed(self, source: str, row: Ints) -> Mask:
        codes = self.rows.columns[source].codes
        differs: Mask = codes != self.rows.before(codes)
        return differs[row]

    def _due(self, source: str, row: Ints, time: Ints, changed: Mask) -> pd.Series:
        """Promised times; one that makes no sense is trimmed to missing, and noted."""
        stamps = self.stamper.stamps(source)
        due = np.where(changed, stamps.micros[row], MISSING)
        self.notes.append((row[stamps.bad[row]], "bad_due_at", f"{source!r} fits no format"))
        there = due != MISSING
        days = self.mapping.due_within_days
        early = there & (due < time)
        late = there & (due > time + days * _DAY) if days is not None else np.zeros_like(there)
        self.notes.append((row[early], "due_trimmed", f"{source!r} lies before the event"))
        words = f"{source!r} lies more than {days or 0:g} days ahead"
        self.notes.append((row[late], "due_trimmed", words))
        return to_instants(np.where(early | late, MISSING, due))

    def _attributes(self, rule: Rule, row: Ints) -> pd.Series:
        size = len(row)
        members = {a.name: self._member(rule, a, row) for a in rule.attributes}
        for name, text in rule.constant_attributes:
            members[name] = pa.array([orjson.dumps(text).decode()] * size, pa.large_string())
        return pd.Series(json_objects(members, size).to_pandas(), dtype="str")

    def _member(self, rule: Rule, attribute: Attribute, row: Ints) -> pa.Array:
        """One attribute as JSON; with `only_changes` a value that went missing is written null."""
        column = self.rows.columns[attribute.column]
        changed = self._changed(attribute.column, row) if rule.only_changes else None
        if attribute.kind == "minutes_since":
            then, now = self.stamper.micros(attribute.column)[row], self.rows.clock[row]
            known = (then != MISSING) & (True if changed is None else changed)
            lag = np.where(known, (now - np.where(known, then, 0)) / _MINUTE, np.nan)
            return json_values(pd.Series(lag))
        if attribute.kind == "numeric":
            self._note_numbers(column, attribute.column, row, changed)
        values = _encoded(column, attribute.kind == "numeric")
        codes = column.codes[row].astype(np.int64)
        hidden = codes < 0
        if changed is not None:
            # An explicit null: the history must not go on believing the old value.
            codes = np.where(hidden, len(values) - 1, codes)
            hidden = ~changed
        return values.take(pa.array(codes, mask=hidden))

    def _note_numbers(self, column: Column, source: str, row: Ints, changed: Mask | None) -> None:
        odd = column.lookup(np.isnan(column.distinct_numbers()), default=False)[row]
        odd = odd if changed is None else odd & changed
        self.notes.append((row[odd], "bad_number", f"{source!r} is no number: left out"))


def _encoded(column: Column, numeric: bool) -> pa.Array:
    """The distinct values as JSON, and `null` at the end."""
    distinct: npt.NDArray[np.float64] | npt.NDArray[np.object_]
    distinct = column.distinct_numbers() if numeric else column.values
    series = pd.Series(distinct) if numeric else pd.Series(distinct, dtype="str")
    return pa.concat_arrays([json_values(series), pa.array(["null"], pa.large_string())])

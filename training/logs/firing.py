"""The rules of a mapping applied to a foreign log: events with strictly rising times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from training.logs.columns import Ints, Rows, rising
from training.logs.conditions import Always, SeenWith, fires
from training.logs.mapping import LogMapping
from training.logs.rule import Rule, ValueMap
from training.logs.times import MISSING, Stamps, read_stamps

Note = tuple[Ints, str, str]
"""Rows (positions in `Rows`), the reject's code, and its detail."""


@dataclass(frozen=True, slots=True)
class Happenings:
    """Events before they carry anything, sorted by ticket and then by time; all `(n_events,)`.

    `rule` is the index of the rule that made the event, `row` its position in `Rows`, `time`
    in microseconds. `notes` are the rejects found on the way.
    """

    rule: Ints
    row: Ints
    time: Ints
    notes: tuple[Note, ...]


class Stamper:
    """Time columns parsed once each, however many rules use them."""

    def __init__(self, rows: Rows, mapping: LogMapping) -> None:
        self.rows, self.mapping = rows, mapping
        self._parsed: dict[str, Stamps] = {}

    def micros(self, column: str) -> Ints:
        """A time column at every row; the row clock for the mapping's own `time`."""
        return self.rows.clock if column in ("", self.mapping.time) else self.stamps(column).micros

    def stamps(self, column: str) -> Stamps:
        """A time column with its faults."""
        if column not in self._parsed:
            mapping = self.mapping
            self._parsed[column] = read_stamps(
                self.rows.columns[column], mapping.time_formats, mapping.zone
            )
        return self._parsed[column]

    @property
    def parsed(self) -> dict[str, Stamps]:
        """The columns parsed so far."""
        return self._parsed


def find_events(rows: Rows, mapping: LogMapping, stamper: Stamper) -> Happenings:
    """Let every rule fire, order the events of each ticket, and make their times rise.

    Events of one ticket go by (time, row, rule); one that would not be later than the event
    before it is put 1 µs after that (`spread_ties`), so that at the very moment of an event
    nothing later in the log is visible.
    """
    parts, notes = _fired(rows, mapping, stamper)
    rule = np.concatenate([np.full(len(row), number) for number, row, _ in parts])
    row = np.concatenate([row for _, row, _ in parts])
    time = np.concatenate([time for _, _, time in parts])
    order = np.lexsort((rule, row, time, rows.ticket[row]))
    rule, row, time = rule[order], row[order], time[order]
    early = _before_created(rows, mapping, rule, row, time)
    if early.any():
        notes.append((row[early], "before_created", "the event lies before its ticket's creation"))
        rule, row, time = rule[~early], row[~early], time[~early]
    step = np.arange(len(time))
    time = rising(time - step, rows.ticket[row]) + step if len(time) else time
    seen = [_seen_with(n, r, rows, mapping, (rule, row, time)) for n, r in _seen_rules(mapping)]
    rule, row, time = (
        np.concatenate(arrays) for arrays in zip((rule, row, time), *seen, strict=True)
    )
    # What is seen with an event happens at its very time and follows it by its later rule.
    order = np.lexsort((rule, row, time, rows.ticket[row]))
    return Happenings(rule[order], row[order], time[order], tuple(notes))


def _seen_rules(mapping: LogMapping) -> list[tuple[int, Rule]]:
    return [(n, rule) for n, rule in enumerate(mapping.rules) if isinstance(rule.when, SeenWith)]


def _fired(
    rows: Rows, mapping: LogMapping, stamper: Stamper
) -> tuple[list[tuple[int, Ints, Ints]], list[Note]]:
    """For each rule the rows where it fires and the times of its events, unreadable ones noted."""
    parts: list[tuple[int, Ints, Ints]] = []
    notes: list[Note] = []
    quiet_rows = np.ones(rows.size, dtype=bool)
    idle: Final = Always("nothing_else")
    for number, rule in enumerate(mapping.rules):
        if isinstance(rule.when, SeenWith):
            continue
        row = np.flatnonzero(quiet_rows if rule.when == idle else fires(rule.when, rows))
        for values, code in ((rule.state, "unknown_state"), (rule.sla_met, "unknown_sla_met")):
            if values is not None:
                row = _meaningful(values, code, row, rows, notes)
        time = stamper.micros(rule.time)[row]
        if rule.time not in ("", mapping.time):
            bad = stamper.stamps(rule.time).bad[row]
            words = f"{rule.time!r} fits no format of the mapping: no {rule.type}"
            notes.append((row[bad], "bad_time", words))
        there = time != MISSING
        quiet_rows[row[there]] = False
        parts.append((number, row[there], time[there]))
    return parts, notes


def _meaningful(values: ValueMap, code: str, row: Ints, rows: Rows, notes: list[Note]) -> Ints:
    """Drop rows whose value means no event, and those whose value nobody listed, noting these.

    A verdict that is missing leaves its event standing; a state that is missing is no event.
    """
    column = rows.columns[values.column].take(row)
    listed = column.isin(tuple(m.value for m in values.meanings))
    silent = column.isin(tuple(m.value for m in values.meanings if not m.state))
    odd = column.present & ~listed
    for value in np.unique(column.codes[odd]):
        words = f"{values.column!r} is {column.values[value]!r}, which the mapping lacks"
        notes.append((row[odd & (column.codes == value)], code, words))
    absent = ~column.present if code == "unknown_state" else np.zeros_like(odd)
    kept: Ints = row[~(odd | silent | absent)]
    return kept


def _before_created(
    rows: Rows, mapping: LogMapping, rule: Ints, row: Ints, time: Ints
) -> npt.NDArray[np.bool_]:
    """Events timed before their ticket was created: their time must be wrong."""
    creating = np.array([r.type == "ticket.created" for r in mapping.rules])[rule]
    created = np.full(rows.tickets, MISSING)
    created[rows.ticket[row[creating]]] = time[creating]
    return time < created[rows.ticket[row]]


def _seen_with(
    number: int, rule: Rule, rows: Rows, mapping: LogMapping, events: Sequence[Ints]
) -> tuple[Ints, Ints, Ints]:
    """Events of a `new ... per ... on` rule: across tickets, in the order of time."""
    when = rule.when
    assert isinstance(when, SeenWith)
    own, row, time = events
    on = np.flatnonzero(np.array([r.type == when.on for r in mapping.rules])[own])
    value, key = rows.columns[when.column].codes, rows.columns[when.per].codes
    on = on[(value[row[on]] >= 0) & (key[row[on]] >= 0)]
    on = on[np.lexsort((on, time[on], key[row[on]]))]
    same_key = np.diff(key[row[on]], prepend=-1) == 0
    same_value = np.diff(value[row[on]], prepend=-1) == 0
    on = np.sort(on[~(same_key & same_value)])
    return np.full(len(on), number), row[on], time[on]

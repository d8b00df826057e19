"""Features at landmarks: prefix sums against the same features written with pandas merges.

    python -m experiments.benchmarks.features EVENTS [--repeat 4]

Both begin with the same tables of happenings and end with the same numbers (checked before
anything is timed). The baseline joins running sums with `merge_asof` on the log's own ids, the
usual pandas way; a second one is handed integer codes, which only half of the work is then.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.benchmarks.timing import in_turn, peak_mib, ratio
from features.codes import Names
from features.frame import Encoder, landmark_frame
from features.history import History
from features.kinds import KEYS, KINDS
from features.stream import DAY, HOUR, Floats, Ints, Stream
from features.view import tickets_at
from training.logs.readers import read_events


@dataclass(frozen=True, slots=True)
class Question:
    """A count (value None) or a sum over `(t - window, t]` of a kind by a key."""

    kind: str
    by: str
    value: str | None
    window: int | None


QUESTIONS = (
    Question("contact", "customer", None, 72 * HOUR),
    Question("arrival", "customer", None, 90 * DAY),
    Question("verdict", "customer", "late", None),
    Question("verdict", "customer", "tickets", None),
    Question("verdict", "category", "late", 90 * DAY),
    Question("verdict", "category", "tickets", 90 * DAY),
    Question("verdict", "agent", "late", 90 * DAY),
    Question("verdict", "agent", "tickets", 90 * DAY),
    Question("closure", "agent", "log_hours", 90 * DAY),
    Question("load", "agent", "open", None),
    Question("load", "category", "open", None),
    Question("load", "desk", "open", None),
    Question("event", "ticket", None, None),
)


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Keys and times (microseconds) of the rows to describe."""

    keys: dict[str, Ints]
    times: Ints


def landmarks_of(history: History, repeat: int) -> tuple[list[str], Landmarks]:
    """Every event of an open ticket, `repeat` times at growing distance."""
    line = history.timeline
    rows = np.flatnonzero(line.open)
    tickets = np.concatenate([line.ticket[rows]] * repeat)
    times = np.concatenate([line.time[rows] + i * 7 * HOUR for i in range(repeat)])
    view = tickets_at(history, tickets, times)
    keys = {
        "ticket": tickets,
        "customer": view.named["customer"],
        "category": view.named["category"],
        "agent": view.owner,
        "desk": np.zeros_like(times),
    }
    return list(history.names["ticket"].names(tickets)), Landmarks(keys, times)


@dataclass(frozen=True, slots=True)
class Table:
    """The happenings of one kind under one key, as columns."""

    keys: Ints
    times: Ints
    values: dict[str, Ints]
    n_keys: int


def tables_of(history: History) -> dict[tuple[str, str], Table]:
    """What both rivals start from."""
    tables = {}
    for asked in QUESTIONS:
        found = KINDS[asked.kind](history.ledger)
        keys = KEYS[asked.by](history.ledger, found)
        n_keys = history.ledger.n_keys(asked.by)
        tables[asked.kind, asked.by] = Table(keys, found.times, dict(found.values), n_keys)
    return tables


def by_prefix_sums(tables: dict[tuple[str, str], Table], marks: Landmarks) -> Floats:
    """The questions answered by streams, shape (n, questions)."""
    streams = {
        name: Stream.of(table.keys, table.times, table.n_keys, table.values)
        for name, table in tables.items()
    }
    found = np.empty((len(QUESTIONS), marks.times.size))
    for place, asked in enumerate(QUESTIONS):
        stream, keys = streams[asked.kind, asked.by], marks.keys[asked.by]
        found[place] = (
            stream.total(asked.value, keys, marks.times, asked.window)
            if asked.value
            else stream.count(keys, marks.times, asked.window)
        )
    return found.T


def by_merges(
    tables: dict[tuple[str, str], Table], marks: Landmarks, ids: Mapping[str, Names]
) -> Floats:
    """The same answers with pandas: running sums, `merge_asof` at `t` and at `t - window`."""
    columns = [_merged(tables[q.kind, q.by], q, marks, ids.get(q.by)) for q in QUESTIONS]
    return np.stack(columns, axis=1)


def _merged(table: Table, asked: Question, marks: Landmarks, ids: Names | None) -> Floats:
    def named(keys: Ints) -> pd.Series:
        return pd.Series(keys if ids is None else ids.names(keys))

    amount = table.values[asked.value] if asked.value else np.ones(table.times.size, np.int64)
    events = pd.DataFrame({"key": named(table.keys), "time": table.times, "amount": amount})
    events = events[table.keys >= 0].sort_values("time", kind="stable")
    events["running"] = events.groupby("key")["amount"].cumsum()
    events = events[["key", "time", "running"]]

    keys = named(marks.keys[asked.by])

    def running_at(times: Ints) -> Floats:
        rows = pd.DataFrame({"key": keys, "time": times})
        rows["place"] = np.arange(len(rows))
        joined = pd.merge_asof(rows.sort_values("time", kind="stable"), events, on="time", by="key")
        return joined.sort_values("place")["running"].fillna(0).to_numpy(np.float64)

    found = running_at(marks.times)
    return found if asked.window is None else found - running_at(marks.times - asked.window)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("events", type=Path)
    parser.add_argument("--repeat", type=int, default=4, help="rows: this many times all events")
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args(arguments)
    history = History.of(read_events(given.events).events)
    ids, marks = landmarks_of(history, given.repeat)
    tables = tables_of(history)
    log_ids = {name: history.names[name] for name in marks.keys if name in history.names}
    ours = by_prefix_sums(tables, marks)
    assert np.array_equal(ours, by_merges(tables, marks, {})), "answers differ"
    assert np.array_equal(ours, by_merges(tables, marks, log_ids)), "answers differ"
    times = in_turn(
        {
            "merges": lambda: by_merges(tables, marks, log_ids),
            "merges, codes": lambda: by_merges(tables, marks, {}),
            "prefix sums": lambda: by_prefix_sums(tables, marks),
        },
        given.runs,
    )
    encoder = Encoder.learn(history, ids, marks.times)
    whole = in_turn(
        {"frame": lambda: landmark_frame(history, encoder, ids, marks.times)}, given.runs
    )
    n = marks.times.size
    print(f"{n:,} rows, {len(history.events):,} events, {len(QUESTIONS)} look-ups a row")
    for name, timing in times.items():
        faster = ratio(timing, times["prefix sums"])
        print(
            f"{name:>14}: {timing.median:7.2f} s {n / timing.median:12,.0f} rows/s {faster:6.1f} x"
        )
    frame = whole["frame"]
    print(
        f"{'whole frame':>14}: {frame.median:7.2f} s  {n / frame.median:12,.0f} rows/s "
        f"({len(encoder.names)} features), peak {peak_mib():,.0f} MiB"
    )


if __name__ == "__main__":
    main()

"""New events and then a refresh: the history appended to, beside the history built anew.

    python -m experiments.benchmarks.append [--events FILE] [--copies 1 4] [--new 350] [--runs 5]

The log is what the demo's model learned from (trained first where there is none), or an event
log of your own, so many times over: each copy has tickets and event ids of its own and lies before
the last one. Its last events come new to a desk that has answered before. Told are process
seconds, medians of the runs, the rivals in turn; "more than warm" is what a refresh after new
events costs beyond the same refresh without any, the appending and all that it makes anew.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from experiments.benchmarks.desks import desk_of
from experiments.benchmarks.timing import Timing, in_turn, peak_mib, ratio
from experiments.demo import CHAMPION, demo_environment, ensure_model, free_port
from features.history import History
from features.snapshot import Snapshot
from model import dispatch
from model.bundle import Bundle
from model.desk import ServedDesk
from model.policy import Policy
from model.registry import Registry
from model.similar import like_text
from training.logs.readers import read_events

PATIENT = dispatch.Options(deadline_ms=float("inf"))
COMPLAINT = "快递三天了还没有送到，客服也不回复"


def many(events: pd.DataFrame, copies: int, until: pd.Timestamp) -> pd.DataFrame:
    """The log so many times one after the other, by time; the last event is at `until`."""
    span = events["time"].max() - events["time"].min()
    late = until - events["time"].max()
    parts = []
    for number in range(copies):
        by = late - number * span
        mark = f".{number}"
        parts.append(
            events.assign(
                time=events["time"] + by,
                due_at=events["due_at"] + by,
                event_id=events["event_id"] + mark,
                ticket_id=events["ticket_id"] + mark,
            )
        )
    return pd.concat(parts, ignore_index=True).sort_values("time", kind="stable")


def rivals(
    desk: ServedDesk, snapshot: Snapshot, new: pd.DataFrame
) -> dict[str, Callable[[], object]]:
    """What is timed, by name; `desk` has all but the new events."""
    old, everything = (
        desk.history,
        pd.concat([desk.history.events, desk.history.append(new).events]),
    )

    like_text(old, snapshot.as_of, COMPLAINT)

    def refreshed(history: History) -> object:
        return dispatch.refresh(replace(desk, history=history), snapshot, PATIENT)

    return {
        "build anew": lambda: History.of(everything),
        "append": lambda: old.append(new),
        "refresh, warm": lambda: refreshed(old),
        "build anew and refresh": lambda: refreshed(History.of(everything)),
        "append and refresh": lambda: refreshed(old.append(new)),
        "append and find similar": lambda: like_text(old.append(new), snapshot.as_of, COMPLAINT),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print a table for each size."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--events", type=Path, help="an event log; else the demo's own")
    parser.add_argument("--copies", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--new", type=int, default=350)
    parser.add_argument("--tickets", type=int, default=2000)
    parser.add_argument("--agents", type=int, default=200)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args(arguments)
    bundle, snapshot = _bundle(), desk_of(given.tickets, given.agents)
    log = read_events(given.events).events if given.events else bundle.events
    assert log is not None, "the demo's model brings its history"
    for copies in given.copies:
        events = many(log, copies, pd.Timestamp(snapshot.as_of))
        old, new = events.iloc[: -given.new], events.iloc[-given.new :]
        desk = ServedDesk(bundle, History.of(old), Policy("default"))
        print(f"{len(old):,} events, {len(new):,} new; {given.tickets:,} x {given.agents:,}")
        _tell(in_turn(rivals(desk, snapshot, new), given.runs))


def _bundle() -> Bundle:
    registry = Registry.of(demo_environment(os.environ, free_port()))
    ensure_model(registry, lambda *_: None, lambda line: print(line, file=sys.stderr))
    return registry.load(CHAMPION).bundle


def _tell(timed: Mapping[str, Timing]) -> None:
    for name, timing in timed.items():
        print(f"  {name:24} {1000 * statistics.median(timing.cpu):8.0f} ms")
    warm = timed["refresh, warm"]
    for name in ("build anew", "append"):
        both = timed[f"{name} and refresh"]
        more = statistics.median(a - b for a, b in zip(both.cpu, warm.cpu, strict=True))
        print(f"  more than warm, {name:10} {1000 * more:6.0f} ms")
    times = ratio(timed["build anew"], timed["append"])
    print(f"  append against building anew: {times:.0f} x; peak {peak_mib():,.0f} MiB")


if __name__ == "__main__":
    main()

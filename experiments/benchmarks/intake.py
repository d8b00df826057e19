"""Events in: how quickly they are durable, loaded, known again at a start, and taken over HTTP.

    python -m experiments.benchmarks.intake [--store URL] [--events 100000] [--http]

The store should be an empty one; without a URL it is a SQLite file in a temporary folder. With
`--http` the demo's service takes bodies of 1, 100 and 1,000 events, each event once.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from statistics import median
from typing import Any
from uuid import uuid4

import orjson
import pandas as pd

from experiments.benchmarks import services
from experiments.benchmarks.load import Target, send_once
from experiments.benchmarks.timing import peak_mib
from experiments.demo import demo_environment, free_port
from features.history import History
from serving.events.log import EventLog
from serving.store import Store
from training.logs.readers import read_events

_SAMPLE = "training/sample/complaints_zh.csv.gz"
_BETWEEN_REFRESHES = 350
_BODIES = ((1, 400), (100, 100), (1000, 30))
"""Events in a body, and bodies."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--store", help="SQLAlchemy URL")
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--http", action="store_true", help="also over HTTP")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        url = given.store or f"sqlite:///{folder}/fendan.db"
        log = EventLog(Store.open(url))
        print(f"{log.store.dialect}, events of {_SAMPLE}")
        _stored(log, given.events)
        log.store.close()
        if given.http:
            _over_http(url)


def _stored(log: EventLog, events: int) -> None:
    now = datetime.now(UTC)
    many = _renamed(events)
    seconds = _seconds(lambda: log.load(many, now, lambda *_: None))
    print(f"load {events:,}: {seconds:.1f} s, {events / seconds:,.0f} events/s")
    few = iter([_renamed(_BETWEEN_REFRESHES) for _ in range(9)])
    each = [_seconds(lambda: log.append(next(few), now)) for _ in range(9)]
    print(f"append {_BETWEEN_REFRESHES}: {median(each) * 1000:.0f} ms until durable")
    since = log.since()
    seconds = _seconds(log.since)
    print(f"read {len(since.events):,}: {seconds:.1f} s")
    seconds = _seconds(lambda: History.of(since.events))
    print(f"history of them: {seconds:.1f} s, {peak_mib():,.0f} MiB at most")


def _over_http(url: str) -> None:
    environment = {**demo_environment(os.environ, free_port()), "FENDAN_STORE_URL": url}
    with services.fendan(environment) as settings:
        for size, count in _BODIES:
            for connections in (1, 16):
                bodies = tuple(_body(_renamed(size)) for _ in range(count))
                target = Target(settings.host, settings.port, "/v1/events", bodies)
                load = send_once(target, connections)
                print(
                    f"bodies of {size:>5}, {connections:>2} connections: "
                    f"{load.requests_per_second * size:8,.0f} events/s, "
                    f"p50 {load.p50 * 1000:5.0f} ms, p99 {load.p99 * 1000:5.0f} ms"
                )


def _renamed(size: int) -> pd.DataFrame:
    """So many events of the sample, under ids of their own."""
    sample = _sample()
    repeated = pd.concat([sample] * -(-size // len(sample)), ignore_index=True).iloc[:size]
    return repeated.assign(event_id=[uuid4().hex for _ in range(size)])


@cache
def _sample() -> pd.DataFrame:
    return read_events(_SAMPLE).events


def _body(events: pd.DataFrame) -> bytes:
    return orjson.dumps([dict(_told(row)) for row in events.to_dict("records")])


def _told(row: Mapping[Hashable, Any]) -> Iterator[tuple[str, object]]:
    for name, value in row.items():
        if not pd.isna(value):
            yield str(name), value.isoformat() if isinstance(value, pd.Timestamp) else value


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()

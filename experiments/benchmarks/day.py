"""A day in fast-forward: a refresh every five minutes, and all that happens in between.

    python -m experiments.benchmarks.day [--refreshes 288] [--events 100000]
                                         [--tickets 2000] [--agents 200] [--store sqlite]

`fendan serve` with two workers, the demo's model and the history of the sample log. Before each
refresh its share of the events arrives over HTTP in batches: tickets come, are handed over as the
last plan said, are contacted, closed; margins are booked. When they are acknowledged, the newest
ticket is asked for over two new connections (`/v1/similar` knows it or answers 404), and the
refresh must have been decided with every event. Ends with 1 at any error, any event that the next
request did not see, any stage that gave way.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import sqlalchemy as sa

from experiments.benchmarks import services
from experiments.benchmarks.happenings import Happenings, Row
from experiments.benchmarks.postgres import cluster
from experiments.benchmarks.served import Served, resident_mib
from experiments.benchmarks.timing import quantile
from experiments.demo import free_port
from serving.client import Fendan
from serving.decisions.log import DecisionLog
from serving.store import Store
from serving.tables import EVENTS

_BATCH: Final = 100
_WARMING: Final = 0.1  # the share of the day after which memory should be flat


@dataclass(frozen=True, slots=True)
class DayParams:
    """How many refreshes of how large a desk, and events between them in all."""

    refreshes: int = 288
    events: int = 100_000
    tickets: int = 2000
    agents: int = 200
    store: str = "sqlite"


@dataclass(slots=True)
class Measured:
    """Seconds of each call, MiB of the workers after each refresh, and what went wrong."""

    refreshes: list[float] = field(default_factory=list)
    batches: list[float] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)
    mib: list[list[float]] = field(default_factory=list)
    events: int = 0
    faults: list[str] = field(default_factory=list)


def run(params: DayParams) -> Measured:
    """Live the day."""
    got = Measured()
    happenings = Happenings(params.tickets, params.agents)
    with _service(params.store) as (served, store), Fendan(served.url) as client:
        _warm(client, served.url, happenings)
        for number in range(params.refreshes):
            until = params.events * (number + 1) // params.refreshes
            rows = happenings.rows(until - got.events)
            got.events = until
            _tell(client, rows, got)
            _look(served.url, happenings.newest, got)
            _refresh(client, store, happenings, got)
            got.mib.append([resident_mib(pid) for pid in served.workers()])
            _line(number + 1, got)
    return got


def _warm(client: Fendan, url: str, happenings: Happenings) -> None:
    """Let both workers load and compile what a first request would wait for."""
    happenings.carry_out(client.refresh(happenings.body()))
    for _ in range(10):
        with Fendan(url) as stranger:
            stranger.similar(text="the parcel is late", limit=1)


def _tell(client: Fendan, rows: list[Row], got: Measured) -> None:
    """Send the events in batches; each must be taken."""
    for start in range(0, len(rows), _BATCH):
        some = rows[start : start + _BATCH]
        begun = time.perf_counter()
        taken = client.send_events(some)
        got.batches.append(time.perf_counter() - begun)
        if taken.accepted != len(some):
            got.faults.append(
                f"of {len(some)} events {taken.accepted} were taken: {taken.rejected}"
            )


def _look(url: str, ticket_id: str, got: Measured) -> None:
    """Ask for a ticket of a moment ago over new connections, so that either worker may answer.

    A worker that did not know it would refuse with 404.
    """
    for _ in range(2):
        with Fendan(url) as stranger:
            begun = time.perf_counter()
            stranger.similar(ticket_id=ticket_id, limit=1)
            got.seen.append(time.perf_counter() - begun)


def _refresh(client: Fendan, store: Store, happenings: Happenings, got: Measured) -> None:
    body = happenings.body()
    with store.transaction() as connection:
        last = connection.execute(sa.select(sa.func.max(EVENTS.c.seq))).scalar_one()
    begun = time.perf_counter()
    plan = client.refresh(body)
    got.refreshes.append(time.perf_counter() - begun)
    happenings.carry_out(plan)
    if plan.degraded:
        got.faults.append(f"degraded: {plan.degraded}")
    logged = DecisionLog(store).get(plan.refresh_id)
    if logged is None or (logged.events_seq or 0) < last:
        got.faults.append(f"the refresh of {plan.as_of} was decided without the last events")


@contextmanager
def _service(kind: str) -> Iterator[tuple[Served, Store]]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)  # the cluster's owner must come through
        url = f"sqlite:///{folder / 'fendan.db'}"
        if kind == "postgresql":
            url = stack.enter_context(cluster(folder / "postgresql")).url
        own = {"FENDAN_STORE_URL": url, "FENDAN_WORKERS": "2", "FENDAN_PORT": str(free_port())}
        served = Served(services.trained(own), folder / "service.log")
        stack.callback(served.stop)
        served.start()
        store = Store.open(url)
        stack.callback(store.close)
        yield served, store


def _line(number: int, got: Measured) -> None:
    workers = " ".join(f"{mib:.0f}" for mib in got.mib[-1])
    print(
        f"\r{number} refreshes, {got.events:,} events, workers {workers} MiB, "
        f"{len(got.faults)} faults ",
        end="",
        file=sys.stderr,
        flush=True,
    )


def report(got: Measured) -> str:
    """The figures of the day."""
    lines = [f"{len(got.refreshes)} refreshes, {got.events:,} events, {len(got.faults)} faults"]
    named = (("refresh", got.refreshes), ("batch of 100", got.batches), ("seen after", got.seen))
    for name, seconds in named:
        ms = [quantile(seconds, share) * 1e3 for share in (0.5, 0.99, 1.0)]
        lines.append(f"{name:>14}: p50 {ms[0]:8.1f}  p99 {ms[1]:8.1f}  most {ms[2]:8.1f} ms")
    for place, mib in enumerate(zip(*got.mib, strict=True)):
        flat = np.array(mib[int(len(mib) * _WARMING) :])
        slope = np.polyfit(np.arange(len(flat)), flat, 1)[0] if len(flat) > 1 else 0.0
        lines.append(
            f"      worker {place + 1}: first {mib[0]:.0f}, last {mib[-1]:.0f}, "
            f"peak {max(mib):.0f} MiB; then {slope * 100:+.1f} MiB in 100 refreshes"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, and say by the exit code whether everything held."""
    parser = argparse.ArgumentParser(
        prog="python -m experiments.benchmarks.day", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--refreshes", type=int, default=288)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--tickets", type=int, default=2000)
    parser.add_argument("--agents", type=int, default=200)
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    given = parser.parse_args(arguments)
    got = run(DayParams(given.refreshes, given.events, given.tickets, given.agents, given.store))
    print(f"\n{report(got)}")
    for fault in got.faults[:20]:
        print(f"  FAULT: {fault}")
    return int(bool(got.faults))


if __name__ == "__main__":
    sys.exit(main())

"""A refresh end to end over HTTP: parse, history, features, risk, plan, order, answer, log.

    python -m experiments.benchmarks.refresh [--tickets 2000] [--agents 200] [--runs 10]
                                             [--candidates 60] [--no-explain]

Starts `fendan serve` with the demo's model (trained first where there is none) and sends the
same desk again and again; a first refresh warms up. `--candidates` as many as agents scores every
pair. Tells the median of every stage as the service logged it; "around it" is what is left of the
whole: the body's way in, parsing, the answer's JSON, the log. The floor is what JSON costs alone:
reading the body and the answer once and writing them once.
"""

from __future__ import annotations

import argparse
import statistics
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from experiments.benchmarks import services
from experiments.benchmarks.desks import desk_of
from experiments.benchmarks.timing import quantile
from serving.outgoing import refresh_body
from serving.settings import Settings


@dataclass(frozen=True, slots=True)
class Run:
    """One refresh: seconds at the caller, milliseconds by stage as logged, and the answer."""

    seconds: float
    stages_ms: dict[str, float]
    answer: dict[str, Any]


def once(settings: Settings, body: bytes) -> Run:
    """Send the body, then ask for what was logged; reading the answer's JSON is not timed."""
    service = f"http://{settings.host}:{settings.port}/v1"
    asked = urllib.request.Request(  # noqa: S310  # loopback
        f"{service}/refresh", body, {"Content-Type": "application/json"}
    )
    begun = time.perf_counter()
    with urllib.request.urlopen(asked, timeout=60) as answered:  # noqa: S310  # loopback
        written = answered.read()
    seconds = time.perf_counter() - begun
    answer = orjson.loads(written)
    where = f"{service}/decisions/{answer['refresh_id']}"
    with urllib.request.urlopen(where, timeout=60) as logged:  # noqa: S310  # loopback
        return Run(seconds, orjson.loads(logged.read())["timings_ms"], answer)


def floor(body: bytes, answer: dict[str, Any]) -> float:
    """Seconds that reading and writing both documents take."""
    begun = time.perf_counter()
    orjson.dumps(orjson.loads(body))
    orjson.loads(orjson.dumps(answer))
    return time.perf_counter() - begun


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tickets", type=int, default=2000)
    parser.add_argument("--agents", type=int, default=200)
    parser.add_argument(
        "--candidates", type=int, help="a ticket; the policy's default if not given"
    )
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--deadline-ms", type=float, default=60_000)
    parser.add_argument("--no-explain", action="store_true")
    given = parser.parse_args(arguments)
    asked = refresh_body(desk_of(given.tickets, given.agents))
    asked["options"] = {"deadline_ms": given.deadline_ms, "explain": not given.no_explain}
    body = orjson.dumps(asked)
    with services.fendan(candidates=given.candidates) as settings:
        once(settings, body)
        runs = [once(settings, body) for _ in range(given.runs)]
    print(f"{given.tickets:,} tickets x {given.agents:,} agents, {len(body) / 1e6:.1f} MB body")
    _tell(runs, floor(body, runs[-1].answer))


def _tell(runs: Sequence[Run], json_seconds: float) -> None:
    seconds = [run.seconds for run in runs]
    print(f"  p50 {statistics.median(seconds):6.3f} s   p99 {quantile(seconds, 0.99):6.3f} s")
    for name in runs[0].stages_ms:
        print(f"  {name:>10} {statistics.median(run.stages_ms[name] for run in runs):8.1f} ms")
    around = [run.seconds * 1e3 - sum(run.stages_ms.values()) for run in runs]
    print(f"  {'around it':>10} {statistics.median(around):8.1f} ms")
    print(f"  {'JSON alone':>10} {json_seconds * 1e3:8.1f} ms")
    told, degraded = runs[-1].answer["summary"], runs[-1].answer["degraded"]
    print(f"  placed {told['assigned']}, moved {told['reassigned']}, degraded {degraded}")


if __name__ == "__main__":
    main()

"""A refresh end to end over HTTP: parse, history, features, risk, plan, order, answer, log.

    python -m experiments.benchmarks.refresh [--tickets 2000] [--agents 200] [--runs 10]

Starts `fendan serve` with the demo's model (trained first where there is none) and sends the
same desk again and again. The floor is what parsing and encoding the same JSON costs alone.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import orjson

from experiments.benchmarks.desks import desk_of
from experiments.benchmarks.timing import quantile
from experiments.demo import demo_environment, ensure_model, free_port, post, wait_until_ready
from model.registry import Registry
from serving.outgoing import refresh_body
from serving.settings import Settings


@contextmanager
def served() -> Iterator[Settings]:
    """A service on a free port with the demo's model, ended afterwards."""
    own = demo_environment(os.environ, free_port())
    ensure_model(Registry.of(own), lambda *_: None, lambda line: print(line, file=sys.stderr))
    command = [sys.executable, "-c", "import fendan; fendan.main()", "serve"]
    process = subprocess.Popen(command, env=own)
    try:
        settings = Settings.from_env(own)
        wait_until_ready(settings)
        yield settings
    finally:
        process.terminate()
        process.wait(60)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tickets", type=int, default=2000)
    parser.add_argument("--agents", type=int, default=200)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--deadline-ms", type=float, default=60_000)
    parser.add_argument("--no-explain", action="store_true")
    given = parser.parse_args(arguments)
    asked = refresh_body(desk_of(given.tickets, given.agents))
    asked["options"] = {"deadline_ms": given.deadline_ms, "explain": not given.no_explain}
    body = orjson.dumps(asked)
    seconds, elapsed = [], []
    with served() as settings:
        answer = post(settings, body)
        for _ in range(given.runs):
            begun = time.perf_counter()
            answer = post(settings, body)
            seconds.append(time.perf_counter() - begun)
            elapsed.append(answer["summary"]["elapsed_ms"] / 1000)
    begun = time.perf_counter()
    orjson.dumps(orjson.loads(body))
    orjson.dumps(answer)
    floor = time.perf_counter() - begun
    told = answer["summary"]
    print(f"{given.tickets:,} tickets x {given.agents:,} agents, {len(body) / 1e6:.1f} MB body")
    print(f"  p50 {statistics.median(seconds):6.2f} s   p99 {quantile(seconds, 0.99):6.2f} s")
    print(f"  of it the decision {statistics.median(elapsed):6.2f} s; JSON alone {floor:6.3f} s")
    print(f"  placed {told['assigned']}, moved {told['reassigned']}, degraded {answer['degraded']}")


if __name__ == "__main__":
    main()

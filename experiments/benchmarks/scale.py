"""Cost against the size of the queue: one refresh in process, a process for each size.

    python -m experiments.benchmarks.scale [--sizes 1000,3000,10000,30000,100000]
                                           [--candidates 16] [--explain] [--out scale.png]

A desk has a twentieth as many agents as tickets. Prints seconds, those that the processors
worked (the steadier number on a busy machine) and the most memory held, and draws seconds and
memory on logarithmic axes with the fitted exponent: 1 is linear.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from experiments.benchmarks.desks import desk_of
from experiments.benchmarks.timing import peak_mib
from experiments.demo import CHAMPION, demo_environment, ensure_model
from features.catalog import fingerprint
from model import dispatch, policy_reader
from model.desk import ServedDesk
from model.registry import Registry

TICKETS_PER_AGENT = 20


@dataclass(frozen=True, slots=True)
class Setting:
    """How each size is run."""

    candidates: int
    explain: bool
    runs: int


@dataclass(frozen=True, slots=True)
class Point:
    """One size: medians of its runs, `cpu_seconds` over all threads, and the most memory."""

    tickets: int
    agents: int
    seconds: float
    cpu_seconds: float
    peak_mib: float
    degraded: tuple[str, ...]
    stages_ms: dict[str, float]


def point(tickets: int, setting: Setting) -> Point:
    """Decide on a desk of this size in this process."""
    agents = max(tickets // TICKETS_PER_AGENT, 1)
    policy = replace(policy_reader.default(), candidates_per_ticket=setting.candidates)
    registry = Registry.of(demo_environment(os.environ, 0))
    desk = ServedDesk.of(registry.load(CHAMPION, fingerprint()).bundle, policy)
    desk = desk.warm(threads=os.cpu_count() or 1)
    snapshot = desk_of(tickets, agents)
    options = dispatch.Options(explain=setting.explain, deadline_ms=float("inf"))
    seconds, worked = [], []
    for _ in range(setting.runs):
        begun, idle = time.perf_counter(), time.process_time()
        decision = dispatch.refresh(desk, snapshot, options)
        seconds.append(time.perf_counter() - begun)
        worked.append(time.process_time() - idle)
    return Point(
        tickets,
        agents,
        statistics.median(seconds),
        statistics.median(worked),
        peak_mib(),
        decision.degraded,
        decision.timings_ms,
    )


def exponent(points: Sequence[Point]) -> float:
    """The b of `seconds = a * tickets^b` that fits best on logarithmic axes.

    >>> line = [Point(n, 1, n * 1e-4, 0.0, 0.0, (), {}) for n in (1000, 3000, 9000)]
    >>> round(exponent(line), 6)
    1.0
    """
    sizes, seconds = zip(*((p.tickets, p.seconds) for p in points), strict=True)
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def drawn(points: Sequence[Point], slope: float) -> Figure:
    """Seconds and memory against tickets."""
    figure = Figure(figsize=(7, 4.2), layout="constrained")
    axes = figure.subplots()
    axes.set(
        title="One refresh, tickets x tickets/20 agents", xlabel="open tickets", ylabel="seconds"
    )
    axes.set_xscale("log")
    axes.set_yscale("log")
    sizes = [p.tickets for p in points]
    axes.plot(sizes, [p.seconds for p in points], "o-", label=f"seconds ~ tickets^{slope:.2f}")
    memory = axes.twinx()
    memory.set(ylabel="GiB at most", yscale="log")
    memory.plot(sizes, [p.peak_mib / 1024 for p in points], "s--", color="0.6", label="memory")
    axes.legend(frameon=False)
    return figure


def main(arguments: Sequence[str] | None = None) -> None:
    """Run, print the table and draw it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", default="1000,3000,10000,30000,100000")
    parser.add_argument("--candidates", type=int, default=16)
    parser.add_argument("--explain", action="store_true")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("scale.png"))
    given = parser.parse_args(arguments)
    registry = Registry.of(demo_environment(os.environ, 0))
    ensure_model(registry, lambda *_: None, lambda line: print(line, file=sys.stderr))
    setting = Setting(given.candidates, given.explain, given.runs)
    spawn = multiprocessing.get_context("spawn")
    points = []
    print(f"{given.candidates} candidates a ticket, {'with' if given.explain else 'no'} reasons")
    for size in (int(each) for each in given.sizes.split(",")):
        with ProcessPoolExecutor(1, mp_context=spawn) as pool:
            points.append(pool.submit(point, size, setting).result())
        print(_told(points[-1]), flush=True)
    if len(points) > 1:
        slope = exponent(points)
        drawn(points, slope).savefig(given.out, dpi=90, metadata={"Software": None})
        print(f"seconds grow as tickets^{slope:.2f}; drawn in {given.out}")


def _told(p: Point) -> str:
    stages = ", ".join(f"{name} {ms / 1e3:.2f}" for name, ms in p.stages_ms.items())
    return (
        f"{p.tickets:7,d} x {p.agents:5,d}: {p.seconds:7.2f} s, worked {p.cpu_seconds:7.2f} s"
        f" {p.peak_mib / 1024:6.2f} GiB  ({stages}) {', '.join(p.degraded)}"
    )


if __name__ == "__main__":
    main()

"""Fair timing on a noisy machine: rivals in turn, medians, ratios of process seconds by pair."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of each run: `wall` by the clock, `cpu` of the process."""

    wall: tuple[float, ...]
    cpu: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median wall time in seconds."""
        return statistics.median(self.wall)


def in_turn(rivals: Mapping[str, Callable[[], object]], runs: int = 5) -> dict[str, Timing]:
    """Time every rival `runs` times, A B A B, after one warm-up each."""
    for rival in rivals.values():
        rival()
    wall: dict[str, list[float]] = {name: [] for name in rivals}
    cpu: dict[str, list[float]] = {name: [] for name in rivals}
    for _ in range(runs):
        for name, rival in rivals.items():
            begun, spent = time.perf_counter(), time.process_time()
            rival()
            wall[name].append(time.perf_counter() - begun)
            cpu[name].append(time.process_time() - spent)
    return {name: Timing(tuple(wall[name]), tuple(cpu[name])) for name in rivals}


def ratio(slow: Timing, fast: Timing) -> float:
    """How many times faster: the median over pairs of process seconds."""
    return statistics.median(a / b for a, b in zip(slow.cpu, fast.cpu, strict=True))


def quantile(seconds: list[float], share: float) -> float:
    """The nearest-rank quantile."""
    ordered = sorted(seconds)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def peak_mib() -> float:
    """The largest memory the process ever held, in MiB.

    Linux says it of the program alone; `getrusage` also counts what its parent held at the fork.
    """
    told = Path("/proc/self/status")
    if told.exists():
        for line in told.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

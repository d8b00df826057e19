"""The simulated centre without a decision path: a year of the field's desk, matrix and bound.

    python -m experiments.benchmarks.simulate [--runs 3] [--seed 1]

Printed are the median process seconds of drawing the world, of a year under the static matrix
(the baseline: 60 s were asked for), of writing its event log, and of the hindsight bound of a
fortnight. What a decision path adds is what `fendan simulate` tells: its share of the time.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Sequence

from experiments.benchmarks.timing import Timing, in_turn, peak_mib
from experiments.bound import bound
from experiments.simulator import FIELD_DESK, Engine, field_matrix, make_world
from experiments.simulator.log import LogBook
from experiments.simulator.params import DAY_S
from experiments.simulator.run import BEFORE, SAMPLE_END_S

YEAR_S = 365 * DAY_S


def main(arguments: Sequence[str] | None = None) -> None:
    """Time the parts in turn and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    world = make_world(FIELD_DESK, given.seed)
    engine = _year(given.seed)
    rows, count = engine.take_rows(), int((world.complaints.time < YEAR_S).sum())
    parts: dict[str, Callable[[], object]] = {
        "draw the world": lambda: make_world(FIELD_DESK, given.seed),
        "a year under the matrix": lambda: _year(given.seed),
        "write its log": lambda: LogBook(world).write(rows, BEFORE, YEAR_S),
        "bound of a fortnight": lambda: bound(world, SAMPLE_END_S, SAMPLE_END_S + 14 * DAY_S, 900),
    }
    timings = in_turn(parts, given.runs)
    for name, timing in timings.items():
        print(f"{name:24} {_cpu(timing):7.2f} s")
    year = _cpu(timings["a year under the matrix"])
    print(f"{count:,} tickets, {len(rows):,} rows: {count / year:,.0f} tickets/s, one core")
    print(f"peak memory {peak_mib():.0f} MiB")


def _year(seed: int) -> Engine:
    world = make_world(FIELD_DESK, seed)
    engine = Engine(world, field_matrix(FIELD_DESK, world.roster.profiles))
    engine.run(YEAR_S)
    return engine


def _cpu(timing: Timing) -> float:
    return statistics.median(timing.cpu)


if __name__ == "__main__":
    main()

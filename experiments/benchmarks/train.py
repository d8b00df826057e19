"""Training end to end, from a foreign log to a registered model, beside growing its forests once.

    python -m experiments.benchmarks.train LOG --mapping uci_incident [--runs 1]

The baseline grows the four forests of the model on the finished frame: what no training can go
without. The rest is labels, features, backtest, calibration, study, gate and registry.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from experiments.benchmarks.timing import in_turn, peak_mib, ratio
from model.registry import Registry
from training.backtest import prepare
from training.config import TrainConfig
from training.logs.importing import load_log
from training.logs.mapping import LogMapping, load_mapping
from training.publish import publish
from training.recipe import Bench, grow
from training.run import train
from training.splits import Slice


def whole(log: Path, mapping: LogMapping) -> None:
    """Import, train and register in a fresh store."""
    config = TrainConfig()
    with tempfile.TemporaryDirectory() as home:
        registry = Registry.of({"FENDAN_HOME": home})
        publish(train(load_log(log, mapping).events, config), config, registry)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("log", type=Path)
    parser.add_argument("--mapping", required=True)
    parser.add_argument("--runs", type=int, default=1)
    given = parser.parse_args(arguments)
    mapping = load_mapping(given.mapping)
    made = prepare(load_log(given.log, mapping).events, TrainConfig())
    bench = Bench(made.data, made.encoder, made.history, TrainConfig())
    end = made.labels.end_us + 1
    everything = Slice(int(made.labels.created_us.min()), end, end)
    times = in_turn(
        {
            "forests": lambda: grow(bench, everything),
            "all of it": lambda: whole(given.log, mapping),
        },
        given.runs,
    )
    print(f"{len(made.labels):,} tickets, {len(made.data.landmarks):,} landmarks")
    for name, timing in times.items():
        print(f"{name:>10}: {timing.median:6.1f} s")
    print(f"{'ratio':>10}: {ratio(times['all of it'], times['forests']):6.1f} x the forests alone")
    print(f"{'memory':>10}: {peak_mib():6,.0f} MiB at most")


if __name__ == "__main__":
    main()

"""Importing a foreign log: rows per second and memory, beside reading the same CSV with pandas.

    python -m experiments.benchmarks.import_log LOG --mapping uci_incident [--runs 3]

The baseline reads the file with `pandas.read_csv` and parses nothing: less than any import does.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from experiments.benchmarks.timing import in_turn, peak_mib, ratio
from training.logs.importing import import_log
from training.logs.mapping import load_mapping


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("log", type=Path)
    parser.add_argument("--mapping", required=True)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args(arguments)
    mapping = load_mapping(given.mapping)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "events.parquet"
        rows = import_log(given.log, mapping, out).coming.rows
        times = in_turn(
            {
                "read_csv": lambda: pd.read_csv(given.log, dtype=str),
                "import": lambda: import_log(given.log, mapping, out),
            },
            given.runs,
        )
    print(f"{rows:,} rows of {given.log.name}")
    for name, timing in times.items():
        print(f"{name:>9}: {timing.median:6.2f} s {rows / timing.median:10,.0f} rows/s")
    print(f"{'ratio':>9}: {ratio(times['import'], times['read_csv']):6.1f} x the bare reading")
    print(f"{'memory':>9}: {peak_mib():6,.0f} MiB at most")


if __name__ == "__main__":
    main()

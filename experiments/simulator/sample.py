"""The sample log that ships: twelve weeks of a simulated Chinese complaint desk.

`python -m experiments.simulator.sample --out training/sample/complaints_zh.csv.gz`
"""

from __future__ import annotations

import argparse
import gzip
import io
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.simulator.desk import FIELD_DESK
from experiments.simulator.run import SAMPLE_END_S, SAMPLE_SEED, desk_log
from experiments.simulator.world import make_world
from features.events import TIME_COLUMNS


def sample_log(seed: int = SAMPLE_SEED, until: int = SAMPLE_END_S) -> pd.DataFrame:
    """The events of the sample, conforming and in order."""
    return desk_log(make_world(FIELD_DESK, seed), until)


def csv_of(events: pd.DataFrame) -> str:
    """An event log as CSV text, times as RFC 3339 with the desk's own offset."""
    written = events.copy()
    for name in TIME_COLUMNS:
        written[name] = _rfc3339(events[name])
    buffer = io.StringIO()
    written.to_csv(buffer, index=False, lineterminator="\n")
    return buffer.getvalue()


def _rfc3339(times: pd.Series) -> pd.Series:
    """Whole seconds with the desk's fixed offset; many times faster than `strftime`."""
    local = times.dt.tz_convert(FIELD_DESK.start.tzinfo).dt.tz_localize(None)
    clock = np.datetime_as_string(local.to_numpy("datetime64[s]"))
    written = pd.Series(clock, times.index) + FIELD_DESK.start.isoformat()[-6:]
    return written.where(times.notna())


def write_sample(path: Path, seed: int, until: int) -> int:
    """Write the sample as gzip without a time stamp, so that equal logs make equal files."""
    events = sample_log(seed, until)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(csv_of(events).encode("utf-8"), compresslevel=9, mtime=0))
    return len(events)


def main(arguments: list[str] | None = None) -> int:
    """Write the sample log."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="a .csv.gz file")
    parser.add_argument("--seed", type=int, default=SAMPLE_SEED)
    parser.add_argument("--until", type=int, default=SAMPLE_END_S, help="seconds of the world")
    options = parser.parse_args(arguments)
    rows = write_sample(options.out, options.seed, options.until)
    sys.stdout.write(f"{rows} events, {options.out.stat().st_size} bytes: {options.out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

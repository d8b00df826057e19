"""A desk's own twin from its event log: what could be identified, and how well it foretells.

`python -m experiments.twin EVENTS --zone Asia/Shanghai --holdout-weeks 4 --seeds 8`
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from experiments.twin.backtest import backtest
from experiments.twin.recovery import recovery
from features.errors import FendanError
from training.logs.readers import read_events


def last_midnight(events: pd.DataFrame, zone: str, weeks: int) -> pd.Timestamp:
    """The latest local midnight with so many whole weeks of creations after it.

    >>> at = pd.Series(pd.to_datetime(["2026-03-02T01:00Z", "2026-03-31T20:00Z"], utc=True))
    >>> log = pd.DataFrame({"type": "ticket.created", "time": at})
    >>> str(last_midnight(log, "Asia/Shanghai", 2))
    '2026-03-18 00:00:00+08:00'
    """
    created = events.loc[events["type"] == "ticket.created", "time"].max()
    day = created.tz_convert(zone).tz_localize(None).normalize() - pd.Timedelta(days=7 * weeks)
    return pd.Timestamp(day).tz_localize(zone)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report of one log and the table of its held-out weeks."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("events", type=Path, nargs="?", help="an event log (fendan import)")
    parser.add_argument("--zone", default="Asia/Shanghai", help="where the desk lives")
    parser.add_argument("--holdout-weeks", type=int, default=4)
    parser.add_argument("--cut", default=None, help="a local date instead: 2016-04-11")
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument(
        "--recovery", type=int, default=None, metavar="SEED",
        help="instead of a log: fit the default desk's own, and show fitted beside true",
    )  # fmt: skip
    given = parser.parse_args(arguments)
    if given.recovery is not None:
        sys.stdout.write(recovery(given.recovery).to_string(index=False) + "\n")
        return 0
    if given.events is None:
        parser.error("give an event log, or --recovery SEED")
    events = read_events(given.events).events
    cut = last_midnight(events, given.zone, given.holdout_weeks)
    cut = cut if given.cut is None else pd.Timestamp(given.cut, tz=given.zone)
    found = backtest(
        events, given.zone, cut, given.holdout_weeks, range(1, given.seeds + 1),
        lambda line: print(line, file=sys.stderr),
    )  # fmt: skip
    told = f"From {cut:%Y-%m-%d}, {given.holdout_weeks} weeks, {given.seeds} seeds:"
    sys.stdout.write(f"{found.twin.report()}\n\n{told}\n{found.table()}\n")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except FendanError as fault:
        sys.exit(str(fault))

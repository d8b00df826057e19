"""Judge other choices among near-ties by the decision log, or check that in the simulated centre.

    python -m experiments.ope judge events.parquet --from 2026-03-01T00:00:00+08:00
    python -m experiments.ope check --seeds 1 2 3 --days 28

`judge` reads the lots from the store of the decision log (`FENDAN_STORE_URL`, or `--store`), the
outcomes from the event log, and prints the on-time share that each policy would have brought.
`check` sets the same estimates beside what really comes when the choice is played (`ope.check`).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from experiments.ope.check import PLAYED, CheckParams, check
from experiments.ope.feedback import Feedback, lots_in_answer
from experiments.ope.judge import judge
from experiments.ope.tables import verdict_text, worlds_text
from experiments.play import demo_bundle
from experiments.simulator.run import SAMPLE_SEED
from model import policy_reader
from model.desk import ServedDesk
from model.terminal import time_of
from serving.decisions.log import DecisionLog
from serving.settings import Settings
from serving.store import Store
from training.commands import events_in


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one of the two commands."""
    parser = argparse.ArgumentParser(
        prog="python -m experiments.ope",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True)
    _judging(commands.add_parser("judge", help="by the decision log"))
    _checking(commands.add_parser("check", help="in the simulated centre"))
    given = parser.parse_args(arguments)
    given.run(given)


def _judging(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("events", type=Path)
    parser.add_argument("--store", help="SQLAlchemy URL; FENDAN_STORE_URL if not given")
    parser.add_argument(
        "--from", required=True, dest="first", help="decided from then on, RFC 3339"
    )
    parser.add_argument("--until", help="and before then")
    parser.add_argument("--seed", type=int, default=0, help="of the reward model's folds")
    parser.set_defaults(run=_judge)


def _judge(given: argparse.Namespace) -> None:
    url = given.store or Settings.from_env(os.environ).store_url
    until = None if given.until is None else time_of(given.until, "--until")
    log = DecisionLog(Store.open(url))
    lots = [
        lot
        for logged in log.between(time_of(given.first, "--from"), until)
        for lot in lots_in_answer(logged.answer)
    ]
    log.close()
    print(verdict_text(judge(Feedback.of(lots, events_in(given.events)), given.seed)))


def _checking(parser: argparse.ArgumentParser) -> None:
    usual = CheckParams()
    parser.add_argument("--seeds", type=int, nargs="+", default=[SAMPLE_SEED])
    parser.add_argument("--days", type=int, default=usual.days)
    parser.add_argument("--every", type=int, default=usual.every_minutes, help="minutes")
    parser.add_argument("--share", type=float, default=usual.share, help="of tickets with a lot")
    parser.add_argument("--within", type=float, default=usual.within, help="price units")
    parser.add_argument("--among", type=int, default=usual.among, help="near-ties, at most")
    parser.add_argument("--policies", nargs="+", choices=PLAYED, default=list(PLAYED))
    parser.set_defaults(run=_check)


def _check(given: argparse.Namespace) -> None:
    params = CheckParams(given.days, given.every, given.share, given.within, given.among)
    served = ServedDesk.of(demo_bundle(), policy_reader.default())

    def tell(line: str) -> None:
        print(line, file=sys.stderr)

    worlds = [check(served, seed, params, given.policies, tell) for seed in given.seeds]
    print(worlds_text(worlds))


if __name__ == "__main__":
    main()

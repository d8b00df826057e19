"""The commands of a gray release: plan, calendar, watch, bias."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from experiments.rollout.bias import BiasParams, bias, table_of
from experiments.rollout.decisions import read_decisions
from experiments.rollout.errors import RolloutError
from experiments.rollout.grid import Grid
from experiments.rollout.metrics import METRICS
from experiments.rollout.outcomes import Desk
from experiments.rollout.power import detectable, needed, noise_of
from experiments.rollout.reader import load_design
from experiments.rollout.report import PLAN_HEAD, Row, calendar_text, plan_words, watch_text
from experiments.rollout.tickets import tickets_of
from experiments.rollout.toys import TOYS
from experiments.rollout.unit_table import read_units
from experiments.rollout.watch import watch
from features.errors import FendanError
from training.commands import events_in

_RUN: Final = "python -m experiments.rollout"
_PLAN: Final = f"{_RUN} plan events.parquet --from 0.37 --to 0.33 --block-hours 6 24 168"
_CALENDAR: Final = f"{_RUN} calendar release.yaml --days 7"
_WATCH: Final = f"{_RUN} watch release.yaml events.parquet --decisions sqlite:////home/fendan.db"
_BIAS: Final = f"{_RUN} bias --toy first_in_line --seeds 20"


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what was asked: 0 done, 1 it could not be done, 2 asked wrongly."""
    given = _parser().parse_args(arguments)
    try:
        print(given.run(given))
    except FendanError as error:
        sys.stderr.write(f"rollout: {error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=_RUN,
        description="A new policy for a part of the desk's time, compared, stopped on harm.",
        epilog=f"examples:\n  {_PLAN}\n  {_CALENDAR}\n  {_WATCH}\n  {_BIAS}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="plan | calendar | watch | bias")
    _plan_options(
        commands.add_parser("plan", help="how long must it run, by blocks of time?", epilog=_PLAN)
    )
    _calendar_options(commands.add_parser("calendar", help="which variant when?", epilog=_CALENDAR))
    _watch_options(
        commands.add_parser("watch", help="where does it stand; go on, stop, ship?", epilog=_WATCH)
    )
    _bias_options(
        commands.add_parser("bias", help="how wrong is a split of tickets?", epilog=_BIAS)
    )
    return parser


def _plan_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("events", type=Path, help="event log of a time without a release")
    add("--units", action="store_true", help="it is a CSV of start, cases, total[, squares, team]")
    add("--metric", default="late", choices=[n for n, m in METRICS.items() if m.measure])
    add("--from", dest="level", type=float, help="the metric now; else as the log has it")
    add("--to", type=float, required=True, help="the change worth seeing")
    add("--block-hours", type=int, nargs="+", default=[6, 12, 24, 84])
    add("--washout-hours", type=float, default=0.0)
    add("--cooldown-hours", type=float, default=0.0)
    add("--follow-up-hours", type=float, default=72.0)
    add("--power", type=float, default=0.8)
    add("--alpha", type=float, default=0.05)
    add("--days", type=float, help="also: what would so many days show?")
    add("--utc-offset", type=float, default=8.0, help="hours of the desk's clock ahead of UTC")
    parser.set_defaults(run=_plan)


def _plan(given: argparse.Namespace) -> str:
    log = None if given.units else events_in(given.events)
    rows, seen, level = [], [], given.level
    for hours in given.block_hours:
        offset_us = round(given.utc_offset * 3600) * 1_000_000
        grid = Grid(hours, given.washout_hours, offset_us, given.cooldown_hours)
        if log is None:
            noise = noise_of(*read_units(given.events, grid), grid)
        else:
            desk = Desk.of(tickets_of(log, grid, given.follow_up_hours), grid, ())
            noise = noise_of(desk.units(given.metric), 1, grid)
        level = noise.level if level is None else level
        days = needed(noise, abs(level - given.to), given.power, given.alpha)
        rows.append(Row(hours, given.washout_hours, noise, days))
        if given.days is not None:
            least = detectable(noise, given.days, given.power, given.alpha)
            seen.append(f"{given.days:g} days of blocks of {hours} h show a change of {least:.3g}")
    best = min(rows, key=lambda row: row.days.once)
    words = plan_words(given.metric, (level, given.to), given.power, best)
    return "\n".join([PLAN_HEAD, *(row.text() for row in rows), *seen, "", words])


def _calendar_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("design", type=Path, help="the release, YAML or JSON")
    parser.add_argument("--since", help="RFC 3339; else from its start")
    parser.add_argument("--days", type=int, default=14)
    parser.set_defaults(run=_calendar)


def _calendar(given: argparse.Namespace) -> str:
    design = load_design(given.design)
    since = design.start if given.since is None else _moment(given.since)
    return calendar_text(design, since, given.days)


def _watch_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("design", type=Path, help="the release, YAML or JSON")
    parser.add_argument("events", type=Path, help="event log, best from weeks before the start")
    parser.add_argument(
        "--decisions",
        help="the decision log: the store's URL, or a file of GET /v1/decisions answers",
    )
    parser.set_defaults(run=_watch)


def _watch(given: argparse.Namespace) -> str:
    design = load_design(given.design)
    events = events_in(given.events)
    if given.decisions is None:
        return watch_text(watch(design, events))
    end = design.start + timedelta(days=design.days)
    return watch_text(watch(design, events, read_decisions(given.decisions, design.start, end)))


def _bias_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--toy", default="least_loaded", choices=list(TOYS))
    parser.add_argument("--weeks", type=int, default=8)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument(
        "--demand",
        type=float,
        default=1.5,
        help="times the usual complaints",
    )
    parser.set_defaults(run=_bias)


def _bias(given: argparse.Namespace) -> str:
    params = BiasParams(given.toy, given.weeks, given.seeds, demand=given.demand)
    return table_of(bias(params, lambda line: print(line, file=sys.stderr)))


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as fault:
        raise RolloutError(f"{text!r} is no RFC 3339 time", where="--since") from fault
    if moment.tzinfo is None:
        raise RolloutError(f"{text!r} has no offset", where="--since", remedy="as in +08:00")
    return moment

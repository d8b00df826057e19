"""Target against got: does the desk under the static matrix look like the field's?

`python -m experiments.simulator.calibration --seeds 3` prints it, and what is assumed. The desk's
numbers were tuned on seeds 11 to 18; the command starts at seed 1, which they never saw.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import pandas as pd

from experiments.simulator.assumed import assumptions
from experiments.simulator.desk import FIELD_DESK
from experiments.simulator.params import DAY_S, WorldParams
from experiments.simulator.run import desk_log
from experiments.simulator.tally import Outcomes, outcomes_of
from experiments.simulator.world import make_world

YEAR_S: Final = 365 * DAY_S
AT_ONCE: Final = replace(FIELD_DESK, at_once=True)
"""The same desk, but it asks all departments of a ticket together."""

Standing = Literal["put in", "tuned on", "predicted"]
"""Known from the field and put in as it is; tuned on; or left to come out as it may."""


@dataclass(frozen=True, slots=True)
class Target:
    """A figure of the field (None: not known), how it is read off, and what it was used for."""

    name: str
    target: float | None
    unit: str
    got: Callable[[Outcomes], float]
    standing: Standing = "tuned on"
    note: str = ""
    desk: WorldParams = FIELD_DESK


def _count(kind: str, to: str | None = None) -> Callable[[Outcomes], float]:
    def got(outcomes: Outcomes) -> float:
        rows = outcomes.events[outcomes.events["type"] == kind]
        if to is not None:
            rows = rows[rows["attributes"].str.contains(f'"{to}"', regex=False)]
        return float(len(rows))

    return got


def _late_share(category: str) -> Callable[[Outcomes], float]:
    return lambda o: 100 * float((o.late["category"] == category).mean())


def _stage_share(stage: str) -> Callable[[Outcomes], float]:
    return lambda o: 100 * float((o.late["stage"] == stage).mean())


def _stage_mean(stage: str) -> Callable[[Outcomes], float]:
    return lambda o: float(o.late.loc[o.late["stage"] == stage, stage].mean())


def _risk(outcomes: Outcomes, often: bool) -> float:
    tickets = outcomes.tickets
    return float(tickets.loc[tickets["often"] == often, "late"].mean())


def _risk_ratio(outcomes: Outcomes) -> float:
    return _risk(outcomes, often=True) / _risk(outcomes, often=False)


def _odds_ratio(outcomes: Outcomes) -> float:
    often, seldom = _risk(outcomes, often=True), _risk(outcomes, often=False)
    return often / (1 - often) / (seldom / (1 - seldom))


def _patience(often: bool) -> Callable[[Outcomes], float]:
    def got(outcomes: Outcomes) -> float:
        tickets = outcomes.tickets[outcomes.tickets["often"] == often]
        return float(tickets["first_contact_hours"].mean())

    return got


def _dispute_hours(outcomes: Outcomes) -> float:
    tickets = outcomes.tickets[outcomes.tickets["category"] == "quality"]
    asked = outcomes.events[outcomes.events["party"].notna()]
    parties = asked.groupby("ticket_id")["party"].nunique().reindex(tickets.index).fillna(0)
    return float(tickets.loc[parties >= 3, "departments"].mean())


TARGETS: Final = (
    Target("tickets a year", 18_427, "", _count("ticket.created"), "put in"),
    Target("timed out", 36.9, "%", lambda o: 100 * float(o.tickets["late"].mean())),
    Target("late ones: logistics", 42, "%", _late_share("logistics")),
    Target("late ones: quality", 31, "%", _late_share("quality")),
    Target("late, mostly before work", 53, "%", _stage_share("before_work")),
    Target("late, mostly at the customer", 27, "%", _stage_share("customer")),
    Target("late, mostly in departments", 20, "%", _stage_share("departments")),
    Target("hours there: before work", 18.6, "h", _stage_mean("before_work")),
    Target("hours there: customer", 29.4, "h", _stage_mean("customer")),
    Target("hours there: departments", 46.1, "h", _stage_mean("departments")),
    Target(
        "3 contacts in 72 h", 10, "%", lambda o: 100 * float(o.tickets["often"].mean()),
        note="the complaint is the first contact",
    ),
    Target("their odds of timing out", 4.7, "x", _odds_ratio, note="the field says risk; see next"),
    Target(
        "their risk of timing out", 4.7, "x", _risk_ratio, "predicted",
        "cannot hold with 36.9 % and 10 %: 3.35 is the most",
    ),
    Target(
        "hours to the 2nd contact, often", 4.2, "h", _patience(often=True),
        note="nobody calls at night: 22:00 to 8:00 moves to the morning",
    ),
    Target("hours to the 2nd contact, others", 11.5, "h", _patience(often=False)),
    Target(
        "secondary complaints", 1_903, "", _count("ticket.reopened"), note="read as reopenings"
    ),
    Target("public escalations", 97, "", _count("ticket.escalated", "public")),
    Target("all escalations", None, "", _count("ticket.escalated"), "predicted"),
    Target(
        "quality dispute in 3 departments", 50.3, "h", _dispute_hours, note="one after the other"
    ),
    Target(
        "the same, asked at once", 28.7, "h", _dispute_hours, "predicted",
        "the same waits, side by side", AT_ONCE,
    ),
)  # fmt: skip


def calibrate(seed: int) -> list[float]:
    """What a year under the static matrix gives for each of `TARGETS`."""
    outcomes = {
        desk: outcomes_of(desk_log(make_world(desk, seed), YEAR_S))
        for desk in dict.fromkeys(target.desk for target in TARGETS)
    }
    return [target.got(outcomes[target.desk]) for target in TARGETS]


def table(got: Sequence[Sequence[float]]) -> pd.DataFrame:
    """One row per target; `got` (worlds, targets) as its mean, lowest and highest."""
    return pd.DataFrame(
        {
            "figure": [t.name for t in TARGETS],
            "target": [np.nan if t.target is None else t.target for t in TARGETS],
            "got": np.mean(got, axis=0).round(1),
            "lowest": np.min(got, axis=0).round(1),
            "highest": np.max(got, axis=0).round(1),
            "unit": [t.unit for t in TARGETS],
            "standing": [t.standing for t in TARGETS],
            "note": [t.note for t in TARGETS],
        }
    )


def main(arguments: list[str] | None = None) -> int:
    """Print the table over the worlds of some seeds, and what is assumed rather than known."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of the first world")
    parser.add_argument("--seeds", type=int, default=1, help="how many worlds")
    parser.add_argument("--jobs", type=int, default=1, help="how many worlds at the same time")
    parser.add_argument("--json", action="store_true", help="the table as JSON records")
    options = parser.parse_args(arguments)
    seeds = range(options.seed, options.seed + options.seeds)
    with ProcessPoolExecutor(options.jobs) as pool:
        rows = table(list(pool.map(calibrate, seeds)))
    if options.json:
        sys.stdout.write(rows.to_json(orient="records", indent=2) + "\n")
        return 0
    sys.stdout.write(rows.to_string(index=False, na_rep="-") + "\n\n")
    sys.stdout.write(assumptions(FIELD_DESK))
    return 0


if __name__ == "__main__":
    sys.exit(main())

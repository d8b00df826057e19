"""Contenders side by side on the same seeds, one play after the other.

    python -m experiments.beside --names ablations --seeds 11,12 --out ablations.ndjson

`--names` takes policies, policy files, ablations, and `ablations` for all of them; the first is
what the others are compared with. Plays that stand in the file are not played again.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
import orjson

from experiments.ablations import ABLATIONS, ablated
from experiments.contender import SHIPPED, Contender, contender
from experiments.outcome import Figures, figures
from experiments.paired import Interval, paired
from experiments.play import PlayParams, demo_bundle, play
from experiments.scenarios import SCENARIOS, Scenario
from experiments.simulator import FIELD_DESK
from experiments.simulator.params import WorldParams
from features.errors import FendanError
from features.stream import Floats
from model.bundle import Bundle
from model.desk import ServedDesk

SHOWN = ("late", "loss", "escalated", "hand_overs", "gini")


@dataclass(frozen=True, slots=True)
class Played:
    """What became of the tickets of one seed under one contender."""

    scenario: str
    name: str
    seed: int
    figures: Figures


@dataclass(frozen=True, slots=True)
class Stage:
    """Where plays are played: a scenario, a model, a world, and for how long."""

    scenario: Scenario
    bundle: Bundle
    params: PlayParams
    world: WorldParams = FIELD_DESK

    def play(self, who: Contender, seed: int) -> Figures:
        """The figures of one play."""
        desk = self.scenario.desk(seed, keep_matrix=who.decide is None, params=self.world)
        served = ServedDesk.of(self.bundle, who.policy)
        return figures(play(desk, self.scenario.contender(who), served, self.params, seed=seed))


def named(name: str) -> Contender:
    """The ablation, policy or policy file of a name.

    Raises:
        PolicyError: nothing is called so.
    """
    return ablated(name) if name in ABLATIONS else contender(name)


def scenario(name: str) -> Scenario:
    """The scenario of a name.

    Raises:
        FendanError: nothing is called so.
    """
    if name not in SCENARIOS:
        remedy = f"one of {', '.join(SCENARIOS)}"
        raise FendanError(f"no scenario {name!r}", where="--scenario", remedy=remedy)
    return SCENARIOS[name]


def differences(rows: Iterable[Played], name: str, against: str, figure: str) -> Interval:
    """One figure of one contender less that of another, on the seeds that both were played on."""
    ours, theirs = (_by_seed(rows, each, figure) for each in (name, against))
    both = sorted(ours.keys() & theirs.keys())
    return paired(_of(ours, both), _of(theirs, both))


def _by_seed(rows: Iterable[Played], name: str, figure: str) -> dict[int, float]:
    return {row.seed: getattr(row.figures, figure) for row in rows if row.name == name}


def _of(values: dict[int, float], seeds: Sequence[int]) -> Floats:
    return np.array([values[seed] for seed in seeds])


def table(rows: Sequence[Played], names: Sequence[str]) -> str:
    """A Markdown table: means over seeds, and the late share less that of the first name."""
    head = f"| {'name':26} | " + " | ".join(SHOWN) + f" | late less {names[0]} |"
    lines = [head, "|" + "---|" * (len(SHOWN) + 2)]
    for name in names:
        own = [row.figures for row in rows if row.name == name]
        if own:
            means = [float(np.mean([getattr(each, figure) for each in own])) for figure in SHOWN]
            gap = differences(rows, name, names[0], "late")
            told = f"{gap.mean:+.2%} [{gap.low:+.2%}, {gap.high:+.2%}]"
            lines.append(f"| {name:26} | " + " | ".join(f"{m:.4f}" for m in means) + f" | {told} |")
    return "\n".join(lines)


def read(path: Path) -> list[Played]:
    """The plays that were written down; none where there is no file."""
    if not path.exists():
        return []
    known = {field.name for field in fields(Figures)}
    rows = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    return [
        Played(
            row["scenario"],
            row["name"],
            row["seed"],
            Figures(**{name: value for name, value in row["figures"].items() if name in known}),
        )
        for row in rows
    ]


def write(path: Path, row: Played) -> None:
    """Add a play to those that were written down."""
    with path.open("ab") as file:
        file.write(orjson.dumps(asdict(row)) + b"\n")


def main(arguments: Sequence[str] | None = None) -> None:
    """Play what is missing, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--names", default="ablations")
    parser.add_argument("--scenario", default="usual")
    parser.add_argument("--seeds", default="11,12")
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--every", type=int, default=15, help="minutes between refreshes")
    parser.add_argument("--out", type=Path, default=Path("beside.ndjson"))
    given = parser.parse_args(arguments)
    asked = given.names.replace("ablations", ",".join([SHIPPED, *ABLATIONS])).split(",")
    names, seeds = list(dict.fromkeys(asked)), [int(seed) for seed in given.seeds.split(",")]
    known, which = read(given.out), given.scenario
    rows = [row for row in known if row.scenario == which and row.seed in seeds]
    stage = Stage(scenario(which), demo_bundle(), PlayParams(given.days, given.every))
    for seed in seeds:
        for name in names:
            if not any((row.name, row.seed) == (name, seed) for row in rows):
                rows.append(Played(which, name, seed, stage.play(named(name), seed)))
                write(given.out, rows[-1])
                print(f"{name} {seed}: {rows[-1].figures.text()}", file=sys.stderr)
    print(table(rows, names))


if __name__ == "__main__":
    main()

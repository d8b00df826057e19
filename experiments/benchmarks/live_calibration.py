"""Does what a model foretells come true at a desk that it changes? Told against came true.

    python -m experiments.benchmarks.live_calibration [--seeds 3] [--first-seed 21]

Each world's model learns from twelve weeks of its static matrix. Then it only watches the matrix
go on; or the desk does what the plan says, with the level of the model fixed or following the desk
(`model.live`). After `--weeks` of that a model that learned from them, too, tells of the next
fortnight beside the old one. Printed are medians over worlds, and what came true by tenth.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from experiments.compare.models import Home
from experiments.foretold import Judged, Tell, Watch, Watched, judged, watch
from experiments.simulator import FIELD_DESK, LiveDesk
from experiments.simulator.run import SAMPLE_END_S
from model.bundle import Bundle
from model.reliability import calibration_by_chance, expected_calibration_error, reliability
from model.terminal import Stages, bar_of
from training.config import TrainConfig
from training.run import train

MATRIX: Final = "its matrix goes on"
FIRST: Final = "plan, first fortnight"
FOLLOWED: Final = "plan, first fortnight, level follows"
LATER: Final = "plan, later fortnight"
RETRAINED: Final = "plan, later fortnight, retrained"
_FORTNIGHT: Final = 14


@dataclass(frozen=True, slots=True)
class Asked:
    """Weeks under the plan before training again (three or more), minutes between refreshes."""

    weeks: int = 4
    every_minutes: int = 30


def world(seed: int, asked: Asked, bar: Stages) -> Iterator[tuple[str, Judged]]:
    """What was told in one world and what came of it, arm by arm."""
    home = Home(seed, FIELD_DESK, SAMPLE_END_S)
    desk = home.desk()
    fortnight = Watch(_FORTNIGHT, asked.every_minutes)
    settings = TrainConfig()

    def told(name: str, at: LiveDesk, log: pd.DataFrame, bundle: Bundle, how: Watch) -> Watched:
        return watch(at, log, bundle, how, seed, _telling(bar, f"world {seed}: {name}", how))

    bar(f"world {seed}: training", 0, None)
    old = train(desk.history, settings).bundle
    old, follows = (_levelled(old, live=live) for live in (False, True))
    aside = home.desk(keep_matrix=True)
    looked_on = replace(fortnight, obeyed=False)
    yield MATRIX, judged(told(MATRIX, aside, aside.history, old, looked_on))
    yield FOLLOWED, judged(told(FOLLOWED, _copy(desk), desk.history, follows, fortnight))
    first = told(FIRST, desk, desk.history, old, fortnight)
    yield FIRST, judged(first)
    rest = replace(fortnight, days=7 * asked.weeks - _FORTNIGHT)
    log = told("the weeks in between", desk, first.log, old, rest).log
    bar(f"world {seed}: training again", 0, None)
    new = train(log, settings).bundle
    for name, bundle in ((RETRAINED, new), (LATER, old)):
        yield name, judged(told(name, _copy(desk), log, bundle, fortnight))


def _levelled(bundle: Bundle, *, live: bool) -> Bundle:
    return replace(bundle, risk=replace(bundle.risk, live=live))


def _copy(desk: LiveDesk) -> LiveDesk:
    """The desk as it is now, to go on by itself; the world never changes and is shared."""
    return deepcopy(desk, {id(desk.world): desk.world})


def _telling(bar: Stages, stage: str, how: Watch) -> Tell:
    return lambda day: bar(stage, day, how.days)


def row(name: str, worlds: Sequence[Judged]) -> str:
    """A line of the table: medians over worlds, the number of tickets in all of them."""
    shown = np.median([_figures(each) for each in worlds], axis=0)
    told, rate, ece, chance, brier, late = shown.tolist()
    tickets = sum(each.y.size for each in worlds)
    return (
        f"{name:38} {tickets:7,} {told:6.3f} {rate:6.3f} {ece:6.3f} {chance:6.3f} "
        f"{brier:6.3f} {late:6.1%}"
    )


def _figures(found: Judged) -> tuple[float, ...]:
    y, p = found.y, found.p
    return (
        float(p.mean()),
        float(y.mean()),
        expected_calibration_error(y, p, np.ones(y.size)),
        calibration_by_chance(p, 1, 2.0),
        float(np.mean((p - y) ** 2)),
        found.late,
    )


def tenths(name: str, worlds: Sequence[Judged]) -> str:
    """Told > came true, in tenths of the tickets of all worlds."""
    y, p = (np.concatenate([getattr(each, part) for each in worlds]) for part in ("y", "p"))
    cells = reliability(y, p, np.ones(y.size))
    pairs = zip(cells.predicted.tolist(), cells.observed.tolist(), strict=True)
    return f"{name:38} " + " ".join(f"{told:.2f}>{true:.2f}" for told, true in pairs)


def text(found: Mapping[str, Sequence[Judged]]) -> str:
    """Both tables."""
    head = f"{'':38} tickets   told   true    ECE chance  Brier   late"
    rows = [row(name, worlds) for name, worlds in found.items()]
    by_tenth = [tenths(name, worlds) for name, worlds in found.items()]
    return "\n".join([head, *rows, "", "told > came true, by tenth:", *by_tenth])


def main(arguments: Sequence[str] | None = None) -> None:
    """Play the worlds and print the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=21)
    parser.add_argument("--weeks", type=int, default=4, help="under the plan, before training")
    parser.add_argument("--every", type=int, default=30, help="minutes between refreshes")
    given = parser.parse_args(arguments)
    asked, found = Asked(given.weeks, given.every), dict[str, list[Judged]]()
    with bar_of() as bar:
        for seed in range(given.first_seed, given.first_seed + given.seeds):
            for name, part in world(seed, asked, bar):
                found.setdefault(name, []).append(part)
    print(text(found))


if __name__ == "__main__":
    main()

"""Search for a better policy on the simulated centre, and write a proposal with its evidence.

    python -m experiments.tune --minutes 30 --out proposal/

Asked for again, it goes on where it was. Nothing is published.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from experiments.beside import Stage, scenario
from experiments.contender import SHIPPED, Contender, contender
from experiments.outcome import Figures
from experiments.play import PlayParams, demo_bundle
from experiments.policies import POLICIES
from experiments.tune.evidence import verdict, write
from experiments.tune.goals import GOALS, Aims
from experiments.tune.search import Around, SearchParams, search
from features.errors import FendanError
from model.policy import Policy
from model.terminal import bar_of
from training.tune import Budget


def _seeds(text: str) -> tuple[int, ...]:
    return tuple(int(each) for each in text.split(","))


def parser() -> argparse.ArgumentParser:
    """The options."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    options.add_argument("--minutes", type=float, default=0.0, help="no new attempt after these")
    options.add_argument("--trials", type=int, default=0, help="new attempts at most")
    options.add_argument("--seeds", type=_seeds, default=(101, 102), help="to learn on: 101,102")
    options.add_argument("--held-out", type=_seeds, default=(201, 202, 203), help="to judge by")
    options.add_argument("--days", type=int, default=14)
    options.add_argument("--every", type=int, default=15, help="minutes between refreshes")
    options.add_argument("--goal", choices=GOALS, default="late")
    options.add_argument("--scenario", default="usual")
    options.add_argument("--policy", default=SHIPPED, help="the present policy, or its file")
    options.add_argument("--seed", type=int, default=0, help="of the search itself")
    options.add_argument("--out", type=Path, default=Path("proposal"))
    return options


def main(arguments: Sequence[str] | None = None) -> None:
    """Search, write the proposal, and say what may be concluded."""
    given = parser().parse_args(arguments)
    budget = Budget(given.minutes, given.trials)
    if not budget.lasts(0.0, 0):
        sys.exit("no time to search; give --minutes or --trials")
    try:
        params = SearchParams(
            aims=Aims(given.goal),
            seeds=given.seeds,
            held_out=given.held_out,
            play=PlayParams(given.days, given.every),
            scenario=given.scenario,
            seed=given.seed,
        )
        base, stage = contender(given.policy).policy, scenario(given.scenario)
        bundle = demo_bundle()
        playing = Stage(stage, bundle, params.play)

        def judge(policy: Policy, seed: int) -> Figures:
            return playing.play(Contender(policy.name, POLICIES[SHIPPED], policy), seed)

        with bar_of() as bar:
            around = Around(given.out, bundle.info.data_fingerprint, bar)
            found = search(base, judge, params, budget, around)
        paths = write(found, given.out)
    except FendanError as error:
        sys.exit(str(error))
    said = verdict(found)
    print(said.en, said.zh, *map(str, paths), sep="\n")


if __name__ == "__main__":
    main()

"""Reasons for a whole queue: exact Shapley values beside LightGBM's `pred_contrib`, then in words.

    python -m experiments.benchmarks.reasons [--tickets 2000] [--agents 200] [--runs 5]

Uses the demo's model (trained first where there is none). Six tickets in ten go to an agent drawn
at random, the others are explained as they are. Everything is on one thread, in process seconds.
The floor is what going down the same trees for the score alone costs.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections.abc import Sequence

import numpy as np

from experiments.benchmarks.desks import desk_of
from experiments.benchmarks.timing import in_turn, ratio
from experiments.demo import CHAMPION, demo_environment, ensure_model, free_port
from features.history import History
from features.stream import Floats
from model.assess import Assessor
from model.in_time import REASONS
from model.registry import Registry
from model.risk import Forest


def assessor_of(tickets: int, agents: int) -> Assessor:
    """A desk of that size, assessed with the demo's model."""
    registry = Registry.of(demo_environment(os.environ, free_port()))
    ensure_model(registry, lambda *_: None, lambda line: print(line, file=sys.stderr))
    bundle = registry.load(CHAMPION).bundle
    history = History.empty() if bundle.events is None else History.of(bundle.events)
    return Assessor.of(bundle, history, desk_of(tickets, agents))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tickets", type=int, default=2000)
    parser.add_argument("--agents", type=int, default=200)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args(arguments)
    assessor, rng = assessor_of(given.tickets, given.agents), np.random.default_rng(0)
    t = np.arange(given.tickets)
    a = np.where(rng.random(t.size) < 0.6, rng.integers(0, given.agents, t.size), -1)
    a = np.where(a == assessor.owner, -1, a)
    forest, x = assessor.bundle.risk.timeout, assessor.rows(t, a)
    timed = in_turn(
        {
            "LightGBM's pred_contrib": lambda: by_lightgbm(forest, x),
            "exact Shapley values": lambda: forest.contributions(x),
            "reasons in words, all in": lambda: assessor.reasons(t, a, REASONS),
            "floor: the score alone": lambda: forest.raw(x),
        },
        given.runs,
    )
    trees = "" if forest.scorer is None else f", {len(forest.scorer.trees)} trees"
    print(f"{t.size:,} tickets, {x.shape[1]} columns{trees}")
    for name, timing in timed.items():
        seconds = statistics.median(timing.cpu)
        print(f"  {name:26} {1000 * seconds:8.1f} ms {t.size / seconds:12,.0f} tickets/s")
    times = ratio(timed["LightGBM's pred_contrib"], timed["exact Shapley values"])
    worst = np.abs(by_lightgbm(forest, x) - forest.contributions(x)).max()
    print(f"  against LightGBM: {times:.0f} x; worst difference {worst:.1e}")


def by_lightgbm(forest: Forest, x: Floats) -> Floats:
    """(n, p + 1) the reference."""
    return np.asarray(forest.booster.predict(x, pred_contrib=True, num_threads=1))


if __name__ == "__main__":
    main()

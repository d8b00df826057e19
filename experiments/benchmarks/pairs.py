"""Ticket x agent pairs scored: the factorised scorer beside LightGBM on the rows of the same pairs.

    python -m experiments.benchmarks.pairs [--tickets 2000] [--agents 200] [--runs 5] [--grown]

Uses the demo's model (trained first where there is none) or, with `--grown`, two forests of
300 trees x 63 leaves, grown on hand-overs of the desk itself. Everything is on one thread, in
process seconds. The scorer starts from the parts of the frame (`features.parts`), LightGBM from
finished rows; building either is listed apart. The floor is the leaf look-up with all masks made.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from experiments.benchmarks.desks import desk_of
from experiments.benchmarks.timing import Timing, in_turn
from experiments.demo import CHAMPION, demo_environment, ensure_model, free_port
from features.history import History
from features.parts import HandOvers
from features.stream import Floats, Ints
from model.assess import Assessor
from model.pair_scorer import PAIRS_A_BLOCK, Block, PairScorer, score
from model.registry import Registry
from model.risk import Forest, lightgbm

SAMPLE: Final = 20_000
"""Pairs that LightGBM is asked about: their rows must fit in memory."""
GROWN: Final = {
    "objective": "binary", "num_leaves": 63, "min_data_in_leaf": 5, "verbosity": -1,
    "num_threads": 1, "seed": 1, "learning_rate": 0.05,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A desk, two forests, all its pairs, and which of them LightGBM is asked about."""

    forests: tuple[Forest, ...]
    parts: HandOvers
    t: Ints
    a: Ints
    sample: Ints

    def scorers(self) -> list[PairScorer]:
        """Scorers that have computed nothing yet."""
        return [PairScorer(f.scorer, self.parts) for f in self.forests if f.scorer is not None]

    def rows(self) -> Floats:
        """The sample's rows of the frame."""
        return self.parts.rows(self.t[self.sample], self.a[self.sample])


def case_of(tickets: int, agents: int, grown: bool) -> Case:
    """A desk of that size with the demo's forests, or with larger ones grown for it."""
    own = demo_environment(os.environ, free_port())
    registry = Registry.of(own)
    ensure_model(registry, lambda *_: None, lambda line: print(line, file=sys.stderr))
    bundle = registry.load(CHAMPION).bundle
    history = History.empty() if bundle.events is None else History.of(bundle.events)
    assessor = Assessor.of(bundle, history, desk_of(tickets, agents))
    x = assessor.as_is().x
    parts = HandOvers(history, bundle.encoder, assessor.tickets, assessor.agents, x)
    t, a = np.repeat(np.arange(tickets), agents), np.tile(np.arange(agents), tickets)
    sample = np.random.default_rng(0).choice(t.size, min(SAMPLE, t.size), replace=False)
    case = Case((bundle.risk.timeout, bundle.risk.escalation), parts, t, a, sample)
    if not grown:
        return case
    return replace(case, forests=tuple(_grown(case.rows(), seed) for seed in (1, 2)))


def _grown(x: Floats, seed: int) -> Forest:
    """A forest of 300 trees that asks about every column: the outcome hangs on all of them."""
    rng, module = np.random.default_rng(seed), lightgbm()
    ranked = np.nan_to_num(x).argsort(axis=0).argsort(axis=0) / len(x)
    z = (ranked - 0.5) @ rng.normal(size=x.shape[1]) + rng.normal(size=len(x))
    data = module.Dataset(x, (z > 0).astype(float), params={"verbosity": -1})
    return Forest(module.train({**GROWN, "seed": seed}, data, 300).model_to_string())


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tickets", type=int, default=2000)
    parser.add_argument("--agents", type=int, default=200)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--grown", action="store_true", help="300 trees x 63 leaves")
    given = parser.parse_args(arguments)
    case = case_of(given.tickets, given.agents, given.grown)
    ready, x = case.scorers(), case.rows()
    whole = len(x) / case.t.size
    timed = in_turn(
        {
            "both forests, all made anew": lambda: score(case.scorers(), case.t, case.a),
            "both forests, agents known": lambda: score(ready, case.t, case.a),
            "one forest, agents known": lambda: score(ready[:1], case.t, case.a),
            "floor: look-up, masks known": _look_up(case, ready[0]),
            "one forest, rows": lambda: [s.scorer.raw(x) for s in ready[:1]],
            "one forest, LightGBM on rows": lambda: _by_lightgbm(case.forests[0], x),
            "making those rows from parts": case.rows,
        },
        given.runs,
    )
    trees = case.forests[0].scorer
    size = "" if trees is None else f", {len(trees.trees)} trees"
    print(f"{given.tickets:,} tickets x {given.agents:,} agents, {case.t.size:,} pairs{size}")
    for name, timing in timed.items():
        pairs = len(x) if "rows" in name else case.t.size
        rate = pairs / statistics.median(timing.cpu)
        print(f"  {name:30} {rate / 1e6:8.3f} M pairs/s")
    both = _times(timed["one forest, LightGBM on rows"], timed["one forest, agents known"], whole)
    print(f"  scorer against LightGBM: {both:.0f} x; worst difference {_worst(case, ready, x):.1e}")


def _by_lightgbm(forest: Forest, x: Floats) -> Floats:
    return np.asarray(forest.booster.predict(x, raw_score=True, num_threads=1))


def _look_up(case: Case, scorer: PairScorer) -> Callable[[], object]:
    """Only masks met and leaves added: every mask and every pair's column is there already."""
    size = PAIRS_A_BLOCK
    cuts = [slice(start, start + size) for start in range(0, case.t.size, size)]
    blocks = [Block.of(case.parts, case.t[cut], case.a[cut]) for cut in cuts]
    masks = [scorer.of_tickets(block.rows) for block in blocks]
    total = np.zeros(size, np.int64)

    def meet() -> None:
        for block, known in zip(blocks, masks, strict=True):
            scorer.add(block, known, total[: block.agent.size])

    return meet


def _times(slow: Timing, fast: Timing, share: float) -> float:
    """How many times faster a pair is: LightGBM was asked about a `share` of them."""
    return statistics.median(
        one / (other * share) for one, other in zip(slow.cpu, fast.cpu, strict=True)
    )


def _worst(case: Case, ready: Sequence[PairScorer], x: Floats) -> float:
    found = score(ready, case.t[case.sample], case.a[case.sample])
    return max(
        float(np.abs(one - _by_lightgbm(forest, x)).max())
        for one, forest in zip(found, case.forests, strict=True)
    )


if __name__ == "__main__":
    main()

"""One ticket with 20 agents, asked again and again: `/v1/score` beside what else serves the model.

    python -m experiments.benchmarks.score [--seconds 3] [--repeats 3] [--connections 1,16,64]
                                           [--bentoml] [--moments] [--explain]
                                           [--trees 300 --leaves 63]

`mlflow models serve`, BentoML and Fendan serve the same registered model with one worker each and
tell the risks of all 20 pairs; the first two are asked in their own way, with a row for each pair.
They take turns, and the medians of all turns are told. Fendan answers requests about the same
moment together; with `--moments` every ticket is asked about at a moment of its own, and nothing
is shared. With `--bentoml` uv fetches BentoML into an environment of its own. With `--trees` and
`--leaves` a model of that size is trained on the sample log first (a minute or two), else the
demo's is taken.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import orjson

from experiments.benchmarks import services
from experiments.benchmarks.desks import desk_of
from experiments.benchmarks.load import Load, Target, measure
from experiments.demo import SAMPLE, demo_environment, ensure_model
from features.snapshot import Snapshot
from model.registry import Registry
from model.rows import frame_of
from serving.outgoing import refresh_body
from training.config import TrainConfig
from training.logs.readers import read_events
from training.publish import publish
from training.run import train

TICKETS = 64
AGENTS = 20


def score_body(desk: Snapshot, ticket: int, *, explain: bool) -> bytes:
    """One of the desk's tickets and all its agents, for `/v1/score`."""
    asked = refresh_body(replace(desk, tickets=(desk.tickets[ticket],)))
    asked["options"] = {"top_k": len(desk.agents), "explain": explain, "deadline_ms": 60_000}
    return orjson.dumps(asked)


def rows_of(desk: Snapshot, ticket: int) -> list[dict[Hashable, Any]]:
    """The same question as rows of the registered model: a row for each agent."""
    frame = frame_of(desk.as_of, [desk.tickets[ticket]] * len(desk.agents))
    frame["candidate_agent_id"] = [agent.agent_id for agent in desk.agents]
    return frame.to_dict(orient="records")


@contextmanager
def _environment(trees: int, leaves: int) -> Iterator[dict[str, str]]:
    """Where the model lies: the demo's home, or a fresh one with a model of this size."""
    if not trees:
        own = demo_environment(os.environ, 0)
        ensure_model(Registry.of(own), lambda *_: None, lambda line: print(line, file=sys.stderr))
        yield own
        return
    default = TrainConfig()
    config = replace(default, forest=replace(default.forest, trees=trees, leaves=leaves))
    with tempfile.TemporaryDirectory() as home:
        own = demo_environment({**os.environ, "FENDAN_HOME": home}, 0)
        publish(train(read_events(SAMPLE).events, config), config, Registry.of(own))
        yield own


@dataclass(frozen=True, slots=True)
class Bodies:
    """The same questions as each service is asked them."""

    fendan: tuple[bytes, ...]
    mlflow: tuple[bytes, ...]
    bentoml: tuple[bytes, ...]

    @classmethod
    def of(cls, desk: Snapshot, *, moments: bool, explain: bool) -> Bodies:
        """About each ticket of a desk, a second apart with `moments`."""
        apart = timedelta(seconds=int(moments))
        desks = [replace(desk, as_of=desk.as_of + i * apart) for i in range(len(desk.tickets))]
        rows = [rows_of(each, i) for i, each in enumerate(desks)]
        return cls(
            tuple(score_body(each, i, explain=explain) for i, each in enumerate(desks)),
            tuple(orjson.dumps({"dataframe_records": each}) for each in rows),
            tuple(orjson.dumps({"rows": each}) for each in rows),
        )


@contextmanager
def _services(
    environment: Mapping[str, str], bodies: Bodies, *, bentoml: bool
) -> Iterator[dict[str, Target]]:
    """All that is measured, by name."""
    with ExitStack() as all_of_them:
        start = all_of_them.enter_context
        theirs = start(services.mlflow(environment))
        found = {"mlflow serve": Target(theirs.host, theirs.port, "/invocations", bodies.mlflow)}
        if bentoml:
            theirs = start(services.bentoml(environment))
            found["bentoml"] = Target(theirs.host, theirs.port, "/predict", bodies.bentoml)
        ours = start(services.fendan(environment))
        found["fendan"] = Target(ours.host, ours.port, "/v1/score", bodies.fendan)
        yield found


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=3.0, help="each measurement")
    parser.add_argument("--repeats", type=int, default=3, help="turns that each service has")
    parser.add_argument("--connections", default="1,16,64")
    parser.add_argument("--bentoml", action="store_true", help="measure it, too; needs uv")
    parser.add_argument("--moments", action="store_true", help="a moment for each ticket")
    parser.add_argument("--explain", action="store_true", help="with reasons; the others have none")
    parser.add_argument("--trees", type=int, default=0)
    parser.add_argument("--leaves", type=int, default=63)
    given = parser.parse_args(arguments)
    bodies = Bodies.of(desk_of(TICKETS, AGENTS), moments=given.moments, explain=given.explain)
    print(f"one ticket x {AGENTS} agents, {given.repeats} x {given.seconds:g} s a measurement")
    with (
        _environment(given.trees, given.leaves) as own,
        _services(own, bodies, bentoml=given.bentoml) as targets,
    ):
        for connections in map(int, given.connections.split(",")):
            _compare(targets, connections, given.seconds, given.repeats)


def _compare(targets: Mapping[str, Target], connections: int, seconds: float, repeats: int) -> None:
    """Measure all in turn and print a line for each, beside the first of them."""
    turns = [
        {name: measure(target, connections, seconds) for name, target in targets.items()}
        for _ in range(repeats)
    ]
    first, *_ = targets
    for name in targets:
        loads = [turn[name] for turn in turns]
        times = statistics.median(
            turn[name].requests_per_second / turn[first].requests_per_second for turn in turns
        )
        print(
            f"{connections:4d} connections  {name:>12}  {_told(loads)}  {times:5.1f} x", flush=True
        )


def _told(loads: Sequence[Load]) -> str:
    rate = statistics.median(load.requests_per_second for load in loads)
    p50 = statistics.median(load.p50 for load in loads) * 1e3
    p99 = statistics.median(load.p99 for load in loads) * 1e3
    return f"{rate:7.1f}/s  p50 {p50:7.1f}  p99 {p99:7.1f} ms"


if __name__ == "__main__":
    main()

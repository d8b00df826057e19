"""One ticket with 20 agents, asked again and again: `/v1/score` beside `mlflow models serve`.

    python -m experiments.benchmarks.score [--seconds 6] [--connections 1,16,64]
                                           [--trees 300 --leaves 63]

Both serve the same registered model with one worker, and both tell the risks of all 20 pairs.
MLflow is asked in its own way: a row for each pair. With `--trees` and `--leaves` a model of that
size is trained on the sample log first (a minute or two), else the demo's is taken.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

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


def mlflow_body(desk: Snapshot, ticket: int) -> bytes:
    """The same question as rows of the registered model: a row for each agent."""
    frame = frame_of(desk.as_of, [desk.tickets[ticket]] * len(desk.agents))
    frame["candidate_agent_id"] = [agent.agent_id for agent in desk.agents]
    return orjson.dumps({"dataframe_records": frame.to_dict(orient="records")})


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


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=6.0, help="each measurement")
    parser.add_argument("--connections", default="1,16,64")
    parser.add_argument("--explain", action="store_true", help="with reasons; MLflow has none")
    parser.add_argument("--trees", type=int, default=0)
    parser.add_argument("--leaves", type=int, default=63)
    given = parser.parse_args(arguments)
    connections = [int(each) for each in given.connections.split(",")]
    desk = desk_of(TICKETS, AGENTS)
    ours = tuple(score_body(desk, i, explain=given.explain) for i in range(TICKETS))
    theirs = tuple(mlflow_body(desk, i) for i in range(TICKETS))
    with _environment(given.trees, given.leaves) as own:
        with services.mlflow(own) as address:
            target = Target(address.host, address.port, "/invocations", theirs)
            baseline = [measure(target, n, given.seconds) for n in connections]
        with services.fendan(own) as settings:
            target = Target(settings.host, settings.port, "/v1/score", ours)
            found = [measure(target, n, given.seconds) for n in connections]
    print(f"one ticket x {AGENTS} agents, one worker each, {given.seconds:g} s a measurement")
    print("connections   mlflow serve                      fendan /v1/score                ratio")
    for n, base, load in zip(connections, baseline, found, strict=True):
        times = load.requests_per_second / base.requests_per_second
        print(f"{n:11d}   {_told(base)}   {_told(load)}   {times:5.1f} x")


def _told(load: Load) -> str:
    return (
        f"{load.requests_per_second:6.1f}/s p50 {load.p50 * 1e3:6.1f} p99 {load.p99 * 1e3:6.1f} ms"
    )


if __name__ == "__main__":
    main()

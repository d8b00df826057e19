"""Kill the service at random moments under load, and hold it to everything it acknowledged.

    python -m experiments.benchmarks.crash [--kills 50] [--seed 1] [--store sqlite|postgresql|both]

Two workers take events with ids, refreshes with idempotency keys, and policies; each crash is one
`kill -9` of the whole process group. On PostgreSQL (a private cluster in a temporary folder) the
database is crashed too, alone or together with the service. After each: what had no answer is sent
again, then every acknowledged event, decision and policy must be there and none twice, one
idempotency key must have one decision, and the next refresh must know everything and be what an
offline one says over the same history. Prints a line a crash; ends with 1 at the first violation.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from experiments.benchmarks import services
from experiments.benchmarks.crash.check import Examiner, settle
from experiments.benchmarks.crash.load import Book, Desk, Load
from experiments.benchmarks.postgres import Cluster, cluster
from experiments.benchmarks.served import Served
from experiments.demo import CHAMPION, free_port
from features.catalog import fingerprint
from model.registry import Registry
from serving.client import Fendan
from serving.store import Store

Kind = Literal["service", "database", "both"]
_HEAD = "crash      what  after s  ready s   events  decisions  policies  unanswered  unlogged"


@dataclass(frozen=True, slots=True)
class CrashParams:
    """How many crashes, each between `soonest` and `latest` seconds of load; and the chance."""

    kills: int = 50
    seed: int = 1
    soonest: float = 0.1
    latest: float = 3.0


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a crash needs."""

    victim: Served
    database: Cluster | None
    load: Load
    book: Book
    client: Fendan
    examiner: Examiner


def run(params: CrashParams, environment: Mapping[str, str], store: str) -> list[str]:
    """Crash again and again; the violations, in words, of the first crash that has any.

    Args:
        params: how often and when.
        environment: of a service with a champion in its registry and a key.
        store: `sqlite` or `postgresql`.
    """
    rng = np.random.default_rng(params.seed)
    with _scene(params, environment, store) as scene:
        print(f"{store}\n{_HEAD}", flush=True)
        for number in range(1, params.kills + 1):
            moment = float(rng.uniform(params.soonest, params.latest))
            kinds: tuple[Kind, ...] = ("service", "service", "database", "both")
            kind = kinds[rng.integers(len(kinds))] if scene.database else "service"
            faults = _crash(scene, number, kind, moment)
            if faults:
                return faults
    return []


def _crash(scene: Scene, number: int, kind: Kind, moment: float) -> list[str]:
    """One crash, what came of it, and the line about it."""
    scene.load.start()
    time.sleep(moment)
    if kind != "service" and scene.database is not None:
        scene.database.crash()
    if kind != "database":
        scene.victim.kill()
    scene.load.stop()
    begun, unanswered = time.perf_counter(), scene.book.lost
    if kind != "database":
        scene.victim.start()
    ready = time.perf_counter() - begun
    settle(scene.client, scene.book)
    faults = scene.examiner.faults(scene.client, scene.book, scene.load.minute())
    events, decisions, policies = scene.book.acknowledged
    print(
        f"{number:5d} {kind:>9} {moment:8.2f} {ready:8.1f} {events:8,d} {decisions:10,d} "
        f"{policies:9,d} {unanswered:11d} {scene.book.unlogged:9d}",
        flush=True,
    )
    return faults


@contextmanager
def _scene(params: CrashParams, environment: Mapping[str, str], store: str) -> Iterator[Scene]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)  # the cluster's owner must come through
        database = None
        if store == "postgresql":
            database = stack.enter_context(cluster(folder / "postgresql"))
        url = database.url if database else f"sqlite:///{folder / 'fendan.db'}"
        own = {
            **environment,
            "FENDAN_STORE_URL": url,
            "FENDAN_WORKERS": "2",
            "FENDAN_PORT": str(free_port()),
            "FENDAN_POLICY": "",
            "TMPDIR": str(folder),  # what a killed service leaves lying goes too
        }
        victim = Served(own, folder / "service.log")
        stack.callback(victim.stop)
        victim.start()
        book, desk, key = Book(), Desk.small(), own["FENDAN_API_KEY"]
        opened = Store.open(url)
        stack.callback(opened.close)
        bundle = Registry.of(own).load(CHAMPION, fingerprint()).bundle
        load = Load(victim.url, key, desk, book, params.seed)
        client = stack.enter_context(Fendan(victim.url, key))
        yield Scene(victim, database, load, book, client, Examiner(opened, bundle, desk))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, and say by the exit code whether everything held."""
    parser = argparse.ArgumentParser(
        prog="python -m experiments.benchmarks.crash", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", choices=("sqlite", "postgresql", "both"), default="both")
    given = parser.parse_args(arguments)
    environment = services.trained({"FENDAN_API_KEY": secrets.token_urlsafe(32)})
    params = CrashParams(given.kills, given.seed)
    for store in ("sqlite", "postgresql") if given.store == "both" else (given.store,):
        faults = run(params, environment, store)
        for fault in faults:
            print(f"  VIOLATED: {fault}")
        if faults:
            return 1
        print(f"{store}: {params.kills} crashes, nothing lost, nothing twice\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

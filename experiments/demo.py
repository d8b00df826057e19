"""From nothing to a running desk: train on the shipped log, serve, and play a live centre."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import orjson

from experiments.rollout.served import watch_release
from experiments.simulator import LiveDesk
from features.catalog import fingerprint
from features.errors import FendanError, ModelError
from model import policy_reader
from model.decision import Version
from model.desk import ServedDesk
from model.registry import CHAMPION as ALIAS
from model.registry import Champions, Note, Registry
from serving.access.reach import reach_of
from serving.answers import RefreshOut
from serving.app import serve
from serving.client import Fendan, Retries
from serving.desks import Making
from serving.policy.simulation import Simulate
from serving.server import bind
from serving.settings import Settings
from training.config import TrainConfig
from training.logs.readers import read_events
from training.logs.writers import ndjson_bytes
from training.publish import publish, utc_now
from training.run import data_fingerprint, train

SAMPLE = Path(__file__).parents[1] / "training" / "sample" / "complaints_zh.csv.gz"
HOME = "demo"
"""The folder in FENDAN_HOME where the demo keeps its own model and decisions."""
_BEFORE = ".before"
CHAMPION = "models:/fendan-risk@champion"

Say = Callable[[str], None]
Tell = Callable[[str, int, int | None], None]


@dataclass(frozen=True, slots=True)
class DemoParams:
    """Where to serve, `seconds` between refreshes, and after how many to stop (0: never)."""

    port: int = 8000
    seconds: float = 3.0
    refreshes: int = 0


def run(
    params: DemoParams, environment: Mapping[str, str], tell: Tell, say: Say, simulate: Simulate
) -> None:
    """Train unless the model is there, serve, and play until stopped or `refreshes` are done.

    `simulate` is the centre in which ops try a policy: handed in, since it knows this module.

    Raises:
        FendanError: the port is taken, or the model cannot be trained or kept.
    """
    own = demo_environment(environment, params.port or free_port())
    settings = Settings.from_env(own)
    bind(settings.host, settings.port).close()  # a demo that runs already keeps its store
    _begin_anew(settings)
    reach_of(settings, utc_now())  # told before the training, not after it
    ensure_model(Registry.of(own), tell, say)
    tell("serving", 0, None)
    failed: list[BaseException] = []
    player = threading.Thread(target=_play, args=(params, settings, say, failed), daemon=True)
    player.start()
    with suppress(KeyboardInterrupt):  # how a person, or the player when it is done, ends it
        serve(settings, _making(own, simulate), say)
    if failed:
        raise FendanError(f"the live desk stopped: {failed[0]}", where="demo") from failed[0]


def demo_environment(environment: Mapping[str, str], port: int) -> dict[str, str]:
    """The environment, but with everything kept in a folder of the demo's own."""
    home = Path(environment.get("FENDAN_HOME") or Path.home() / ".fendan") / HOME
    shared = {"FENDAN_STORE_URL", "MLFLOW_TRACKING_URI", "FENDAN_WORKERS"}
    kept = {name: value for name, value in environment.items() if name not in shared}
    kept.setdefault("FENDAN_LOG_LEVEL", "warning")  # the player says what happens
    return {**kept, "FENDAN_HOME": str(home), "FENDAN_PORT": str(port)}


def free_port() -> int:
    """A port of the loopback that nobody listens on just now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _trained(registry: Registry) -> bool:
    """Whether there is a champion that learned from the shipped log with these features."""
    try:
        info = registry.load(CHAMPION, fingerprint()).bundle.info
    except ModelError:
        return False
    return info.data_fingerprint == data_fingerprint(read_events(SAMPLE).events)


def ensure_model(registry: Registry, tell: Tell, say: Say) -> None:
    """Train on the shipped log, unless a champion did that with these features already."""
    if _trained(registry):
        return
    say(f"training on the shipped sample log ({SAMPLE.name}): about a minute, the first time only")
    events = read_events(SAMPLE).events
    trained = train(events, TrainConfig(), progress=lambda step: tell(step, 0, None))
    tell("register", 0, None)
    report = publish(trained, TrainConfig(), registry)
    say(report.text())
    if ALIAS not in report.aliases:  # else the older one would be found wanting every time
        why = "the demo's champion learns from the log that is shipped now"
        note = Note("fendan demo", utc_now(), why)
        say(Champions(registry).promote(str(report.version), note, force=True).words())


def _making(own: Mapping[str, str], simulate: Simulate) -> Making:
    """The desk with its model, taken up anew when another is made champion."""
    return Making(
        desk=partial(_desk, own),
        due=partial(_due, own),
        simulate=simulate,
        watch=watch_release,
        models=partial(Registry.of, own),
    )


def _due(environment: Mapping[str, str]) -> Version:
    return Registry.of(environment).leads_to(CHAMPION)


def _desk(environment: Mapping[str, str]) -> ServedDesk:
    policy = environment.get("FENDAN_POLICY")
    chosen = policy_reader.load(Path(policy)) if policy else policy_reader.default()
    bundle = Registry.of(environment).load(CHAMPION, fingerprint()).bundle
    return ServedDesk.of(bundle, chosen).warm(threads=os.cpu_count() or 1)


def _begin_anew(settings: Settings) -> None:
    """Put the store of an earlier demo aside: its desk begins at the same Monday once more."""
    store = settings.home / "fendan.db"
    for file in store.parent.glob(f"{store.name}*"):
        if not file.name.endswith(_BEFORE):
            file.replace(file.with_name(file.name + _BEFORE))


def _play(params: DemoParams, settings: Settings, say: Say, failed: list[BaseException]) -> None:
    """Five minutes of the desk told, a refresh, its plan and actions carried out; over and over."""
    try:
        wait_until_ready(settings)
        desk, done = LiveDesk(), 0
        say("时刻   open  placed  moved  expected late  if kept   ms")
        while not params.refreshes or done < params.refreshes:
            happened = desk.step(5)
            with client_of(settings) as client:
                client.send_events(map(orjson.loads, ndjson_bytes(happened).splitlines()))
                plan = client.refresh(desk.snapshot())
            desk.apply({a.ticket_id: a.agent_id for a in plan.assignments}, plan.queues)
            desk.act((a.action, a.ticket_id, a.party or "") for a in plan.actions)
            say(_line(plan))
            done += 1
            time.sleep(params.seconds if not params.refreshes or done < params.refreshes else 0)
    except Exception as error:  # noqa: BLE001  # whatever it was, the server must end and say so
        failed.append(error)
    finally:
        os.kill(os.getpid(), signal.SIGINT)


def _line(plan: RefreshOut) -> str:
    told = plan.summary
    return (
        f"{plan.as_of:%H:%M} {told.open:5d} {told.assigned:7d} {told.reassigned:6d} "
        f"{told.expected_timeouts:14.1f} {told.expected_timeouts_if_kept:8.1f} "
        f"{told.elapsed_ms:5.0f}  {', '.join(plan.degraded)}"
    )


def client_of(settings: Settings, retries: Retries | None = None) -> Fendan:
    """A client of a service that runs on this machine with these settings."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    url = f"http://{host}:{settings.port}"
    return Fendan(url, settings.api_key or "", retries=retries, plain=True)


def wait_until_ready(settings: Settings, patience: float = 180.0) -> None:
    """Come back when the service says it is ready.

    Raises:
        FendanError: after `patience` seconds it still does not answer, or says what it misses.
    """
    until = time.monotonic() + patience
    with client_of(settings, Retries(within_seconds=patience, most_seconds=0.3)) as client:
        while (told := client.ready()).status != "ready":
            if time.monotonic() > until:
                missing = ", ".join(told.missing.values())
                raise FendanError(f"the service does not come up: {missing}", where="/readyz")
            time.sleep(0.2)

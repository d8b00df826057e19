"""The front door: one command line that joins training, serving and experiments.

Every command prints what it made on standard output and everything else on standard error, and
ends with 0 when it did what was asked, 1 when it could not, 2 when it was asked wrongly. What a
command needs is imported when it runs, so that `--help` is quick.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from experiments.commands import experiments_app
from experiments.decision_commands import decisions_app
from experiments.desks import centre, making, open_desk, open_version
from experiments.log_commands import import_, similar, snapshot
from features.errors import FendanError
from model.commands import model_app
from model.terminal import CHAMPION, bar_of, print_json, say
from serving.access.commands import audit, key_app
from serving.events.commands import store_app
from serving.policy.commands import PolicyFile, add_preview, policy_app
from training.commands import Model, training_app

app = typer.Typer(
    name="fendan",
    help="Fendan 分单: who should take which complaint ticket, in which order, and why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(training_app)
app.add_typer(store_app)
app.add_typer(experiments_app)
app.add_typer(decisions_app, name="decisions")
app.add_typer(policy_app, name="policy")
app.add_typer(model_app, name="model")
app.add_typer(key_app, name="key")
add_preview(policy_app, open_desk, centre)
app.command(epilog="fendan audit --limit 20")(audit)
app.command(
    "import", epilog="fendan import incidents.csv.gz --mapping uci_incident --out e.parquet"
)(import_)
app.command(epilog="fendan snapshot events.parquet --at 2016-04-12T10:00:00-03:00 > snapshot.json")(
    snapshot
)
app.command(epilog='fendan similar events.parquet --text "快递三天没有送到" --category logistics')(
    similar
)

HistoryLog = Annotated[
    Path | None, typer.Option("--history", help="Event log newer than the model's own history.")
]


def main() -> None:
    """Run the command line."""
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # spinning threads cost ten times
    try:
        app()
    except FendanError as error:
        sys.stderr.write(f"fendan: {error}\n")
        sys.exit(1)
    except BrokenPipeError:  # the reader of a pipe had enough
        sys.stderr.close()
        sys.exit(1)


@app.command(epilog="fendan refresh snapshot.json > plan.json")
def refresh(
    body: Annotated[Path, typer.Argument(help="The body of a refresh, or - for standard input.")],
    model: Model = CHAMPION,
    policy: PolicyFile = None,
    history: HistoryLog = None,
) -> None:
    """The same answer as POST /v1/refresh, offline."""
    import time
    import uuid

    from model import dispatch
    from serving.answering import refresh_answer
    from serving.policy.commands import desks_of
    from serving.schemas import parse_refresh

    sent = sys.stdin.buffer.read() if str(body) == "-" else _read(body)
    asked, options = parse_refresh(sent)
    make = partial(open_desk, model, policy, history)
    desk = desks_of(make, policy).current().at(asked.as_of)
    begun = time.perf_counter()
    decision = dispatch.refresh(desk, asked, options)
    elapsed_ms = (time.perf_counter() - begun) * 1000
    print_json(refresh_answer(decision, str(uuid.uuid4()), elapsed_ms))


@app.command(epilog="fendan serve --port 8000")
def serve(
    host: Annotated[
        str | None, typer.Option(help="Address; beyond loopback a key is needed.")
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes.")] = None,
    model: Model = CHAMPION,
    policy: PolicyFile = None,
    history: HistoryLog = None,
) -> None:
    """The HTTP service: /v1/refresh, /v1/score, …, /docs, and the console at /console."""
    from serving.app import serve as run
    from serving.settings import Settings

    chosen = {
        "FENDAN_HOST": host,
        "FENDAN_PORT": port,
        "FENDAN_WORKERS": workers,
        "FENDAN_POLICY": policy,
    }
    told = {name: str(value) for name, value in chosen.items() if value is not None}
    settings = Settings.from_env({**os.environ, **told})
    with suppress(KeyboardInterrupt):  # the usual way to end it
        run(settings, making(model, policy, history))


@app.command(epilog="fendan dashboard > fendan.json")
def dashboard(
    alerts: Annotated[
        bool, typer.Option("--alerts", help="Prometheus alert rules instead.")
    ] = False,
) -> None:
    """The Grafana dashboard of the service, to import: its metrics are at GET /metrics."""
    from importlib.resources import files

    name = "alerts.yml" if alerts else "fendan.json"
    typer.echo(files("serving").joinpath("grafana", name).read_text("utf-8"), nl=False)


@app.command(epilog="fendan replay 5f0e6a3e-5a0e-4c93-9a3b-0b7c0a3c2f11")
def replay(
    refresh_id: Annotated[str, typer.Argument(help="The decision, by its id.")],
    store: Annotated[
        str | None, typer.Option(help="SQLAlchemy URL; FENDAN_STORE_URL if not given.")
    ] = None,
    history: HistoryLog = None,
) -> None:
    """Make a logged decision again; exit code 0 if it is the same, 1 if not, and why."""
    from serving.decisions.replays import Replays, replay_answer
    from serving.events.live_history import LiveHistory
    from serving.events.log import EventLog
    from serving.terminal import store_named

    opened = store_named(store)
    past = LiveHistory(EventLog(opened))
    found = Replays(opened, partial(open_version, history), past).replay(refresh_id)
    if found is None:
        raise FendanError("no decision is logged under this id", where=refresh_id)
    print_json(replay_answer(found))
    if not found.same:
        raise typer.Exit(1)


@app.command(epilog="fendan demo --refreshes 12")
def demo(
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.")] = 8000,
    seconds: Annotated[
        float, typer.Option(help="Between two refreshes of five minutes each.")
    ] = 3.0,
    refreshes: Annotated[int, typer.Option(help="Stop after so many; 0 goes on until Ctrl-C.")] = 0,
) -> None:
    """From nothing to a running desk: trains on the shipped log, serves, plays a live centre."""
    from experiments.compare.models import DEMO
    from experiments.demo import DemoParams, run

    with bar_of() as bar:
        run(DemoParams(port, seconds, refreshes), os.environ, bar, say, centre(DEMO))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FendanError(f"cannot be read: {error.strerror}", where=str(path)) from error

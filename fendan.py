"""The front door: one command line that joins training, serving and experiments.

Every command prints what it made on standard output and everything else on standard error, and
ends with 0 when it did what was asked, 1 when it could not, 2 when it was asked wrongly. What a
command needs is imported when it runs, so that `--help` is quick.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.commands import experiments_app
from experiments.decision_commands import decisions_app
from features.errors import FendanError
from model.commands import model_app
from model.terminal import CHAMPION, Stages, bar_of, loaded_from, say, time_of
from serving.access.commands import audit, key_app
from serving.events.commands import store_app
from serving.policy.commands import PolicyFile, add_preview, policy_app
from training.commands import Events, Model, events_in, training_app

if TYPE_CHECKING:
    from pandas import DataFrame

    from model.decision import Version
    from model.desk import ServedDesk
    from model.policy import Policy
    from model.registry import Registry
    from serving.policy.simulation import Simulate
    from training.logs.mapping import LogMapping
    from training.logs.quality import ImportReport

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
app.command(epilog="fendan audit --limit 20")(audit)

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


@app.command(
    "import", epilog="fendan import incidents.csv.gz --mapping uci_incident --out e.parquet"
)
def import_(
    log: Annotated[Path, typer.Argument(help="The desk's own log, or an event log to check.")],
    out: Annotated[
        Path | None, typer.Option(help="Where the events go: .parquet, .csv[.gz], .ndjson[.gz].")
    ] = None,
    into: Annotated[
        str | None,
        typer.Option(
            help="Or into a store, by its SQLAlchemy URL; rejects go to ./LOG.rejects.csv."
        ),
    ] = None,
    mapping: Annotated[
        str | None,
        typer.Option(help="Mapping file, or a shipped one: uci_incident, boston311, zh_messages."),
    ] = None,
) -> None:
    """A foreign log becomes an event log, a file of rejects and a report on its quality."""
    from training.logs.importing import import_log
    from training.logs.mapping import load_mapping

    if (out is None) == (into is None):
        raise typer.BadParameter("give one of them", param_hint="--out, --into")
    rules = load_mapping(mapping) if mapping else None
    with bar_of() as bar:
        if out is not None:
            report = import_log(log, rules, out, progress=bar)
        else:
            report = _import_into(into or "", log, rules, bar)
    typer.echo(report.to_markdown())


@app.command(epilog="fendan snapshot events.parquet --at 2016-04-12T10:00:00-03:00 > snapshot.json")
def snapshot(
    events: Events,
    at: Annotated[str, typer.Option(help="The moment, RFC 3339 with an offset.")],
) -> None:
    """The open tickets and the agents at a moment, as the body of a refresh."""
    from features.history import History
    from features.replay import snapshot_at
    from serving.outgoing import refresh_body

    log, moment = events_in(events), time_of(at, "--at")
    spoken = log[(log["type"] == "ticket.created") & log["text"].notna()]
    texts = spoken.drop_duplicates("ticket_id").set_index("ticket_id")["text"]
    found = snapshot_at(History.of(log), moment, texts=texts, zone=moment.tzinfo or UTC)
    _print_json(refresh_body(found))


@app.command(epilog='fendan similar events.parquet --text "快递三天没有送到" --category logistics')
def similar(
    events: Events,
    ticket: Annotated[str | None, typer.Option(help="A ticket of the log.")] = None,
    text: Annotated[str | None, typer.Option(help="Or what a customer says.")] = None,
    category: Annotated[str | None, typer.Option(help="Of the text: its cases first.")] = None,
    at: Annotated[
        str | None, typer.Option(help="As of this RFC 3339 time; else the log's end.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=50, help="Cases at most.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="As GET /v1/similar answers.")] = False,
) -> None:
    """Solved cases like a ticket or a text, the same category first, and how they were solved."""
    from features.history import History
    from features.picture import moment_of
    from model.similar import like_text, like_ticket
    from serving.similar import similar_answer, similar_table

    if (ticket is None) == (text is None):
        raise typer.BadParameter(
            "give one of them, not both or none", param_hint="--ticket, --text"
        )
    if category is not None and text is None:
        raise typer.BadParameter("goes with --text; a ticket has its own", param_hint="--category")
    moment = time_of(at, "--at") if at else None
    history = History.of(events_in(events))
    moment = moment or moment_of(max(history.span[1], 0))
    if text is not None:
        cases = like_text(history, moment, text, category, limit)
    else:
        cases = like_ticket(history, moment, ticket or "", limit)
    if as_json:
        _print_json(similar_answer(moment, cases))
    else:
        typer.echo(similar_table(cases))


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
    _print_json(refresh_answer(decision, str(uuid.uuid4()), elapsed_ms))


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
    from experiments.rollout.served import watch_release
    from serving.app import serve as run
    from serving.desks import Making
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
        run(
            settings,
            Making(
                desk=partial(open_desk, model, policy, history),
                bare=partial(bare_desk, policy, history),
                due=partial(due_model, model) if "@" in model else None,
                version=partial(open_version, history),
                simulate=_centre(model),
                watch=watch_release,
                models=model_registry,
            ),
        )


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
    _print_json(replay_answer(found))
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
        run(DemoParams(port, seconds, refreshes), os.environ, bar, say, _centre(DEMO))


def open_desk(model: str, policy: Path | None, history: Path | None) -> ServedDesk:
    """The desk to serve: the model from the registry or its cache, a policy, and history."""
    from model.desk import ServedDesk

    newer = events_in(history) if history else None
    desk = ServedDesk.of(loaded_from(model).bundle, _policy(policy), newer)
    return desk.warm(threads=os.cpu_count() or 1)


def open_version(history: Path | None, version: Version) -> ServedDesk:
    """The desk with a version of the model, under the shipped policy."""
    return open_desk(f"models:/{version.name}/{version.version}", None, history)


def _import_into(url: str, log: Path, mapping: LogMapping | None, progress: Stages) -> ImportReport:
    """Events into a store; those that it has already are counted, not kept twice."""
    from serving.events.gate import admitted
    from serving.events.log import EventLog
    from serving.store import Store
    from training.logs.importing import import_into

    store, now = Store.open(url), datetime.now(UTC)
    store.check()  # one that is away is said before the work, not after

    def keep(usable: DataFrame) -> None:
        fresh, known = EventLog(store).load(usable, now, progress)
        say(f"{fresh:,} events are new in the store, {known:,} were there already")

    rejects = Path(f"{log.name.partition('.')[0]}.rejects.csv")
    return import_into(keep, log, mapping, rejects, progress, admitted)


def bare_desk(policy: Path | None, history: Path | None) -> ServedDesk:
    """The desk to serve while there is no model to be had."""
    from model.desk import ServedDesk

    newer = events_in(history) if history else None
    return ServedDesk.without_model(_policy(policy), newer).warm(threads=os.cpu_count() or 1)


def due_model(model: str) -> Version:
    """Which version an alias leads to now."""
    return model_registry().leads_to(model)


def model_registry() -> Registry:
    """The registry that the environment names."""
    from model.registry import Registry

    return Registry.of(os.environ)


def _centre(model: str) -> Simulate:
    from experiments.effect import CentreSimulation

    return CentreSimulation(model)


add_preview(policy_app, open_desk, _centre)


def _policy(path: Path | None) -> Policy:
    from model import policy_reader

    return policy_reader.load(path) if path else policy_reader.default()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FendanError(f"cannot be read: {error.strerror}", where=str(path)) from error


def _print_json(answer: object) -> None:
    import orjson

    sys.stdout.buffer.write(orjson.dumps(answer, option=orjson.OPT_INDENT_2))
    sys.stdout.buffer.write(b"\n")

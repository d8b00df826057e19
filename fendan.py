"""The front door: one command line that joins training, serving and experiments.

Every command prints what it made on standard output and everything else on standard error, and
ends with 0 when it did what was asked, 1 when it could not, 2 when it was asked wrongly. What a
command needs is imported when it runs, so that `--help` is quick.
"""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

from features.errors import FendanError

if TYPE_CHECKING:
    from pandas import DataFrame

    from model.bundle import Bundle
    from model.desk import ServedDesk
    from model.policy import Policy
    from model.registry import Note
    from model.runs import Loaded
    from training.config import TrainConfig
    from training.run import Tuner

app = typer.Typer(
    name="fendan",
    help="Fendan 分单: who should take which complaint ticket, in which order, and why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
policy_app = typer.Typer(help="Ops' weights and thresholds.", no_args_is_help=True)
model_app = typer.Typer(help="The models in the MLflow registry.", no_args_is_help=True)
app.add_typer(policy_app, name="policy")
app.add_typer(model_app, name="model")

CHAMPION = "models:/fendan-risk@champion"
Events = Annotated[Path, typer.Argument(help="Event log: CSV, Parquet or NDJSON, gzip allowed.")]
Model = Annotated[str, typer.Option("--model", help="Any MLflow model URI.")]
ConfigFile = Annotated[Path | None, typer.Option("--config", help="YAML with settings to change.")]
Until = Annotated[
    str | None, typer.Option("--until", help="Read nothing after this RFC 3339 time.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept with the move.")]
PolicyFile = Annotated[
    Path | None, typer.Option("--policy", help="Policy file.", envvar="FENDAN_POLICY")
]
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
        Path, typer.Option(help="Where the events go: .parquet, .csv[.gz], .ndjson[.gz].")
    ],
    mapping: Annotated[
        str | None,
        typer.Option(help="Mapping file, or a shipped one: uci_incident, boston311, zh_messages."),
    ] = None,
) -> None:
    """A foreign log becomes an event log, a file of rejects and a report on its quality."""
    from training.logs.importing import import_log
    from training.logs.mapping import load_mapping

    with _bar() as bar:
        report = import_log(log, load_mapping(mapping) if mapping else None, out, progress=bar)
    typer.echo(report.to_markdown())


@app.command(epilog="fendan train events.parquet --until 2016-05-01T00:00:00-03:00")
def train(
    events: Events,
    config: ConfigFile = None,
    until: Until = None,
    tune: Annotated[
        float, typer.Option("--tune", min=0, help="Minutes to search for better settings first.")
    ] = 0.0,
    tune_trials: Annotated[
        int,
        typer.Option(
            "--tune-trials", min=0, help="New trials of that search at most; alone, no time."
        ),
    ] = 0,
) -> None:
    """Event log to an evaluated, calibrated model, registered in MLflow; prints the report."""
    settings, moment = _training(config, until)
    _train(_events(events), settings, moment, Search(tune, tune_trials))


@app.command(epilog="fendan retrain events.parquet --config train.yaml")
def retrain(
    events: Events,
    config: ConfigFile = None,
    until: Until = None,
    force: Annotated[bool, typer.Option("--force", help="Also if nothing is new.")] = False,
) -> None:
    """As train, for a timetable: one run at a time, and none when nothing is new."""
    from model.lock import RETRAIN, attempt
    from model.registry import Registry

    registry = Registry.of(os.environ)
    with attempt(registry.home / RETRAIN, datetime.now(UTC)) as other:
        if other is not None:
            _say(f"another retraining is under way: {other.words()}; nothing was done")
            return
        from training.retrain import made_already  # seconds that the one who leaves need not pay

        settings, moment = _training(config, until)
        log = _events(events)
        twin = None if force else made_already(registry, log, settings, moment)
        if twin is not None:
            names = ", ".join(twin.aliases)
            _say(
                f"version {twin.version} ({names}) was made from these very events and settings; "
                "nothing was done (--force trains all the same)"
            )
            return
        _train(log, settings, moment, Search())


@app.command(epilog="fendan evaluate events.parquet --model models:/fendan-risk@champion")
def evaluate(
    events: Events,
    model: Annotated[
        str | None, typer.Option(help="Model URI to study; none: a backtest of the recipe.")
    ] = None,
    config: ConfigFile = None,
    until: Until = None,
    out: Annotated[Path, typer.Option(help="Where the page goes.")] = Path("report.html"),
    full: Annotated[bool, typer.Option("--full", help="Also what takes minutes.")] = False,
) -> None:
    """How good a model is, from all sides: headlines here, the study as an HTML page, MLflow."""
    from model.registry import Registry
    from training.study.command import Asked, study_model

    settings, moment = _training(config, until)
    asked = Asked(model, moment, out, full)
    with _bar() as bar:
        told = study_model(
            _events(events),
            asked,
            settings,
            Registry.of(os.environ),
            lambda step: bar(step, 0, None),
        )
    typer.echo(told.text, nl=False)
    if told.stood_in:
        _say("too few tickets are younger than the model: the backtest of its run was studied")
    _say(f"the study is in {told.page} and in MLflow run {told.run_id}")


@app.command(epilog="fendan tune events.parquet --minutes 30 --out tuned.yaml")
def tune(
    events: Events,
    out: Annotated[Path, typer.Option(help="Where the settings go, for `train --config`.")],
    minutes: Annotated[float, typer.Option(min=0, help="How long; 0 sets no limit.")] = 10.0,
    trials: Annotated[int, typer.Option(min=0, help="New trials at most; 0 sets no limit.")] = 0,
    config: ConfigFile = None,
    until: Until = None,
) -> None:
    """Event log to better settings of the forests; goes on with the trials that it has."""
    from training.backtest import prepare
    from training.config import to_yaml

    if not minutes and not trials:
        raise typer.BadParameter("without a limit it would never end", param_hint="--minutes")
    settings, moment = _training(config, until)
    with _bar() as bar:
        made = prepare(
            _events(events), settings, until=moment, progress=lambda step: bar(step, 0, None)
        )
        found = _tuner(Search(minutes, trials), bar)(made.data, made.tested_from, settings)
    _write(out, to_yaml(found.config))
    typer.echo(found.words)


@app.command(
    epilog="fendan predict e.parquet --at every:6h --from 2016-05-01T00:00:00-03:00 --out p.csv"
)
def predict(
    events: Events,
    out: Annotated[Path, typer.Option(help="Where the rows go: .csv[.gz] or .parquet.")],
    at: Annotated[str, typer.Option(help="created, assigned or every:6h.")] = "created",
    from_: Annotated[str | None, typer.Option("--from", help="First moment, RFC 3339.")] = None,
    model: Model = CHAMPION,
) -> None:
    """One row per (ticket, moment); reads nothing after each row's `as_of`."""
    from training.predict import Moments, write_predictions
    from training.predict import predict as run

    start = None if from_ is None else _time(from_, "--from")
    rows = run(_events(events), _bundle(model), Moments.parse(at), start)
    write_predictions(rows, out)
    _say(f"{len(rows):,} rows in {out}")


@app.command(epilog="fendan snapshot events.parquet --at 2016-04-12T10:00:00-03:00 > snapshot.json")
def snapshot(
    events: Events,
    at: Annotated[str, typer.Option(help="The moment, RFC 3339 with an offset.")],
) -> None:
    """The open tickets and the agents at a moment, as the body of a refresh."""
    from features.history import History
    from features.replay import snapshot_at
    from serving.outgoing import refresh_body

    log, moment = _events(events), _time(at, "--at")
    spoken = log[(log["type"] == "ticket.created") & log["text"].notna()]
    texts = spoken.drop_duplicates("ticket_id").set_index("ticket_id")["text"]
    found = snapshot_at(History.of(log), moment, texts=texts, zone=moment.tzinfo or UTC)
    _print_json(refresh_body(found))


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
    from serving.schemas import parse_refresh

    sent = sys.stdin.buffer.read() if str(body) == "-" else _read(body)
    asked, options = parse_refresh(sent)
    desk = open_desk(model, policy, history)
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
    """The HTTP service: /v1/refresh, /v1/score, /docs, and the last plan at /."""
    from serving.app import serve as run
    from serving.settings import Settings

    chosen = {"FENDAN_HOST": host, "FENDAN_PORT": port, "FENDAN_WORKERS": workers}
    told = {name: str(value) for name, value in chosen.items() if value is not None}
    settings = Settings.from_env({**os.environ, **told})
    with suppress(KeyboardInterrupt):  # the usual way to end it
        run(settings, partial(open_desk, model, policy, history))


@app.command(epilog="fendan demo --refreshes 12")
def demo(
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.")] = 8000,
    seconds: Annotated[
        float, typer.Option(help="Between two refreshes of five minutes each.")
    ] = 3.0,
    refreshes: Annotated[int, typer.Option(help="Stop after so many; 0 goes on until Ctrl-C.")] = 0,
) -> None:
    """From nothing to a running desk: trains on the shipped log, serves, plays a live centre."""
    from experiments.demo import DemoParams, run

    with _bar() as bar:
        run(DemoParams(port, seconds, refreshes), os.environ, bar, _say)


@model_app.command("list", epilog="fendan model list")
def model_list() -> None:
    """All versions, newest first: how they did, what the gate said, their aliases."""
    from model.registry import Registry
    from model.registry.telling import listed

    for version in Registry.of(os.environ).versions():
        typer.echo(listed(version))


@model_app.command("show", epilog="fendan model show models:/fendan-risk@champion")
def model_show(
    model: Annotated[str, typer.Argument(help="MLflow model URI, or a version number.")] = CHAMPION,
) -> None:
    """Where a model comes from, how it did, what the gate found, who was champion when."""
    from model.registry import NAME, Champions, Registry
    from model.registry.telling import told

    loaded = _loaded(f"models:/{NAME}/{model}" if model.isdigit() else model)
    info = loaded.bundle.info
    typer.echo(f"{info.name} version {info.version}, trained until {info.trained_until}")
    registry = Registry.of(os.environ)
    asked = not loaded.message and info.name == NAME  # else there is nobody who knows more
    for version in registry.versions() if asked else ():
        if version.version == info.version:
            typer.echo(registry.text(version, "gate.txt").rstrip() or "gate: not judged")
            champions = Champions(registry)
            typer.echo(told(champions.moves(), champions.line()))
    for name, value in info.metrics.items():
        typer.echo(f"  {name}: {value:,.4f}".removesuffix(".0000"))


@model_app.command("promote", epilog="fendan model promote challenger")
def model_promote(
    version: Annotated[str, typer.Argument(help="A version number, or challenger.")],
    force: Annotated[bool, typer.Option("--force", help="Overrule the gate.")] = False,
    reason: Reason = "",
) -> None:
    """A version becomes champion, if the gate has passed it against the present one."""
    from model.registry import Champions, Registry

    if force and not reason:
        raise typer.BadParameter("a forced promotion needs a --reason", param_hint="--force")
    champions = Champions(Registry.of(os.environ))
    typer.echo(champions.promote(version, _note(reason), force=force).words())


@model_app.command("rollback", epilog='fendan model rollback --reason "late again since Monday"')
def model_rollback(reason: Reason = "") -> None:
    """The version that was champion before becomes champion again."""
    from model.registry import Champions, Registry

    typer.echo(Champions(Registry.of(os.environ)).rollback(_note(reason)).words())


@policy_app.command("show", epilog="fendan policy show > policy.json")
def policy_show(policy: PolicyFile = None) -> None:
    """The policy in force, with every default filled in."""
    typer.echo(_policy(policy).to_json())


@policy_app.command("check", epilog="fendan policy check policy.yaml")
def policy_check(policy: Annotated[Path, typer.Argument(help="Policy file.")]) -> None:
    """Whether a policy can be obeyed; every fault with its place and remedy."""
    found = _policy(policy)
    typer.echo(f"{found.name}: can be obeyed (fingerprint {found.fingerprint()})")


def open_desk(model: str, policy: Path | None, history: Path | None) -> ServedDesk:
    """The desk to serve: the model from the registry or its cache, a policy, and history."""
    from model.desk import ServedDesk

    newer = _events(history) if history else None
    desk = ServedDesk.of(_bundle(model), _policy(policy), newer)
    return desk.warm(threads=os.cpu_count() or 1)


@dataclass(frozen=True, slots=True)
class Search:
    """How long to search for settings, and how many trials at most; 0 sets no limit."""

    minutes: float = 0.0
    trials: int = 0

    @property
    def wanted(self) -> bool:
        """Whether to search at all."""
        return bool(self.minutes or self.trials)


def _tuner(search: Search, bar: _Progress) -> Tuner:
    """The search for settings, kept in `FENDAN_HOME` and logged in MLflow."""
    from model.registry import Registry
    from model.tuning_log import TuningRuns
    from training.tune import Budget, Surroundings, tune

    registry = Registry.of(os.environ)
    around = Surroundings(registry.home, partial(TuningRuns.open, registry), bar)
    return partial(tune, budget=Budget(search.minutes, search.trials), around=around)


def _training(config: Path | None, until: str | None) -> tuple[TrainConfig, datetime | None]:
    """The settings of a training, and its end, as they were asked for."""
    from training.config import TrainConfig, load_config

    moment = None if until is None else _time(until, "--until")
    return load_config(config) if config else TrainConfig(), moment


def _train(
    events: DataFrame, settings: TrainConfig, until: datetime | None, search: Search
) -> None:
    from model.registry import Registry
    from training.publish import publish
    from training.run import train as run

    registry = Registry.of(os.environ)
    registry.versions()  # one that is down is said before the work, not after
    with _bar() as bar:
        tuner = _tuner(search, bar) if search.wanted else None
        trained = run(
            events, settings, until=until, tuner=tuner, progress=lambda step: bar(step, 0, None)
        )
        bar("register", 0, None)
        report = publish(trained, trained.config, registry, who=_user())
    typer.echo(report.text())


def _note(reason: str) -> Note:
    from model.registry import Note

    return Note(_user(), datetime.now(UTC), reason)


def _user() -> str:
    """Who is asking: a container may have no name for its user, only a number."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"uid {os.getuid()}"


def _bundle(uri: str) -> Bundle:
    return _loaded(uri).bundle


def _loaded(uri: str) -> Loaded:
    from features.catalog import fingerprint
    from model.registry import Registry

    loaded = Registry.of(os.environ).load(uri, fingerprint())
    if loaded.message:
        _say(loaded.message)
    return loaded


def _policy(path: Path | None) -> Policy:
    from model import policy_reader

    return policy_reader.load(path) if path else policy_reader.default()


def _events(path: Path) -> DataFrame:
    from training.logs.readers import read_events

    log = read_events(path)
    if len(log.rejects):
        refused = f"{len(log.rejects):,} of {log.rows:,} rows of {path}"
        _say(f"{refused} cannot be used; `fendan import` says why")
    return log.events


def _time(text: str, where: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no RFC 3339 time", param_hint=where) from error
    if moment.tzinfo is None:
        raise typer.BadParameter(f"{text!r} has no offset; add one, as in +08:00", param_hint=where)
    return moment


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FendanError(f"cannot be read: {error.strerror}", where=str(path)) from error


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise FendanError(f"cannot be written: {error.strerror}", where=str(path)) from error


def _print_json(answer: object) -> None:
    import orjson

    sys.stdout.buffer.write(orjson.dumps(answer, option=orjson.OPT_INDENT_2))
    sys.stdout.buffer.write(b"\n")


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


class _Progress(Protocol):
    def __call__(self, stage: str, done: int, total: int | None) -> None: ...


@contextmanager
def _bar() -> Iterator[_Progress]:
    """A bar on standard error for the present stage; silent where nobody looks."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)

        def show(stage: str, done: int, total: int | None) -> None:
            progress.update(task, description=stage, completed=done, total=total)

        yield show

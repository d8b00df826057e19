"""The commands of the data scientist: import, train, retrain, evaluate, tune, predict."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from model.terminal import (
    CHAMPION,
    Stages,
    bar_of,
    loaded_from,
    say,
    time_of,
    user_name,
    write_text,
)

if TYPE_CHECKING:
    from pandas import DataFrame

    from training.config import TrainConfig
    from training.run import Tuner

training_app = typer.Typer()
Events = Annotated[Path, typer.Argument(help="Event log: CSV, Parquet or NDJSON, gzip allowed.")]
Model = Annotated[str, typer.Option("--model", help="Any MLflow model URI.")]
ConfigFile = Annotated[Path | None, typer.Option("--config", help="YAML with settings to change.")]
Until = Annotated[
    str | None, typer.Option("--until", help="Read nothing after this RFC 3339 time.")
]


@training_app.command(epilog="fendan train events.parquet --until 2016-05-01T00:00:00-03:00")
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
    _train(events_in(events), settings, moment, Search(tune, tune_trials))


@training_app.command(epilog="fendan retrain events.parquet --config train.yaml")
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
            say(f"another retraining is under way: {other.words()}; nothing was done")
            return
        from training.retrain import made_already  # seconds that the one who leaves need not pay

        settings, moment = _training(config, until)
        log = events_in(events)
        twin = None if force else made_already(registry, log, settings, moment)
        if twin is not None:
            names = ", ".join(twin.aliases)
            say(
                f"version {twin.version} ({names}) was made from these very events and settings; "
                "nothing was done (--force trains all the same)"
            )
            return
        _train(log, settings, moment, Search())


@training_app.command(epilog="fendan evaluate events.parquet --model models:/fendan-risk@champion")
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
    with bar_of() as bar:
        told = study_model(
            events_in(events),
            asked,
            settings,
            Registry.of(os.environ),
            lambda step: bar(step, 0, None),
        )
    typer.echo(told.text, nl=False)
    if told.stood_in:
        say("too few tickets are younger than the model: the backtest of its run was studied")
    say(f"the study is in {told.page} and in MLflow run {told.run_id}")


@training_app.command(epilog="fendan tune events.parquet --minutes 30 --out tuned.yaml")
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
    with bar_of() as bar:
        made = prepare(
            events_in(events), settings, until=moment, progress=lambda step: bar(step, 0, None)
        )
        found = _tuner(Search(minutes, trials), bar)(made.data, made.tested_from, settings)
    write_text(out, to_yaml(found.config))
    typer.echo(found.words)


@training_app.command(
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

    start = None if from_ is None else time_of(from_, "--from")
    rows = run(events_in(events), loaded_from(model).bundle, Moments.parse(at), start)
    write_predictions(rows, out)
    say(f"{len(rows):,} rows in {out}")


@dataclass(frozen=True, slots=True)
class Search:
    """How long to search for settings, and how many trials at most; 0 sets no limit."""

    minutes: float = 0.0
    trials: int = 0

    @property
    def wanted(self) -> bool:
        """Whether to search at all."""
        return bool(self.minutes or self.trials)


def _tuner(search: Search, bar: Stages) -> Tuner:
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

    moment = None if until is None else time_of(until, "--until")
    return load_config(config) if config else TrainConfig(), moment


def _train(
    events: DataFrame, settings: TrainConfig, until: datetime | None, search: Search
) -> None:
    from model.registry import Registry
    from training.publish import publish
    from training.run import train as run

    registry = Registry.of(os.environ)
    registry.versions()  # one that is down is said before the work, not after
    with bar_of() as bar:
        tuner = _tuner(search, bar) if search.wanted else None
        trained = run(
            events, settings, until=until, tuner=tuner, progress=lambda step: bar(step, 0, None)
        )
        bar("register", 0, None)
        report = publish(trained, trained.config, registry, who=user_name())
    typer.echo(report.text())


def events_in(path: Path) -> DataFrame:
    """The usable events of a log, and a word about the others."""
    from training.logs.readers import read_events

    log = read_events(path)
    if len(log.rejects):
        refused = f"{len(log.rejects):,} of {log.rows:,} rows of {path}"
        say(f"{refused} cannot be used; `fendan import` says why")
    return log.events

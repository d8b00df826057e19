"""The command of whoever learns from decisions: export them with what became of their tickets."""
# ruff: noqa: PLC0415  # as in fendan.py: what a command needs is imported when it runs

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from features.errors import LogError
from model.terminal import say, time_of

decisions_app = typer.Typer(help="The decision log.", no_args_is_help=True)


@decisions_app.callback()
def _log() -> None:
    """Keep `export` a command of its own."""


@decisions_app.command(
    epilog="fendan decisions export --since 2026-03-01T00:00:00+08:00 --out decided.parquet"
)
def export(
    out: Annotated[Path, typer.Option(help="Where the rows go: .parquet.")],
    since: Annotated[
        str | None, typer.Option(help="Decided as of then or later, RFC 3339.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="And before then.")] = None,
    events: Annotated[
        Path | None, typer.Option(help="Event log with the outcomes, if not the store's own.")
    ] = None,
    store: Annotated[
        str | None, typer.Option(help="SQLAlchemy URL; FENDAN_STORE_URL if not given.")
    ] = None,
) -> None:
    """One row for each ticket of a decision that was news: agent, propensity, risk, outcome."""
    from experiments.decided import decided
    from serving.decisions import placement_log
    from serving.events.log import EventLog
    from serving.terminal import store_named
    from training.commands import events_in

    if out.suffix != ".parquet":
        raise typer.BadParameter("write to a file that ends in .parquet", param_hint="--out")
    begin = time_of(since, "--since") if since else None
    end = time_of(until, "--until") if until else None
    opened = store_named(store)
    happened = events_in(events) if events else EventLog(opened).since().events
    with opened.transaction() as connection:
        table = decided(placement_log.between(connection, begin, end), happened)
    try:
        table.to_parquet(out, index=False)
    except OSError as error:
        raise LogError(f"cannot be written: {error.strerror}", where=str(out)) from error
    say(f"{len(table):,} rows in {out}, {table['late'].notna().sum():,} with a verdict")

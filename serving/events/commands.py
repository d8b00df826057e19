"""The commands that look after the store: export, forget, retention."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from features.errors import LogError
from model.terminal import bar_of, say, user_name

store_app = typer.Typer()
Days = Annotated[int | None, typer.Option(min=0, help="Days to keep; none: for ever.")]
StoreUrl = Annotated[
    str | None, typer.Option("--store", help="Its SQLAlchemy URL, if not the service's.")
]


@store_app.command(epilog="fendan export --out events.parquet && fendan train events.parquet")
def export(
    out: Annotated[Path, typer.Option(help="Where the events go: .parquet.")],
    store: StoreUrl = None,
) -> None:
    """The events of the store as an event log to train on, their texts masked."""
    import pandas as pd
    import pyarrow.parquet

    from features.events import EVENT_COLUMNS, arrow_table, conform
    from serving.events.log import EventLog
    from serving.terminal import store_named

    if out.suffix != ".parquet":
        raise typer.BadParameter("write to a file that ends in .parquet", param_hint="--out")
    log, done = EventLog(store_named(store)), 0
    unfinished = out.with_name(f"{out.name}.part")
    schema = arrow_table(conform(pd.DataFrame())).schema
    try:
        with (
            bar_of() as bar,
            pyarrow.parquet.ParquetWriter(unfinished, schema, compression="zstd") as file,
        ):
            total = log.count()
            for events in log.with_texts():
                # What was booked for a customer who is forgotten is nobody's.
                told = (events["type"] != "customer.margin") | events["customer_id"].notna()
                file.write_table(arrow_table(events.loc[told, list(EVENT_COLUMNS)]).cast(schema))
                done += int(told.sum())
                bar("export", done, total)
        unfinished.replace(out)
    except OSError as error:
        raise LogError(f"cannot be written: {error.strerror}", where=str(out)) from error
    say(f"{done:,} events in {out}")


@store_app.command(epilog="fendan forget C9")
def forget(
    customer_id: Annotated[str, typer.Argument(help="The customer's id.")],
    store: StoreUrl = None,
) -> None:
    """A customer's id and words go from events and logged requests, also from later ones."""
    from serving.events.forgetting import forget as run
    from serving.terminal import store_named

    done = run(store_named(store), customer_id, user_name(), datetime.now(UTC))
    typer.echo(
        f"forgotten: {done.events:,} events of {done.tickets:,} tickets, "
        f"{done.requests:,} logged requests"
    )


@store_app.command(epilog="fendan retention --texts-days 90 --decisions-days 365")
def retention(texts_days: Days = None, decisions_days: Days = None, store: StoreUrl = None) -> None:
    """Drops texts of complaints, and whole decisions, that are older than so many days."""
    from serving.events.retention import Limits, drop_old
    from serving.terminal import store_named

    if texts_days is None and decisions_days is None:
        raise typer.BadParameter("say what to drop", param_hint="--texts-days, --decisions-days")
    now = datetime.now(UTC)
    limits = Limits(
        *(None if d is None else now - timedelta(d) for d in (texts_days, decisions_days))
    )
    done = drop_old(store_named(store), limits, user_name(), now)
    typer.echo(
        f"dropped: {done.texts:,} texts of events, the texts of {done.requests:,} logged "
        f"requests, {done.decisions:,} decisions"
    )

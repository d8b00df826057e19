"""The commands of whoever has a log: events made of it, its open tickets, cases alike."""
# ruff: noqa: PLC0415  # as in fendan.py: what a command needs is imported when it runs

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from model.terminal import Stages, bar_of, print_json, say, time_of
from training.commands import Events, events_in

if TYPE_CHECKING:
    from pandas import DataFrame

    from training.logs.mapping import LogMapping
    from training.logs.quality import ImportReport


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
    print_json(refresh_body(found))


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
        print_json(similar_answer(moment, cases))
    else:
        typer.echo(similar_table(cases))


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

"""`fendan key` and `fendan audit`: who may ask the service, and who changed what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, cast

import typer

from model.terminal import say, user_name

if TYPE_CHECKING:
    from serving.access.keys import ApiKey
    from serving.principal import Scope
    from serving.store import Store

key_app = typer.Typer(help="The API keys of the service.", no_args_is_help=True)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1)}


@key_app.command("create", epilog="fendan key create ticket-system --scope refresh --scope events")
def key_create(
    name: Annotated[str, typer.Argument(help="What it is called in lists and in the audit.")],
    scope: Annotated[
        list[str],
        typer.Option(help="What it may do: refresh, events, read, work, ops or admin (all)."),
    ],
    expires: Annotated[
        str | None, typer.Option(help="After so long, as in 90d or 12h; else never.")
    ] = None,
    agent: Annotated[
        str | None, typer.Option(help="The agent who holds it: their own queue, no other's.")
    ] = None,
) -> None:
    """Make a key. It is printed this once: the store keeps a digest only."""
    from serving.access.keys import KeyBook

    lasting = None if expires is None else duration_of(expires)
    with _store() as store:
        scopes = frozenset(cast("list[Scope]", scope))
        new = KeyBook(store).create(name, scopes, lasting, user_name(), agent)
    until = (
        "without an end" if new.key.expires_at is None else f"until {_written(new.key.expires_at)}"
    )
    held = "" if agent is None else f" as agent {agent}"
    say(f"{new.key.key_id}: {name} may {', '.join(sorted(new.key.scopes))}{held}, {until}")
    typer.echo(new.text)


@key_app.command("list", epilog="fendan key list")
def key_list() -> None:
    """Every key that was ever made, oldest first; no secrets."""
    from serving.access.keys import KeyBook

    now = datetime.now(UTC)
    with _store() as store:
        for key in KeyBook(store).all():
            typer.echo(_line(key, now))


@key_app.command("revoke", epilog="fendan key revoke ticket-system")
def key_revoke(
    which: Annotated[str, typer.Argument(help="The id of a key, or the name of an active one.")],
) -> None:
    """End a key: from the next request on it opens nothing, in every worker."""
    from serving.access.keys import KeyBook

    with _store() as store:
        key = KeyBook(store).revoke(which, user_name())
    assert key.revoked_at is not None
    say(f"{key.key_id}: {key.name} is revoked since {_written(key.revoked_at)}")


def audit(
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Changes at most.")] = 100,
) -> None:
    """Who changed what, newest first: keys, policy, overrides, forgetting."""
    from serving.audit import changes

    with _store() as store, store.transaction() as connection:
        found = changes(connection, limit)
    for change in found:
        about = " ".join(f"{name}={value}" for name, value in change.about.items())
        typer.echo(f"{_written(change.at)}  {change.who}  {change.what}  {about}".rstrip())


def duration_of(text: str) -> timedelta:
    """A duration as it is given on the command line.

    >>> duration_of("90d"), duration_of("12h")
    (datetime.timedelta(days=90), datetime.timedelta(seconds=43200))
    """
    found = re.fullmatch(r"([0-9]{1,5})([hd])", text)
    if found is None:
        raise typer.BadParameter(
            f"{text!r} is no duration; write 90d or 12h", param_hint="--expires"
        )
    return int(found[1]) * _UNITS[found[2]]


@contextmanager
def _store() -> Iterator[Store]:
    from serving.terminal import store_named

    store = store_named()
    try:
        yield store
    finally:
        store.close()


def _line(key: ApiKey, now: datetime) -> str:
    end = key.revoked_at or key.expires_at
    until = "" if end is None else f" ({'since' if end <= now else 'until'} {_written(end)})"
    made = f"made {_written(key.created_at)} by {key.who}"
    scopes = ",".join(sorted(key.scopes))
    held = "" if key.agent_id is None else f"  agent {key.agent_id}"
    return f"{key.key_id}  {key.name}  {scopes}{held}  {key.state(now)}{until}, {made}"


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")

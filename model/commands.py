"""`fendan model`: the models in the registry, and who is champion."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from model.terminal import CHAMPION, loaded_from, user_name

if TYPE_CHECKING:
    from model.registry import Note

model_app = typer.Typer(help="The models in the MLflow registry.", no_args_is_help=True)
Reason = Annotated[str, typer.Option("--reason", help="Why; kept with the move.")]


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

    loaded = loaded_from(f"models:/{NAME}/{model}" if model.isdigit() else model)
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


def _note(reason: str) -> Note:
    from model.registry import Note

    return Note(user_name(), datetime.now(UTC), reason)

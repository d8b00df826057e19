"""What every command shares: words on standard error, a bar, times and files as people write them.

What a command needs is imported when it runs, so that `--help` is quick.
"""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import typer

from features.errors import FendanError

if TYPE_CHECKING:
    from model.runs import Loaded

CHAMPION: Final = "models:/fendan-risk@champion"


def say(line: str) -> None:
    """A line for people, on standard error."""
    sys.stderr.write(line + "\n")


class Stages(Protocol):
    """Told the present stage, and how far it is."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """Show the stage; `total` None where nobody knows."""


@contextmanager
def bar_of() -> Iterator[Stages]:
    """A bar on standard error for the present stage; silent where nobody looks."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)

        def show(stage: str, done: int, total: int | None) -> None:
            progress.update(task, description=stage, completed=done, total=total)

        yield show


def user_name() -> str:
    """Who is asking: a container may have no name for its user, only a number."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"uid {os.getuid()}"


def loaded_from(uri: str) -> Loaded:
    """The model behind a URI, and a word where it comes from the disk."""
    from features.catalog import fingerprint
    from model.registry import Registry

    loaded = Registry.of(os.environ).load(uri, fingerprint())
    if loaded.message:
        say(loaded.message)
    return loaded


def time_of(text: str, where: str) -> datetime:
    """A time with an offset, as given under the option `where`."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no RFC 3339 time", param_hint=where) from error
    if moment.tzinfo is None:
        raise typer.BadParameter(f"{text!r} has no offset; add one, as in +08:00", param_hint=where)
    return moment


def write_text(path: Path, text: str) -> None:
    """Write a file, or say why not."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise FendanError(f"cannot be written: {error.strerror}", where=str(path)) from error


def print_json(answer: object) -> None:
    """An answer as indented JSON, on standard output."""
    import orjson

    sys.stdout.buffer.write(orjson.dumps(answer, option=orjson.OPT_INDENT_2))
    sys.stdout.buffer.write(b"\n")

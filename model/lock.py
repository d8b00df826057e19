"""One process at a time: a lock that the kernel drops when its holder ends, however it ends.

`flock` on a file in FENDAN_HOME. The file says who holds it; what a killed process left in it
means nothing, for its lock is gone. The lock reaches as far as that folder: processes with
homes of their own that share an MLflow server do not see each other.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import orjson

from features.errors import ModelError

RETRAIN: Final = "retrain.lock"
"""The file in FENDAN_HOME that one retraining at a time holds, from its first step to its last."""

ALIASES: Final = "aliases.lock"
"""The file that whoever moves an alias holds meanwhile."""

MAKING: Final = "mlflow.lock"
"""The file that whoever may be the first to open `mlflow.db`, and so makes it, holds meanwhile."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock: process id (0: it has not said yet) and since when, RFC 3339."""

    pid: int
    since: str

    def words(self) -> str:
        """Who holds it, for people.

        >>> Holder(7, "2026-03-02T08:00:00+00:00").words()
        'process 7, since 2026-03-02T08:00:00+00:00'
        """
        return f"process {self.pid}, since {self.since}" if self.pid else "a process just started"


@contextmanager
def attempt(path: Path, now: datetime) -> Iterator[Holder | None]:
    """Try to take the lock; gives None when it is ours, else who holds it. Never waits.

    Raises:
        ModelError: the file cannot be made.
    """
    with _opened(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield _read(path)
            return
        me = Holder(os.getpid(), now.isoformat(timespec="seconds"))
        os.ftruncate(file, 0)
        os.pwrite(file, orjson.dumps(asdict(me)), 0)
        yield None


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Wait for the lock and hold it.

    Raises:
        ModelError: the file cannot be made.
    """
    with _opened(path) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise ModelError(
            f"the lock cannot be made: {error.strerror}",
            where=str(path),
            remedy="make FENDAN_HOME writable",
        ) from error
    try:
        yield file
    finally:
        os.close(file)  # lets the lock go


def _read(path: Path) -> Holder:
    try:
        return Holder(**orjson.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):  # just being written
        return Holder(0, "")

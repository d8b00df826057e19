"""One refresh of a desk at a time, however many workers there are.

Two plans made side by side would not know of each other: both could send tickets to the same free
place. So a refresh waits for its turn: for a file lock beside an SQLite database, for an advisory
lock of PostgreSQL. Both are gone with the process or the connection that held them, so a dead
worker blocks nobody. While the store is away each process plans for itself.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

import sqlalchemy as sa

from features.errors import StoreError
from serving.store import Store
from serving.telemetry import warn

PATIENCE: Final = 30.0
"""Seconds to wait for a turn: a refresh takes two or so, past its deadline a simpler plan comes."""
_AGAIN: Final = 0.01  # seconds between two tries
# Any number of our own; the other half of the lock is the schema: a desk of its own.
_KIND: Final = 730_211
_TRY: Final = sa.select(
    sa.func.pg_try_advisory_lock(_KIND, sa.func.hashtext(sa.func.current_schema()))
)


class BusyError(StoreError):
    """Another worker has been at work for longer than anybody waits (HTTP 503)."""

    def __init__(self) -> None:
        super().__init__(
            "another worker has been planning this desk for a long time",
            where="refresh",
            remedy="send it again, with the same Idempotency-Key",
            zh="另一进程正在长时间计算派单计划；请以相同的 Idempotency-Key 重发",
        )


class Turns:
    """Whose turn it is, in a store. Its method blocks: call it off the event loop."""

    def __init__(
        self,
        store: Store,
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._store, self._patience = store, patience
        self._clock, self._sleep = clock, sleep

    @contextmanager
    def take(self) -> Iterator[None]:
        """Wait for the turn, and hold it.

        Raises:
            BusyError: it did not come.
        """
        with ExitStack() as held:
            try:
                self._wait(held.enter_context(self._lock()))
            except BusyError:
                raise
            except (StoreError, OSError) as error:
                warn("no turn taken: the store is away", error)
            yield

    def _wait(self, attempt: Callable[[], bool]) -> None:
        until = self._clock() + self._patience
        while not attempt():
            if self._clock() >= until:
                raise BusyError
            self._sleep(_AGAIN)

    @contextmanager
    def _lock(self) -> Iterator[Callable[[], bool]]:
        if self._store.dialect == "postgresql":
            with self._store.session() as connection:
                try:
                    yield lambda: bool(connection.execute(_TRY).scalar_one())
                finally:
                    _let_go(connection)
        elif self._store.path is None:
            yield lambda: True
        else:
            file = os.open(f"{self._store.path}.turn", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                yield lambda: _flock(file)
            finally:
                os.close(file)  # lets the lock go


def _let_go(connection: sa.Connection) -> None:
    """The lock goes with the connection, where it does not go by itself."""
    try:
        connection.execute(sa.select(sa.func.pg_advisory_unlock_all()))
    except sa.exc.SQLAlchemyError:
        connection.invalidate()


def _flock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

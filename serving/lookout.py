"""Asking what has changed, for every request: so in microseconds, or in one round trip."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection

Version = tuple[int, int]


class SqliteLookout:
    """Whether anything was committed to a SQLite file: 2 µs, and never a wait for a lock.

    `PRAGMA data_version` changes on a connection whenever another one, of any process, has
    committed; so the connection is kept for this alone.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._connection: DBAPIConnection | None = None
        self._opened = 0

    def version(self, *, waiting: bool = True) -> Version | None:
        """Another one than before if something was committed between; None if nobody can say.

        Not `waiting`, it is not said before the connection is there: to open one can take time.
        """
        with self._lock:
            try:
                if self._connection is None:
                    if not waiting:
                        return None
                    self._connection = self._kept()
                cursor = self._connection.cursor()
                cursor.execute("PRAGMA data_version")
                # read to the end: a statement left open would hold up the log's checkpoints
                ((version,),) = cursor.fetchall()
            except Exception:  # noqa: BLE001 - whatever the driver throws: then nobody can say
                self._drop()
                return None
            return self._opened, version

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            self._drop()

    def _kept(self) -> DBAPIConnection:
        pooled = self._engine.raw_connection()
        pooled.detach()
        connection = pooled.dbapi_connection
        assert connection is not None
        connection.cursor().execute("PRAGMA busy_timeout = 0")
        self._opened += 1  # the numbers of two connections have nothing to do with each other
        return connection

    def _drop(self) -> None:
        if self._connection is not None:
            with suppress(Exception):
                self._connection.close()
            self._connection = None


class KeptLine:
    """A connection kept for one short question: one round trip, where a transaction takes four."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._lock = threading.Lock()
        self._connection: sa.Connection | None = None

    def ask(self, question: str) -> list[Any] | None:
        """The rows; None where the line is down (the next question tries a new one)."""
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._engine.connect()
                # the driver itself: SQLAlchemy's words around it cost four times the question
                cursor = self._connection.connection.cursor()
                cursor.execute(question)
                return list(cursor.fetchall())
            except Exception:  # noqa: BLE001 - whatever the driver throws: then the line is down
                self._drop()
                return None

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            with suppress(Exception):
                self._connection.invalidate()
                self._connection.close()
            self._connection = None

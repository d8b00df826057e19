"""The store: SQLite in `FENDAN_HOME` by default, PostgreSQL by URL; connections and marks.

An opened `Store` need not be reachable yet: its tables are brought up to date on first use, and a
database that is away is asked again the next time, so the service outlives it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

import sqlalchemy as sa

from features.errors import StoreError
from serving import migrations
from serving.engines import BUSY_SECONDS, engine_at
from serving.lookout import KeptLine, SqliteLookout, Version
from serving.tables import MARKS

_MAKING_SECONDS = 30
_SCHEMA_LOCK = 7_302_118_640  # any number of our own; PostgreSQL's advisory locks go by numbers


@dataclass(frozen=True, slots=True)
class Marks:
    """How often each thing that workers keep in memory has changed.

    `events` were added; `history` was changed in its past (a customer was forgotten); `policy`
    came into force; `keys` were made or revoked; `model` was asked to be looked for again;
    `overrides` were made or ended.
    """

    events: int = 0
    history: int = 0
    policy: int = 0
    keys: int = 0
    model: int = 0
    overrides: int = 0

    def cover(self, other: Marks) -> bool:
        """Whether nothing has changed in `other` that is not in these."""
        return all(getattr(self, f.name) >= getattr(other, f.name) for f in fields(self))


def mark(connection: sa.Connection, name: str) -> None:
    """Note a change of what `Marks` calls `name`, in the transaction that makes it.

    Until that transaction ends, every other that marks the same thing waits: so rows that are
    numbered after their mark become visible in the order of their numbers.
    """
    connection.execute(MARKS.update().where(MARKS.c.name == name).values(seq=MARKS.c.seq + 1))


def marks_of(connection: sa.Connection) -> Marks:
    """What has changed so far."""
    return _marks({row.name: row.seq for row in connection.execute(sa.select(MARKS))})


def _marks(found: dict[str, int]) -> Marks:
    return Marks(**{each.name: found.get(each.name, 0) for each in fields(Marks)})


class Store:
    """Connections to one database, shared by the threads of a process."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._ready = False
        self._making = threading.Lock()
        self._lookout = SqliteLookout(engine) if self.path else None
        self._line = KeptLine(engine) if self.dialect == "postgresql" else None
        self._seen: tuple[Version, Marks] | None = None

    @classmethod
    def open(cls, url: str) -> Store:
        """The store at a SQLAlchemy URL; nothing is connected yet.

        Raises:
            StoreError: the URL cannot be read, or its driver is not installed.
        """
        return cls(engine_at(url))

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """A connection whose writes are durable when the block ends, or never happened.

        Raises:
            StoreError: the database is away, locked, full or damaged.
            sqlalchemy.exc.IntegrityError: a row was already there (the caller's to handle).
        """
        try:
            self._bring_up_to_date()
            with self._engine.begin() as connection:
                yield connection
        except sa.exc.IntegrityError:
            raise
        except (sa.exc.SQLAlchemyError, OSError) as error:
            raise self._away(error) from error

    @contextmanager
    def session(self) -> Iterator[sa.Connection]:
        """A connection of one's own outside of transactions: for locks that go with it.

        Raises:
            StoreError: the database is away.
        """
        try:
            opened = self._engine.connect()
        except (sa.exc.SQLAlchemyError, OSError) as error:
            raise self._away(error) from error
        with opened as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    @property
    def path(self) -> Path | None:
        """The file of an SQLite database; None in memory and on a server."""
        url = self._engine.url
        in_file = self.dialect == "sqlite" and url.database not in (None, "", ":memory:")
        return Path(url.database or "") if in_file else None

    def marks(self) -> Marks:
        """What has changed so far: 3 µs (SQLite) where nothing was committed since it was asked.

        Raises:
            StoreError: the database is away.
        """
        glanced = self.glance()
        if glanced is not None:
            return glanced
        # the version before the marks: what is committed between the two is asked for again
        version = self._lookout.version() if self._lookout and self._ready else None
        found = self._asked_by_line()
        if found is None:
            with self.transaction() as connection:
                found = marks_of(connection)
        if version is not None:
            self._seen = version, found
        return found

    def glance(self) -> Marks | None:
        """What `marks` gives, where it is known without waiting for anything; else None."""
        seen = self._seen
        if seen is None or self._lookout is None:
            return None
        return seen[1] if self._lookout.version(waiting=False) == seen[0] else None

    def _asked_by_line(self) -> Marks | None:
        if self._line is None or not self._ready:
            return None
        rows = self._line.ask("SELECT name, seq FROM marks")
        return None if rows is None else _marks(dict(rows))

    @property
    def dialect(self) -> str:
        """`sqlite`, `postgresql`, or what else the URL named."""
        return self._engine.dialect.name

    def check(self) -> None:
        """Nothing, if the store answers.

        Raises:
            StoreError: it does not.
        """
        with self.transaction() as connection:
            connection.execute(sa.select(sa.literal(1)))

    def close(self) -> None:
        """Give all connections back."""
        for kept in (self._lookout, self._line):
            if kept is not None:
                kept.close()
        self._engine.dispose()

    def _away(self, error: Exception) -> StoreError:
        """Callers read this too, some without a key: it does not tell where the store lies."""
        why, kind = type(getattr(error, "orig", error)).__name__, self.dialect
        return StoreError(
            f"the store does not answer ({why})",
            where=f"{kind}, FENDAN_STORE_URL",
            remedy="check that the database runs and that its disk has room",
            zh=f"存储（{kind}，FENDAN_STORE_URL）无响应（{why}）；请检查数据库是否运行、磁盘是否已满",
        )

    def _bring_up_to_date(self) -> None:
        if self._ready:
            return
        with self._making, self._engine.begin() as connection:
            if self.dialect == "postgresql":
                # Workers start together; without the lock each would make the same tables.
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_SCHEMA_LOCK)))
            elif self.dialect == "sqlite":
                # likewise, and each waits for those before it: on a busy machine some seconds each
                connection.exec_driver_sql(f"PRAGMA busy_timeout={_MAKING_SECONDS * 1000}")
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            migrations.upgrade(connection)
            if self.dialect == "sqlite":
                connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
            self._ready = True

"""The store: SQLite in `FENDAN_HOME` by default, PostgreSQL by URL; tables and connections.

An opened `Store` need not be reachable yet: tables are made on first use, and a database that
is away is asked again the next time, so the service outlives it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection

from features.errors import StoreError

METADATA = sa.MetaData()
_Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

DECISIONS = sa.Table(
    "decisions",
    METADATA,
    sa.Column("seq", _Serial, primary_key=True, autoincrement=True),
    sa.Column("refresh_id", sa.String(64), nullable=False, unique=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("policy_name", sa.String(200), nullable=False),
    sa.Column("policy_version", sa.BigInteger, nullable=False),
    sa.Column("model_name", sa.String(200), nullable=False),
    sa.Column("model_version", sa.BigInteger, nullable=False),
    sa.Column("timings_ms", sa.Text, nullable=False),
    sa.Column("request", sa.LargeBinary, nullable=False),
    sa.Column("answer", sa.LargeBinary, nullable=False),
)
"""One row a refresh, append-only; `request` (redacted) and `answer` are zlib-compressed JSON."""

IDEMPOTENCY_KEYS = sa.Table(
    "idempotency_keys",
    METADATA,
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("body_sha256", sa.String(64), nullable=False),
    sa.Column("refresh_id", sa.String(64), sa.ForeignKey("decisions.refresh_id"), nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
)
"""Which body a key was first sent with, and the decision that answered it."""

ACTIONS = sa.Table(
    "actions",
    METADATA,
    sa.Column("seq", _Serial, primary_key=True, autoincrement=True),
    sa.Column("refresh_id", sa.String(64), sa.ForeignKey("decisions.refresh_id"), nullable=False),
    sa.Column("at_us", sa.BigInteger, nullable=False, index=True),
    sa.Column("action", sa.String(40), nullable=False),
    sa.Column("ticket_id", sa.String(200), nullable=False),
    sa.Column("target", sa.String(200), nullable=False),
    sa.Column("saves", sa.Float, nullable=True),
)
"""Every next action told, as of which moment (microseconds since 1970), to whom, and its worth."""

SPENT = sa.Table(
    "spent",
    METADATA,
    sa.Column("refresh_id", sa.String(64), sa.ForeignKey("decisions.refresh_id"), primary_key=True),
    sa.Column("spent", sa.LargeBinary, nullable=False),
)
"""What had been done before each decision (`model.spent`): compressed JSON, for its replay."""

_BUSY_SECONDS = 5
_CONNECT_SECONDS = 3
_STATEMENT_MS = 10_000
_SCHEMA_LOCK = 7_302_118_640  # any number of our own; PostgreSQL's advisory locks go by numbers


class Store:
    """Connections to one database, shared by the threads of a process."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._ready = False
        self._making = threading.Lock()

    @classmethod
    def open(cls, url: str) -> Store:
        """The store at a SQLAlchemy URL; nothing is connected yet.

        Raises:
            StoreError: the URL cannot be read, or its driver is not installed.
        """
        address = _address(url)
        try:
            if address.get_backend_name() == "sqlite":
                return cls(_sqlite(address))
            return cls(_server(address))
        except ImportError as error:
            raise StoreError(
                f"the database driver {error.name} is not installed",
                where=_shown(address),
                remedy="for PostgreSQL: pip install 'psycopg[binary]'",
            ) from None
        except (sa.exc.ArgumentError, TypeError, OSError) as error:
            raise StoreError(
                f"the store cannot be opened: {error}",
                where=_shown(address),
                remedy="check FENDAN_STORE_URL and FENDAN_HOME",
            ) from None

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """A connection whose writes are durable when the block ends, or never happened.

        Raises:
            StoreError: the database is away, locked, full or damaged.
            sqlalchemy.exc.IntegrityError: a row was already there (the caller's to handle).
        """
        try:
            self._make_tables()
            with self._engine.begin() as connection:
                yield connection
        except sa.exc.IntegrityError:
            raise
        except (sa.exc.SQLAlchemyError, OSError) as error:
            raise StoreError(
                f"the store does not answer ({type(getattr(error, 'orig', error)).__name__})",
                where=_shown(self._engine.url),
                remedy="check that the database runs and that its disk has room",
            ) from error

    def check(self) -> None:
        """Nothing, if the store answers.

        Raises:
            StoreError: it does not.
        """
        with self.transaction() as connection:
            connection.execute(sa.select(sa.literal(1)))

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()

    def _make_tables(self) -> None:
        if self._ready:
            return
        with self._making, self._engine.begin() as connection:
            if self._engine.dialect.name == "postgresql":
                # Workers start together; without the lock each would create the same tables.
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_SCHEMA_LOCK)))
            elif self._engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            METADATA.create_all(connection)
            self._ready = True


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except sa.exc.ArgumentError:
        raise StoreError(
            "the store's address is not a SQLAlchemy URL",
            where="FENDAN_STORE_URL",
            remedy="write sqlite:////folder/fendan.db or postgresql://user@host/database",
        ) from None
    if address.drivername in ("postgresql", "postgres"):
        return address.set(drivername="postgresql+psycopg")
    return address


def _shown(address: URL) -> str:
    return address.render_as_string(hide_password=True)


def _sqlite(address: URL) -> sa.Engine:
    if address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(address, connect_args={"timeout": _BUSY_SECONDS})
    sa.event.listen(engine, "connect", _set_pragmas)
    return engine


def _set_pragmas(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    # Readers never wait for the writer; FULL, since a decision must outlive a power cut.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _server(address: URL) -> sa.Engine:
    limits: dict[str, Any] = {}
    if address.get_backend_name() == "postgresql":
        asked = address.query.get("options", "")  # the URL's own options go last and win
        limits = {
            "connect_timeout": _CONNECT_SECONDS,
            "options": f"-c statement_timeout={_STATEMENT_MS} {asked}",
        }
    return sa.create_engine(
        address, pool_pre_ping=True, pool_timeout=_BUSY_SECONDS, connect_args=limits
    )

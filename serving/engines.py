"""The engine behind the URL of a store: SQLite, or a server, with the times it may take."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection

from features.errors import StoreError

BUSY_SECONDS: Final = 5
_CONNECT_SECONDS = 3
_STATEMENT_MS = 10_000
_UNANSWERED_MS = 5_000  # a cut line: the kernel would go on sending for a quarter of an hour


def engine_at(url: str) -> sa.Engine:
    """The engine of a SQLAlchemy URL; nothing is connected yet.

    Raises:
        StoreError: the URL cannot be read, or its driver is not installed.
    """
    address = _address(url)
    try:
        if address.get_backend_name() == "sqlite":
            return _sqlite(address)
        return _server(address)
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


def _shown(address: URL) -> str:
    """An address as it may be told: without its password."""
    return address.render_as_string(hide_password=True)


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


def _sqlite(address: URL) -> sa.Engine:
    if address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(address, connect_args={"timeout": BUSY_SECONDS})
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
            "tcp_user_timeout": _UNANSWERED_MS,
            "options": f"-c statement_timeout={_STATEMENT_MS} {asked}",
        }
    return sa.create_engine(
        address, pool_pre_ping=True, pool_timeout=BUSY_SECONDS, connect_args=limits
    )

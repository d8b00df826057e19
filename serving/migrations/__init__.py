"""How the store's tables came to be what they are: Alembic's steps, forward only.

To change a table: change `serving.tables`, add `versions/vNNNN_what.py` whose `down_revision` is
the one before, and run `tests/serving/test_migrations.py`: it compares the two on a filled store.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from features.errors import StoreError

_FIRST = "v0001"


def newest() -> str:
    """The revision that this code works with."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def revision_of(connection: sa.Connection) -> str | None:
    """The revision that a database is at; None for one without any.

    A database from before there were revisions has the tables of the first.
    """
    current = MigrationContext.configure(connection).get_current_revision()
    if current is None and sa.inspect(connection).has_table("decisions"):
        return _FIRST
    return current


def upgrade(connection: sa.Connection, revision: str = "head") -> None:
    """Bring a database forward, within the connection's own transaction.

    Raises:
        StoreError: it is at a revision that this code does not know.
    """
    config = _config()
    config.attributes["connection"] = connection
    if MigrationContext.configure(connection).get_current_revision() is None and revision_of(
        connection
    ):
        command.stamp(config, _FIRST)
    try:
        command.upgrade(config, revision)
    except CommandError as error:
        raise StoreError(
            f"the store's tables are not of this version: {error}",
            remedy="run the version of Fendan that made them, or a newer one",
        ) from error


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config

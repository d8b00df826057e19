"""Migrations go forward on a filled database and lose nothing."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from serving import migrations
from serving.decisions.log import DecisionLog
from serving.store import Marks, Store, mark
from serving.tables import DECISIONS, METADATA

OLD_TABLES = ("decisions", "idempotency_keys", "actions", "spent")


@pytest.fixture
def engine(url):
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    if url.startswith("sqlite"):
        from pathlib import Path

        Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
    yield engine
    engine.dispose()


def filled(connection: sa.Connection) -> None:
    row = {
        "refresh_id": "r1",
        "created_at": sa.func.now(),
        "policy_name": "default",
        "policy_version": 1,
        "model_name": "fendan-risk",
        "model_version": 1,
        "timings_ms": "{}",
        "request": b"x\x9c\x03\x00\x00\x00\x00\x01",
        "answer": b"x\x9c\x03\x00\x00\x00\x00\x01",
    }
    connection.execute(DECISIONS.insert().values(row))


def test_the_migrated_tables_are_those_the_code_speaks_of(engine):
    with engine.begin() as connection:
        migrations.upgrade(connection)
        found = compare_metadata(MigrationContext.configure(connection), METADATA)
        assert found == []
        assert migrations.revision_of(connection) == migrations.newest()


def test_a_database_from_before_there_were_migrations_keeps_its_decisions(engine, url):
    with engine.begin() as connection:
        migrations.upgrade(connection, "v0001")
        filled(connection)
        connection.execute(sa.text("drop table alembic_version"))
    log = DecisionLog(Store.open(url))
    assert log.latest_id() == "r1"
    assert log.get("r1").events_seq is None


def test_bringing_up_to_date_twice_changes_nothing(engine):
    for _ in range(2):
        with engine.begin() as connection:
            migrations.upgrade(connection)


def test_a_change_is_marked_for_every_worker(url):
    store, other = Store.open(url), Store.open(url)
    assert other.marks() == Marks()
    with store.transaction() as connection:
        mark(connection, "policy")
    assert other.marks() == Marks(policy=1)


def test_what_was_undone_is_not_marked(url):
    store = Store.open(url)

    def broken() -> None:
        with store.transaction() as connection:
            mark(connection, "events")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert store.marks() == Marks()

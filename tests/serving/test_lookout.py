"""What has changed: told at once after every commit, by whoever, and cheaply where nothing was."""

from contextlib import suppress

import pytest
import sqlalchemy as sa

from features.errors import StoreError
from serving.store import Store, mark, marks_of


@pytest.fixture
def stores(url):
    opened = Store.open(url), Store.open(url)
    yield opened
    for store in opened:
        store.close()


def note(store, name):
    with store.transaction() as connection:
        mark(connection, name)


def test_a_change_is_seen_at_once_by_whoever_made_it_and_by_every_other(stores):
    ours, theirs = stores
    for n, name in enumerate(("keys", "policy", "events", "keys"), 1):
        note((ours, theirs)[n % 2], name)
        assert ours.marks() == theirs.marks()
        with ours.transaction() as connection:
            assert ours.marks() == marks_of(connection)
    assert (ours.marks().keys, ours.marks().policy) == (2, 1)


def test_what_was_rolled_back_is_not_seen(stores):
    ours, theirs = stores
    before = ours.marks()
    with suppress(ZeroDivisionError), theirs.transaction() as connection:
        mark(connection, "keys")
        _ = 1 / 0
    assert ours.marks() == before


def test_marks_that_nobody_moved_are_not_read_again(tmp_path, monkeypatch):
    store = Store.open(f"sqlite:///{tmp_path}/x.db")
    note(store, "keys")
    store.marks()
    known = store.marks()
    monkeypatch.setattr(store, "transaction", None)
    assert store.glance() == store.marks() == known
    store.close()


def test_nothing_is_known_at_a_glance_before_it_was_looked_up(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path}/x.db")
    assert store.glance() is None
    store.close()


def test_a_glance_opens_no_connection(tmp_path, monkeypatch):
    store = Store.open(f"sqlite:///{tmp_path}/x.db")
    store.check()
    known = store.marks()
    assert store.glance() == known
    store._lookout.close()
    monkeypatch.setattr(store._lookout, "_kept", None)
    assert store.glance() is None
    store.close()


def test_marks_are_told_while_another_one_writes(stores):
    ours, theirs = stores
    note(ours, "keys")
    known = ours.marks()
    with theirs.transaction() as connection:
        mark(connection, "keys")
        assert ours.marks() == known
    assert ours.marks().keys == known.keys + 1


def test_a_lost_connection_is_replaced(stores):
    ours, theirs = stores
    note(ours, "keys")
    ours.marks()
    ours.close()
    note(theirs, "keys")
    assert ours.marks().keys == 2


def test_a_database_that_went_away_is_told_and_asked_again():
    store = Store.open("postgresql://nobody@127.0.0.1:9/none")
    for _ in range(2):
        with pytest.raises(StoreError):
            store.marks()


def test_a_cut_line_is_replaced_by_a_new_one(stores):
    ours, theirs = stores
    if ours.dialect == "sqlite":
        pytest.skip("has no line")
    note(ours, "keys")
    ((pid,),) = ours._line.ask("SELECT pg_backend_pid()")
    with theirs.transaction() as connection:
        connection.execute(sa.select(sa.func.pg_terminate_backend(pid)))
        mark(connection, "keys")
    assert ours.marks().keys == 2

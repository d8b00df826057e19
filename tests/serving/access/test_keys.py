"""API keys: what the store keeps of them, what they open, and when they stop."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from features.errors import FendanError
from serving.access.keys import KeyBook, UnknownKeyError
from serving.audit import changes
from serving.store import Store
from serving.tables import METADATA

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)


class World:
    """A store, its keys, and a clock to turn."""

    def __init__(self, url):
        self.store, self.now = Store.open(url), NOON
        self.book = KeyBook(self.store, lambda: self.now)

    def make(self, name="desk", scopes=("refresh",), lasting=None, agent_id=None):
        return self.book.create(name, frozenset(scopes), lasting, "ops", agent_id)

    def rows(self):
        with self.store.transaction() as connection:
            return [
                str(row._mapping)
                for table in METADATA.sorted_tables
                for row in connection.execute(sa.select(table))
            ]


@pytest.fixture
def world(url):
    opened = World(url)
    yield opened
    opened.store.close()


def test_a_key_is_there_for_whoever_opens_the_store_next_but_not_its_secret(world, url):
    new = world.make(scopes=("events", "refresh"), lasting=DAY)
    other = World(url)
    assert other.book.all() == [new.key]
    assert (new.key.scopes, new.key.expires_at) == ({"refresh", "events"}, NOON + DAY)
    assert new.text.startswith(f"fd_{new.key.key_id}_")
    secret = new.text.rpartition("_")[2]
    assert len(bytes.fromhex(secret)) == 32
    assert secret not in " ".join([*world.rows(), repr(new)])
    other.store.close()


def test_no_two_keys_are_alike(world):
    assert len({world.make(f"k{i}").text.rpartition("_")[2] for i in range(5)}) == 5


def test_a_key_ends_at_its_moment_or_when_it_is_revoked(world):
    key = world.make(lasting=DAY).key
    assert key.state(NOON + DAY - timedelta(microseconds=1)) == "active"
    assert key.state(NOON + DAY) == "expired"
    assert world.book.revoke("desk", "ops").state(NOON) == "revoked"


def test_a_key_is_revoked_by_id_or_name_and_only_once(world):
    first, second = world.make("a").key, world.make("b").key
    assert world.book.revoke(first.key_id, "ops").revoked_at == NOON
    world.now += DAY
    assert world.book.revoke(first.key_id, "ops").revoked_at == NOON
    assert world.book.revoke("b", "ops").key_id == second.key_id
    for gone in ("a", "b", "", "nobody"):
        with pytest.raises(UnknownKeyError, match="key list"):
            world.book.revoke(gone, "ops")


def test_a_name_is_free_again_when_its_key_has_ended(world):
    world.make(lasting=DAY)
    with pytest.raises(FendanError, match="already"):
        world.make()
    world.now += DAY
    third = world.make().key
    assert world.book.revoke("desk", "ops").key_id == third.key_id


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "name"),
        ({"name": " desk"}, "name"),
        ({"name": "de\nsk"}, "name"),
        ({"name": "x" * 101}, "100"),
        ({"scopes": ()}, "opens nothing"),
        ({"scopes": ("refresh", "root")}, "'root' is not a scope.*refresh, events, read"),
        ({"lasting": timedelta(0)}, "expires"),
        ({"agent_id": ""}, "id of an agent"),
        ({"agent_id": "A\n3"}, "id of an agent"),
        ({"lasting": timedelta(days=3651)}, "3650d"),
    ],
)
def test_a_key_that_cannot_be_is_refused_in_words_and_nothing_changes(world, wrong, words):
    with pytest.raises(FendanError, match=words):
        world.make(**wrong)
    assert world.book.all() == []
    assert world.store.marks().keys == 0


def test_every_change_is_marked_and_audited(world):
    key = world.make(scopes=("admin", "read")).key
    assert world.store.marks().keys == 1
    world.book.revoke("desk", "boss")
    assert world.store.marks().keys == 2
    with world.store.transaction() as connection:
        revoked, created = changes(connection)
    assert (created.at, created.who, created.what) == (NOON, "ops", "key.created")
    assert created.about == {
        "key_id": key.key_id,
        "name": "desk",
        "scopes": "read admin",
        "expires_at": None,
    }
    assert (revoked.who, revoked.what) == ("boss", "key.revoked")


def test_a_key_of_an_agent_asks_as_that_agent_and_the_audit_names_them(world):
    key = world.make("li", ("work", "read"), agent_id="A3").key
    assert world.book.all() == [key]
    assert key.holder.agent_id == "A3"
    with world.store.transaction() as connection:
        (created,) = changes(connection)
    assert created.about["agent_id"] == "A3"


def test_a_scope_of_a_newer_release_opens_nothing(world):
    world.make()
    with world.store.transaction() as connection:
        connection.execute(sa.text("update keys set scopes = 'refresh teleport'"))
    assert world.book.all()[0].scopes == {"refresh"}

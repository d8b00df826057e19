"""Which machines are served: others only when somebody holds a key."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from features.errors import FendanError
from serving.access.keys import KeyBook
from serving.access.reach import reach_of
from serving.settings import Oidc, Settings
from serving.store import Store

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
AWAY = "postgresql://nobody:pw@127.0.0.1:9/none"
BEYOND = ["0.0.0.0", "::", "192.168.0.3", "desk.example"]


@pytest.fixture
def store(tmp_path):
    return f"sqlite:///{tmp_path}/x.db"


def reach(host, url, now=NOON, **more):
    return reach_of(Settings(Path("/"), url, "", host=host, **more), now)


def make(url, lasting=None):
    store = Store.open(url)
    KeyBook(store, lambda: NOON).create("desk", frozenset({"read"}), lasting, "ops")
    store.close()


@pytest.mark.parametrize("host", BEYOND)
def test_without_a_key_no_other_machine_is_served(store, host):
    with pytest.raises(FendanError, match=r"this machine only.*fendan key create.*FENDAN_API_KEY"):
        reach(host, store)


@pytest.mark.parametrize("host", BEYOND)
def test_a_key_a_master_key_or_an_issuer_of_tokens_opens_the_house(store, host):
    assert reach(host, store, api_key="k") == "with an API key"
    assert "token" in reach(host, store, oidc=Oidc("https://x", "y"))
    make(store)
    assert reach(host, store) == "with an API key"


def test_a_key_that_has_ended_opens_nothing(store):
    make(store, timedelta(hours=1))
    with pytest.raises(FendanError, match="this machine only"):
        reach("0.0.0.0", store, NOON + timedelta(hours=1))


def test_this_machine_is_served_and_told_so(store):
    assert reach("127.0.0.1", store) == ("this machine only, since there is no API key")
    make(store)
    assert reach("::1", store) == "with an API key"


def test_where_nobody_can_tell_whether_there_are_keys_only_this_machine_is_served():
    store = AWAY
    with pytest.raises(FendanError, match=r"cannot be looked up.*FENDAN_API_KEY") as told:
        reach("0.0.0.0", store)
    assert "pw" not in str(told.value)
    assert "not known yet" in reach("localhost", store)
    assert reach("0.0.0.0", store, api_key="k") == "with an API key"

"""Which policy each refresh obeyed, without reading the answers whole."""

import random
from datetime import UTC, datetime

import pytest

from features.errors import StoreError
from model.decision import Version
from serving.decisions.log import DecisionLog
from serving.decisions.obeyed import obeyed
from serving.store import Store
from tests.serving.decisions.test_log import entry

LONG = "".join(random.Random(1).choices("0123456789abcdef", k=20_000)).encode()
KEPT = datetime(2026, 3, 2, 2, 5, tzinfo=UTC)


def answer(as_of: str) -> bytes:
    return b'{"refresh_id":"r","as_of":"%s","assignments":"%s"}' % (as_of.encode(), LONG)


def test_a_refresh_tells_its_moment_and_its_policy_and_only_news_are_read(url):
    store = Store.open(url)
    log = DecisionLog(store)
    for name, hour in (("r1", "10"), ("r2", "11")):
        log.append(entry(name, answer=answer(f"2026-05-25T{hour}:00:00+08:00")))
    first, second = obeyed(store, KEPT)
    assert (first.as_of.hour, second.as_of.hour) == (10, 11)
    assert first.policy == Version("default", 7)
    assert obeyed(store, KEPT, first.seq) == [second]
    assert obeyed(store, KEPT.replace(year=2027)) == []


def test_an_answer_without_its_moment_is_named(url):
    store = Store.open(url)
    DecisionLog(store).append(entry())
    with pytest.raises(StoreError, match="decision number 1"):
        obeyed(store, KEPT)

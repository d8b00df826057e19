"""The keys in a worker's memory: never older than the store, and good for a while without it."""

import asyncio
import threading

import pytest

from features.errors import StoreError
from serving.access.keyring import TRUSTED_SECONDS, KeyRing
from serving.access.keys import KeyBook
from serving.store import Store


class Worker:
    """A ring over a store of its own, with a clock to turn and a line to cut."""

    def __init__(self, url):
        self.store, self.seconds, self.asked = Store.open(url), 0.0, 0
        self.ring = KeyRing(self.store, lambda: self.seconds)
        self._marks = self.store.marks
        self.store.marks = self.marks

    def marks(self):
        self.asked += 1
        return self._marks()

    def cut(self):
        def away():
            self.asked += 1
            raise StoreError("the store does not answer")

        self.store.marks, self.store.glance = away, lambda: None

    def mend(self):
        self.store.marks = self.marks
        del self.store.glance

    def names(self):
        return asyncio.run(self._names())

    async def _names(self):
        return [key.name for key in (await self.ring.keys()).by_id.values()]


@pytest.fixture
def worker(url):
    found = Worker(url)
    yield found
    found.store.close()


@pytest.fixture
def elsewhere(url):
    store = Store.open(url)
    yield KeyBook(store)
    store.close()


def make(book, name):
    return book.create(name, frozenset({"read"}), None, "ops").key


def revoked(ring):
    return [key.revoked_at is not None for key in asyncio.run(ring.keys()).by_id.values()]


def test_every_change_made_elsewhere_is_known_at_the_next_question(worker, elsewhere):
    assert worker.names() == []
    make(elsewhere, "a")
    assert worker.names() == ["a"]
    make(elsewhere, "b")
    elsewhere.revoke("a", "ops")
    worker.store.marks()  # another one in this worker has seen it already
    assert worker.names() == ["a", "b"]
    assert revoked(worker.ring) == [True, False]


def test_keys_that_nobody_changed_are_not_read_again(worker, elsewhere, monkeypatch):
    make(elsewhere, "a")
    assert worker.names() == ["a"]
    monkeypatch.setattr(KeyBook, "all", None)
    assert worker.names() == ["a"]


def test_while_the_store_is_away_known_keys_stay_good_for_a_day(worker, elsewhere):
    make(elsewhere, "a")
    assert worker.names() == ["a"]
    worker.cut()
    worker.seconds = TRUSTED_SECONDS
    assert worker.names() == ["a"]
    worker.seconds += 2
    with pytest.raises(StoreError):
        worker.names()
    worker.mend()
    worker.seconds += 2
    assert worker.names() == ["a"]


def test_a_store_that_is_away_is_asked_once_a_second(worker):
    worker.cut()
    for _ in range(3):
        with pytest.raises(StoreError):
            worker.names()
    assert worker.asked == 1
    worker.seconds += 1
    with pytest.raises(StoreError):
        worker.names()
    assert worker.asked == 2


def test_what_is_not_known_is_not_taken_for_nothing(worker):
    worker.cut()
    with pytest.raises(StoreError):
        worker.names()


def test_those_who_wait_share_one_question_put_after_they_came(worker, elsewhere):
    """The first is being answered from what was before: whoever comes then must not get that."""
    held, go_on = threading.Event(), threading.Event()
    look = worker.ring._look

    def slow_look():
        found = look()
        held.set()
        go_on.wait(10)
        return found

    async def crowd():
        worker.ring._look = slow_look
        first = asyncio.create_task(worker._names())
        await asyncio.to_thread(held.wait, 10)
        await asyncio.to_thread(make, elsewhere, "a")
        late = []
        for _ in range(20):
            late.append(asyncio.create_task(worker._names()))
            await asyncio.sleep(0)
        go_on.set()
        return await first, await asyncio.gather(*late)

    first, late = asyncio.run(crowd())
    assert first == []
    assert late == [["a"]] * 20
    assert worker.asked == 2


def test_a_caller_who_hangs_up_takes_no_answer_from_the_others(worker, elsewhere):
    make(elsewhere, "a")

    async def crowd():
        gone, other = (asyncio.create_task(worker._names()) for _ in range(2))
        await asyncio.sleep(0)
        gone.cancel()
        return await other

    assert asyncio.run(crowd()) == ["a"]

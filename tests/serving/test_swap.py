"""A new model taken up while the old one serves, or not taken up, and why."""

import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from features.errors import ModelError, StoreError
from model import dispatch
from model.decision import Version
from serving.desks import Current, DeskSource, Making
from serving.metrics import Telemetry
from serving.schemas import parse_refresh
from serving.store import Marks
from serving.swap import AGAIN_SECONDS, Swap
from tests.model.desks import FakeDesk, agent, snapshot, ticket
from tests.serving.builders import body

SNAPSHOT = snapshot([ticket(f"T{n}") for n in range(30)], [agent("A", capacity=40)])
SPREAD = {f"T{n}": 0.2 + n / 150 for n in range(30)}
ALIKE = {f"T{n}": 0.3 for n in range(30)}


def model(number, kept=None):
    return FakeDesk(kept=SPREAD if kept is None else kept, model=Version("fendan-risk", number))


@dataclass
class Registry:
    """Which model is due, and what loading it gives."""

    shelf: dict = field(default_factory=lambda: {1: model(1)})
    champion: int = 1
    loaded: list = field(default_factory=list)
    down: bool = False

    def due(self):
        if self.down:
            raise ModelError("the model registry cannot be used", remedy="start it")
        return Version("fendan-risk", self.champion)

    def desk(self):
        self.loaded.append(self.champion)
        found = self.shelf.get(self.champion)
        if found is None:
            raise ModelError("timeout.txt is not the file that was saved: its bytes have changed")
        return found

    def promote(self, number, kept=None):
        self.shelf[number], self.champion = model(number, kept), number


class Watched:
    """A source, its swap, and a clock for it."""

    def __init__(self, registry, latest=lambda: SNAPSHOT, parts=(), bare=None, marks=Marks):
        self.now, self.telemetry = 0.0, Telemetry()
        making = Making(registry.desk, bare, registry.due)
        self.source = DeskSource(making, marks, parts)
        self.swap = Swap(self.source, latest, self.telemetry, lambda: self.now)

    def served(self):
        return self.source.current().desk.model.version

    def count(self, outcome):
        return self.telemetry.swaps.labels(outcome)._value.get()


def test_a_promoted_model_is_taken_up_and_a_rolled_back_one_again():
    registry = Registry()
    watched = Watched(registry)
    assert watched.served() == 1
    registry.promote(2)
    watched.swap.look()
    assert watched.served() == 2
    registry.champion = 1
    watched.swap.look()
    assert (watched.served(), watched.count("taken")) == (1, 2)


def test_nothing_is_loaded_while_the_same_model_is_due():
    registry = Registry()
    watched = Watched(registry)
    watched.served()
    for _ in range(5):
        watched.swap.look()
    assert registry.loaded == [1]


def test_before_the_first_request_nothing_is_looked_for():
    registry = Registry()
    Watched(registry).swap.look()
    assert registry.loaded == []


def test_a_model_that_is_not_sane_is_told_and_never_tried_again():
    registry = Registry()
    watched = Watched(registry)
    watched.served()
    registry.promote(2, ALIKE)
    for _ in range(3):
        watched.now += 10 * AGAIN_SECONDS
        watched.swap.look()
    assert watched.served() == 1
    assert registry.loaded == [1, 2]
    assert watched.swap.note == (
        "fendan-risk version 2 was not taken up: the same risk of 0.300 for all 30 tickets"
    )
    assert watched.count("not_sane") == 1
    registry.promote(3)
    watched.swap.look()
    assert (watched.served(), watched.swap.note) == (3, "")


def test_a_model_whose_bytes_have_changed_is_tried_again_after_a_while():
    registry = Registry()
    watched = Watched(registry)
    watched.served()
    registry.champion = 2
    watched.swap.look()
    watched.swap.look()
    assert (watched.served(), registry.loaded) == (1, [1, 2])
    assert "its bytes have changed" in watched.swap.note
    registry.promote(2)
    watched.now += AGAIN_SECONDS
    watched.swap.look()
    assert watched.served() == 2


def test_a_registry_that_is_gone_changes_nothing_and_is_told_once(caplog):
    registry = Registry()
    watched = Watched(registry)
    watched.served()
    registry.down = True
    watched.swap.look()
    watched.swap.look()
    assert watched.served() == 1
    assert "cannot be used" in watched.swap.note
    assert [r.getMessage() for r in caplog.records] == ["no model can be taken up"]
    registry.down = False
    watched.swap.look()
    assert watched.swap.note == ""


def test_without_any_decision_yet_a_model_is_taken_up_as_it_is():
    registry = Registry()
    watched = Watched(registry, latest=lambda: None)
    watched.served()
    registry.promote(2, ALIKE)
    watched.swap.look()
    assert watched.served() == 2


def test_a_desk_without_a_model_takes_up_the_first_there_is():
    registry = Registry(shelf={})
    bare = FakeDesk(model=Version("none", 0))
    watched = Watched(registry, bare=lambda: bare)
    assert watched.served() == 0
    assert "its bytes have changed" in watched.source.lacking
    registry.promote(1)
    watched.swap.look()
    assert (watched.served(), watched.source.lacking) == (1, "")


class Counting:
    """A part that brings each desk up to the number of events that the marks tell."""

    def fresh(self, current, marks):
        if current.events_seq == marks.events:
            return current
        return replace(current, events_seq=marks.events)


def test_a_new_desk_knows_the_history_that_the_old_one_knew():
    registry, marks = Registry(), [Marks(events=7)]
    watched = Watched(registry, parts=[Counting()], marks=lambda: marks[0])
    assert watched.source.current().events_seq == 7
    registry.promote(2)
    watched.swap.look()
    assert watched.source.served() == Current(registry.shelf[2], 7)
    marks[0] = Marks(events=8)
    assert watched.source.current().events_seq == 8


def test_while_the_store_is_away_a_new_model_waits():
    def away():
        raise StoreError("the store does not answer")

    registry, store = Registry(), [away, Marks, Marks]

    def asked():
        return store.pop()()

    watched = Watched(registry, marks=asked)
    watched.served()
    registry.promote(2)
    store[:] = [Marks, Marks, Marks, away]
    watched.swap.look()
    assert watched.source.served().desk.model.version == 1
    assert "the store does not answer" in watched.swap.note
    watched.swap.look()
    assert watched.served() == 2


REFRESH = dispatch.refresh  # before a fixture puts another one in its place


def test_under_load_no_request_fails_and_the_version_changes_once(service, monkeypatch):
    registry = Registry()
    making = Making(registry.desk, None, registry.due)
    monkeypatch.setattr(dispatch, "refresh", REFRESH)
    running = service(desk_factory=making)
    one = {"category": "logistics", "state": "unassigned", "created_at": "2026-03-01T09:00:00Z"}
    tickets = [{"ticket_id": f"T{n}", **one} for n in range(30)]
    asked = body(*tickets, options={"deadline_ms": 600_000})
    source = running.client.app.state.source
    swap = Swap(source, lambda: parse_refresh(running.log.latest().request)[0], Telemetry())
    seen, failed, done = [], [], threading.Event()

    def load():
        while not done.is_set():
            answer = running.client.post("/v1/refresh", json=asked)
            if answer.status_code != 200 or answer.json()["degraded"]:
                failed.append(answer.text)
            seen.append(answer.json()["model"]["version"])

    callers = [threading.Thread(target=load, daemon=True) for _ in range(3)]
    for caller in callers:
        caller.start()
    while len(seen) < 5:
        done.wait(0.01)
    registry.promote(2)
    swap.look()
    after = len(seen) + 10
    while len(seen) < after:
        done.wait(0.01)
    done.set()
    for caller in callers:
        caller.join()
    assert failed == []
    assert source.current().desk.model.version == 2
    versions = [
        each.model.version for each in running.log.between(datetime.min.replace(tzinfo=UTC))
    ]
    assert versions == sorted(versions)
    assert set(versions) == {1, 2}

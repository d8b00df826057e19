"""What the world does to a service: disks fill, databases go and come, clocks jump, parts break."""

import socket
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from features.errors import ModelError, SnapshotError
from model import bundle as bundles
from model import dispatch, policy_reader
from model.cache import ModelCache, Pointer
from model.desk import ServedDesk
from model.registry import Registry
from serving.decisions.log import DecisionLog
from serving.desks import DeskSource, Making
from serving.store import Store
from tests.builders import random_log
from tests.model.desks import FakeDesk as Small
from tests.model.grown_bundle import grown_bundle
from tests.serving.builders import FakeDesk, body, fixed_edge, plan, ticket
from tests.serving.conftest import POSTGRES

REFRESH, SCORE = dispatch.refresh, dispatch.score  # before a fixture puts others in their place
NO_MODEL = "no such model is registered"


def told_of(answer):
    """Every ticket that an answer tells of."""
    parts = ("assignments", "unassigned", "rejected")
    return sorted(each["ticket_id"] for part in parts for each in answer[part])


def patient(*tickets):
    """A refresh body with time enough, also where something is compiled first."""
    return body(*tickets, options={"deadline_ms": 600_000})


def refreshed(client, **headers):
    answer = client.post("/v1/refresh", json=patient(), headers=headers)
    assert answer.status_code == 200
    assert told_of(answer.json()) == ["T1", "T2"]
    return answer.json()


def no_model():
    raise ModelError(NO_MODEL, remedy="train one")


def bare():
    return ServedDesk.without_model(policy_reader.default())


@pytest.fixture
def real(monkeypatch):
    """The real decisions, whatever stood in their place."""

    def restore():
        monkeypatch.setattr(dispatch, "refresh", REFRESH)
        monkeypatch.setattr(dispatch, "score", SCORE)

    return restore


def test_without_a_model_refreshes_and_scores_are_answered_and_readiness_says_what_is_missing(
    service, real
):
    running = service(desk_factory=Making(no_model, bare))
    real()
    answer = refreshed(running.client)
    assert answer["degraded"] == ["risk_model"]
    assert answer["model"] == {"name": "none", "version": 0}
    scored = running.client.post("/v1/score", json={**body(), "agents": None}).json()
    assert scored["degraded"] == ["risk_model"]
    ready = running.client.get("/readyz")
    assert ready.status_code == 503
    assert NO_MODEL in ready.json()["missing"]["model"]


def test_the_model_is_looked_for_again_and_served_once_it_is_there(service, real):
    there = []
    running = service(desk_factory=Making(lambda: there[0] if there else no_model(), bare))
    real()
    assert refreshed(running.client)["model"]["version"] == 0
    there.append(Small())
    running.client.app.state.swap.look()
    answer = refreshed(running.client)
    assert (answer["degraded"], answer["model"]["name"]) == ([], "fake-risk")
    assert running.client.get("/readyz").status_code == 200


class Broken(Small):
    """A desk that cannot even look at a snapshot."""

    def complete(self, _clean):
        raise IndexError("a history with a hole")


def test_a_desk_that_breaks_altogether_gives_way_to_the_plainest_there_is(service, real):
    running = service(desk_factory=Broken)
    real()
    answer = refreshed(running.client)
    assert answer["degraded"] == ["risk_model", "history"]
    scored = running.client.post("/v1/score", json={**body(), "agents": None})
    assert scored.json()["degraded"] == ["risk_model", "history"]


def test_a_body_at_fault_is_refused_and_not_answered_plainly(service, monkeypatch):
    running = service()

    def refuse(*_):
        raise SnapshotError("two agents have the same id")

    monkeypatch.setattr(dispatch, "refresh", refuse)
    assert running.client.post("/v1/refresh", json=body()).status_code == 422


class Stuck:
    """A part that cannot be brought up to date."""

    def fresh(self, _current, _marks):
        raise ValueError("a row that nobody can read")


def test_a_history_that_cannot_be_brought_up_is_named_and_the_old_one_serves():
    source = DeskSource(FakeDesk, parts=[Stuck()])
    assert source.current().behind == ("history",)
    assert source.current().desk is source.served().desk


def full_after(log, pages):
    """Lets a SQLite store grow by so many pages."""

    def limit(connection, _record):
        used = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {used + pages}")

    engine = log.store._engine
    engine.dispose()
    sa.event.listen(engine, "connect", limit)
    return lambda: (sa.event.remove(engine, "connect", limit), engine.dispose())


def test_while_the_disk_is_full_plans_come_and_once_there_is_room_they_are_logged(service):
    running = service()
    big = patient(*(ticket(f"T{n}", text=f"{n * 7919:x}" * 100) for n in range(400)))
    assert running.client.post("/v1/refresh", json=big).json()["degraded"] == []
    make_room = full_after(running.log, pages=1)
    answer = running.client.post("/v1/refresh", json=big)
    assert (answer.status_code, answer.json()["degraded"]) == (200, ["decision_log"])
    assert len(told_of(answer.json())) == 400
    assert running.client.get("/healthz").status_code == 200
    make_room()
    again = running.client.post("/v1/refresh", json=big).json()
    assert again["degraded"] == []
    assert running.client.get(f"/v1/decisions/{again['refresh_id']}").status_code == 200


def test_a_store_of_a_newer_version_is_left_alone_and_told(service, url):
    with Store.open(url).transaction() as connection:
        connection.execute(sa.text("update alembic_version set version_num = 'v9999'"))
    running = service(store_url=url)
    # whether there are keys cannot be known, so nobody is let in
    refused = running.client.post("/v1/refresh", json=patient())
    assert (refused.status_code, refused.headers["retry-after"] > "") == (503, True)
    told = running.client.get("/readyz").json()["missing"]["store"]
    assert "the store's tables are not of this version" in told
    assert "run the version of Fendan that made them, or a newer one" in told


class Line:
    """A line to a database that can be cut and mended."""

    def __init__(self, host, port):
        self._to, self._ends, self._open = (host, port), [], True
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._let_in, daemon=True).start()

    def cut(self):
        self._open = False
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._ends.clear()

    def mend(self):
        self._open = True

    def close(self):
        self.cut()
        self._door.close()

    def _let_in(self):
        with suppress(OSError):
            while True:
                near = self._door.accept()[0]
                if not self._open:
                    near.close()
                    continue
                far = socket.create_connection(self._to)
                self._ends += [near, far]
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=pair, daemon=True).start()

    def _pass_on(self, source, target):
        with suppress(OSError):
            while got := source.recv(65536):
                target.sendall(got)
            target.shutdown(socket.SHUT_WR)


@pytest.fixture
def line():
    at = urlsplit(POSTGRES)
    made = Line(at.hostname, at.port or 5432)
    yield made
    made.close()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_database_that_goes_and_comes_back_costs_no_answer(service, url, line):
    at = urlsplit(POSTGRES)
    address = url.replace(at.netloc, f"{at.username}@127.0.0.1:{line.port}")
    running = service(store_url=address, log=DecisionLog(Store.open(address)))
    assert refreshed(running.client)["degraded"] == []
    line.cut()
    away = refreshed(running.client)
    assert set(away["degraded"]) == {"history", "decision_log"}
    missing = running.client.get("/readyz").json()["missing"]
    assert set(missing) == {"history", "store"}
    told = running.client.get(f"/v1/decisions/{away['refresh_id']}").json()["detail"]
    assert "does not answer" in told
    assert str(line.port) not in told + str(missing)  # where it lies is for ops alone
    line.mend()
    back = refreshed(running.client)
    assert back["degraded"] == []
    assert running.client.get(f"/v1/decisions/{back['refresh_id']}").status_code == 200
    assert running.client.get("/readyz").status_code == 200


def jumping_edge(hours):
    """A wall clock that reads other hours every time it is asked; nothing else moves."""
    start, moves = datetime(2026, 3, 2, 2, 5, tzinfo=UTC), iter(hours)
    return replace(fixed_edge(), now=lambda: start + timedelta(hours=next(moves, 0)))


def test_a_wall_clock_that_jumps_changes_neither_order_nor_keys_nor_times(service):
    running = service(edge=jumping_edge([0, -1, 1, -1, 0]))
    first = refreshed(running.client, **{"Idempotency-Key": "k"})
    second = refreshed(running.client)
    third = refreshed(running.client)
    again = running.client.post("/v1/refresh", json=patient(), headers={"Idempotency-Key": "k"})
    assert again.json() == first
    assert running.log.latest_id() == third["refresh_id"]
    assert running.log.latest().created_at > running.log.get(second["refresh_id"]).created_at
    assert {each["summary"]["elapsed_ms"] for each in (first, second, third)} == {0}


def test_time_left_is_told_by_a_clock_that_never_jumps(service, monkeypatch):
    given = []

    def asked(desk, snapshot, options, _clock, _spent):
        given.append(options.deadline_ms)
        return plan(desk, snapshot)

    running = service(edge=jumping_edge([-1, 1, -1]))
    monkeypatch.setattr(dispatch, "refresh", asked)
    for _ in range(2):
        refreshed(running.client)
    assert given == [600_000.0, 600_000.0]


def test_a_registry_that_is_gone_leaves_the_model_that_was_kept(service, real, tmp_path):
    bundles.save(grown_bundle(random_log(7, tickets=60)), tmp_path / "made")
    away = {"FENDAN_HOME": str(tmp_path), "MLFLOW_TRACKING_URI": "http://127.0.0.1:9"}
    registry, uri = Registry.of(away), "models:/fendan-risk@champion"
    cache = ModelCache(tmp_path / "models")
    kept = cache.keep(tmp_path / "made")
    cache.point(f"{registry.uri} {uri}", Pointer("fendan-risk", 4, kept.name))

    def desk():
        return ServedDesk.of(registry.load(uri).bundle, policy_reader.default())

    running = service(desk_factory=Making(desk, bare, lambda: registry.leads_to(uri)))
    real()
    answer = refreshed(running.client)
    assert (answer["degraded"], answer["model"]["version"]) == ([], 4)
    running.client.app.state.swap.look()
    assert refreshed(running.client)["model"]["version"] == 4
    ready = running.client.get("/readyz")
    assert ready.status_code == 200
    assert "the model registry cannot be used" in ready.json()["notes"]["model"]

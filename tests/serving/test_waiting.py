"""Lines that are full, bytes that are too many, and how they are told."""

import threading
import time

import pytest

from model import dispatch
from serving import gate
from serving import service as use_cases
from serving.events import intake
from serving.metrics import Telemetry
from serving.problems import Problem
from serving.waiting import Held, Line
from tests.serving.builders import body, plan
from tests.serving.test_http import problem


def line(most=2, clock=lambda: 0.0):
    telemetry = Telemetry()
    return Line("refresh", most, 5, telemetry, clock), telemetry


def test_a_full_line_is_told_at_once_with_when_to_come_again():
    waiting, _ = line(most=1)
    with waiting.stand(), pytest.raises(Problem) as told, waiting.stand():
        pass
    assert (told.value.status, told.value.code) == (503, "busy")
    assert told.value.said.en == "1 refresh requests wait already; try again in 5 s"
    assert ("Retry-After", "5") in told.value.headers


def test_whose_turn_has_come_waits_no_more():
    waiting, telemetry = line(most=1)
    with waiting.stand() as turn:
        turn()
        with waiting.stand():
            assert telemetry.waiting.labels("refresh")._value.get() == 1
    assert telemetry.waiting.labels("refresh")._value.get() == 0


def test_who_leaves_the_line_makes_room_whatever_made_them_leave():
    waiting, _ = line(most=1)
    for _ in range(3):
        with pytest.raises(ValueError, match="gone"), waiting.stand():
            raise ValueError("gone")


def test_the_time_in_the_line_is_counted_once():
    moments = iter([1.0, 3.5])
    waiting, telemetry = line(clock=lambda: next(moments))
    with waiting.stand() as turn:
        turn()
        turn()
    assert b'fendan_wait_seconds_sum{work="refresh"} 2.5' in telemetry.exposition()


def test_bytes_that_are_held_are_bounded_and_let_go():
    telemetry = Telemetry()
    held = Held(100, telemetry)
    held.take(60)
    with pytest.raises(Problem, match="busy"):
        held.take(41)
    held.take(40)
    held.give(100)
    held.take(100)
    assert b"fendan_body_bytes_in_flight 100.0" in telemetry.exposition()


def test_more_refreshes_than_may_wait_are_refused_and_the_others_answered(service, monkeypatch):
    monkeypatch.setattr(use_cases, "REFRESHES", 2)
    begun, release = threading.Event(), threading.Event()

    def slow(*args):
        begun.set()
        release.wait(10)
        return plan(*args)

    client = service().client
    monkeypatch.setattr(dispatch, "refresh", slow)
    statuses, lock = [], threading.Lock()

    def call():
        answer = client.post("/v1/refresh", json=body())
        with lock:
            statuses.append(answer.status_code)

    callers = [threading.Thread(target=call, daemon=True) for _ in range(3)]
    callers[0].start()
    begun.wait(10)
    for caller in callers[1:]:
        caller.start()
    while b'fendan_waiting{work="refresh"} 2.0' not in client.get("/metrics").content:
        time.sleep(0.005)
    refused = client.post("/v1/refresh", json=body())
    assert "2 refresh requests wait already" in problem(refused, 503)["detail"]
    assert refused.headers["retry-after"] == "5"
    assert client.post("/v1/score", json=body(options={})).status_code in (200, 422)
    release.set()
    for caller in callers:
        caller.join()
    assert statuses == [200, 200, 200]
    assert b'fendan_refused_total{reason="busy"} 1.0' in client.get("/metrics").content


def test_bodies_beyond_what_memory_may_hold_are_refused(service, monkeypatch):
    from serving import app

    monkeypatch.setattr(app, "BODIES", 0)
    client = service().client
    refused = client.post("/v1/refresh", json=body())
    assert "bodies of 0 bytes are being read already" in problem(refused, 503)["detail"]
    assert client.get("/healthz").status_code == 200


def test_beyond_all_requests_that_one_worker_answers_only_health_is(service, monkeypatch):
    monkeypatch.setattr(gate, "REQUESTS", 0)
    client = service().client
    told = problem(client.get("/v1/decisions/x"), 503)
    assert "try again in 1 s" in told["detail"]
    assert client.get("/readyz").status_code == 200


def event(event_id):
    return {"event_id": event_id, "time": "2026-03-01T09:00:00+08:00", "type": "ticket.contact",
            "ticket_id": "T1"}  # fmt: skip


def test_events_are_counted_by_what_became_of_them(service):
    client = service().client
    for _ in range(2):
        assert client.post("/v1/events", json=[event("E1"), {"event_id": "E2"}]).status_code == 200
    told = client.get("/metrics").text
    for outcome, count in (("accepted", 1), ("duplicate", 1), ("rejected", 2)):
        assert f'fendan_events_total{{outcome="{outcome}"}} {count}.0' in told


def test_more_events_than_may_wait_are_refused(service, monkeypatch):
    monkeypatch.setattr(intake, "EVENTS", 0)
    told = problem(service().client.post("/v1/events", json=[event("E1")]), 503)
    assert "0 events requests wait already" in told["detail"]

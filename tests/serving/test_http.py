"""The service over HTTP: what it answers, what it refuses, and what it never does."""

import gzip
import json
import logging
import threading
import time
from dataclasses import replace
from itertools import count

import pytest

from features.errors import ModelError, StoreError
from model import dispatch
from serving.answers import DecisionOut, RefreshOut, ScoreOut
from serving.problems import ProblemOut
from serving.service import Edge
from serving.store import Store
from tests.model.desks import FakeDesk as Small
from tests.model.desks import plain
from tests.serving.builders import body, fixed_edge, plan, ticket

REFRESH = dispatch.refresh  # before a fixture puts another one in its place
JSON = {"Content-Type": "application/json"}


def problem(response, status: int) -> dict:
    """The problem that a response must be."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    told = response.json()
    ProblemOut.model_validate(told)
    assert told["status"] == status
    return told


class BrokenLog:
    """A log whose store is away."""

    store = Store.open("postgresql://nobody@127.0.0.1:9/none")  # nobody listens there

    def __getattr__(self, _name):
        def away(*_args):
            raise StoreError("the store does not answer", where="sqlite")

        return away

    def close(self):
        pass


def test_a_refresh_is_answered_in_the_published_shape(service):
    response = service().client.post("/v1/refresh", json=body())
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    told = RefreshOut.model_validate_json(response.content)
    assert [a.ticket_id for a in told.assignments] == ["T1"]
    assert [u.ticket_id for u in told.unassigned] == ["T2"]


def test_why_and_why_not_are_told_over_http_when_asked(service, monkeypatch):
    client = service(desk_factory=lambda: Small(plain(hand_over=0.05))).client
    monkeypatch.setattr(dispatch, "refresh", REFRESH)
    sent = body(ticket("T1", agent_id="A3"), agents=[
        {"agent_id": name, "status": "available"} for name in ("A3", "A7")])  # fmt: skip
    told = client.post("/v1/refresh", json=sent)
    RefreshOut.model_validate_json(told.content)
    (why,) = (each["why"] for each in told.json()["assignments"])
    assert [(t["term"], t["amount"]) for t in why["terms"]] == [("timeout", 0.5)]
    assert why["runner_up"] == {
        "agent_id": "A7",
        "dearer": 0.05,
        "text": "A7 would be first with a timeout risk below 45 % (now 50 %)",
        "text_zh": "若超时风险低于 45%（现为 50%），A7 将排第一",
    }
    assert told.json()["summary"]["plan"] == {"cost": 0.5, "greedy": 0.5, "bound": 0.5}
    again = client.post("/v1/refresh", json={**sent, "options": {"explain": False}})
    assert all("why" not in each for each in again.json()["assignments"])


def test_a_score_is_answered_in_the_published_shape(service):
    response = service().client.post("/v1/score", json=body(ticket()))
    told = ScoreOut.model_validate_json(response.content)
    assert [c.agent_id for c in told.tickets[0].candidates] == ["A3", "A7"]


def test_the_same_request_gets_the_same_answer_but_for_its_id_and_time(service):
    client = service().client
    first, second = (client.post("/v1/refresh", json=body()).json() for _ in range(2))
    assert first.pop("refresh_id") != second.pop("refresh_id")
    del first["summary"]["elapsed_ms"], second["summary"]["elapsed_ms"]
    assert json.dumps(first) == json.dumps(second)


def test_a_decision_is_logged_before_it_is_answered(service, monkeypatch):
    running = service()
    logged = []
    append = running.log.append
    monkeypatch.setattr(
        running.log, "append", lambda entry, key: logged.append(entry) or append(entry, key)
    )
    response = running.client.post("/v1/refresh", json=body())
    assert logged[0].answer == response.content
    assert running.log.get(response.json()["refresh_id"]).answer == response.content


def test_a_broken_store_degrades_the_answer_and_does_not_stop_it(service):
    client = service(log=BrokenLog()).client
    response = client.post("/v1/refresh", json=body(), headers={"Idempotency-Key": "k"})
    assert response.status_code == 200
    assert response.json()["degraded"] == ["decision_log"]
    assert response.json()["refresh_id"] in client.get("/").text
    assert 'fendan_degraded_total{stage="decision_log"} 1.0' in client.get("/metrics").text


def test_a_logged_decision_can_be_fetched_with_its_texts_masked(service):
    client = service().client
    answer = client.post("/v1/refresh", json=body(ticket(text="call 13800138000"))).json()
    told = client.get(f"/v1/decisions/{answer['refresh_id']}")
    DecisionOut.model_validate_json(told.content)
    assert told.json()["answer"] == answer
    assert told.json()["request"]["tickets"][0]["text"] == "call [phone]"
    problem(client.get("/v1/decisions/none"), 404)


def test_the_same_key_and_body_get_the_stored_answer_to_the_byte(service):
    running = service()
    sent, headers = json.dumps(body()), JSON | {"Idempotency-Key": "k1"}
    first = running.client.post("/v1/refresh", content=sent, headers=headers)
    second = running.client.post("/v1/refresh", content=sent, headers=headers)
    assert first.content == second.content
    assert len(running.desk.asked) == 1


def test_the_same_key_with_another_body_is_refused(service):
    client = service().client
    client.post("/v1/refresh", json=body(), headers={"Idempotency-Key": "k1"})
    told = problem(
        client.post("/v1/refresh", json=body(ticket()), headers={"Idempotency-Key": "k1"}), 422
    )
    assert told["type"] == "urn:fendan:problem:idempotency-key-reused"


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_too_short_or_too_long_is_refused(service, key):
    told = service().client.post("/v1/refresh", json=body(), headers={"Idempotency-Key": key})
    assert problem(told, 422)["errors"]


def test_every_fault_of_a_body_is_listed_with_its_pointer(service):
    tickets = [ticket(f"T{i}") for i in range(10_000)]
    tickets[5]["bogus"] = 1
    tickets[6]["created_at"] = "2026-03-01T09:00:00"
    del tickets[7]["state"]
    told = problem(service().client.post("/v1/refresh", json=body(*tickets)), 422)
    assert [e["pointer"] for e in told["errors"]] == [
        "/tickets/5/bogus",
        "/tickets/6/created_at",
        "/tickets/7/state",
    ]


def test_a_ticket_that_makes_no_sense_does_not_keep_the_others_from_an_answer(service):
    tickets = [ticket(f"T{i}") for i in range(1_000)]
    for bad in (10, 20, 30):
        tickets[bad]["due_at"] = "2025-01-01T00:00:00Z"
    told = service().client.post("/v1/refresh", json=body(*tickets)).json()
    assert [r["pointer"] for r in told["rejected"]] == [
        f"/tickets/{bad}/due_at" for bad in (10, 20, 30)
    ]
    assert len(told["assignments"]) + len(told["unassigned"]) == 997


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[" * 200_000, 400),
        (b'{"a":' * 100_000, 400),
        (b'{"as_of": NaN}', 400),
        ("{}".encode("utf-16"), 400),
        (b"\x00" * 1000, 400),
        (b"\x1f\x8b\x08" + b"\x00" * 100, 400),
        (b"null", 422),
        (b"[]", 422),
        (b'"x"', 422),
        (b'{"tickets":' + b"9" * 4_000 + b"}", 422),
        (b'{"tickets":' + b"9" * 9_000 + b"}", 400),
        (b'{"as_of":1e400,"tickets":[]}', 422),
        (b"{" + b'"a":1,' * 9_999 + b'"a":1}', 422),
        (json.dumps({"tickets": [[]] * 50_000}).encode(), 422),
    ],
    ids=lambda sent: repr(sent)[:24],
)
def test_a_hostile_body_is_refused_as_a_problem(service, sent, status):
    client = service().client
    for path in ("/v1/refresh", "/v1/score"):
        problem(client.post(path, content=sent, headers=JSON), status)


def test_a_body_past_the_limit_is_refused_whether_it_says_so_or_not(service):
    client = service(max_body_bytes=1_000).client
    problem(client.post("/v1/refresh", content=b" " * 1_001, headers=JSON), 413)
    chunks = (b" " * 100 for _ in range(11))
    problem(client.post("/v1/refresh", content=chunks, headers=JSON), 413)
    problem(client.post("/v1/refresh", content=b" " * 1_000, headers=JSON), 400)


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=gbk"},
        JSON | {"Content-Encoding": "gzip"},
    ],
)
def test_another_media_type_or_an_encoded_body_is_refused(service, headers):
    sent = gzip.compress(b"{}")
    problem(service().client.post("/v1/refresh", content=sent, headers=headers), 415)


@pytest.mark.parametrize("kind", ["application/json; charset=UTF-8", "application/x+json"])
def test_other_ways_to_say_json_are_heard(service, kind):
    told = service().client.post(
        "/v1/refresh", content=json.dumps(body()), headers={"Content-Type": kind}
    )
    assert told.status_code == 200


def test_unknown_paths_and_methods_are_problems(service):
    client = service().client
    problem(client.get("/v1/nothing"), 404)
    assert "POST" in problem_headers(client.get("/v1/refresh"), 405)["allow"]
    problem(client.post("/v1/refresh/", json={}), 404)


def problem_headers(response, status):
    problem(response, status)
    return response.headers


def test_what_breaks_inside_is_told_to_the_log_and_not_to_the_caller(service, monkeypatch, caplog):
    def broken(*_):
        raise RuntimeError("customer 张三 13800138000")

    client = service().client
    monkeypatch.setattr(dispatch, "refresh", broken)
    response = client.post("/v1/refresh", json=body())
    told = problem(response, 500)
    assert "张三" not in response.text
    assert "RuntimeError" not in response.text
    assert told["instance"].removeprefix("urn:uuid:") in str(
        [getattr(record, "about", {}) for record in caplog.records]
    )
    assert response.headers["x-content-type-options"] == "nosniff"


def test_without_a_model_the_service_says_so_and_recovers_when_there_is_one(service):
    found = []

    def factory():
        if not found:
            raise ModelError(
                "no model is registered",
                where="fendan-risk@champion",
                remedy="run `fendan train` first",
            )
        return found[0]

    running = service(desk_factory=factory)
    client = running.client
    told = problem(client.post("/v1/refresh", json=body()), 503)
    assert "run `fendan train` first" in told["detail"]
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert "fendan train" in ready.json()["missing"]["model"]
    assert client.get("/healthz").json() == {"status": "ok"}
    problem(client.post("/v1/refresh", content=b"{", headers=JSON), 400)


def test_readiness_tells_what_is_missing(service):
    assert service().client.get("/readyz").json() == {"status": "ready", "missing": {}}
    missing = service(log=BrokenLog()).client.get("/readyz")
    assert (missing.status_code, list(missing.json()["missing"])) == (503, ["store"])


def test_one_refresh_at_a_time_and_none_of_them_holds_up_health(service, monkeypatch):
    inside, most, release = [0], [0], threading.Event()

    def slow(*args):
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        release.wait(10)
        inside[0] -= 1
        return plan(*args)

    client = service().client
    monkeypatch.setattr(dispatch, "refresh", slow)
    statuses = []
    callers = [
        threading.Thread(
            target=lambda: statuses.append(client.post("/v1/refresh", json=body()).status_code),
            daemon=True,
        )
        for _ in range(3)
    ]
    for caller in callers:
        caller.start()
    while not inside[0]:
        time.sleep(0.001)
    assert client.get("/healthz").status_code == 200
    problem(client.post("/v1/refresh", content=b"{", headers=JSON), 400)
    release.set()
    for caller in callers:
        caller.join()
    assert (statuses, most) == ([200, 200, 200], [1])


@pytest.mark.parametrize(("seconds", "left"), [(0.5, 1500.0), (9.0, 0.0)])
def test_the_deadline_runs_from_the_arrival_of_the_request(service, monkeypatch, seconds, left):
    """The time spent on reading the body and on waiting for the refresh before it counts."""
    given, now = [], count(0.0, seconds)

    def asked(desk, snapshot, options, _clock, _spent):
        given.append(options.deadline_ms)
        return plan(desk, snapshot)

    monkeypatch.setattr(dispatch, "refresh", asked)
    client = service(edge=replace(fixed_edge(), clock=lambda: next(now))).client
    assert client.post("/v1/refresh", json=body()).status_code == 200
    assert given == [left]


def test_metrics_count_refreshes_tickets_and_requests_by_route(service):
    client = service(edge=fixed_edge()).client
    client.post("/v1/refresh", json=body())
    client.get("/v1/decisions/secret-id")
    client.get("/wp-login.php")
    text = client.get("/metrics").text
    for line in (
        'fendan_requests_total{method="POST",route="/v1/refresh",status="200"} 1.0',
        'fendan_requests_total{method="GET",route="/v1/decisions/{refresh_id}",status="404"} 1.0',
        'fendan_requests_total{method="GET",route="unmatched",status="404"} 1.0',
        "fendan_refresh_seconds_count 1.0",
        'fendan_tickets_total{outcome="reassign"} 1.0',
        'fendan_tickets_total{outcome="unassigned"} 1.0',
        'fendan_expected_timeouts{plan="planned"} 97.2',
    ):
        assert line in text
    assert "secret-id" not in text


def test_log_lines_hold_no_ticket_customer_or_key(service, caplog):
    caplog.set_level(logging.DEBUG, "fendan.serving")
    client = service(api_key="k3y-of-the-desk").client
    sent = body(ticket("T-secret", customer_id="C-secret", text="secret"))
    client.post("/v1/refresh", json=sent, headers={"X-API-Key": "k3y-of-the-desk"})
    client.post("/v1/refresh?secret", json=sent, headers={"X-API-Key": "wrong-secret"})
    told = " ".join(str(vars(record)) for record in caplog.records if record.name.startswith("fen"))
    assert "/v1/refresh" in told
    assert "secret" not in told
    assert "k3y" not in told


def test_openapi_names_the_shapes_of_bodies_answers_and_problems(service):
    told = service().client.get("/openapi.json").json()
    schemas = told["components"]["schemas"]
    for name in ("RefreshIn", "TicketIn", "AgentIn", "RefreshOut", "ScoreOut", "ProblemOut"):
        assert name in schemas
    post = told["paths"]["/v1/refresh"]["post"]
    sent = post["requestBody"]["content"]["application/json"]
    RefreshOut.model_validate_json(
        json.dumps(post["responses"]["200"]["content"]["application/json"]["example"])
    )
    assert sent["schema"] == {"$ref": "#/components/schemas/RefreshIn"}
    assert list(post["responses"]["422"]["content"]) == ["application/problem+json"]
    assert set(schemas["RefreshIn"]["required"]) == {"as_of", "tickets"}
    assert schemas["RefreshIn"]["additionalProperties"] is False
    assert set(schemas["TicketIn"]["required"]) == {"ticket_id", "category", "created_at", "state"}
    references = {
        word.split('"')[0] for word in json.dumps(told).split("#/components/schemas/")[1:]
    }
    assert references <= schemas.keys()


def test_the_examples_of_openapi_are_answered(service):
    client = service().client
    paths = client.get("/openapi.json").json()["paths"]
    for path in ("/v1/refresh", "/v1/score"):
        example = paths[path]["post"]["requestBody"]["content"]["application/json"]["example"]
        assert client.post(path, json=example).status_code == 200


def test_the_edge_reads_the_machines_clock():
    edge = Edge()
    assert edge.now().tzinfo is not None
    assert edge.new_id() != edge.new_id()


def test_a_refused_method_is_told_all_that_are_allowed(service):
    client = service().client
    assert client.request("PATCH", "/v1/policy").headers["Allow"] == "GET, PUT"
    assert client.get("/v1/refresh").headers["Allow"] == "POST"
    assert client.post("/").headers["Allow"] == "GET"

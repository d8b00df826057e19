"""The client held to the service itself: blocking and awaiting, it says and hears the same."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import anyio.from_thread
import httpx
import pytest

from features.errors import ModelError
from serving.client import AsyncFendan, Fendan, FendanProblem, Retries, StrangeAnswerError
from serving.client.calls import refresh
from serving.requests import RefreshIn
from tests.serving.builders import body, ticket

ROOT = Path(__file__).parents[2]
ONCE = Retries(within_seconds=0)


class Waited:
    """An `AsyncFendan` whose answers are waited for, so that one test speaks of both clients."""

    def __init__(self, client: AsyncFendan, portal: anyio.from_thread.BlockingPortal) -> None:
        self._client, self._portal = client, portal

    def __getattr__(self, name):
        method = getattr(self._client, name)
        return lambda *args, **named: self._portal.call(lambda: method(*args, **named))


@pytest.fixture(params=["blocking", "awaiting"])
def calling(request, service) -> Iterator[Callable[..., Fendan | Waited]]:
    """Starts a service and gives a client of it; `key` and `retries` are the client's own."""
    with anyio.from_thread.start_blocking_portal() as portal:

        def call(key=None, retries=ONCE, **settings) -> Fendan | Waited:
            desk = service(**settings)
            if request.param == "blocking":
                return Fendan(key=key, retries=retries, transport=desk.client._transport)
            transport = httpx.ASGITransport(desk.client.app, raise_app_exceptions=False)
            return Waited(AsyncFendan(key=key, retries=retries, transport=transport), portal)

        yield call


def test_a_refresh_comes_back_as_a_record_and_can_be_fetched_again(calling):
    client = calling()
    plan = client.refresh(body(ticket("T1", agent_id="A3"), ticket("T2")))
    assert [(a.ticket_id, a.agent_id) for a in plan.assignments] == [("T1", "A7")]
    assert client.decision(plan.refresh_id).answer == plan


def test_a_refresh_told_twice_under_one_key_is_decided_once(calling):
    client = calling()
    first, second = (client.refresh(body(), "key-1") for _ in range(2))
    assert first == second
    assert client.refresh(body()).refresh_id != client.refresh(body()).refresh_id


def test_a_score_names_the_candidates(calling):
    told = calling().score(body(ticket()))
    assert [c.agent_id for c in told.tickets[0].candidates] == ["A3", "A7"]


def test_events_are_counted_and_what_is_refused_is_told(calling):
    client = calling()
    contact = {"event_id": "e1", "time": datetime(2026, 3, 2, tzinfo=UTC), "type": "ticket.contact",
               "ticket_id": "T1"}  # fmt: skip
    told = client.send_events([contact, {**contact, "event_id": "e2", "type": "ticket.eaten"}])
    assert (told.accepted, told.duplicates) == (1, 0)
    assert [(refused.index, refused.event_id) for refused in told.rejected] == [(1, "e2")]
    assert client.send_events(iter([contact])).duplicates == 1


def test_a_customer_with_a_strange_id_can_be_forgotten(calling):
    client = calling()
    client.send_events([
        {"event_id": "e1", "time": "2026-03-02T10:00:00Z", "type": "customer.margin",
         "customer_id": "C/9?", "amount": 1.0}
    ])  # fmt: skip
    assert client.forget("C/9?").events == 1


def test_a_record_is_sent_with_only_what_it_was_given(calling):
    sent = body(agents=[{"agent_id": "A7", "status": "available", "skills": None}])
    record = RefreshIn.model_validate(sent)
    assert json.loads(refresh(record).body) == sent
    assert calling().refresh(record).summary.open == 2


def test_a_refused_body_is_a_problem_with_every_fault(calling):
    with pytest.raises(FendanProblem) as refused:
        calling().refresh(body(ticket(stat="x")))
    problem = refused.value
    assert (problem.status, problem.code) == (422, "invalid-body")
    assert [fault.pointer for fault in problem.errors] == ["/tickets/0/stat"]
    assert problem.request
    assert "unknown field" in str(problem)


def test_the_key_is_sent_and_a_wrong_one_is_told(calling):
    assert calling(key="secret", api_key="secret").refresh(body()).summary.open == 2
    with pytest.raises(FendanProblem, match="401 unauthorized"):
        calling(key="guess", api_key="secret").refresh(body())


def test_the_key_comes_from_the_environment_where_none_is_given(calling, monkeypatch):
    monkeypatch.setenv("FENDAN_API_KEY", "secret")
    assert calling(api_key="secret").refresh(body()).summary.open == 2


def test_an_unknown_decision_is_a_problem_even_with_a_strange_id(calling):
    with pytest.raises(FendanProblem, match="404 no-such-decision"):
        calling().decision("no such?id#")


def test_readiness_says_what_is_missing(calling):
    assert calling().ready().status == "ready"

    def none():
        raise ModelError("no model yet")

    told = calling(desk_factory=none).ready()
    assert (told.status, told.missing) == ("not ready", {"model": "no model yet"})


def answering(*answers: httpx.Response | Exception, retries: Retries) -> tuple[Fendan, list]:
    """A client of a service that gives these answers in turn, and what it was sent."""
    left, seen = list(answers), []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        given = left.pop(0)
        if isinstance(given, Exception):
            raise given
        return given

    return Fendan(retries=retries, transport=httpx.MockTransport(answer)), seen


AT_ONCE = Retries(within_seconds=5, first_seconds=0, most_seconds=0)
READY = {"status": "ready", "missing": {}}
REPLY = {"as_of": "2026-03-02T10:05:00+08:00", "policy": {"name": "p", "version": 1},
         "model": {"name": "m", "version": 1}, "degraded": [], "tickets": [], "rejected": [],
         "agent_faults": []}  # fmt: skip


@pytest.mark.parametrize("passing", [
    httpx.Response(502), httpx.Response(503), httpx.Response(504), httpx.Response(429),
    httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut"),
])  # fmt: skip
def test_what_passes_is_tried_again_with_the_same_key(passing):
    client, seen = answering(passing, httpx.Response(400), retries=AT_ONCE)
    with pytest.raises(FendanProblem):  # the second answer, which is final
        client.refresh(body())
    assert len(seen) == 2
    assert len({request.headers["idempotency-key"] for request in seen}) == 1
    assert seen[0].content == seen[1].content


def test_what_is_refused_for_good_is_not_tried_again():
    for status in (400, 401, 403, 404, 409, 412, 413, 422, 500):
        client, seen = answering(httpx.Response(status), retries=AT_ONCE)
        with pytest.raises(FendanProblem, match=str(status)):
            client.refresh(body())
        assert len(seen) == 1


def test_a_redirect_is_not_followed_since_the_key_would_go_along():
    moved = httpx.Response(302, headers={"location": "http://elsewhere.example/"})
    client, seen = answering(moved, retries=AT_ONCE)
    with pytest.raises(FendanProblem, match="302"):
        client.ready()
    assert len(seen) == 1


def test_a_newer_service_may_say_more():
    client, _ = answering(httpx.Response(200, json={**REPLY, "new": 1}), retries=ONCE)
    assert client.score(body()).model.version == 1


def test_an_answer_of_another_shape_is_told():
    client, _ = answering(httpx.Response(200, text="<html>hello"), retries=ONCE)
    with pytest.raises(StrangeAnswerError, match="not a ReadyOut"):
        client.ready()


def test_a_refusal_in_strange_words_keeps_them():
    client, _ = answering(httpx.Response(400, text="<h1>Bad\n gateway</h1>"), retries=ONCE)
    with pytest.raises(FendanProblem, match="<h1>Bad gateway</h1>") as refused:
        client.ready()
    assert refused.value.code == "http"


def test_a_service_under_a_prefix_is_reached_there():
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.raw_path)
        return httpx.Response(200, json=READY)

    client = Fendan("https://desk.example/fendan/", transport=httpx.MockTransport(answer))
    client.ready()
    with pytest.raises(StrangeAnswerError):
        client.decision("a/../b")
    assert seen == [b"/fendan/readyz", b"/fendan/v1/decisions/a%2F..%2Fb"]


def test_the_client_brings_nothing_of_the_model_or_the_server_along():
    asked = "import sys, serving.client; print(*sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    heavy = {"numpy", "pandas", "lightgbm", "mlflow", "numba", "fastapi", "sqlalchemy", "uvicorn"}
    assert heavy.isdisjoint({name.partition(".")[0] for name in told.stdout.split()})


def test_both_clients_ask_for_the_same_things():
    shared = {name for name in vars(Fendan) if not name.startswith("_")} - {"close"}
    assert shared == {name for name in vars(AsyncFendan) if not name.startswith("_")} - {"aclose"}

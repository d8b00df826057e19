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
import sqlalchemy as sa

from features.errors import ModelError
from features.snapshot import Snapshot
from model.assessment import AssessorLike
from model.policy_reader import default
from serving.client import AsyncFendan, Fendan, FendanProblem, Override, Retries
from serving.client.calls import refresh
from serving.desks import Making
from serving.requests import RefreshIn
from serving.store import Store
from serving.tables import DECISIONS, EVENTS, POLICY_MOVES
from tests.model.desks import FakeDesk as TableDesk
from tests.serving.builders import FakeDesk, body, ticket
from tests.serving.models.shelf import shelf

ROOT = Path(__file__).parents[3]
ONCE = Retries(tries=1)


AT_ONCE = Retries(within_seconds=5, first_seconds=0, most_seconds=0)


def own_policy() -> FakeDesk:
    return FakeDesk(policy=default())


class Completing(FakeDesk):
    """Knows nothing beyond what is sent."""

    def complete(self, snapshot: Snapshot) -> Snapshot:
        return snapshot


class Assessing(Completing):
    """Also assesses, by tables that say nothing."""

    def assess(self, snapshot: Snapshot) -> AssessorLike:
        return TableDesk().assess(snapshot)


class Losing(httpx.BaseTransport):
    """Passes everything on, and loses the first answer on its way back."""

    def __init__(self, behind: httpx.BaseTransport) -> None:
        self._behind, self.lost = behind, 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._behind.handle_request(request)
        if self.lost:
            return answer
        self.lost += 1
        raise httpx.ReadError("the line was cut", request=request)


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


def test_a_link_for_a_customer_is_made_for_so_many_days_and_ended(calling):
    client = calling()
    usual, short = client.link("T 1"), client.link("T 1", valid_days=1)
    assert usual.url_path == f"/status/{usual.token}"
    assert usual.expires_at > short.expires_at
    assert [client.end_links("T 1").ended for _ in range(2)] == [2, 0]


def test_a_customer_with_a_strange_id_can_be_forgotten(calling):
    client = calling()
    client.send_events([
        {"event_id": "e1", "time": "2026-03-02T10:00:00Z", "type": "customer.margin",
         "customer_id": "C/9?", "amount": 1.0}
    ])  # fmt: skip
    assert client.forget("C/9?").events == 1


def test_the_policy_is_seen_changed_and_taken_back(calling):
    client = calling(desk_factory=own_policy)
    held = client.policy()
    changed = client.put_policy({**held.document, "name": "mine"}, held.etag, "for Monday")
    assert (changed.name, changed.changed, client.policy().etag) == ("mine", True, changed.etag)
    with pytest.raises(FendanProblem, match="412 stale-policy"):
        client.put_policy({"name": "another"}, held.etag)
    assert client.policy_versions(limit=1).versions[0].why == "for Monday"
    assert client.policy_version(changed.version).policy["name"] == "mine"
    assert client.rollback(why="no").version == held.document["version"]
    assert client.release().running is False


def test_what_was_decided_of_a_ticket_is_found_and_replayed(calling):
    client = calling()
    plan = client.refresh(body(ticket("T1", agent_id="A3"), ticket("T2")))
    (news,) = client.decisions("T1", records=True).decisions
    assert (news.agent_id, news.record["action"]) == ("A7", "reassign")
    assert [brief.refresh_id for brief in client.decisions(limit=1).decisions] == [plan.refresh_id]
    assert client.replay(plan.refresh_id).refresh_id == plan.refresh_id
    assert client.status("T1").eta.p50 == plan.assignments[0].eta.p50


def test_a_person_overrules_the_plan_until_that_is_ended(calling):
    client = calling(desk_factory=Completing)
    client.refresh(body())
    made = client.override(Override("T2", "A3", "knows the customer"))
    assert [o.override_id for o in client.overrides().overrides] == [made.override_id]
    assert client.end_override(made.override_id) is None
    assert client.overrides().overrides == []
    assert client.overrides(ended=True).overrides[0].reason == "knows the customer"


def test_a_move_is_tried_before_it_is_made(calling):
    client = calling(desk_factory=Assessing)
    plan = client.refresh(body())
    told = client.try_move("T2", "A3", plan.refresh_id)
    assert (told.agent_id, told.queues[-1].agent_id) == ("A3", "A3")
    assert client.overrides().overrides == []


def test_a_policy_is_previewed_on_the_desk_that_was_seen_or_sent(calling):
    client = calling(desk_factory=own_policy)
    with pytest.raises(FendanProblem, match="409"):
        client.preview({"name": "mine"})
    assert client.preview({"name": "mine"}, snapshot=body()).moves == []


@pytest.mark.parametrize("change", [
    lambda client, held: client.put_policy({"name": "mine"}, held.etag),
    lambda client, _: client.refresh(body(), "key-1"),
    lambda client, _: client.send_events([{"event_id": "e1", "time": "2026-03-02T10:00:00Z",
        "type": "agent.status", "agent_id": "A7", "state": "available"}]),
])  # fmt: skip
def test_what_was_done_though_its_answer_was_lost_is_done_once(service, change):
    desk = service(desk_factory=own_policy)
    losing = Losing(desk.client._transport)
    held = Fendan(transport=desk.client._transport).policy()
    change(Fendan(retries=AT_ONCE, transport=losing), held)
    assert losing.lost == 1
    with Store.open(desk.settings.store_url).transaction() as connection:
        rows = [connection.scalar(sa.select(sa.func.count()).select_from(table))
                for table in (POLICY_MOVES, DECISIONS, EVENTS)]  # fmt: skip
    assert sorted(rows) in ([0, 0, 1], [0, 0, 2])  # the first move keeps what held before it


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


def test_the_champion_is_seen_moved_and_moved_back(calling, tmp_path):
    registry = shelf(tmp_path)
    client = calling(desk_factory=Making(FakeDesk, models=lambda: registry))
    with pytest.raises(FendanProblem, match="the gate refused version 2"):
        client.promote(2, "fewer late")
    assert client.promote(2, "fewer late", force=True).forced
    assert client.model().champion == 2
    assert client.model(1).cards[-1].version == 1
    assert client.rollback_model("late again").version == 1


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


def test_an_agent_hands_a_ticket_back_and_takes_it_again(calling):
    client = calling(desk_factory=Completing)
    client.refresh(body(ticket("T1", agent_id="A3"), ticket("T2")))
    made = client.hand_back("T1", "A3", "not my skill")
    assert (made.handed_back, made.previous_agent_id) == (True, "A3")
    with pytest.raises(FendanProblem, match="409 not-theirs"):
        client.hand_back("T2", "A3", "not my skill")
    assert client.end_override(made.override_id) is None

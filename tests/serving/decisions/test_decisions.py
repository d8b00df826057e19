"""Decisions found again by ticket and by page, and made again."""

import json
import zlib
from dataclasses import replace
from itertools import count

import pytest
from fastapi.testclient import TestClient

from features.errors import ModelError
from model.decision import Version
from model.desk import ServedDesk
from model.policy import Explore, Policy
from serving.app import create_app
from serving.decisions.log import DecisionLog
from serving.desks import Making
from serving.service import Edge
from serving.settings import Settings
from serving.store import Store
from serving.tables import DECISIONS, POLICY_DOCUMENTS
from tests.model.desks import NOW, FakeDesk
from tests.model.tiny_bundle import tiny_bundle
from tests.serving.builders import body, ticket

UNHURRIED = {"deadline_ms": 600_000}
PEOPLE = [{"agent_id": name, "status": "available", "tier": 1} for name in ("A3", "A7")]
AT = "2026-03-02T10:{:02}:00+08:00"


class AtWork:
    def __init__(self, client, store, desk):
        self.client, self.store, self.desk = client, store, desk
        self._minutes = count(5, 5)

    def refresh(self, *tickets, **more):
        sent = body(
            *tickets, **({"agents": PEOPLE, "as_of": AT.format(next(self._minutes))} | more)
        )
        answer = self.client.post("/v1/refresh", json=sent)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def get(self, **parameters):
        answer = self.client.get("/v1/decisions", params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def told(self, ticket_id):
        return [(n["action"], n["agent_id"]) for n in self.get(ticket_id=ticket_id)["decisions"]]

    def replay(self, refresh_id):
        answer = self.client.post(f"/v1/decisions/{refresh_id}/replay")
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def start(url, tmp_path):
    """Starts services over one store."""
    opened, ids = [], count(1)

    def begin(desk, desk_of=None):
        store = Store.open(url)
        app = create_app(
            Settings.from_env({"FENDAN_HOME": str(tmp_path)}),
            Making(lambda: desk, version=desk_of),
            DecisionLog(store),
            Edge(now=lambda: NOW, new_id=lambda: f"r{next(ids)}"),
            store,
        )
        client = TestClient(app, base_url="http://127.0.0.1")
        client.__enter__()
        opened.append(client)
        return AtWork(client, store, desk)

    yield begin
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture
def at_work(start):
    desk = FakeDesk(Policy("default", version=7), risk={("T1", "A3"): 0.1, ("T1", "A7"): 0.9})
    return start(desk)


def test_a_ticket_s_news_is_found_again_newest_first(at_work):
    at_work.refresh(ticket())
    at_work.refresh(ticket(agent_id="A3"))  # it stays: no news
    at_work.refresh(ticket(agent_id="A3", excluded_agents=["A3", "A7"]))
    at_work.refresh(ticket(due_at="2026-02-01T09:00:00+08:00"))
    assert at_work.told("T1") == [("rejected", None), ("unassigned", None), ("assign", "A3")]
    last = at_work.get(ticket_id="T1")["decisions"][-1]
    assert (last["refresh_id"], last["policy"]["version"]) == ("r1", 7)
    assert (last["risk_timeout"], last["propensity"]) == (0.1, None)
    assert at_work.told("T2") == []


def test_who_has_it_instead_is_news_and_that_it_still_waits_is_none(at_work):
    nobody = {"excluded_agents": ["A3", "A7"]}
    for shown in ({}, {"agent_id": "A3"}, {"agent_id": "A7"}, nobody, nobody):
        at_work.refresh(ticket(**shown, **({"pinned": True} if "agent_id" in shown else {})))
    assert at_work.told("T1") == [("unassigned", None), ("keep", "A7"), ("assign", "A3")]


def test_a_move_that_has_not_arrived_is_told_once(at_work):
    for _ in range(3):
        assert at_work.refresh(ticket())["assignments"][0]["action"] == "assign"
    assert at_work.told("T1") == [("assign", "A3")]


def test_the_chance_of_a_lot_is_kept(start):
    policy = Policy("default", explore=Explore(share=1.0, within=0.05, among=2))
    at_work = start(FakeDesk(policy, risk={("T1", "A3"): 0.1, ("T1", "A7"): 0.1}))
    explored = at_work.refresh(ticket())["assignments"][0]["explored"]
    found = at_work.get(ticket_id="T1")["decisions"][0]
    assert found["propensity"] == explored["propensity"] == 0.5


def test_with_records_the_answer_s_part_comes_too(at_work):
    said = at_work.refresh(ticket())["assignments"][0]
    assert at_work.get(ticket_id="T1", records=True)["decisions"][0]["record"] == said
    assert at_work.client.get("/v1/decisions", params={"records": True}).status_code == 422


def test_pages_go_on_where_the_last_one_ended(at_work):
    for shown in ({}, {"excluded_agents": ["A3", "A7"]}, {"agent_id": "A3"}):
        at_work.refresh(ticket(**shown))
    for about in ({}, {"ticket_id": "T1"}):
        whole, page, found = at_work.get(**about)["decisions"], {"next": None}, []
        while not found or page["next"] is not None:
            more = {} if page["next"] is None else {"before": page["next"]}
            page = at_work.get(limit=1, **about, **more)
            found += page["decisions"]
            assert len(found) < 9
        assert found == whole
        assert len(found) >= 2


def test_the_latest_decisions_come_without_their_tickets(at_work):
    first, second = (at_work.refresh(ticket(category='a,"assignments":["summary":')) for _ in "ab")
    told = at_work.get()["decisions"]
    assert [each["summary"] for each in told] == [second["summary"], first["summary"]]
    assert [each["as_of"] for each in told] == [AT.format(10), AT.format(5)]


def test_a_decision_is_made_again_byte_for_byte(at_work):
    at_work.refresh(ticket(), ticket("T2", text="call 13800138000 or write lawsuit@court.com"))
    told = at_work.refresh(ticket(agent_id="A3"), ticket("T2", agent_id="A7"))
    assert at_work.replay("r1") == {"refresh_id": "r1", "same": True}
    assert at_work.replay(told["refresh_id"])["same"]
    assert at_work.client.post("/v1/decisions/r99/replay").status_code == 404


def test_a_choice_and_moves_under_way_are_replayed(at_work):
    at_work.refresh(ticket())
    wish = {"ticket_id": "T1", "agent_id": "A7", "reason": "she knows him"}
    assert at_work.client.post("/v1/overrides", json=wish).status_code == 201
    told = at_work.refresh(ticket())
    assert told["assignments"][0]["agent_id"] == "A7"
    assert at_work.replay(told["refresh_id"])["same"]


def test_it_obeys_the_policy_of_then(at_work):
    at_work.refresh(ticket())
    at_work.desk.policy = replace(at_work.desk.policy, version=8, default_capacity=0)
    assert at_work.replay("r1")["same"]


def tampered(at_work, refresh_id):
    """Somebody changed the stored answer."""
    log = DecisionLog(at_work.store)
    answer = json.loads(log.get(refresh_id).answer)
    answer["assignments"][0]["agent_id"] = "A7"
    changed = zlib.compress(json.dumps(answer, separators=(",", ":")).encode())
    with at_work.store.transaction() as connection:
        connection.execute(DECISIONS.update().values(answer=changed))


def test_a_difference_is_named_with_its_place(at_work):
    at_work.refresh(ticket())
    tampered(at_work, "r1")
    told = at_work.replay("r1")
    assert not told["same"]
    assert told["differences"] == [
        {"pointer": "/assignments/0/agent_id", "logged": "A7", "replayed": "A3"}
    ]
    assert [cause["code"] for cause in told["because"]] == ["unexplained"]


@pytest.mark.parametrize(
    ("lose", "code"),
    [
        (DECISIONS.update().values(model_version=3), "model_gone"),
        (DECISIONS.update().values(events_seq=None), "history_unknown"),
        (POLICY_DOCUMENTS.delete(), "policy_unknown"),
    ],
)
def test_what_is_missing_is_named(at_work, lose, code):
    at_work.refresh(ticket())
    with at_work.store.transaction() as connection:
        connection.execute(lose)
    told = at_work.replay("r1")
    assert (told["same"], told["differences"]) == (False, [])
    assert [cause["code"] for cause in told["because"]] == [code]


def test_another_version_of_the_model_is_loaded_for_it(start):
    def desk_of(version):
        if version != Version("fake-risk", 1):
            raise ModelError("no such model is registered", where=str(version.version))
        return FakeDesk(Policy("any"), risk={("T1", "A7"): 0.1})

    start(FakeDesk(Policy("default"), risk={("T1", "A7"): 0.1})).refresh(ticket())
    now = start(FakeDesk(Policy("default"), model=Version("fake-risk", 2)), desk_of)
    assert now.replay("r1")["same"]


def test_a_real_desk_s_decision_is_made_again_after_events_came(start):
    bundle, _ = tiny_bundle()
    at_work = start(ServedDesk.of(bundle, Policy("default")), lambda _: ServedDesk.of(
        bundle, Policy("any")
    ))  # fmt: skip
    at_work.refresh(
        ticket(text="打 13800138000 或 12315@court.com", customer_id="C1"),
        ticket("T2"),
        options=UNHURRIED,
    )
    event = {
        "event_id": "e1", "time": "2026-03-02T09:00:00+08:00", "type": "ticket.contact",
        "ticket_id": "T1", "customer_id": "C1", "channel": "phone", "text": "起火了",
    }  # fmt: skip
    assert at_work.client.post("/v1/events", json=[event]).json()["accepted"] == 1
    at_work.refresh(ticket(customer_id="C1"), ticket("T2"), options=UNHURRIED)
    assert at_work.replay("r1")["same"]
    assert at_work.replay("r2")["same"]

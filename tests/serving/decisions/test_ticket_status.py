"""A customer is told where the ticket stands, and nothing of the desk."""

import json
from dataclasses import dataclass, field

import pandas as pd
import pytest

from features.events import TICKET_STATES, conform
from features.history import History
from serving.decisions.ticket_status import WORDS
from tests.serving.builders import FakeDesk, body, ticket

OLD = conform(
    pd.DataFrame(
        [
            {"event_id": "1", "type": "ticket.created", "ticket_id": "old", "category": "late",
             "time": "2026-02-01T09:00:00Z"},
            {"event_id": "2", "type": "ticket.closed", "ticket_id": "old",
             "time": "2026-02-02T09:00:00Z"},
        ]
    ).assign(time=lambda rows: pd.to_datetime(rows["time"]))
)  # fmt: skip


@dataclass
class Remembering(FakeDesk):
    history: History = field(default_factory=lambda: History.of(OLD))


@pytest.fixture
def client(service):
    return service(desk_factory=Remembering).client


def status(client, ticket_id):
    answer = client.get(f"/v1/tickets/{ticket_id}/status")
    return answer.json() if answer.status_code == 200 else answer.status_code


def test_a_ticket_of_the_last_refresh_has_a_state_and_an_interval(client):
    client.post("/v1/refresh", json=body(ticket("T1", agent_id="A3"), ticket("T2")))
    assert status(client, "T1") == {
        "ticket_id": "T1",
        "as_of": "2026-03-02T10:05:00+08:00",
        "state": "assigned",
        "text": "with somebody who will begin soon",
        "text_zh": "已安排专人，即将处理",
        "eta": {"p50": "2026-03-02T11:05:00+08:00", "p90": "2026-03-02T15:05:00+08:00"},
    }
    assert status(client, "T2")["state"] == "unassigned"  # the plan gives it to nobody


def test_nothing_of_the_desk_is_told(client):
    client.post("/v1/refresh", json=body(ticket("T1", agent_id="A3", customer_id="C9")))
    told = json.dumps(status(client, "T1"))
    assert not any(word in told for word in ("A3", "A7", "C9", "risk", "tier", "score"))


def test_a_plan_s_owner_makes_a_new_ticket_one_that_is_with_somebody(client):
    client.post("/v1/refresh", json=body(ticket("T1")))
    assert status(client, "T1")["state"] == "assigned"


def test_the_next_refresh_is_what_is_told_of(client):
    client.post("/v1/refresh", json=body(ticket("T1")))
    assert status(client, "T1")["state"] == "assigned"
    waits = ticket("T1") | {"state": "waiting_customer"}
    client.post("/v1/refresh", json=body(waits, as_of="2026-03-02T10:10:00+08:00"))
    assert status(client, "T1")["text"] == "waiting for your answer"


def test_a_solved_ticket_is_known_from_the_history(client):
    client.post("/v1/refresh", json=body(ticket("T1")))
    told = status(client, "old")
    assert (told["state"], told["eta"]) == ("closed", None)


def test_an_unheard_of_ticket_is_not_found(client):
    assert status(client, "nobody's") == 404


def test_every_state_has_its_words():
    assert set(WORDS) == {*TICKET_STATES, "closed"}

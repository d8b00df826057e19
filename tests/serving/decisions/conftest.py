"""A service that plans on empty stores of each kind, and what people choose against its plans."""

from datetime import timedelta
from itertools import count

import pytest
from fastapi.testclient import TestClient

from model.policy import Policy
from serving.app import create_app
from serving.decisions.log import DecisionLog
from serving.service import Edge
from serving.settings import Settings
from serving.store import Store
from tests.model.desks import NOW, FakeDesk
from tests.serving.builders import body

AGENTS = [{"agent_id": name, "status": "available", "tier": 1} for name in ("A3", "A7", "A9")]
WISH = {"ticket_id": "T1", "agent_id": "A7", "reason": "knows the customer"}


class AtWork:
    """A service over a store, and a clock of the desk that goes on five minutes a refresh."""

    def __init__(self, client, store):
        self.client, self.store, self._minutes = client, store, count(5, 5)

    def refresh(self, *tickets, agents=AGENTS):
        at = f"2026-03-02T10:{next(self._minutes):02}:00+08:00"
        answer = self.client.post("/v1/refresh", json=body(*tickets, agents=agents, as_of=at))
        assert answer.status_code == 200, answer.text
        told = answer.json()
        return {a["ticket_id"]: (a["action"], a["agent_id"]) for a in told["assignments"]}

    def override(self, status=201, key=None, **changed):
        headers = {} if key is None else {"Idempotency-Key": key}
        answer = self.client.post("/v1/overrides", json=WISH | changed, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    def hand_back(self, status=201, ticket_id="T1", key=None, **changed):
        sent = {"agent_id": "A3", "reason": "not my skill"} | changed
        headers = {} if key is None else {"X-API-Key": key}
        path = f"/v1/tickets/{ticket_id}/hand-back"
        answer = self.client.post(path, json=sent, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    def standing(self):
        return [o["override_id"] for o in self.client.get("/v1/overrides").json()["overrides"]]


@pytest.fixture
def at_work(url, tmp_path):
    """The plan would leave T1 with A3, who is the safest."""
    desk = FakeDesk(Policy("default", version=7), kept={"T1": 0.1}, risk={("T1", "A7"): 0.9})
    ids, ticks, store = count(1), count(), Store.open(url)
    app = create_app(
        Settings.from_env({"FENDAN_HOME": str(tmp_path)}),
        lambda: desk,
        DecisionLog(store),
        Edge(
            now=lambda: NOW + timedelta(milliseconds=next(ticks)),
            clock=lambda: 1.0,
            new_id=lambda: f"i{next(ids)}",
        ),
        store,
    )
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield AtWork(client, store)

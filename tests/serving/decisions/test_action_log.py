"""Two refreshes in a row do not chase twice, and a decision can be made again as it was."""

import json

import pytest
from fastapi.testclient import TestClient

from features.errors import StoreError
from model import dispatch
from model.policy import Policy
from model.policy_actions import Actions, ChaseCustomer
from model.spent import Spent
from serving.app import create_app
from serving.decisions.log import DecisionLog
from serving.schemas import parse_refresh
from serving.settings import Settings
from serving.store import Store
from tests.model.desks import FakeDesk
from tests.serving.builders import body, fixed_edge, ticket

WAITING = {"state": "waiting_customer", "state_since": "2026-03-01T10:00:00+08:00"}


@pytest.fixture
def desk():
    saved = dict.fromkeys(("T1", "T2", "T3"), 0.02)
    chase = ChaseCustomer(start="00:00", end="24:00", repeat_hours=24, per_day=2)
    return FakeDesk(
        Policy("default", version=7, actions=Actions(chase_customer=chase)), slope=saved
    )


@pytest.fixture
def log(tmp_path):
    return DecisionLog(Store.open(f"sqlite:///{tmp_path / 'fendan.db'}"))


@pytest.fixture
def refreshed(tmp_path, desk, log):
    """Refreshes at a time of some tickets that wait for their customers: what is to be done."""
    app = create_app(
        Settings.from_env({"FENDAN_HOME": str(tmp_path)}), lambda: desk, log, fixed_edge()
    )
    with TestClient(app, base_url="http://127.0.0.1") as client:

        def refresh(as_of, *tickets):
            waiting = [ticket(name, agent_id="A3", **WAITING) for name in tickets]
            answer = client.post("/v1/refresh", json=body(*waiting) | {"as_of": as_of})
            assert answer.status_code == 200, answer.text
            return [each["ticket_id"] for each in answer.json()["actions"]]

        yield refresh


def test_two_refreshes_in_a_row_do_not_chase_twice(refreshed):
    assert refreshed("2026-03-02T10:05:00+08:00", "T1") == ["T1"]
    assert refreshed("2026-03-02T10:10:00+08:00", "T1") == []
    assert refreshed("2026-03-03T10:05:00+08:00", "T1") == ["T1"]


def test_the_same_request_gives_the_same_actions_again(refreshed):
    first = refreshed("2026-03-02T10:05:00+08:00", "T1")
    assert refreshed("2026-03-02T10:05:00+08:00", "T1") == first == ["T1"]


def test_the_budget_of_a_day_counts_the_refreshes_of_the_day_once(refreshed):
    for _ in range(2):  # sent again, as after a lost answer
        assert refreshed("2026-03-02T10:05:00+08:00", "T1") == ["T1"]
    assert refreshed("2026-03-02T10:10:00+08:00", "T2", "T3") == ["T2"]
    assert refreshed("2026-03-02T23:59:00+08:00", "T3") == []
    assert refreshed("2026-03-03T00:04:00+08:00", "T3") == ["T3"]


def test_a_decision_is_made_again_with_what_was_spent_before_it(refreshed, desk, log):
    refreshed("2026-03-02T10:05:00+08:00", "T1")
    refreshed("2026-03-02T10:10:00+08:00", "T1", "T2")
    logged = log.latest()
    spent = log.spent(logged.refresh_id)
    assert spent.today == {"chase_customer": 1}
    assert list(spent.last) == [("chase_customer", "T1", "")]
    again = dispatch.refresh(desk, *parse_refresh(logged.request), spent=spent)
    told = json.loads(logged.answer)["actions"]
    assert [(a.ticket_id, a.reason) for a in again.actions] == [
        (each["ticket_id"], each["reason"]) for each in told
    ]
    assert log.spent("unheard of") == Spent()


def test_a_log_that_is_away_does_not_make_the_service_forget(refreshed, log, monkeypatch):
    def fail(*_args):
        raise StoreError("away")

    for name in ("append", "before"):
        monkeypatch.setattr(log, name, fail)
    assert refreshed("2026-03-02T10:05:00+08:00", "T1") == ["T1"]
    assert refreshed("2026-03-02T10:10:00+08:00", "T1") == []

"""Seeing and moving the champion over HTTP, on a registry in memory."""

from dataclasses import replace

import pytest

from features.errors import ModelError
from model.registry import CHAMPION
from serving.audit import changes
from serving.desks import Making
from serving.store import Store
from tests.model.memory_registry import MemoryRegistry
from tests.serving.builders import FakeDesk, body, ticket
from tests.serving.models.shelf import BUNDLE, GOOD, put, shelf
from tests.serving.test_http import problem

WHY = {"why": "fewer late tickets"}


@pytest.fixture
def registry(tmp_path):
    return shelf(tmp_path)


@pytest.fixture
def desk(service, registry):
    return service(desk_factory=Making(FakeDesk, models=lambda: registry))


def audited(desk):
    with Store.open(desk.settings.store_url).transaction() as connection:
        return [(c.what, c.about) for c in changes(connection)]


def test_the_models_are_told_with_the_gates_verdict_and_what_training_kept(desk):
    told = desk.client.get("/v1/model").json()
    assert (told["champion"], told["challenger"], told["line"]) == (1, 2, [1])
    champion, challenger = told["cards"]
    assert (champion["version"], challenger["version"]) == (1, 2)
    assert challenger["gate"]["passed"] is False
    assert challenger["gate"]["checks"][0]["remedy"] == "train on newer tickets"
    assert champion["figures"][0] == {"name": "auc", "value": 0.81, "low": 0.78, "high": 0.84}
    assert champion["facts"]["tickets"] == 2000
    assert "calibrated: ECE 0.09" in told["versions"][0]["objection"]


def test_what_the_gate_refused_is_refused_with_each_of_its_reasons(desk, registry):
    refused = problem(desk.client.post("/v1/model/promote", json={"version": 2, **WHY}), 409)
    assert refused["type"] == "urn:fendan:problem:gate-refused"
    assert refused["errors"] == [
        {"pointer": "/gate/calibrated", "reason": "calibrated: ECE 0.09 on 782 test tickets"}
    ]
    assert registry.aliases[CHAMPION] == 1
    assert audited(desk) == []


def test_by_force_it_is_moved_audited_and_every_worker_looks(desk, registry):
    store = Store.open(desk.settings.store_url)
    before = store.marks().model
    moved = desk.client.post("/v1/model/promote", json={"version": 2, "force": True, **WHY})
    assert moved.status_code == 200
    assert (moved.json()["before"], moved.json()["forced"]) == (1, True)
    assert registry.aliases[CHAMPION] == 2
    about = {"version": 2, "before": 1, "why": "fewer late tickets", "forced": True}
    assert audited(desk) == [("model.promote", about)]
    assert store.marks().model == before + 1
    told = desk.client.get("/v1/model").json()
    assert (told["champion"], told["line"]) == (2, [1, 2])
    assert [m["kind"] for m in told["moves"]] == ["promote"]


def test_a_rollback_leads_back_to_the_champion_before(desk, registry):
    put(registry, GOOD, 1)
    assert desk.client.post("/v1/model/promote", json={"version": 3, **WHY}).status_code == 200
    back = desk.client.post("/v1/model/rollback", json=WHY).json()
    assert (back["kind"], back["version"]) == ("rollback", 1)
    assert registry.aliases[CHAMPION] == 1
    refused = problem(desk.client.post("/v1/model/rollback", json=WHY), 409)
    assert "version 1 is the first champion" in refused["detail"]
    assert [what for what, _ in audited(desk)] == ["model.rollback", "model.promote"]


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"version": 9, **WHY}, 404, "no-such-version"),
        ({"version": 1, **WHY}, 409, "not-moved"),
        ({"version": 2}, 422, "invalid-body"),
        ({"version": 2, "why": "  "}, 422, "invalid-body"),
        ({"version": "2", **WHY}, 422, "invalid-body"),
    ],
)
def test_what_cannot_be_promoted_is_told_why(desk, asked, status, code):
    refused = problem(desk.client.post("/v1/model/promote", json=asked), status)
    assert refused["type"] == f"urn:fendan:problem:{code}"


def test_a_model_for_other_features_is_refused_even_by_force(desk, registry):
    info = replace(BUNDLE.info, fingerprint="another")
    number = registry.put(replace(BUNDLE, info=info), gate="passed", gate_against="1")
    asked = {"version": number, "force": True, **WHY}
    refused = problem(desk.client.post("/v1/model/promote", json=asked), 409)
    assert refused["type"] == "urn:fendan:problem:other-features"


def test_a_version_can_be_set_beside_the_champion_and_an_unknown_one_cannot(desk, registry):
    put(registry, GOOD, 1)
    told = desk.client.get("/v1/model", params={"version": 3}).json()
    assert [card["version"] for card in told["cards"]] == [1, 3]
    problem(desk.client.get("/v1/model", params={"version": 9}), 404)


def test_a_service_without_a_registry_moves_nothing_and_says_so(service):
    client = service().client
    told = client.get("/v1/model").json()
    assert (told["champion"], told["away"], told["versions"]) == (None, "there is no registry", [])
    for path, asked in (("promote", {"version": 1, **WHY}), ("rollback", WHY)):
        refused = problem(client.post(f"/v1/model/{path}", json=asked), 501)
        assert refused["type"] == "urn:fendan:problem:no-registry"


class AwayRegistry(MemoryRegistry):
    """Answers once, and never again."""

    away = False

    def versions(self):
        if self.away:
            raise ModelError("the model registry cannot be used: it is away")
        return super().versions()


def test_while_the_registry_is_away_the_page_and_the_answer_say_so(service, tmp_path):
    registry = AwayRegistry(tmp_path)
    registry.away = True
    client = service(desk_factory=Making(FakeDesk, models=lambda: registry)).client
    told = client.get("/v1/model").json()
    assert told["away"] == "the model registry cannot be used: it is away"
    assert [alarm["code"] for alarm in told["alarms"]] == ["registry_away"]
    page = client.get("/console/model").text
    assert "The registry does not answer: the model registry cannot be used: it is away" in page
    problem(client.post("/v1/model/promote", json={"version": 1, **WHY}), 503)


def test_a_ticket_that_was_told_a_risk_waits_for_its_verdict(desk):
    desk.client.post("/v1/refresh", json=body(ticket("T1")))
    live = desk.client.get("/v1/model").json()["live"]
    assert (live["tickets"], live["waiting"], live["bins"]) == (0, 1, [])

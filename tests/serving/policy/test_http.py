"""The policy over HTTP: seen with its tag, changed with it, taken back; and who is refused why."""

import logging
from datetime import UTC, datetime, timedelta

import jsonschema_rs
import pytest

from model import dispatch
from model.policy_reader import default, of
from serving.policy.answers import OnePolicyVersionOut, PolicyVersionsOut, PublishedOut
from tests.model.desks import FakeDesk as Small
from tests.serving.builders import FakeDesk, body
from tests.serving.policies import FIRST, OPS, opened, weighted
from tests.serving.test_http import problem

REFRESH = dispatch.refresh  # before a fixture puts another one in its place
JSON = {"Content-Type": "application/json"}
DOCUMENT = {"name": "mine", "weights": {"value": 2}}


@pytest.fixture
def running(service, url):
    return service(desk_factory=lambda: FakeDesk(policy=default()), store_url=url)


@pytest.fixture
def client(running):
    return running.client


def tag_of(client) -> str:
    return client.get("/v1/policy").headers["ETag"]


def publish(client, document=DOCUMENT, **more):
    return client.put(
        "/v1/policy", json=document, headers={"If-Match": tag_of(client)}, params=more
    )


def test_the_policy_in_force_is_told_whole_with_its_tag(client):
    told = client.get("/v1/policy")
    assert (told.status_code, of(told.json())) == (200, FIRST)
    assert told.json()["weights"] == {"value": 1, "urgency": 1, "skill": 1, "load": 1}
    again = client.get("/v1/policy", headers={"If-None-Match": told.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == told.headers["ETag"]
    assert client.get("/v1/policy", headers={"If-None-Match": '"other"'}).status_code == 200


def test_what_is_put_is_in_force_with_the_next_number(client):
    told = publish(client, why="Monday is late")
    assert told.status_code == 200
    answer = PublishedOut.model_validate_json(told.content)
    assert (answer.version, answer.changed, answer.etag) == (2, True, told.headers["ETag"])
    now = client.get("/v1/policy")
    assert (now.json()["name"], now.json()["version"]) == ("mine", 2)
    assert now.headers["ETag"] == told.headers["ETag"]


def test_what_was_got_can_be_changed_and_put_as_it_is(client):
    publish(client)
    document = client.get("/v1/policy").json()
    assert publish(client, document).json()["changed"] is False
    document["alerts"]["red"] = 0.8
    assert publish(client, document).json()["version"] == 3


def test_a_change_must_name_what_it_changes(client):
    told = problem(client.put("/v1/policy", json=DOCUMENT), 428)
    assert "If-Match" in told["detail"]


def test_a_stale_tag_is_refused_logged_and_changes_nothing(client, caplog):
    stale = tag_of(client)
    publish(client)
    before = client.get("/v1/policy/versions").json()
    with caplog.at_level(logging.WARNING, "fendan.serving"):
        refused = client.put("/v1/policy", json={"name": "other"}, headers={"If-Match": stale})
    assert "version 2" in problem(refused, 412)["detail"]
    assert [r.about for r in caplog.records if r.message == "policy request refused"] == [
        {"reason": "stale-policy", "key": "local"}
    ]
    weak = client.put(
        "/v1/policy", json={"name": "other"}, headers={"If-Match": f"W/{tag_of(client)}"}
    )
    problem(weak, 412)
    rollback = client.post("/v1/policy/rollback", json={}, headers={"If-Match": stale})
    problem(rollback, 412)
    assert client.get("/v1/policy/versions").json() == before


def test_a_star_matches_whatever_is_in_force(client):
    told = client.put("/v1/policy", json=DOCUMENT, headers={"If-Match": "*"})
    assert told.status_code == 200


def test_every_fault_of_a_policy_is_told_with_its_pointer(client):
    wrong = {"name": "n", "weights": {"value": -1}, "alerts": {"red": 1.2}, "nonsense": 1}
    told = problem(publish(client, wrong), 422)
    assert [fault["pointer"] for fault in told["errors"]] == [
        "/weights/value", "/alerts/red", "/nonsense",
    ]  # fmt: skip
    assert "below 0" in told["errors"][0]["reason"]
    assert client.get("/v1/policy").json()["name"] == "default"


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 400),
        (b'{"name": NaN}', 400),
        (b"[" * 5000, 400),
        (b"\xff", 400),
        (b"[]", 422),
        (b"null", 422),
        (b'{"name": "n", "weights": {"value": 1%s}}' % (b"0" * 5000), 400),
        (b'{"name": "n", "weights": {"value": 1%s}}' % (b"0" * 400), 422),
        (b'{"name": "n", "candidates_per_ticket": 1%s}' % (b"0" * 400), 422),
        (b'{"name": "a\\u0000b"}', 422),
        (b'{"name": "%s"}' % (b"x" * 201), 422),
        (b'{"name": "n", "alerts": {"rules": [%s{}]}}' % (b"{}," * 1000), 422),
        (b'{"name": "%s"}' % (b"x" * 300_000), 413),
    ],
)
def test_a_hostile_document_is_refused_in_words(client, content, status):
    told = client.put("/v1/policy", content=content, headers={"If-Match": "*", **JSON})
    assert problem(told, status)["detail"]
    assert len(told.content) < 100_000


def test_versions_tell_who_changed_what_when_and_why(client):
    publish(client, why="Monday is late")
    told = client.get("/v1/policy/versions")
    PolicyVersionsOut.model_validate_json(told.content)
    second, first = told.json()["versions"]
    assert (second["who"], second["why"]) == ("local", "Monday is late")
    assert second["changes"] == [
        {"pointer": "/name", "before": "default", "after": "mine"},
        {"pointer": "/weights/value", "before": 1.0, "after": 2.0},
    ]
    assert (first["version"], told.json()["in_force"], told.json()["source"]) == (1, 2, "store")
    one = client.get("/v1/policy/versions/1")
    OnePolicyVersionOut.model_validate_json(one.content)
    assert of(one.json()["policy"]) == FIRST
    problem(client.get("/v1/policy/versions/3"), 404)
    problem(client.get("/v1/policy/versions/x"), 422)


def test_a_rollback_brings_the_policy_before_back(client):
    problem(client.post("/v1/policy/rollback", json={}), 409)
    publish(client)
    told = client.post("/v1/policy/rollback", json={"why": "worse"})
    assert (told.status_code, told.json()["version"], told.json()["changed"]) == (200, 1, True)
    assert told.headers["ETag"] == tag_of(client)
    assert client.post("/v1/policy/rollback", json={"version": 2}).json()["version"] == 2
    assert client.post("/v1/policy/rollback", json={"version": 2}).json()["changed"] is False
    problem(client.post("/v1/policy/rollback", json={"version": 9}), 404)
    assert problem(client.post("/v1/policy/rollback", json={"versoin": 1}), 422)["errors"] == [
        {"pointer": "/versoin", "reason": "unknown field"}
    ]
    last = client.get("/v1/policy/versions").json()["moves"][1]
    assert (last["move"], last["why"], last["version"]) == ("rollback", "worse", 1)


def test_without_a_published_policy_the_service_says_so(client):
    told = client.get("/v1/policy/versions").json()
    assert (told["in_force"], told["source"], told["versions"]) == (1, "shipped", [])


def test_a_named_file_wins_and_nothing_can_be_published_beside_it(service, url, tmp_path):
    file = tmp_path / "ours.yaml"
    file.write_text("{name: ours, version: 12}")
    client = service(store_url=url, policy=file).client
    assert client.get("/v1/policy").json()["version"] == 12
    told = problem(publish(client), 409)
    assert "ours.yaml" in told["detail"]
    problem(client.post("/v1/policy/rollback", json={}), 409)
    assert client.get("/v1/policy/versions").json()["source"] == "file"


def test_at_the_start_the_service_says_that_a_named_file_wins(service, url, tmp_path, caplog):
    opened(url).publish(weighted(2), OPS, FIRST)
    file = tmp_path / "ours.yaml"
    file.write_text("{name: ours}")
    with caplog.at_level(logging.INFO, "fendan.serving"):
        service(store_url=url)
        service(store_url=url, policy=file)
    told = {r.message: r.about for r in caplog.records if "policy" in r.message}
    assert told == {
        "policy": {"source": "store", "version": 2},
        "the named policy file wins over what is published": {"file": "ours.yaml", "version": 2},
    }


def test_a_release_holds_in_its_blocks_and_the_answer_says_which_policy_held(
    service, url, monkeypatch
):
    running = service(desk_factory=lambda: Small(default()), store_url=url)
    monkeypatch.setattr(dispatch, "refresh", REFRESH)
    publish(running.client, {**DOCUMENT, "release": {"share": 0.5}})
    mine = of({**DOCUMENT, "release": {"share": 0.5}})
    start = datetime.fromisoformat("2026-03-09T01:00:00+08:00")
    moments = [start + timedelta(hours=4 * block) for block in range(6)]
    held = [refreshed(running, moment)["policy"]["version"] for moment in moments]
    assert held == [2 if mine.release.holds(m, mine.timezone) else 1 for m in moments]
    assert set(held) == {1, 2}
    obeyed = {each.policy_fingerprint for each in decisions(running)}
    assert obeyed == {FIRST.fingerprint(), mine.fingerprint()}


def refreshed(running, moment):
    return running.client.post("/v1/refresh", json=body(as_of=moment.isoformat())).json()


def test_two_workers_obey_what_one_of_them_published(service, url):
    one, two = (
        service(desk_factory=lambda desk=desk: desk, store_url=url)
        for desk in (FakeDesk(policy=default()), FakeDesk(policy=default()))
    )
    assert two.client.post("/v1/refresh", json=body()).status_code == 200
    publish(one.client)
    assert two.client.get("/v1/policy").json()["name"] == "mine"
    two.client.post("/v1/refresh", json=body())
    obeyed = [each.policy_fingerprint for each in decisions(two)]
    mine = of(DOCUMENT)
    assert obeyed == [FIRST.fingerprint(), mine.fingerprint()]
    one.client.post("/v1/policy/rollback", json={})
    two.client.post("/v1/refresh", json=body())
    assert decisions(two)[-1].policy_fingerprint == FIRST.fingerprint()


def decisions(running):
    return list(running.log.between(datetime(2000, 1, 1, tzinfo=UTC)))


def test_a_key_without_the_scope_is_refused(client, monkeypatch):
    from serving.access.auth import Door
    from serving.principal import Principal

    def as_(name, *scopes):
        async def opened(*_):
            return Principal(name, frozenset(scopes))

        monkeypatch.setattr(Door, "admit", opened)

    as_("reader", "read")
    assert client.get("/v1/policy").status_code == 200
    problem(client.put("/v1/policy", json=DOCUMENT, headers={"If-Match": "*"}), 403)
    problem(client.post("/v1/policy/rollback", json={}), 403)
    as_("desk", "refresh")
    for path in ("", "/versions", "/versions/1", "/schema"):
        problem(client.get(f"/v1/policy{path}"), 403)


def test_the_schema_is_served_and_the_policy_in_force_is_valid_by_it(client):
    told = client.get("/v1/policy/schema")
    assert told.headers["content-type"] == "application/schema+json"
    schema = jsonschema_rs.validator_for(told.json())
    assert schema.is_valid(client.get("/v1/policy").json())
    assert not schema.is_valid({"name": "n", "weights": {"value": -1}})


def test_while_the_store_is_away_the_policy_is_not_guessed(service):
    gone = service(store_url="postgresql://nobody@127.0.0.1:1/gone").client
    problem(gone.get("/v1/policy"), 503)
    problem(gone.put("/v1/policy", json=DOCUMENT, headers={"If-Match": "*"}), 503)

"""Keys and the audit over HTTP: for whoever holds `admin`, and no secrets in them."""

import json

import pytest

from serving.access.shapes import AuditOut, KeyOut, KeysOut, NewKeyOut
from tests.serving.test_http import problem

MASTER = {"X-API-Key": "master"}


@pytest.fixture
def desk(service):
    client = service(api_key="master").client
    client.headers.update(MASTER)
    return client


def made(desk, **changed):
    return desk.post("/v1/keys", json={"name": "erp", "scopes": ["refresh", "events"], **changed})


def test_a_key_made_over_http_opens_what_its_scopes_say_until_it_is_revoked(desk):
    answer = made(desk, scopes=["read"], expires_days=90)
    assert answer.status_code == 201
    new = NewKeyOut.model_validate_json(answer.content)
    sent = {"X-API-Key": new.secret}
    assert desk.get("/metrics", headers=sent).status_code == 200
    problem(desk.get("/v1/keys", headers=sent), 403)
    gone = desk.delete(f"/v1/keys/{new.key.key_id}")
    assert KeyOut.model_validate_json(gone.content).state == "revoked"
    problem(desk.get("/metrics", headers=sent), 401)


def test_a_key_of_an_agent_is_listed_with_them(desk):
    new = NewKeyOut.model_validate_json(made(desk, scopes=["work"], agent_id="A3").content)
    (listed,) = KeysOut.model_validate_json(desk.get("/v1/keys").content).keys
    assert (new.key.agent_id, listed.agent_id) == ("A3", "A3")
    assert made(desk, name="other").json()["key"]["agent_id"] is None


def test_lists_and_the_audit_tell_everything_but_the_secret(desk):
    secret = made(desk).json()["secret"].rpartition("_")[2]
    listed, audited = desk.get("/v1/keys"), desk.get("/v1/audit?limit=1")
    (key,) = KeysOut.model_validate_json(listed.content).keys
    assert (key.name, key.scopes, key.who) == ("erp", ["refresh", "events"], "FENDAN_API_KEY")
    (change,) = AuditOut.model_validate_json(audited.content).changes
    assert (change.who, change.what) == ("FENDAN_API_KEY", "key.created")
    assert change.about["key_id"] == key.key_id
    assert secret not in listed.text + audited.text


def test_who_makes_a_key_is_told_by_the_name_of_their_own(desk):
    boss = made(desk, name="boss", scopes=["admin"]).json()["secret"]
    desk.post("/v1/keys", json={"name": "x", "scopes": ["read"]}, headers={"X-API-Key": boss})
    assert [key["who"] for key in desk.get("/v1/keys").json()["keys"]] == [
        "FENDAN_API_KEY",
        "key:boss",
    ]


@pytest.mark.parametrize(
    ("sent", "pointers"),
    [
        ({}, ["/name", "/scopes"]),
        ({"name": "x", "scopes": []}, ["/scopes"]),
        ({"name": "x", "scopes": ["root"]}, ["/scopes/0"]),
        ({"name": "x", "scopes": ["read"], "expires_days": 0}, ["/expires_days"]),
        ({"name": "x", "scopes": ["read"], "expires_days": 1e9}, ["/expires_days"]),
        ({"name": "x", "scopes": ["read"], "key_id": "mine"}, ["/key_id"]),
        ({"name": "x", "scopes": ["read"], "agent_id": ""}, ["/agent_id"]),
    ],
)
def test_every_fault_of_a_key_that_is_asked_for_is_told(desk, sent, pointers):
    told = problem(desk.post("/v1/keys", json=sent), 422)
    assert [fault["pointer"] for fault in told["errors"]] == pointers
    assert desk.get("/v1/keys").json() == {"keys": []}


def test_what_cannot_be_is_refused_in_words(desk):
    problem(desk.post("/v1/keys", content=b"{"), 400)
    problem(desk.delete("/v1/keys/nobody"), 404)
    problem(desk.get("/v1/audit?limit=0"), 422)
    made(desk)
    assert "already" in problem(made(desk), 422)["detail"]
    problem(made(desk, name="\n"), 422)


def test_openapi_names_the_shapes_of_keys(desk):
    told = desk.get("/openapi.json").json()
    sent = told["paths"]["/v1/keys"]["post"]["requestBody"]["content"]["application/json"]
    assert sent["schema"] == {"$ref": "#/components/schemas/KeyIn"}
    assert "KeyIn" in told["components"]["schemas"]
    references = {
        word.split('"')[0] for word in json.dumps(told).split("#/components/schemas/")[1:]
    }
    assert references <= told["components"]["schemas"].keys()
    assert "429" in told["paths"]["/v1/refresh"]["post"]["responses"]

"""Who is let in."""

import pytest

from tests.serving.builders import body
from tests.serving.test_http import problem

KEY = "a-key-of-many-characters"
CLOSED = ["/metrics", "/v1/decisions/x", "/nothing"]
OPEN = [
    "/healthz",
    "/readyz",
    "/docs",
    "/openapi.json",
    "/static/console.css",
    "/static/console.js",
]


WRONG = [
    {},
    {"X-API-Key": ""},
    {"X-API-Key": KEY + "x"},
    {"X-API-Key": KEY[:-1]},
    {"Authorization": "Bearer"},
    {"Authorization": f"Token {KEY}"},
    {"Authorization": "Basic !!!"},
    {"Authorization": b"Bearer \xff\xfe"},
]


@pytest.mark.parametrize("path", CLOSED)
def test_without_the_right_key_nothing_is_told(service, path):
    client = service(api_key=KEY).client
    for headers in WRONG:
        assert KEY not in str(problem(client.get(path, headers=headers), 401))


def test_a_refused_refresh_is_not_even_read(service):
    running = service(api_key=KEY)
    response = running.client.post("/v1/refresh", json=body())
    problem(response, 401)
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert not running.desk.asked


@pytest.mark.parametrize("headers", [{"X-API-Key": KEY}, {"Authorization": f"bearer {KEY}"}])
def test_the_key_opens_everything(service, headers):
    client = service(api_key=KEY).client
    assert client.post("/v1/refresh", json=body(), headers=headers).status_code == 200
    assert client.get("/", headers=headers).status_code == 200
    assert client.get("/metrics", headers=headers).status_code == 200


def test_what_a_browser_sends_by_itself_opens_no_post(service):
    problem(service(api_key=KEY).client.post("/v1/refresh", json=body(), auth=("x", KEY)), 401)


def test_health_documentation_and_style_need_no_key(service):
    client = service(api_key=KEY).client
    assert [path for path in OPEN if client.get(path).status_code != 200] == []


def test_without_a_key_only_loopback_names_are_answered(service):
    client = service().client
    for host in ("evil.example", "evil.example:8000", "10.0.0.1", ""):
        problem(client.get("/", headers={"Host": host}), 421)
    for host in ("localhost", "localhost:8000", "[::1]:8000", "127.0.0.1:1"):
        assert client.get("/", headers={"Host": host}).status_code == 200


def test_with_a_key_any_name_is_answered(service):
    client = service(api_key=KEY).client
    assert client.get("/", headers={"Host": "desk.example", "X-API-Key": KEY}).status_code == 200


def test_every_answer_carries_the_security_headers(service):
    client = service().client
    for path in ("/", "/healthz", "/nothing", "/v1/refresh", "/static/console.js"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["referrer-policy"] == "same-origin"
        assert headers["x-request-id"]
        assert "server" not in headers

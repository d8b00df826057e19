"""Keys at the door: what each opens, from when to when, and what is told of a refusal."""

import logging
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from serving.access.auth import OPEN_FOLDERS, OPEN_PATHS
from serving.access.keys import KeyBook
from serving.console.routes import all_pages
from serving.principal import SCOPES
from serving.store import Store
from tests.serving.builders import body, fixed_edge
from tests.serving.test_http import problem


class World:
    """A service, and the keys in its store; `now` is the time by which they end, and no second
    passes unless a test says so."""

    def __init__(self, service, **changed):
        self.now = datetime(2026, 3, 2, 12, tzinfo=UTC)
        self.seconds = 100.0
        edge = replace(fixed_edge(), now=lambda: self.now, clock=lambda: self.seconds)
        self.running = service(edge=edge, **changed)
        self.client = self.running.client
        self.store = Store.open(self.running.settings.store_url)
        self.book = KeyBook(self.store, lambda: self.now)

    def key(self, *scopes, name="desk", lasting=None):
        return self.book.create(name, frozenset(scopes), lasting, "ops").text

    def ask(self, key, path="/metrics"):
        return self.client.get(path, headers={"X-API-Key": key})


@pytest.fixture
def world(service):
    opened = []

    def start(**changed):
        opened.append(World(service, **changed))
        return opened[-1]

    yield start
    for each in opened:
        each.store.close()


def test_the_first_key_closes_the_open_door_at_once(world):
    desk = world()
    assert desk.client.get("/metrics").status_code == 200
    key = desk.key("read")
    problem(desk.client.get("/metrics"), 401)
    assert desk.ask(key).status_code == 200


def test_the_end_of_the_last_key_does_not_open_the_door_again(world):
    desk = world()
    desk.key("read")
    desk.book.revoke("desk", "ops")
    problem(desk.client.get("/metrics"), 401)


def test_a_revoked_key_opens_nothing_from_the_next_request_on(world):
    desk = world()
    key = desk.key("read")
    assert desk.ask(key).status_code == 200
    desk.book.revoke("desk", "ops")
    refused = desk.ask(key)
    told = problem(refused, 401)
    assert told["type"] == "urn:fendan:problem:key-revoked"
    assert "is revoked" in told["detail"]
    assert 'error="invalid_token"' in refused.headers["www-authenticate"]


def test_a_key_opens_nothing_from_its_last_moment_on(world):
    desk = world()
    key = desk.key("read", lasting=timedelta(hours=1))
    desk.now += timedelta(minutes=59)
    assert desk.ask(key).status_code == 200
    desk.now += timedelta(minutes=1)
    told = problem(desk.ask(key), 401)
    assert (told["type"], "is expired" in told["detail"]) == (
        "urn:fendan:problem:key-expired",
        True,
    )


def test_only_who_has_the_secret_is_told_what_became_of_a_key(world):
    desk = world()
    key = desk.key("read")
    desk.book.revoke("desk", "ops")
    told = problem(desk.ask(key[:-1] + ("0" if key[-1] != "0" else "1")), 401)
    assert told["type"] == "urn:fendan:problem:unauthorized"


def test_a_key_without_the_scope_is_told_which_one_it_lacks(world):
    desk = world()
    refused = desk.ask(desk.key("events"))
    assert "`read`" in problem(refused, 403)["detail"]
    assert 'error="insufficient_scope", scope="read"' in refused.headers["www-authenticate"]


FOR_EVERYBODY = ("/", "/console", "/console/sign-out")
"""Who holds any key may go there: they tell nothing."""
PAGES = ("/", "/console", *(f"/console/{page.name}" for page in all_pages.PAGES))


def walked(routes):
    for route in routes:
        below = getattr(route, "original_router", None)
        if below is not None:
            yield from walked(below.routes)
        else:
            path = route.path.replace(":path}", "}")  # as OpenAPI writes it
            yield from ((method, path) for method in sorted(route.methods))


def test_every_route_but_the_open_ones_has_a_scope_and_is_refused_without_it(world):
    desk = world()
    keys = {scope: desk.key(scope, name=scope) for scope in SCOPES}
    app = desk.client.app
    found = set(walked(app.routes))
    assert {path for _, path in found} >= set(app.openapi()["paths"])
    for method, path in sorted(found):
        if path in OPEN_PATHS or path.startswith(OPEN_FOLDERS):
            continue
        asked = re.sub(r"\{\w+\}", "x", path)
        stranger = desk.client.request(method, asked, follow_redirects=False)
        if method == "GET" and path in PAGES:
            assert (stranger.status_code, "/console/sign-in" in stranger.headers["location"]) == (
                303,
                True,
            )
        else:
            problem(stranger, 401)
        if path in FOR_EVERYBODY:
            continue
        allowed = {
            scope
            for scope, key in keys.items()
            if desk.client.request(method, asked, headers={"X-API-Key": key}).status_code != 403
        }
        assert "admin" in allowed, (method, path)
        assert allowed != set(SCOPES), (method, path)


def status_of(desk, key, receive):
    """The status of a POST that is sent without its body: `receive` is asked for it."""
    sent = []

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/v1/refresh", "query_string": b"",
        "headers": [(b"x-api-key", key.encode())], "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80), "scheme": "http", "http_version": "1.1", "root_path": "",
    }  # fmt: skip
    desk.client.portal.call(desk.client.app, scope, receive, send)
    return sent[0]["status"]


def test_who_is_not_let_in_is_told_before_the_body_is_read(world):
    desk, read = world(), []
    lacking = desk.key("read")

    async def receive():
        read.append(True)
        return {"type": "http.disconnect"}

    assert [status_of(desk, key, receive) for key in ("", "wrong", lacking)] == [401, 401, 403]
    assert read == []
    assert status_of(desk, desk.key("refresh", name="right"), receive) == 400
    assert read == [True]


def test_refusals_are_logged_with_the_key_and_counted_by_reason(world, caplog):
    desk = world()
    reader, other = desk.key("read"), desk.key("events", name="other")
    gone = desk.key("read", name="gone")
    desk.book.revoke("gone", "ops")
    for key in ("wrong", gone, other):
        desk.ask(key)
    told = [vars(record)["about"] for record in caplog.records if record.msg == "request"]
    assert [(line["refused"], line["key"], line["status"]) for line in told] == [
        ("unauthorized", None, 401),
        ("key-revoked", gone[3:11], 401),
        ("forbidden", other[3:11], 403),
    ]
    assert {record.levelno for record in caplog.records if record.msg == "request"} == {
        logging.WARNING
    }
    text = desk.ask(reader).text
    for reason in ("unauthorized", "key-revoked", "forbidden"):
        assert f'fendan_refused_total{{reason="{reason}"}} 1.0' in text
    assert not [key for key in (reader, other, gone) if key[12:] in caplog.text + str(told) + text]


def test_what_is_refused_changes_nothing(world):
    desk = world()
    key = desk.key("read")
    sent = {"headers": {"X-API-Key": key}}
    problem(desk.client.post("/v1/refresh", json=body(), **sent), 403)
    problem(desk.client.post("/v1/keys", json={"name": "x", "scopes": ["admin"]}, **sent), 403)
    problem(desk.client.delete(f"/v1/keys/{key[3:11]}", **sent), 403)
    assert not desk.running.desk.asked
    assert [each.state(desk.now) for each in desk.book.all()] == ["active"]


def test_a_page_of_another_site_cannot_use_a_desk_without_keys(world):
    desk = world()
    here = {"Origin": "http://127.0.0.1"}
    assert desk.client.post("/v1/refresh", json=body(), headers=here).status_code == 200
    for origin in ("https://evil.example", "null", "http://127.0.0.1:3000", "http://[", ""):
        refused = desk.client.post("/v1/refresh", json=body(), headers={"Origin": origin})
        assert problem(refused, 403)["type"] == "urn:fendan:problem:cross-origin"
    assert len(desk.running.desk.asked) == 1


def test_beyond_loopback_nobody_is_let_in_without_a_key_whatever_the_host_header_says(world):
    desk = world(host="0.0.0.0")
    problem(desk.client.get("/metrics", headers={"Host": "localhost"}), 401)


def test_a_key_that_asks_too_often_waits_and_no_other_does(world):
    desk = world(rate_per_key=2)
    greedy, other = desk.key("read"), desk.key("read", name="other")
    assert [desk.ask(greedy).status_code for _ in range(5)] == [200] * 4 + [429]
    refused = desk.ask(greedy)
    assert problem(refused, 429)["type"] == "urn:fendan:problem:too-many-requests"
    assert refused.headers["retry-after"] == "1"
    assert desk.ask(other).status_code == 200


def test_strangers_that_ask_too_often_wait_but_health_is_always_told(world):
    desk = world(api_key="k", rate_per_stranger=1)
    asked = [desk.client.get("/docs").status_code for _ in range(5)]
    assert asked == [200] * 4 + [429]
    problem(desk.client.get("/metrics"), 429)
    assert desk.client.get("/healthz").status_code == 200
    assert desk.ask("k").status_code == 200


def test_who_tries_keys_waits_and_is_not_told_a_right_guess_of_the_master_key(world):
    desk = world(api_key="guessable", failures=3)
    made = desk.key("read")
    assert [desk.ask(f"guess{i}").status_code for i in range(4)] == [401] * 3 + [429]
    problem(desk.ask("guessable"), 429)
    assert desk.ask(made).status_code == 200  # nobody guesses 256 bits
    desk.seconds += 1.0
    assert desk.ask("guessable").status_code == 200


def test_every_refusal_carries_the_security_headers(world):
    desk = world(rate_per_key=1)
    key = desk.key("events")
    for asked, status in ((("GET", "/v1/refresh"), 405), (("GET", "/no"), 404)):
        told = desk.client.request(*asked, headers={"X-API-Key": key})
        problem(told, status)
        assert told.headers["x-content-type-options"] == "nosniff"
    for sent, status in (("", 401), ("x", 401), (key, 429)):
        told = desk.ask(sent)
        problem(told, status)
        assert "default-src 'none'" in told.headers["content-security-policy"]
        assert "access-control-allow-origin" not in told.headers


def test_while_nobody_knows_the_keys_only_the_master_key_is_taken_and_strangers_learn_nothing(
    world,
):
    away = "postgresql://somebody:pw@127.0.0.1:9/none"
    desk = world(api_key="master", store_url=away)
    refused = desk.ask("fd_00000000_00")
    told = problem(refused, 503)
    assert (told["type"], refused.headers["retry-after"]) == ("urn:fendan:problem:not-ready", "10")
    assert "somebody" not in refused.text
    assert desk.ask("master").status_code == 200
    problem(desk.ask("wrong"), 401)
    assert desk.client.get("/healthz").status_code == 200


def test_a_page_is_shown_with_any_key_that_may_read(world):
    desk = world()
    reader, other = desk.key("read"), desk.key("events", name="other")
    assert desk.client.get("/console/floor", headers={"X-API-Key": reader}).status_code == 200
    refused = desk.client.get("/console/floor", headers={"X-API-Key": other})
    assert refused.status_code == 403
    assert "without the scope “read”" in refused.text


def test_who_sends_many_keys_is_guessing(world):
    desk = world()
    right = desk.key("read")
    for wrong, status in ((1, 200), (2, 401)):
        sent = [("X-API-Key", f"fd_{i:08}_0") for i in range(wrong)] + [("X-API-Key", right)]
        assert desk.client.get("/metrics", headers=sent).status_code == status

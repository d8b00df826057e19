"""A refusal is told in the language that its caller prefers; its kind and shape never change."""

import re

import pytest

from features.errors import FendanError, StoreError
from serving.fault_words import said_of
from serving.problems import as_problem
from tests.serving.builders import body
from tests.serving.test_http import problem

ZH = {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}
CJK = re.compile("[\u4e00-\u9fff]")
NOBODY = {"ticket_id": "T1", "agent_id": "nobody", "reason": "x"}
STRANGE = {"ticket_id": "nope", "agent_id": "A3", "reason": "x"}
OTHERS = {"agent_id": "nobody", "reason": "x"}
REFUSALS = [
    ("POST", "/v1/overrides", {"json": NOBODY}, 422),
    ("POST", "/v1/overrides", {"json": STRANGE}, 422),
    ("POST", "/v1/overrides", {"json": {**NOBODY, "agent_id": None, "pinned": False}}, 422),
    ("POST", "/v1/overrides", {"json": {"ticket_id": "T1"}}, 422),
    ("POST", "/v1/overrides", {"content": b"{"}, 415),
    ("POST", "/v1/overrides/preview", {"json": {**STRANGE, "refresh_id": "none"}}, 422),
    ("DELETE", "/v1/overrides/none", {}, 404),
    ("POST", "/v1/tickets/nope/hand-back", {"json": OTHERS}, 404),
    ("POST", "/v1/tickets/T1/hand-back", {"json": OTHERS}, 409),
    ("PUT", "/v1/policy", {"json": {"name": "n"}}, 428),
    ("PUT", "/v1/policy", {"json": {"name": "n"}, "headers": {"If-Match": '"v9"'}}, 412),
    ("POST", "/v1/policy/preview", {"json": {"weights": {"skil": 1, "value": -1}}}, 422),
    ("POST", "/v1/policy/preview", {"json": {"policy": {"name": "n"}, "simulate": {}}}, 501),
    ("POST", "/v1/policy/rollback", {"json": {"why": "x"}}, 409),
    ("GET", "/v1/policy/versions/7", {}, 404),
    ("POST", "/v1/decisions/none/replay", {}, 404),
    ("GET", "/v1/similar", {"params": {"ticket_id": "nope"}}, 404),
    ("GET", "/v1/tickets/nope/status", {}, 404),
    ("GET", "/v1/pulse", {"params": {"days": 0}}, 422),
    ("POST", "/v1/model/promote", {"json": {"version": 3, "why": "x"}}, 501),
    ("GET", "/v1/nothing", {}, 404),
    ("PATCH", "/v1/policy", {}, 405),
]


@pytest.fixture
def asked(service):
    client = service().client
    client.post("/v1/refresh", json=body())
    return client


def ask(client, method, path, sent, status, **headers):
    sent = {**sent, "headers": {**sent.get("headers", {}), **headers}}
    if "content" in sent:
        sent["headers"]["Content-Type"] = "text/plain"
    answer = client.request(method, path, **sent)
    return answer, problem(answer, status)


@pytest.mark.parametrize(("method", "path", "sent", "status"), REFUSALS)
def test_what_a_page_can_provoke_is_told_in_chinese_to_who_prefers_it(
    asked, method, path, sent, status
):
    _, english = ask(asked, method, path, sent, status)
    answer, chinese = ask(asked, method, path, sent, status, **ZH)
    assert answer.headers["content-language"] == "zh"
    assert "Accept-Language" in answer.headers["vary"]
    assert CJK.search(chinese["detail"])
    assert CJK.search(chinese["title"])
    assert not CJK.search(english["detail"] + english["title"])
    assert chinese["type"] == english["type"]
    pairs = zip(chinese.get("errors", ()), english.get("errors", ()), strict=True)
    for told, before in pairs:
        assert told["pointer"] == before["pointer"]
        assert CJK.search(told["reason"]) or re.fullmatch("[a-z_]+", told["reason"])


@pytest.mark.parametrize("accepted", ["", "*", "en", "fr", "en-GB, zh;q=0.5", "zh;q=0"])
def test_whoever_does_not_ask_for_chinese_reads_english(asked, accepted):
    answer, told = ask(asked, "DELETE", "/v1/overrides/x", {}, 404, **{"Accept-Language": accepted})
    assert (told["title"], told["detail"]) == ("Not Found", "no override has this id")
    assert answer.headers["content-language"] == "en"


def test_who_is_not_let_in_or_lacks_the_scope_is_told_in_their_language(service):
    client = service(api_key="k").client
    assert "API 密钥" in problem(client.get("/v1/policy", headers=ZH), 401)["detail"]
    made = client.post(
        "/v1/keys", json={"name": "reader", "scopes": ["read"]}, headers={"X-API-Key": "k"}
    ).json()
    told = client.post("/v1/policy/rollback", json={}, headers={**ZH, "X-API-Key": made["secret"]})
    assert "`ops`" in problem(told, 403)["detail"]
    assert "权限" in told.json()["detail"]


def test_who_asks_too_often_is_told_in_their_language(service):
    client = service(api_key="k", rate_per_stranger=1).client
    for _ in range(4):
        client.get("/v1/policy")
    assert "请求过于频繁" in problem(client.get("/v1/policy", headers=ZH), 429)["detail"]


def test_an_error_without_chinese_words_is_told_in_english_to_all():
    assert as_problem(StoreError("it is away", where="disk")).said.zh == "it is away (disk)"
    said = as_problem(FendanError("no", zh="不行")).said
    assert (said.en, said.zh) == ("no", "不行")


def test_a_kind_of_fault_without_words_of_its_own_keeps_pydantic_s():
    told = said_of({"type": "url_type", "msg": "Input should be a URL", "loc": (), "input": 1})
    assert (told.en, told.zh) == ("must be a URL", "must be a URL")


def test_bounds_and_choices_stand_in_both_languages():
    error = {"type": "less_than_equal", "msg": "Input should be less than or equal to 9"}
    assert said_of({**error, "ctx": {"le": 9}}).zh == "不得大于 9"
    error = {"type": "literal_error", "msg": "Input should be 'a' or 'b'"}
    assert said_of({**error, "ctx": {"expected": "'a' or 'b'"}}).zh == "必须是下列之一：'a', 'b'"

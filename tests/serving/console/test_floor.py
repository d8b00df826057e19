"""The page of the last refresh: what it shows, in both languages, to whom and when."""

import re
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from serving.answering import refresh_answer, to_bytes
from serving.console.floor import view_of
from serving.console.plan import Plan
from serving.decisions.log import Logged
from serving.schemas import parse_refresh
from tests.serving.builders import FakeDesk, body, fixed_edge, plan, ticket

FLOOR = "/console/floor"
MADE = datetime(2026, 3, 2, 2, 5, 1, tzinfo=UTC)
DUE = "2026-03-02T12:00:00+08:00"


def logged(*tickets: dict) -> Plan:
    sent = orjson.dumps(body(*tickets))
    decision = plan(FakeDesk(), *parse_refresh(sent))
    answer = to_bytes(refresh_answer(decision, "r1", 212))
    return Plan.of(Logged("r1", MADE, decision.policy, decision.model, {}, sent, answer))


def test_the_most_pressing_ticket_stands_first():
    view = view_of(logged(ticket("T1", due_at=DUE), ticket("T2"), ticket("T3")), "en", MADE)
    assert [(row.ticket_id, row.alert) for row in view.rows] == [
        ("T2", "red"), ("T1", "warn"), ("T3", "warn"),
    ]  # fmt: skip
    assert view.rows[0].blocked == ("off shift 12", "at capacity 3")
    assert view.rows[1].reasons == ("3 contacts in 72 h",)


def test_a_row_says_what_the_choice_costs_and_who_came_second():
    (row,) = view_of(logged(ticket("T1")), "en", MADE).rows
    assert row.costs == ("timeout risk 31 % × price 1.7 = 0.53",)
    assert row.second == "A3 would be first without it"
    (row,) = view_of(logged(ticket("T1")), "zh", MADE).rows
    assert row.second == "否则 A3 将排第一"


def test_a_decision_that_was_not_explained_is_shown_without():
    told = logged(ticket("T1"))
    del told.records["T1"]["why"]
    (row,) = view_of(told, "en", MADE).rows
    assert (row.costs, row.second) == ((), "")


def test_a_countdown_runs_in_the_desks_own_time():
    at_once = view_of(logged(ticket("T1", due_at=DUE)), "en", MADE)
    later = view_of(logged(ticket("T1", due_at=DUE)), "en", MADE + timedelta(minutes=3))
    assert at_once.rows[0].due - at_once.now == 115 * 60
    assert later.rows[0].due - later.now == 112 * 60


def test_an_agents_page_shows_that_agents_tickets():
    decision = logged(ticket("T1"), ticket("T2"))
    assert [row.ticket_id for row in view_of(decision, "en", MADE, agent="A7").rows] == ["T1"]
    assert view_of(decision, "en", MADE, agent="A9").rows == ()


def test_a_long_list_is_cut_and_says_so(service):
    client = service().client
    client.post("/v1/refresh", json=body(*[ticket(f"T{i}") for i in range(301)]))
    assert "200 of 301 shown" in " ".join(client.get(FLOOR).text.split())
    assert "301 of 301 shown" in " ".join(client.get("/console/floor?rows=all").text.split())


def test_before_the_first_refresh_the_page_says_how_to_send_one(service):
    text = service().client.get(FLOOR).text
    assert "No refresh yet" in text
    assert "POST /v1/refresh" in text


def test_the_page_shows_the_last_refresh_in_the_readers_language(service):
    client = service(edge=fixed_edge()).client
    sent = body(ticket("T1", agent_id="A3", due_at=DUE), ticket("T2"), ticket("T3"))
    answer = client.post("/v1/refresh", json=sent).json()
    english = client.get(FLOOR, params={"lang": "en"}).text
    chinese = client.get(FLOOR, params={"lang": "zh"}).text
    for text in (english, chinese):
        assert answer["refresh_id"] in text
        assert "97.2" in text
        assert "24.3" in text
        for ticket_id in ("T1", "T2", "T3"):
            assert ticket_id in text
    assert "3 contacts in 72 h" in english
    assert "72 小时内来电 3 次" in chinese
    assert "质检已逾期" in chinese
    assert 'lang="zh-CN"' in chinese
    assert 'lang="zh-CN"' in client.get(FLOOR).text  # as it was chosen last
    client.cookies.clear()
    assert "工单" in client.get(FLOOR, headers={"Accept-Language": "zh-CN,en;q=0.5"}).text
    assert "Tickets" in client.get(FLOOR, headers={"Accept-Language": "en-GB,zh;q=0.5"}).text


def test_the_page_that_is_already_shown_is_not_sent_again(service):
    client = service().client
    client.post("/v1/refresh", json=body())
    tag = client.get(FLOOR).headers["etag"]
    assert client.get(FLOOR, headers={"If-None-Match": tag}).status_code == 304
    client.post("/v1/refresh", json=body())
    assert client.get(FLOOR, headers={"If-None-Match": tag}).status_code == 200


def test_what_a_caller_sends_never_becomes_markup(service):
    client = service().client
    evil = '"><script>alert(1)</script>'
    client.post("/v1/refresh", json=body(ticket(evil, category=evil, agent_id=evil)))
    assert "<script>alert" not in client.get(FLOOR).text
    assert "<script>alert" not in client.get(FLOOR, params={"agent": evil, "lang": evil}).text


@pytest.mark.parametrize("path", [FLOOR, "/docs", "/static/console.css", "/static/console.js"])
def test_no_page_asks_another_host_or_holds_a_script_or_style_of_its_own(service, path):
    client = service().client
    client.post("/v1/refresh", json=body())
    response = client.get(path)
    assert response.status_code == 200
    used = re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?([^"')\s>]+)""", response.text)
    assert [link for link in used if link.startswith(("http", "//"))] == []
    assert not re.search(r"\sstyle=|\son\w+=|<style|<script(?![^>]*\ssrc=)", response.text)


def test_the_documentation_lists_every_operation(service):
    text = service().client.get("/docs").text
    for operation in ("POST /v1/refresh", "POST /v1/score", "GET /v1/decisions/", "GET /metrics"):
        assert operation in text

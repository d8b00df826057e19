"""The manager's page: what it shows, in both languages, to whom and when."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from serving.console import floor
from serving.console.asked import NOBODY, ROWS_SHOWN, Asked
from serving.console.board import Board
from serving.console.floor import ACTIONS_SHOWN, LEFT_SHOWN
from tests.serving.builders import body, fixed_edge, ticket
from tests.serving.console.conftest import findings
from tests.serving.console.floors import MADE, agent, logged

FLOOR = "/console/floor"
DUE = "2026-03-02T12:00:00+08:00"


def view_of(plan, *more):
    return floor.view_of(Board.of(plan), *more)


def ids(view) -> list[str]:
    return [row.ticket_id for row in view.table.rows]


def test_the_most_pressing_ticket_stands_first():
    view = view_of(logged(ticket("T1", due_at=DUE), ticket("T2"), ticket("T3")), "en", MADE)
    assert [(row.ticket_id, row.alert) for row in view.table.rows] == [
        ("T2", "red"), ("T1", "warn"), ("T3", "warn"),
    ]  # fmt: skip
    assert view.table.rows[0].blocked == ("off shift 12", "at capacity 3")
    assert view.table.rows[1].reasons == ("3 contacts in 72 h",)


def test_a_row_says_what_the_choice_costs_and_who_came_second():
    (row,) = view_of(logged(ticket("T1")), "en", MADE).table.rows
    assert row.costs == ("timeout risk 31 % × price 1.7 = 0.53",)
    assert row.second == "A3 would be first without it"
    (row,) = view_of(logged(ticket("T1")), "zh", MADE).table.rows
    assert row.second == "否则 A3 将排第一"


def test_a_decision_that_was_not_explained_is_shown_without():
    told = logged(ticket("T1"))
    del told.records["T1"]["why"]
    (row,) = view_of(told, "en", MADE).table.rows
    assert (row.costs, row.second) == ((), "")


def test_a_countdown_runs_in_the_desks_own_time():
    at_once = view_of(logged(ticket("T1", due_at=DUE)), "en", MADE)
    later = view_of(logged(ticket("T1", due_at=DUE)), "en", MADE + timedelta(minutes=3))
    assert at_once.table.rows[0].due - at_once.now == 115 * 60
    assert later.table.rows[0].due - later.now == 112 * 60


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (Asked(), ["T2", "T1", "T3"]),
        (Asked(agent="A7"), ["T1", "T3"]),
        (Asked(agent="A9"), []),
        (Asked(team="front"), ["T1", "T3"]),
        (Asked(team=NOBODY), ["T2"]),
        (Asked(alert="red"), ["T2"]),
        (Asked(text="INVOICE"), ["T3"]),
        (Asked(text="t1"), ["T1"]),
        (Asked(text="a7", alert="red"), []),
    ],
)
def test_the_table_shows_what_was_asked_for(asked, found):
    agents = [agent("A3", "back"), agent("A7", "front")]
    them = (ticket("T1"), ticket("T2"), ticket("T3", category="invoice"))
    view = view_of(logged(*them, agents=agents), "en", MADE, asked)
    assert (ids(view), view.table.all_rows) == (found, len(found))


def many(count: int):
    return logged(*[ticket(f"T{n}") for n in range(1, count + 1)])


def test_every_ticket_stands_on_one_page_and_only_on_one():
    plan = many(2 * ROWS_SHOWN + 1)
    tables = [view_of(plan, "en", MADE, Asked(page=page)).table for page in (1, 2, 3)]
    assert [(t.first, len(t.rows), t.pages) for t in tables] == [
        (1, 200, 3), (201, 200, 3), (401, 1, 3),
    ]  # fmt: skip
    assert {row.ticket_id for table in tables for row in table.rows} == set(plan.records)


def test_a_page_past_the_last_shows_the_last():
    table = view_of(many(ROWS_SHOWN + 1), "en", MADE, Asked(page=99)).table
    assert (table.asked.page, table.first, len(table.rows)) == (2, 201, 1)
    nothing = view_of(many(3), "en", MADE, Asked(text="no such ticket", page=4)).table
    assert (nothing.asked.page, nothing.pages, nothing.all_rows) == (1, 1, 0)


def test_tickets_of_nobody_stand_apart_with_what_ruled_agents_out():
    view = view_of(logged(ticket("T1"), ticket("T2")), "en", MADE, Asked(agent="A7"))
    (row,) = view.left.unplaced
    assert (row.ticket_id, row.code) == ("T2", "no eligible agent")
    assert row.blocked == ("off shift 12", "at capacity 3")
    assert view.alerts == {"red": 1, "warn": 1, "watch": 0, "none": 0}


def test_what_was_refused_says_why():
    early = ticket("T1", due_at="2026-02-01T12:00:00+08:00")
    (refused,) = view_of(logged(early), "en", MADE).left.refused
    assert (refused.name, refused.why) == ("T1", "due before it was created")
    assert refused.pointer == "/tickets/0/due_at"


def test_many_tickets_of_nobody_are_cut_and_counted():
    left = view_of(logged(*[ticket(f"T{n}") for n in range(100)]), "en", MADE).left
    assert (len(left.unplaced), left.all_unplaced) == (LEFT_SHOWN, 50)


def test_the_actions_that_save_most_stand_first():
    decision = logged(ticket("T1"))
    (told,) = decision.answer["actions"]
    decision.answer["actions"] = [
        told, {**told, "ticket_id": "T8", "saves": 0.1}, {**told, "ticket_id": "T9", "saves": 0.5},
    ]  # fmt: skip
    view = view_of(decision, "en", MADE)
    assert [action.ticket_id for action in view.actions] == ["T9", "T8", "T1"]


def test_more_actions_than_anybody_reads_are_cut_and_counted():
    decision = logged(ticket("T1"))
    decision.answer["actions"] *= ACTIONS_SHOWN + 1
    view = view_of(decision, "en", MADE)
    assert (len(view.actions), view.all_actions) == (ACTIONS_SHOWN, ACTIONS_SHOWN + 1)


def test_a_long_list_says_what_is_shown_of_how_much(service):
    client = service().client
    client.post("/v1/refresh", json=body(*[ticket(f"T{i}") for i in range(301)]))

    def told(query: str) -> str:
        return " ".join(client.get(f"{FLOOR}{query}").text.split())

    assert "1–200 of 301 shown" in told("")
    assert "201–301 of 301 shown" in told("?page=2")
    assert "1–1 of 1 shown · 301 in all" in told("?q=T300&page=2")


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


def test_an_event_that_arrives_is_no_news_to_the_floor_but_a_choice_of_somebody_is(service):
    client = service().client
    client.post("/v1/refresh", json=body(ticket("T1", agent_id="A3")))
    tag = {"If-None-Match": client.get(FLOOR).headers["etag"]}
    margin = {"event_id": "e1", "time": "2026-03-02T10:00:00+08:00", "type": "customer.margin"}
    told = client.post("/v1/events", json=[margin | {"customer_id": "C9", "amount": 1.0}])
    assert told.json()["accepted"] == 1
    assert client.get(FLOOR, headers=tag).status_code == 304
    back = client.post("/v1/tickets/T1/hand-back", json={"agent_id": "A3", "reason": "no time"})
    assert back.status_code == 201
    assert client.get(FLOOR, headers=tag).status_code == 200


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


def test_a_day_of_refreshes_is_compared_with(service):
    client = service().client
    client.post("/v1/refresh", json=body(as_of="2026-03-01T10:00:00+08:00"))
    assert "no decision from yesterday" in client.get(FLOOR).text
    client.post("/v1/refresh", json=body(*[ticket(f"T{n}") for n in range(5)]))
    text = " ".join(client.get(FLOOR).text.split())
    assert '<span class="harm">+3</span> since 03-01 10:00' in text


def multiplied(snapshot, tickets: int):
    """The desk with that many tickets: its own again and again, each under a name of its own."""
    own = snapshot.tickets
    those = (replace(own[n % len(own)], ticket_id=f"X-{n + 1}") for n in range(tickets))
    agents = tuple(replace(agent, queue=None, working_on=None) for agent in snapshot.agents)
    return replace(snapshot, tickets=tuple(those), agents=agents)


def test_the_manager_filters_by_team_and_finds_an_agents_row(site, tab):
    page = tab(site, FLOOR)
    heat = page.get_by_role("region", name="Load by hour")
    expect(heat.locator("[data-agent]")).to_have_count(45)
    expect(heat.get_by_role("columnheader", name="11:00")).to_be_visible()
    rows = page.locator("#rows [data-ticket]")
    everything = rows.count()
    page.get_by_role("region", name="Risk and load by team").get_by_role(
        "link", name="frontline"
    ).click()
    expect(page.get_by_label("Team", exact=True)).to_have_value("frontline")
    assert 0 < rows.count() < everything
    page.get_by_label("Alert", exact=True).select_option("red")
    page.get_by_role("button", name="Filter").click()
    expect(page).to_have_url(re.compile("team=frontline&alert=red"))
    page.get_by_label("Search").fill("no such ticket")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No open ticket fits this filter.")).to_be_visible()
    page.get_by_role("link", name="show every ticket").click()
    expect(rows).to_have_count(everything)


def test_the_manager_turns_pages_and_orders_with_the_keyboard(site, tab):
    base = site.world.live.snapshot()
    site.refresh(multiplied(base, ROWS_SHOWN + 50))
    page = tab(site, FLOOR)
    expect(page.get_by_text(f"1–200 of {ROWS_SHOWN + 50} shown")).to_be_visible()
    page.locator("#next-top").press("Enter")
    expect(page.get_by_text(f"201–{ROWS_SHOWN + 50} of")).to_be_visible()
    expect(page.get_by_text("page 2 of 2").first).to_be_visible()
    page.get_by_role("link", name="Expected close").press("Enter")
    expect(page).to_have_url(re.compile("sort=closes"))
    expect(page.get_by_role("columnheader", name="Expected close")).to_have_attribute(
        "aria-sort", "ascending"
    )
    closes = page.locator("#rows td[data-label='Expected close']").all_inner_texts()
    assert closes == sorted(closes)
    page.get_by_label("Order").select_option("ticket")
    page.get_by_label("Search").fill("-240")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"1–1 of 1 shown · {ROWS_SHOWN + 50} in all")).to_be_visible()
    assert "page=" not in page.url


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_floor_is_accessible(site, tab, theme):
    page = tab(site, f"{FLOOR}?theme={theme}")
    page.locator("#rows summary").first.click()
    assert findings(page) == []


def test_the_next_refresh_shows_by_itself_and_keeps_what_was_opened(site, tab):
    page = tab(site, FLOOR)
    shown = page.locator("#refresh").get_attribute("data-refresh")
    page.locator("#rows details").first.locator("summary").click()
    opened = page.locator("#rows details[open]").get_attribute("id")
    site.refresh()
    expect(page.locator("#refresh")).not_to_have_attribute("data-refresh", shown)
    expect(page.locator("#rows details[open]")).to_have_attribute("id", opened)


@pytest.mark.parametrize(
    "place",
    ["#rows tr:nth-child(3) a", "#rows tr:nth-child(3) summary", "#heat-map [data-agent] a",
     "#teams a", "#actions a", "#refresh a"],
)  # fmt: skip
def test_the_keyboard_stays_where_it_is_when_the_next_refresh_is_shown(site, tab, place):
    page = tab(site, FLOOR)
    shown = page.locator("#refresh").get_attribute("data-refresh")
    page.locator(place).first.focus()
    where = "[document.activeElement.localName, document.activeElement.textContent]"
    before = page.evaluate(where)
    site.refresh()
    expect(page.locator("#refresh")).not_to_have_attribute("data-refresh", shown)
    assert page.evaluate(where) == before


def test_where_the_row_is_gone_the_keyboard_goes_on_from_its_table(site, tab):
    page = tab(site, FLOOR)
    gone = page.locator("#rows [data-ticket]").first.get_attribute("data-ticket")
    page.locator("#rows [data-ticket] a").first.focus()
    desk = site.world.live.snapshot()
    site.refresh(replace(desk, tickets=tuple(t for t in desk.tickets if t.ticket_id != gone)))
    expect(page.locator(f'#rows [data-ticket="{gone}"]')).to_have_count(0)
    expect(page.locator("#rows")).to_be_focused()


def test_a_new_plan_is_told_in_a_sentence_and_no_table_is_read_out(site, tab):
    page = tab(site, f"{FLOOR}?lang=en")
    told = page.locator("#told")
    assert told.get_attribute("role") == "status"
    expect(told).to_be_empty()
    desk = site.world.live.snapshot()
    site.refresh(replace(desk, tickets=desk.tickets[:-1]))
    expect(told).to_have_text(re.compile(rf"New plan as of .*: {len(desk.tickets) - 1} open, "))
    live = page.locator("[aria-live], [role=status], [role=alert], [role=log]")
    assert live.locator("css=[data-ticket], [data-agent]").count() == 0


def test_the_heat_map_can_be_read_as_a_table(site, tab):
    table = tab(site, FLOOR).get_by_role("table", name="Load by hour")
    heads = table.get_by_role("columnheader")
    assert heads.all_inner_texts()[:4] == ["Agent", "Held / capacity", "Expected timeouts", "Now"]
    agents = table.locator("tr[data-agent]")
    assert agents.get_by_role("rowheader").count() == agents.count() == 45


def test_only_who_may_move_tickets_can_drag_them(locked_site, tab):
    reader = tab(locked_site, FLOOR, key=locked_site.key("read"))
    manager = tab(locked_site, FLOOR, key=locked_site.key("read", "ops"))
    expect(reader.locator("#rows [data-ticket]").first).to_be_visible()
    expect(reader.locator("[draggable]")).to_have_count(0)
    expect(manager.locator("#rows [data-ticket][draggable=true]").first).to_be_visible()

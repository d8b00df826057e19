"""A customer opens a link: where the complaint stands in plain words, and nothing of the desk."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from playwright.sync_api import expect

from features.events import TICKET_STATES, conform
from features.history import History
from features.names import DEPARTMENTS
from serving.access.links import LinkBook
from serving.console.status import Known, view_of
from serving.tables import LINKS
from tests.serving.builders import FakeDesk, body, fixed_edge, ticket
from tests.serving.console.conftest import findings, overflow

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 2, 11, tzinfo=SHANGHAI)
HOUR = timedelta(hours=1)
ETA = (NOW + 4 * HOUR, NOW + 24 * HOUR)


def view(state: str, language="en", **more):
    known = Known(state, NOW - timedelta(minutes=5), **{"eta": ETA, **more})
    return view_of(known, NOW.astimezone(UTC), SHANGHAI, language)


def places(seen) -> str:
    return ", ".join(f"{step.name}: {step.place}" for step in seen.steps)


def test_the_page_tells_state_steps_interval_and_zone_in_both_languages():
    seen = view("in_progress")
    assert seen.headline == "Your complaint is being worked on."
    assert places(seen) == "Received: done, With a specialist: now, Solved: to come"
    assert seen.expected == "between today 15:00 and tomorrow 12:00"
    assert (seen.updated, seen.zone) == ("today 10:55", "UTC+08:00")
    seen = view("in_progress", "zh")
    assert seen.headline == "您的投诉：正在处理。"
    assert places(seen) == "已受理: 已完成, 专人处理: 当前, 已解决: 待进行"


@pytest.mark.parametrize(
    ("parties", "words"),
    [
        (("qc",), "checked with quality control"),
        (("qc", "warehouse", "supplier"), "quality control, the warehouse and the supplier"),
        (("qc", "team-7b", "team-9"), "checked with quality control and another department"),
        (("team-7b",), "with another department"),
        ((), "with another department"),
    ],
)
def test_departments_are_named_in_plain_words_and_never_by_a_code(parties, words):
    seen = view("internal_collaboration", parties=parties)
    assert words in seen.headline
    assert "team-" not in seen.headline
    assert [step.at for step in seen.steps] == ["done", "done", "now", "ahead"]


def test_a_department_s_name_is_no_code():
    assert not [
        name for code, pair in DEPARTMENTS.items() for name in (pair.en, pair.zh) if code == name
    ]


def test_who_must_answer_is_asked_to():
    seen = view("waiting_customer")
    assert "please answer our last message" in seen.more
    assert "Your answer: now" in places(seen)


def test_a_solved_one_has_no_expected_time_and_says_what_to_do_if_it_is_not():
    seen = view("closed", due=NOW - HOUR)
    assert (seen.expected, seen.late, {step.at for step in seen.steps}) == ("", False, {"done"})
    assert "we open it again" in seen.more


def test_what_is_late_or_unknown_is_said_honestly():
    assert view("in_progress", due=NOW).late
    assert not view("in_progress", due=NOW + HOUR).late
    assert view("assigned", eta=None).expected == "We cannot say yet."
    past = (NOW - 9 * HOUR, NOW)
    assert view("assigned", eta=past).expected == "It takes longer than we expected."


@pytest.mark.parametrize("state", [*TICKET_STATES, "closed", "gone"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_state_has_a_page(state, language):
    seen = view(state, language)
    assert "_" not in seen.headline
    assert [step.at for step in seen.steps].count("now") == (state not in ("closed", "gone"))


class Small:
    """A small desk that knows a solved ticket, its links, and a clock to turn."""

    def __init__(self, service, **changed):
        self.now, self.seconds = datetime(2026, 3, 2, 2, 6, tzinfo=UTC), 100.0
        edge = replace(fixed_edge(), now=lambda: self.now, clock=lambda: self.seconds)
        solved = [
            {"event_id": "1", "type": "ticket.created", "ticket_id": "old", "category": "late",
             "time": "2026-02-01T09:00:00Z"},
            {"event_id": "2", "type": "ticket.closed", "ticket_id": "old",
             "time": "2026-02-02T09:00:00Z"},
        ]  # fmt: skip
        rows = pd.DataFrame(solved).assign(time=lambda r: pd.to_datetime(r["time"]))
        desk = FakeDesk(history=History.of(conform(rows)))
        running = service(desk_factory=lambda: desk, edge=edge, **changed)
        self.client = running.client
        self.book = LinkBook(running.log.store, lambda: self.now)

    def link(self, ticket_id="T1", days=14) -> str:
        return self.book.make(ticket_id, timedelta(days=days), "desk").path

    def refresh(self, *tickets, **more) -> None:
        assert self.client.post("/v1/refresh", json=body(*tickets, **more)).status_code == 200

    def open(self, path, **headers):
        return self.client.get(path, headers=headers)


@pytest.fixture
def small(service):
    return Small(service)


def test_a_link_shows_its_own_ticket_without_a_key_and_nothing_of_the_desk(service):
    small = Small(service, api_key="master")
    sent = body(
        ticket("T1", agent_id="A3", customer_id="C9", subcategory="lost-parcel"),
        ticket("T2", agent_id="A3"),
    )
    small.client.post("/v1/refresh", json=sent, headers={"X-API-Key": "master"})
    told = small.open(small.link("T1"))
    assert told.status_code == 200
    assert "Your complaint is with somebody who will begin soon." in told.text
    assert "between today 11:00 and today 15:15" in told.text
    said = re.sub(r"<(head|footer)>.*?</\1>", "", told.text, flags=re.DOTALL)
    for word in ("A3", "A7", "C9", "T1", "T2", "risk", "tier", "logistics", "lost-parcel",
                 "fendan-risk", "/console/"):  # fmt: skip
        assert word not in said, word


def test_the_page_is_kept_nowhere_and_its_tag_is_of_what_it_shows(small):
    small.refresh()
    path = small.link()
    first = small.open(path)
    for name, value in (
        ("cache-control", "no-store"), ("referrer-policy", "no-referrer"),
        ("x-robots-tag", "noindex, nofollow"),
    ):  # fmt: skip
        assert first.headers[name] == value
        assert small.open("/status/nothing").headers[name] == value
    known = {"If-None-Match": first.headers["etag"]}
    assert small.open(path, **known).status_code == 304
    assert small.open(small.link(), **known).status_code == 304  # the same page says the same
    small.refresh(ticket("T1") | {"state": "paused"})
    assert small.open(path, **known).status_code == 200
    head = small.client.head(path)
    assert (head.status_code, "etag" in head.headers) == (200, True)


def test_a_ticket_that_no_plan_has_seen_yet_is_received(small):
    small.refresh()
    small.now += timedelta(minutes=3)
    told = small.open(small.link("T-new")).text
    assert "received, waiting for somebody to begin" in told
    assert "We cannot say yet." in told


def test_one_that_left_the_plans_is_solved_where_the_history_says_so_and_else_not_open(small):
    path, old = small.link("T9"), small.link("old")
    small.now += timedelta(minutes=3)
    small.refresh()
    assert "no longer among our open ones" in small.open(path).text
    assert "Your complaint is solved." in small.open(old).text


def test_an_expired_link_says_so_and_an_ended_one_what_an_unknown_one_says(small):
    expired, ended = small.link("T1", days=1), small.link("T2")
    small.book.end("T2", "ops")
    small.now += timedelta(days=1)
    told = {path: small.open(path) for path in (expired, ended, "/status/" + "A" * 43, "/status/x")}
    assert [each.status_code for each in told.values()] == [410, 404, 404, 404]
    assert "This link has expired" in told[expired].text
    assert len({each.text for each in list(told.values())[1:]}) == 1


def test_who_tries_links_waits_and_customers_with_right_ones_do_not(service):
    small = Small(service, api_key="master", failures=3)
    right = small.link()
    tried = [small.open(f"/status/{n:043}").status_code for n in range(4)]
    assert tried == [404, 404, 404, 429]
    later = small.open("/status/x")
    assert (later.status_code, later.headers["retry-after"]) == (429, "1")
    assert "Please wait a moment" in later.text
    assert small.open(right).status_code == 200
    assert small.open("/metrics", **{"X-API-Key": "master"}).status_code == 200
    small.seconds += 1
    assert small.open("/status/x").status_code == 404


def test_no_log_line_tells_a_link(small, caplog):
    caplog.set_level("DEBUG")
    small.refresh()
    right, wrong = small.link(), "/status/" + "B" * 43
    for path in (right, wrong):
        small.open(path)
    told = "".join(f"{record.getMessage()} {vars(record).get('about')}" for record in ours(caplog))
    assert "/status/{token}" in told
    assert "no-such-link" in told
    assert not [path for path in (right, wrong) if path.removeprefix("/status/") in told]


def ours(caplog):
    """What the service logs: the test's own client tells every address it asks."""
    return [record for record in caplog.records if not record.name.startswith("http")]


def test_while_the_store_is_away_the_page_says_so_kindly(service):
    small = Small(service, store_url="postgresql://somebody:pw@127.0.0.1:9/none")
    told = small.open("/status/" + "A" * 43)
    assert told.status_code == 503
    assert "We cannot look it up just now" in told.text
    assert "somebody" not in told.text


def link_of(site, ticket_id: str, days: int = 14) -> str:
    with site.client() as client:
        return client.link(ticket_id, days).url_path


def snapshot_with(site, state: str):
    """The desk's snapshot with its first ticket in a state; and that ticket's id."""
    snapshot = site.world.live.snapshot()
    first, *rest = snapshot.tickets
    return replace(snapshot, tickets=(replace(first, state=state), *rest)), first.ticket_id


def test_on_a_telephone_the_page_follows_the_ticket_and_changes_its_language(site, tab):
    snapshot, ticket_id = snapshot_with(site, "in_progress")
    site.refresh(snapshot)
    page = tab(site, link_of(site, ticket_id), width=360, height=740)
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Your complaint is being worked on.")
    expect(page.locator(".interval")).to_contain_text(re.compile("between|by"))
    expect(page.locator("[aria-current=step]")).to_contain_text("With a specialist")
    assert findings(page) == []
    assert overflow(page) == 0
    site.refresh(snapshot_with(site, "waiting_customer")[0])
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # as on coming back
    expect(heading).to_have_text("Your complaint is waiting for your answer.")
    page.get_by_role("link", name="中文").click()
    expect(heading).to_have_text("您的投诉：等待您的回复。")
    page.set_viewport_size({"width": 280, "height": 600})
    assert overflow(page) == 0


def test_a_link_that_ends_while_it_is_looked_at_says_so(site, tab):
    _, ticket_id = snapshot_with(site, "in_progress")
    page = tab(site, link_of(site, ticket_id), refused=(404,), color_scheme="dark", width=360)
    expect(page.locator(".steps li")).not_to_have_count(0)
    assert findings(page) == []
    with site.client() as client:
        client.end_links(ticket_id)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_role("heading", level=1)).to_have_text("This link shows nothing")
    assert findings(page) == []


def test_a_link_that_expires_while_it_is_looked_at_says_so_and_fits_the_telephone(site, tab):
    ticket_id = next(iter(site.world.live.snapshot().tickets)).ticket_id
    page = tab(site, link_of(site, ticket_id), refused=(410,), width=360, height=740)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Your complaint")
    with site.store.transaction() as connection:
        connection.execute(LINKS.update().values(expires_at=datetime.now(UTC)))
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("This link has expired")
    assert overflow(page) == 0
    assert findings(page) == []

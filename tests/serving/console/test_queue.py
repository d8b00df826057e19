"""An agent's queue: what it shows, to whom; a ticket handed back goes to somebody else."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest
from playwright.sync_api import expect

from serving.answering import refresh_answer, to_bytes
from serving.console.plan import Plan
from serving.console.queue import Looking, view_of
from serving.decisions.log import Logged
from serving.decisions.override_log import Override
from serving.principal import LOCAL, Principal
from serving.schemas import parse_refresh
from tests.serving.builders import FakeDesk, body, plan, ticket
from tests.serving.console.conftest import findings, overflow

MADE = datetime(2026, 3, 2, 2, 5, 1, tzinfo=UTC)
DUE = "2026-03-02T12:00:00+08:00"
READER = Principal("key:desk", frozenset({"read"}))
LI = Principal("key:li", frozenset({"read", "work"}), agent_id="A7")
AT_A7 = Looking(LOCAL, "A7", "en", MADE)


def logged(*tickets: dict, **more: object) -> Plan:
    """A plan that gives every other ticket to A7."""
    sent = orjson.dumps(body(*tickets, **more))
    decision = plan(FakeDesk(), *parse_refresh(sent))
    answer = to_bytes(refresh_answer(decision, "r1", 212))
    return Plan.of(Logged("r1", MADE, decision.policy, decision.model, {}, sent, answer))


def handed_back(ticket_id: str, refresh_id: str = "r1", **more) -> Override:
    known = {"agent_id": None, "previous_agent_id": "A7", "pinned": False, "handed_back": True}
    return Override(
        "o1", MADE, "key:li", ticket_id, refresh_id, at=MADE, reason="no time", **(known | more)
    )


def test_the_queue_is_in_the_order_of_the_plan_with_what_to_do_and_why():
    found = logged(
        ticket("T1", due_at=DUE, customer_level="gold", contacts_72h=3, agent_id="A3"),
        ticket("T2"),
        ticket("T3"),
    )
    first, second = view_of(found, AT_A7, ()).cards
    assert [(c.place, c.ticket_id) for c in (first, second)] == [(1, "T1"), (2, "T3")]
    assert (first.level, first.contacts, first.action, first.previous) == (
        "gold", 3, "reassign", "A3",
    )  # fmt: skip
    assert first.second == "A3 would be first without it"
    assert [(t.name, t.about, t.reason) for t in first.todo] == [
        ("nudge the department", "quality control", "qc is late")
    ]
    assert second.todo == ()


def test_the_bar_runs_from_the_ticket_s_beginning_to_its_promised_time():
    view = view_of(logged(ticket("T1", due_at=DUE)), AT_A7, ())
    (card,) = view.cards
    assert (card.due - view.now, card.span) == (115 * 60, 27 * 3600)
    (card,) = view_of(logged(ticket("T1")), AT_A7, ()).cards
    assert card.due is None


@pytest.mark.parametrize(
    ("sent", "in_hand"),
    [
        ({"tickets": [ticket("T1", agent_id="A7", state="in_progress")]}, True),
        ({"tickets": [ticket("T1", agent_id="A7")]}, False),
        ({"agents": [{"agent_id": "A7", "status": "busy", "working_on": "T1"}]}, True),
    ],
)
def test_the_work_in_hand_is_marked(sent, in_hand):
    (card,) = view_of(logged(**sent), AT_A7, ()).cards
    assert card.in_hand == in_hand


def test_what_was_handed_back_leaves_the_queue_and_says_where_it_goes():
    found = logged(ticket("T1"), ticket("T2"), ticket("T3"))
    view = view_of(found, AT_A7, [handed_back("T1"), handed_back("T2", "r0")])
    assert [c.ticket_id for c in view.cards] == ["T3"]
    assert [(r.ticket_id, r.waits, r.agent_id) for r in view.returned] == [
        ("T1", True, "A7"), ("T2", False, None),
    ]  # fmt: skip
    others = [handed_back("T1", previous_agent_id="A9"), handed_back("T3", handed_back=False)]
    assert view_of(found, AT_A7, others).returned == ()


def test_controls_are_shown_to_whom_the_service_would_obey():
    found, back = logged(ticket("T1"), ticket("T2")), [handed_back("T2")]

    def shown(who, agent="A7"):
        view = view_of(found, replace(AT_A7, who=who, agent=agent), back)
        return view.may_hand_back, [r.may_end for r in view.returned]

    assert shown(LOCAL) == (True, [True])
    assert shown(LI) == (True, [True])
    assert shown(replace(LI, name="key:other")) == (True, [False])
    assert shown(READER) == (False, [False])
    assert shown(LI, "A3") == (False, [])


def test_without_an_agent_there_are_all_to_choose_from_and_nobody_unknown_is_shown():
    found = logged(ticket("T1"), ticket("T2"))
    view = view_of(found, replace(AT_A7, agent=""), ())
    assert [(c.agent_id, c.open, c.red) for c in view.choices] == [("A3", 0, 0), ("A7", 1, 0)]
    assert (view.cards, view.may_hand_back) == ((), False)
    unknown = view_of(found, replace(AT_A7, agent="A99"), ())
    assert (unknown.sent, unknown.choices) == (False, ())


def test_a_long_queue_is_cut_and_says_so():
    found = logged(*[ticket(f"T{n}") for n in range(7)])
    view = view_of(found, replace(AT_A7, limit=2), ())
    assert (len(view.cards), view.all_cards) == (2, 4)


def test_the_chosen_agent_is_remembered_out_of_the_sight_of_scripts(service):
    client = service().client
    client.post("/v1/refresh", json=body(ticket("T1"), ticket("T2")))
    assert "Whose queue?" in client.get("/console/queue").text
    chosen = client.get("/console/queue", params={"agent": "A7"})
    assert "HttpOnly" in chosen.headers["set-cookie"]
    assert "Queue of A7" in client.get("/console/queue").text
    assert "Nothing to do just now" in client.get("/console/queue?agent=A3").text
    assert "A99 is not in the last refresh" in client.get("/console/queue?agent=A99").text
    client.get("/console/queue", params={"agent": ""})
    assert "Whose queue?" in client.get("/console/queue").text


def busiest(site) -> tuple[str, list[str]]:
    """The agent with most tickets in the last plan of a site, and those."""
    with site.client() as client:
        last = client.decisions(limit=1).decisions[0].refresh_id
        queues = client.decision(last).answer.queues
    agent = max(queues, key=lambda name: len(queues[name]))
    return agent, queues[agent]


def test_an_agent_hands_a_ticket_back_and_the_next_refresh_gives_it_to_somebody_else(
    locked_site, tab
):
    agent, queue = busiest(locked_site)
    key = locked_site.key("read", "work", name="li", agent_id=agent)
    page = tab(locked_site, "/console", key=key)
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Queue of {agent}")
    expect(page.get_by_role("heading", level=2)).to_have_text(queue)
    other = page.url.replace("/console/queue", "/console/queue?agent=A01")
    assert agent != "A01"
    page.goto(other)  # of others there is something to see, and nothing to do
    expect(page.get_by_role("heading", level=1)).to_contain_text("Queue of A01")
    expect(page.get_by_role("button", name="Hand back")).to_have_count(0)
    page.get_by_role("link", name="my own queue").click()
    page.get_by_role("button", name=f"Hand back {queue[0]}").click()
    page.get_by_role("radio", name="Another reason").check()
    page.get_by_role("button", name="Confirm").click()  # another reason needs words
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_label("In a few words").fill("speaks Cantonese")
    page.get_by_role("button", name="Confirm").click()
    returned = page.get_by_role("region", name="Handed back")
    expect(returned).to_contain_text("goes to somebody else with the next refresh")
    expect(returned).to_contain_text("Another reason: speaks Cantonese")
    answer = locked_site.refresh()
    assert queue[0] not in answer.queues.get(agent, [])
    expect(returned).not_to_contain_text("next refresh")
    assert findings(page) == []
    returned.get_by_role("button", name=f"Take it again {queue[0]}").click()
    expect(returned).to_have_count(0)
    with locked_site.client() as client:
        assert client.overrides().overrides == []


def test_time_left_runs_down_and_blinks_from_two_hours_on(site, tab):
    now = site.world.live.snapshot()
    agent, (first, *_) = busiest(site)
    at = {"in 3 h": 3 * 3600, "in 1 h": 3600}
    for name, seconds in at.items():
        due = datetime.fromtimestamp(now.as_of.timestamp() + seconds, UTC)
        tickets = tuple(
            replace(t, due_at=due, agent_id=agent, pinned=True) if t.ticket_id == first else t
            for t in now.tickets
        )
        site.refresh(replace(now, tickets=tickets))
        page = tab(site, f"/console/queue?agent={agent}")
        job = page.get_by_role("article", name=first)
        clock, bar = job.locator(".countdown"), job.locator(".timebar")
        told = clock.text_content()
        expect(clock).not_to_have_text(told)
        soon = "soon" in (bar.get_attribute("class") or "").split()
        assert soon == (name == "in 1 h")
        expect(bar).to_have_css("animation-name", "blink" if soon else "none")
        page.emulate_media(reduced_motion="reduce")
        expect(bar).to_have_css("animation-name", "none")


def test_similar_cases_are_looked_up_when_they_are_opened_and_stay_over_a_refresh(site, tab):
    agent, (first, *_) = busiest(site)
    page = tab(site, f"/console/queue?agent={agent}")
    job = page.get_by_role("article", name=first)
    job.get_by_text("Similar solved cases").click()
    expect(job.locator(".cases")).to_contain_text("alike")
    expect(job.locator(".cases")).to_contain_text("solved by")
    before = page.locator("#queue").get_attribute("data-now")
    site.refresh()
    expect(page.locator("#queue")).not_to_have_attribute("data-now", before)
    expect(job.locator(".cases")).to_contain_text("solved by")


def test_where_there_is_no_similar_case_the_page_says_so(site, tab):
    agent, (first, *_) = busiest(site)
    page = tab(site, f"/console/queue?agent={agent}")
    page.route("**/v1/similar*", lambda asked: asked.fulfill(json={"cases": []}))
    job = page.get_by_role("article", name=first)
    job.get_by_text("Similar solved cases").click()
    expect(job.locator(".cases")).to_have_text("No solved case is like it.")


def test_a_phone_shows_the_queue_without_scrolling_sideways(site, tab):
    agent, _ = busiest(site)
    page = tab(site, f"/console/queue?agent={agent}&lang=zh&theme=dark", width=360, height=740)
    assert overflow(page) == 0
    small = "a => a.filter(e => e.getBoundingClientRect().height < 40).map(e => e.outerHTML)"
    assert page.locator("nav a, main :is(button, h2 a, summary):visible").evaluate_all(small) == []
    page.get_by_role("button", name="退回").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert overflow(page) == 0
    assert findings(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("link", name="切换坐席").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("查看谁的队列？")
    assert overflow(page) == 0
    assert findings(page) == []


def test_what_came_into_a_queue_is_told_in_a_sentence(site, tab):
    agent, queue = busiest(site)
    page = tab(site, f"/console/queue?agent={agent}&lang=en")
    expect(page.locator("#told")).to_be_empty()
    desk = site.world.live.snapshot()
    left = tuple(t for t in desk.tickets if t.ticket_id not in queue)
    site.refresh(replace(desk, tickets=left))
    expect(page.locator("#told")).to_have_text(re.compile(rf"^Queue of {agent}: "))

"""The page of one ticket: its life, its risk, why, what was decided, and what people do there."""

import re
from datetime import UTC, datetime, timedelta

import numpy as np
import orjson
import pytest
from markupsafe import Markup
from playwright.sync_api import expect

from features.history import History
from model import policy_reader
from model.desk import ServedDesk
from serving.answering import refresh_answer, to_bytes
from serving.console.life_chart import life_chart
from serving.console.plan import Plan
from serving.console.ticket import pressing_view, ticket_view
from serving.console.ticket_life import brought_up, of_history, of_sent
from serving.console.ticket_past import Past
from serving.console.ticket_risk import Course, course_of, moments_of
from serving.decisions.log import Logged
from serving.schemas import parse_refresh
from tests.builders import ZONE, assigned, at, closed, created, event, log, resolved, state
from tests.model.grown_bundle import grown_bundle
from tests.serving.builders import FakeDesk, body, plan, ticket
from tests.serving.console.conftest import findings, overflow

MADE = datetime(2026, 3, 2, 2, 5, 1, tzinfo=UTC)
LIVED = (
    created(0, "T1", channel="phone", due_at=6),
    assigned(1, "T1", "A3"),
    state(2, "T1", "in_progress"),
    state(3, "T1", "internal_collaboration", party="qc"),
    event(4, "ticket.contact", ticket_id="T1", channel="chat"),
    assigned(5, "T1", "A7"),
    event(5.5, "ticket.unassigned", ticket_id="T1"),
)


def life(*events: dict, hours: float):
    return of_history(History.of(log(*events)), "T1", at(hours))


def hours_of(spells):
    start = at(0).timestamp()
    return [((s.begin - start) / 3600, (s.end - start) / 3600, s.name) for s in spells]


def logged(*tickets: dict) -> Plan:
    sent = orjson.dumps(body(*tickets))
    decision = plan(FakeDesk(), *parse_refresh(sent))
    answer = to_bytes(refresh_answer(decision, "r1", 212))
    return Plan.of(Logged("r1", MADE, decision.policy, decision.model, {}, sent, answer))


def shown(plan: Plan, ticket_id: str = "T1", course: Course | None = None, language="en"):
    lived = of_sent(plan.tickets[ticket_id], plan.now(MADE))
    return ticket_view(
        plan, ticket_id, lived, course or Course(), Past(ticket_id), language, MADE
    ).ticket


def test_a_life_says_who_had_the_ticket_and_in_which_state():
    found = life(*LIVED, hours=8)
    assert hours_of(found.owners) == [(0, 1, ""), (1, 5, "A3"), (5, 5.5, "A7"), (5.5, 8, "")]
    assert hours_of(found.states) == [
        (0, 1, "unassigned"),
        (1, 2, "assigned"),
        (2, 3, "in_progress"),
        (3, 8, "internal_collaboration"),  # a hand-over does not end a wait
    ]
    assert found.due == at(6).timestamp()


def test_a_life_tells_each_step_with_what_people_ask_of_it():
    told = [(h.kind, h.agent_id, h.state, h.about) for h in life(*LIVED, hours=8).happenings]
    assert told == [
        ("arrived", None, None, ("phone",)),
        ("given", "A3", None, ()),
        ("now_state", None, "in_progress", ()),
        ("now_state", None, "internal_collaboration", ("qc",)),
        ("contacted", None, None, ("chat",)),
        ("given", "A7", None, ()),
        ("taken_away", "A7", None, ()),
    ]


def test_a_change_says_what_it_changed_and_an_escalation_to_whom():
    found = life(
        created(0, "T1", priority="2", due_at=6),
        event(1, "ticket.updated", ticket_id="T1", priority="1", due_at=8),
        event(2, "ticket.escalated", ticket_id="T1", attributes={"to": "regulator"}),
        hours=3,
    )
    assert [h.own for h in found.happenings[1:]] == [("1", "→ 03-02 17:00"), ()]
    assert [h.about for h in found.happenings[1:]] == [(), ("regulator",)]


def test_a_life_ends_when_the_ticket_is_closed():
    found = life(created(0, "T1"), resolved(3, "T1"), closed(4, "T1"), hours=9)
    assert (found.state, found.end) == ("closed", at(3).timestamp())
    assert hours_of(found.states)[-1] == (3, 9, "closed")


def test_what_happens_later_changes_nothing_of_a_life_so_far():
    later = (event(9, "ticket.escalated", ticket_id="T1"), resolved(10, "T1"))
    assert life(*LIVED, *later, hours=8) == life(*LIVED, hours=8)


def test_a_ticket_without_events_has_the_life_that_was_sent():
    sent = ticket(
        "T1", agent_id="A3", assigned_at="2026-03-01T10:00:00+08:00",
        parties=[{"party": "qc", "requested_at": "2026-03-01T12:00:00+08:00"}],
    )  # fmt: skip
    found = of_sent(sent, at(0))
    assert [(h.kind, h.agent_id) for h in found.happenings] == [
        ("arrived", None),
        ("given", "A3"),
        ("asked", None),
    ]
    assert hours_of(found.owners) == [(-24, -23, ""), (-23, 0, "A3")]
    assert not found.told


def test_what_was_sent_last_goes_before_what_the_events_say():
    sent = ticket("T1", agent_id="A9", assigned_at=at(7).isoformat(), due_at=at(9).isoformat())
    found = brought_up(life(*LIVED, hours=8), sent, at(8))
    assert hours_of(found.owners)[-2:] == [(5.5, 7, ""), (7, 8, "A9")]
    assert (found.state, found.due) == ("assigned", at(9).timestamp())


def test_the_model_is_asked_while_the_ticket_was_open_and_events_were_heard():
    found = life(
        created(0, "T1"),
        resolved(4, "T1"),
        event(8, "ticket.reopened", ticket_id="T1"),
        hours=20,
    )
    first, second = moments_of(found, heard=at(12).timestamp())
    start = at(0).timestamp()
    assert (first[0], second[0], second[-1]) == (start, start + 8 * 3600, start + 12 * 3600)
    assert first[-1] < start + 4 * 3600  # at four it is closed


@pytest.fixture(scope="module")
def served():
    from tests.builders import random_log

    events = random_log(3)
    return ServedDesk.of(grown_bundle(events), policy_reader.default())


def test_what_happens_later_changes_nothing_of_the_risk_so_far(served):
    (name,) = served.history.names["ticket"].names(np.array([0]))
    end = datetime.fromtimestamp(served.history.span[1] / 1e6, ZONE)
    lived = of_history(served.history, name, end)
    before = course_of(served, name, lived)
    later = log(event(0, "ticket.contact", ticket_id=name, channel="phone"))
    later["time"] = [end + timedelta(hours=1)]
    later["event_id"] = ["late"]
    wiser = served.with_events(later)
    assert course_of(wiser, name, of_history(wiser.history, name, end)) == before
    assert sum(len(piece) for piece in before.pieces) > 10
    assert len(before.levels) == 3


def test_a_desk_without_a_model_says_nothing_of_the_past():
    desk = ServedDesk.without_model(policy_reader.default(), log(*LIVED))
    assert course_of(desk, "T1", life(*LIVED, hours=8)) == Course()


def test_the_strip_names_owners_and_states_and_marks_promise_and_present():
    chart = str(life_chart(life(*LIVED, hours=8), "en", ZONE))
    for said in ("A3", "in progress", "with a department", "promised", "now", "14:00"):
        assert said in chart
    assert "A3" in str(life_chart(life(*LIVED, hours=8), "zh", ZONE))


def test_an_agent_s_name_never_becomes_markup_in_the_strip():
    evil = '"><script>alert(1)</script>'
    found = life(created(0, "T1"), assigned(1, "T1", evil), hours=8)
    assert "<script>" not in life_chart(found, "en", ZONE)


def test_the_page_says_why_and_with_whom():
    told = shown(logged(ticket("T1", agent_id="A3", text="late again")))
    s = told.standing
    assert (s.action, s.agent_id, s.previous, s.risk, s.risk_if_kept) == (
        "reassign", "A7", "A3", 33, 58,
    )  # fmt: skip
    assert [(p.text, p.raises, p.times) for p in s.pushes] == [
        ("3 contacts in 72 h", True, "× 1.1")
    ]
    assert [(c.text, c.wide) for c in s.costs] == [("timeout risk 31 % × price 1.7", 100.0)]
    (candidate,) = s.candidates
    assert (candidate.agent_id, candidate.chosen, candidate.owner, candidate.held) == (
        "A7", True, False, 1,
    )  # fmt: skip
    assert candidate.scores == (("value", 70), ("urgency", 94), ("skill", 100), ("load", 60))
    (todo,) = s.actions
    assert (todo.name, todo.about, todo.reason) == (
        "nudge the department", "quality control", "qc is late",
    )  # fmt: skip
    assert told.text == "late again"
    assert (
        shown(logged(ticket("T1")), language="zh").standing.pushes[0].text == "72 小时内来电 3 次"
    )


def test_a_ticket_nobody_may_take_says_which_rules_ruled_out_how_many():
    told = shown(logged(ticket("T1"), ticket("T2")), "T2")
    assert told.standing.blocked == (("off shift", 12), ("at capacity", 3))
    assert told.standing.candidates == ()


def test_a_rejected_ticket_says_why_it_is_not_planned():
    told = shown(logged(ticket("T1", due_at="2026-03-01T08:00:00+08:00")))
    assert (told.standing, told.rejected) == (None, "due before it was created")


def test_without_an_id_the_most_pressing_tickets_are_offered():
    offered = pressing_view(logged(ticket("T1"), ticket("T2")), MADE).pressing
    assert offered == (("T1", "warn", 58), ("T2", "red", 58))


def test_the_chart_breaks_where_the_ticket_was_closed_and_says_so_once():
    course = Course((((0.0, 0.1), (1.0, 0.2)), ((2.0, 0.3), (3.0, 0.4))))
    chart = shown(logged(ticket("T1")), course=course).risk_chart
    assert isinstance(chart, Markup)
    assert chart.count('<polyline class="a"') == 2
    assert chart.count("as the present model would have said") == 1


def moved(site) -> str:
    """A ticket that the plan moves, so that a decision told news of it."""
    return next(a.ticket_id for a in site.refresh().assignments if a.action == "reassign")


def test_a_person_reads_the_life_of_a_ticket_and_replays_its_decision(site, tab):
    ticket_id = moved(site)
    page = tab(site, f"/console/ticket?id={ticket_id}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(ticket_id)
    expect(page.get_by_role("img", name=re.compile("Who had the ticket"))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("Timeout risk over"))).to_be_visible()
    assert findings(page) == []
    page.get_by_role("button", name=re.compile("Replay")).first.click()
    expect(page.get_by_role("dialog")).to_contain_text("The same, byte for byte", timeout=20_000)
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_replay_that_differs_says_where(site, tab):
    page = tab(site, f"/console/ticket?id={moved(site)}")
    differing = {
        "refresh_id": "r", "same": False, "because": [{"code": "forgotten", "text": "…"}],
        "differences": [{"pointer": "/assignments/3/score", "logged": 0.5, "replayed": 0.25}],
    }  # fmt: skip
    page.route("**/replay", lambda route: route.fulfill(json=differing))
    page.get_by_role("button", name=re.compile("Replay")).first.click()
    said = page.get_by_role("dialog")
    expect(said).to_contain_text("1 place differs.")
    expect(said).to_contain_text("A customer was forgotten since")
    expect(said.get_by_role("row").nth(1)).to_have_text(re.compile("assignments › 3 › score.*0.5"))


def test_somebody_pastes_an_id_finds_it_and_reads_it_in_chinese_on_a_phone(site, tab):
    ticket_id = site.refresh().assignments[0].ticket_id
    page = tab(site, "/console/ticket?lang=zh", width=360, height=740)
    expect(page.get_by_role("heading", level=1)).to_have_text("当前最紧急")
    page.get_by_label("工单号").fill(f" {ticket_id} ")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(ticket_id)
    expect(page.locator("#life")).to_contain_text("投诉进线")
    assert overflow(page) == 0
    assert findings(page) == []


def test_who_may_not_have_a_ticket_is_told_on_request(site, tab):
    page = tab(site, f"/console/ticket?id={moved(site)}")
    page.get_by_role("link", name="Who may not have it now").click()
    expect(page.locator("#candidates .barred li").first).to_contain_text(re.compile("[a-z]"))
    assert findings(page) == []


def test_an_unknown_id_is_told_so_in_words(site, tab):
    page = tab(site, "/console/ticket?id=no-such", refused=(404,))
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing is here")
    expect(page.locator("main")).to_contain_text("No ticket of this id")


def test_a_closed_ticket_still_has_its_page(site, tab):
    history = site.world.desk.history
    row = np.flatnonzero(~history.timeline.open)[-1]
    (name,) = history.names["ticket"].names(history.timeline.ticket[[row]])
    open_now = {t.ticket_id for t in site.world.live.snapshot().tickets}
    assert name not in open_now
    page = tab(site, f"/console/ticket?id={name}")
    expect(page.locator("#about")).to_contain_text("Not in the last refresh")
    expect(page.locator("#life")).to_contain_text("Resolved")

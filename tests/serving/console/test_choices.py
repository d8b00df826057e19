"""Moves by hand: what a move would bring is seen before it is made, and one press takes it back."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from serving.client import Override as Wish
from serving.console.choices import moving_of
from serving.decisions.override_log import Override
from tests.serving.builders import ticket
from tests.serving.console.conftest import findings, overflow
from tests.serving.console.test_floor import MADE, logged

FLOOR = "/console/floor"


def chosen(minutes=1, **known):
    facts = {
        "override_id": "o1", "created_at": MADE + timedelta(minutes=minutes), "who": "Li",
        "ticket_id": "T1", "refresh_id": "r1", "agent_id": "A3", "previous_agent_id": "A7",
        "at": datetime(2026, 3, 2, 2, 5, tzinfo=UTC), "pinned": True, "reason": "knows them",
    }  # fmt: skip
    return Override(**(facts | known))


def test_a_choice_is_told_in_the_desks_own_time():
    (one,) = moving_of(logged(ticket("T1")), [chosen()], "en").choices
    assert (one.previous, one.agent_id, one.who, one.made) == ("A7", "A3", "Li", "03-02 10:05")


@pytest.mark.parametrize(("minutes", "waits"), [(1, True), (-1, False)])
def test_a_choice_waits_until_a_plan_was_made_after_it(minutes, waits):
    (one,) = moving_of(logged(ticket("T1")), [chosen(minutes)], "en").choices
    assert one.waits is waits


def test_whom_to_choose_is_told_with_what_the_plan_gives_them():
    people = moving_of(logged(ticket("T1"), ticket("T2")), [], "en").people
    assert [(p.agent_id, p.open) for p in people] == [("A3", 0), ("A7", 1)]


def test_every_hard_rule_has_its_words():
    rules = dict(moving_of(logged(ticket("T1")), [], "zh").rules)
    assert (rules["skills"], rules["at_capacity"]) == ("技能不符", "已满负荷")


def open_moves(site):
    """(ticket, its agent by the plan, another agent) for moves no lasting rule is against."""
    with site.client() as client:
        for told in site.refresh().assignments:
            for other in sorted(a.agent_id for a in site.world.live.snapshot().agents):
                tried = client.try_move(told.ticket_id, other)
                if other != told.agent_id and not tried.objections.lasting:
                    yield told.ticket_id, told.agent_id, other, tried


def forbidden_move(site):
    """(ticket, agent, code) that a lasting rule is against."""
    with site.client() as client:
        for told in site.refresh().assignments:
            for agent in site.world.live.snapshot().agents:
                lasting = client.try_move(told.ticket_id, agent.agent_id).objections.lasting
                if lasting:
                    return told.ticket_id, agent.agent_id
    return None


def standing(site):
    with site.client() as client:
        return [(o.ticket_id, o.agent_id, o.reason) for o in client.overrides().overrides]


def test_a_dragged_ticket_is_moved_once_its_effect_was_seen_and_taken_back(site, tab):
    queues = site.refresh().queues
    ticket_id, _, other, tried = next(
        move for move in open_moves(site) if queues.get(move[1]) and queues.get(move[2])
    )
    page = tab(site, FLOOR)
    card = page.locator(f'#rows tr[data-ticket="{ticket_id}"]')
    card.hover()
    page.mouse.down()
    page.mouse.move(500, 300, steps=4)
    page.locator(f'#move-tray [data-agent="{other}"]').hover()
    page.mouse.up()
    dialog = page.get_by_role("dialog", name="Move a ticket to another agent")
    expect(dialog.get_by_label("To", exact=True)).to_have_value(other)
    taking = tried.queues[-1].expected_timeouts
    row = dialog.locator("#move-queues tr").last
    expect(row).to_contain_text(f"{taking.before:.2f} → {taking.after:.2f}")
    assert findings(page) == []
    confirm = dialog.get_by_role("button", name="Confirm")
    confirm.click()
    expect(dialog).to_be_visible()  # not without a reason
    dialog.get_by_label("Why").fill("knows the customer")
    confirm.click()
    choices = page.locator("#choices")
    expect(choices).to_contain_text("knows the customer")
    expect(choices).to_contain_text("with the next refresh")
    expect(page.locator(f'#rows tr[data-ticket="{ticket_id}"]')).to_contain_text(f"→ {other}")
    assert standing(site) == [(ticket_id, other, "knows the customer")]
    plan = site.refresh()
    assert next(a.agent_id for a in plan.assignments if a.ticket_id == ticket_id) == other
    expect(choices).not_to_contain_text("with the next refresh")
    choices.get_by_role("button", name=f"Take back: {ticket_id}").click()
    expect(choices.get_by_role("row")).to_have_count(0)
    assert standing(site) == []


def test_a_move_that_a_hard_rule_forbids_cannot_be_confirmed(site, tab):
    ticket_id, agent_id = forbidden_move(site)
    page = tab(site, FLOOR)
    page.get_by_role("button", name=f"Move… {ticket_id}").click()
    page.get_by_label("To", exact=True).select_option(agent_id)
    expect(page.locator("#move-forbidden")).to_be_visible()
    expect(page.get_by_role("button", name="Confirm")).to_be_disabled()


def test_a_dialog_gives_the_keyboard_back_to_what_took_its_opener_s_place(site, tab):
    page = tab(site, "/console/floor")
    button = page.locator(".tickets .move-ticket").last
    opener = button.get_attribute("id")
    button.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.locator(f'[id="{opener}"]').evaluate("e => e.replaceWith(e.cloneNode(true))")
    page.keyboard.press("Escape")
    expect(page.locator(f'[id="{opener}"]')).to_be_focused()


def test_a_ticket_is_moved_by_keyboard_and_undone_on_a_phone(site, tab):
    ticket_id, _, other, _ = next(open_moves(site))
    page = tab(site, FLOOR, width=360, height=800)
    page.get_by_role("button", name=f"Move… {ticket_id}").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("To", exact=True)).to_be_focused()
    page.get_by_label("To", exact=True).select_option(other)
    expect(page.locator("#move-effect")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.type("a quiet queue")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#choices")).to_contain_text("a quiet queue")
    assert overflow(page) == 0
    assert findings(page) == []
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#choices").get_by_role("row")).to_have_count(0)


def test_who_may_only_read_sees_the_choices_and_no_controls(locked_site, tab):
    ticket_id, _, other, _ = next(open_moves(locked_site))
    with locked_site.client() as client:
        client.override(Wish(ticket_id, other, "knows the customer"))
    page = tab(locked_site, FLOOR, key=locked_site.key("read"))
    expect(page.locator("#choices")).to_contain_text("knows the customer")
    controls = page.locator("[draggable=true], .move-ticket, .take-back, #move")
    expect(controls).to_have_count(0)

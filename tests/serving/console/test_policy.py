"""Ops turn the weights: the effect shows at once, and what is published is obeyed."""

import multiprocessing
import threading
from dataclasses import replace
from datetime import timedelta

from playwright.sync_api import expect

from model.decision import Version
from model.policy import Policy, Weights
from model.policy_alerts import AlertRule, Alerts, Target
from model.release import Release
from serving.console.policy import release_view
from serving.console.policy_form import levels, rules, weights
from serving.console.policy_watch import watch_view
from serving.policy.glances import BeingJudged
from serving.policy.store import Standing
from serving.policy.watches import GrayRelease, NoWatchError
from serving.policy.watching import Figure, Watched
from serving.settings import Settings
from tests.serving.aside_work import slow_centre
from tests.serving.console.conftest import findings, serving
from tests.serving.policies import OPS, opened, weighted

PAGE = "/console/policy"
LATE = Figure("late", "late tickets", "超时率", True, 1, None, 0.3, 0.4, 0.1, -0.02, 0.2, "broken")
SLOW = Figure("slow", "slow tickets", "慢单", True, 1, 0.05, None, None, None, None, None, "open")
VERSION = Version("p", 1)
HARM = Watched("stop_harm", "late got worse", "超时变差", 9, 8, 8, 8, 0, 90, (LATE, SLOW))


def test_a_slider_reaches_as_far_as_its_value_and_its_number_further():
    (value, *_) = weights(Policy("p", weights=Weights(value=7)), "zh")
    assert (value.title, value.pointer, value.value) == ("价值", "/weights/value", 7)
    assert (value.top, value.most) == (7, 100)


def test_levels_and_rules_are_shown_as_ops_said_them():
    rule = AlertRule(categories=("quality",), weekdays=("mon",), start="10:00", end="11:30")
    policy = Policy("p", alerts=Alerts(red=Target(precision=0.85), rules=(rule,)))
    assert [(each.kind, each.value) for each in levels(policy)] == [
        ("risk", 0.3), ("risk", 0.5), ("precision", 0.85)]  # fmt: skip
    (shown,) = rules(policy)
    assert (shown.categories, shown.weekdays, shown.start) == ("quality", ("mon",), "10:00")


def test_a_release_shows_its_next_blocks_and_a_policy_for_all_times_none():
    half = Policy("p", version=2, release=Release(share=0.5))
    shown = release_view(Standing(half, Policy("p")), OPS.at, "en")
    assert (shown.share, shown.before, len(shown.blocks)) == (50, 1, 14)
    assert (shown.blocks[0].day, shown.blocks[0].hours) == ("03-02 Mon", "08:00–12:00")
    assert {each.new for each in shown.blocks} == {True, False}
    assert release_view(Standing(half), OPS.at, "en") is None


def test_a_figure_of_a_release_is_a_bar_around_no_change_with_its_bounds():
    found = GrayRelease(Release(0.5), VERSION, VERSION, OPS.at, OPS.at, HARM)
    shown = watch_view(found, "zh")
    late, slow = shown.figures
    assert (shown.stop, shown.why, shown.since) == (True, "超时变差", "2026-03-02 02:05")
    assert (late.old, late.change, late.interval) == ("30.0 %", "+10.0 pp", "−2.0 pp … +20.0 pp")
    assert late.bar.low < 100 < late.bar.at < late.bar.high < 200
    assert (slow.bar, slow.interval, slow.allowed) == (None, "–", "+5.0 pp")


def test_a_release_that_is_not_told_says_why():
    assert watch_view(NoWatchError(), "en").trouble == "no_watch"
    assert watch_view(BeingJudged(), "en").trouble == "being_judged"
    assert watch_view(GrayRelease(Release(0.5), VERSION, VERSION), "en").trouble == "not_begun"
    assert watch_view(None, "en") is None


def publish(site, policy):
    store = opened(site.settings.store_url)
    return store.publish(policy, OPS, Policy("default"))


def ready(page):
    expect(page.locator("#effect-state")).to_contain_text("as of")


def test_a_weight_is_turned_by_key_seen_published_with_a_reason_and_obeyed(site, tab):
    page = tab(site, PAGE)
    ready(page)
    assert findings(page) == []
    slider = page.get_by_role("slider", name="Value, slider")
    slider.focus()
    page.keyboard.press("End")
    expect(page.get_by_label("Value 50 %")).to_have_value("3")
    expect(page.locator("#publish")).to_be_enabled()
    expect(page.locator("#unsaved")).to_be_visible()
    page.get_by_role("button", name="Publish …").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Weights › Value: 1 → 3")
    page.locator("#publish-why").fill("gold is late")
    dialog.get_by_role("button", name="Confirm").click()
    expect(page.locator("#versions")).to_contain_text("gold is late")
    with site.client() as client:
        assert client.policy().document["weights"]["value"] == 3
    assert site.refresh().policy.version == 2


def test_what_cannot_be_obeyed_is_said_at_its_field(site, tab):
    page = tab(site, PAGE, refused=(422,))
    ready(page)
    page.locator('[data-at="/weights/load"]').fill("-1")
    expect(page.locator('[data-field="/weights/load"]')).to_contain_text("below 0.0")
    expect(page.locator("#publish")).to_be_disabled()


def test_a_chinese_reader_is_refused_in_chinese_and_sees_no_codes_in_what_changes(site, tab):
    page = tab(site, PAGE, locale="zh-CN", refused=(422,))
    expect(page.locator("#effect-state")).to_contain_text("截至")
    page.locator('[data-at="/weights/load"]').fill("-1")
    expect(page.locator('[data-field="/weights/load"] .fault')).to_have_text(
        "-1 小于 0；请填不小于 0、不大于 100 的数"
    )
    page.locator('[data-at="/weights/load"]').fill("1")
    page.get_by_role("button", name="添加规则").click()
    page.locator('.rule [data-day="sat"]').uncheck()
    page.locator('.rule [data-day="sun"]').uncheck()
    expect(page.locator("#publish")).to_be_enabled()
    page.locator("#publish").click()
    told = page.locator("#publish-changes")
    expect(told).to_contain_text("星期 周一, 周二, 周三, 周四, 周五")
    assert "_" not in told.inner_text()


def test_without_a_simulated_centre_the_page_says_so(site, tab):
    page = tab(site, PAGE, refused=(501,))
    page.get_by_text("In simulation, with intervals").click()
    page.get_by_role("button", name="Simulate").click()
    expect(page.locator("#simulation-state")).to_contain_text("no simulated centre")


def test_edits_outlive_what_somebody_else_publishes_meanwhile(site, tab):
    page = tab(site, PAGE)
    ready(page)
    page.locator('[data-at="/weights/skill"]').fill("2")
    publish(site, weighted(2))
    note = page.locator("#meanwhile")
    expect(note).to_contain_text("Version 2 came into force meanwhile by ops: Monday is late")
    expect(page.locator('[data-at="/weights/skill"]')).to_have_value("2")
    page.get_by_role("button", name="See the difference").click()
    expect(note).to_contain_text("Weights › Skill: 1 → 2")


def test_an_earlier_version_comes_back_with_a_reason(site, tab):
    publish(site, weighted(2))
    page = tab(site, PAGE)
    page.get_by_role("button", name="Roll back to 1").click()
    page.locator("#rollback-why").fill("worse")
    page.get_by_role("dialog").get_by_role("button", name="Confirm").click()
    expect(page.locator("#present")).to_contain_text("version 1")
    assert opened(site.settings.store_url).moves(1)[0].by.why == "worse"


def test_a_gray_release_shows_its_calendar_in_chinese(site, tab):
    publish(site, weighted(2))
    publish(site, replace(weighted(3), release=Release(share=0.5)))
    page = tab(site, PAGE + "?lang=zh")
    expect(page.locator("#release")).to_contain_text("50 % 的时段")
    expect(page.locator(".blocks li")).to_have_count(14)
    assert findings(page) == []


def test_without_ops_the_weights_are_seen_and_not_changed(locked_site, tab):
    page = tab(locked_site, PAGE, key=locked_site.key("read"))
    expect(page.locator("main")).to_contain_text("a key with the scope “ops”")
    expect(page.get_by_role("slider").first).to_be_disabled()
    expect(page.locator("#publish")).to_be_disabled()


def test_a_rule_for_a_category_and_an_hour_is_added_and_published(site, tab):
    page = tab(site, PAGE)
    ready(page)
    page.get_by_role("button", name="Add a rule").click()
    page.locator('[data-key="categories"]').fill("quality，late")
    page.locator('[data-key="start"]').fill("10:00")
    page.locator('.rule [data-key="red"]').fill("0.6")
    expect(page.locator("#publish")).to_be_enabled()
    assert findings(page) == []
    page.get_by_role("button", name="Publish …").click()
    page.locator("#publish-why").fill("mornings")
    page.get_by_role("dialog").get_by_role("button", name="Confirm").click()
    expect(page.locator("#versions")).to_contain_text("mornings")
    (rule,) = opened(site.settings.store_url).standing().policy.alerts.rules
    assert (rule.categories, rule.start, rule.red) == (("quality", "late"), "10:00", 0.6)


def test_a_release_that_does_harm_is_said_beside_the_button_that_stops_it(world, tmp_path, tab):
    settings = Settings.from_env({"FENDAN_HOME": str(tmp_path)})
    with serving(settings, world, watch=lambda _ask: HARM) as site:
        publish(site, weighted(2))
        publish(site, replace(weighted(3), release=Release(share=0.5)))
        site.refresh()
        page = tab(site, PAGE)
        expect(page.locator("#watched")).to_contain_text("+10.0 pp")
        expect(page.locator("#release .harm").last).to_have_text(
            "The new policy does harm: stopping is advised."
        )
        assert findings(page) == []
        page.get_by_role("button", name="Stop: back to version 2").click()
        page.locator("#rollback-why").fill("harm")
        page.get_by_role("dialog").get_by_role("button", name="Confirm").click()
        expect(page.locator("#release")).to_contain_text("None runs")


def test_the_page_waits_for_no_judge_and_shows_the_verdict_when_there_is_one(world, tmp_path, tab):
    settings, may = Settings.from_env({"FENDAN_HOME": str(tmp_path)}), threading.Event()

    def judge(_ask):
        assert may.wait(60)
        return HARM

    with serving(settings, world, watch=judge) as site:
        publish(site, weighted(2))
        publish(site, replace(weighted(3), release=Release(share=0.5)))
        site.refresh()
        page = tab(site, PAGE)
        expect(page.locator("#release")).to_contain_text("being looked at")
        ready(page)
        assert findings(page) == []
        may.set()
        expect(page.locator("#watched")).to_contain_text("+10.0 pp")


def test_the_effect_comes_alive_with_the_first_refresh_and_follows_the_next(world, tmp_path, tab):
    settings = Settings.from_env({"FENDAN_HOME": str(tmp_path)})
    with serving(settings, world) as site:
        page = tab(site, PAGE)
        expect(page.locator("#nothing-seen")).to_be_visible()
        snapshot = world.live.snapshot()
        site.refresh(snapshot)
        ready(page)
        expect(page.locator("#nothing-seen")).to_be_hidden()
        later = snapshot.as_of + timedelta(minutes=5)
        site.refresh(replace(snapshot, as_of=later))
        expect(page.locator("#effect-state")).to_contain_text(f"{later:%H:%M}")
        page.locator('[data-at="/weights/skill"]').fill("2")
        expect(page.locator("#publish")).to_be_enabled()
        page.locator("h1").click()
        site.refresh(replace(snapshot, as_of=later + timedelta(minutes=5)))
        page.get_by_role("button", name="Look again").click()
        expect(page.locator("#newer")).to_be_hidden()


def test_edits_stay_through_a_roll_back_and_can_be_published_on_top(site, tab):
    publish(site, weighted(2))
    page = tab(site, PAGE)
    ready(page)
    page.locator('[data-at="/weights/skill"]').fill("2.5")
    page.get_by_role("button", name="Roll back to 1").click()
    expect(page.get_by_role("dialog")).to_contain_text("stay in the form")
    page.locator("#rollback-why").fill("worse")
    page.get_by_role("dialog").get_by_role("button", name="Confirm").click()
    expect(page.locator("#meanwhile")).to_contain_text("Version 1 came into force")
    page.get_by_role("button", name="Keep my changes").click()
    expect(page.locator("#publish")).to_be_enabled()
    page.get_by_role("button", name="Publish …").click()
    page.locator("#publish-why").fill("mine on top")
    page.get_by_role("dialog").get_by_role("button", name="Confirm").click()
    expect(page.locator("#versions")).to_contain_text("mine on top")
    assert opened(site.settings.store_url).standing().policy.weights.skill == 2.5


def test_what_is_published_right_before_confirm_is_not_overwritten(site, tab):
    page = tab(site, PAGE, refused=(412,))
    ready(page)
    page.locator('[data-at="/weights/skill"]').fill("2")
    expect(page.locator("#publish")).to_be_enabled()
    page.route("**/console/policy", lambda route: route.fulfill(status=304))  # it is not told
    page.get_by_role("button", name="Publish …").click()
    page.locator("#publish-why").fill("mine")
    publish(site, weighted(3))
    with page.expect_response(lambda told: told.status == 412):
        page.get_by_role("dialog").get_by_role("button", name="Confirm").click()
    expect(page.locator("#meanwhile")).to_contain_text("Version 2 came into force meanwhile")
    expect(page.locator('[data-at="/weights/skill"]')).to_have_value("2")
    assert opened(site.settings.store_url).standing().policy.weights.value == 3


def test_each_release_draws_blocks_of_its_own(site, tab):
    publish(site, weighted(2))
    seeds = set()
    for share in ("40", "60"):
        page = tab(site, PAGE)
        ready(page)
        page.locator('[data-at="/weights/skill"]').fill(f"1.{share}")
        expect(page.locator("#publish")).to_be_enabled()
        page.get_by_role("button", name="Publish …").click()
        page.get_by_label("gray release:").check()
        page.locator('[name="share"]').fill(share)
        page.locator("#publish-why").fill("try")
        page.get_by_role("dialog").get_by_role("button", name="Confirm").click()
        expect(page.locator("#release")).to_contain_text(f"{share} % of the blocks")
        seeds.add(opened(site.settings.store_url).standing().policy.release.seed)
    assert len(seeds | {0}) == 3


def test_a_simulation_that_is_stopped_ends_on_the_service_and_another_may_begin(
    world, tab, tmp_path
):
    settings, before = Settings.from_env({"FENDAN_HOME": str(tmp_path)}), working()
    with serving(settings, world, simulate=slow_centre) as site:
        site.refresh()
        page = tab(site, PAGE)
        ready(page)
        page.get_by_text("In simulation, with intervals").click()
        page.get_by_role("button", name="Simulate").click()
        expect(page.locator("#simulation-state")).to_contain_text("playing for")
        wait(page, lambda: working() - before)
        page.get_by_role("button", name="Stop", exact=True).click()
        expect(page.locator("#simulation-state")).to_have_text("stopped")
        wait(page, lambda: not working() - before)
        page.locator("#days").fill("1")
        page.get_by_role("button", name="Simulate").click()
        expect(page.locator("#simulation-state")).to_contain_text(
            "1 tickets judged", timeout=60_000
        )


def test_a_simulation_ends_with_the_page_that_asked_for_it(world, tab, tmp_path):
    settings, before = Settings.from_env({"FENDAN_HOME": str(tmp_path)}), working()
    with serving(settings, world, simulate=slow_centre) as site:
        site.refresh()
        page, other = tab(site, PAGE), tab(site, PAGE, refused=(503,))
        for each in (page, other):
            ready(each)
            each.get_by_text("In simulation, with intervals").click()
        page.get_by_role("button", name="Simulate").click()
        wait(page, lambda: working() - before)
        other.get_by_role("button", name="Simulate").click()
        expect(other.locator("#simulation-state")).to_contain_text("Somebody else's simulation")
        page.goto(f"{site.url}/console/floor")
        wait(page, lambda: not working() - before)


def working():
    return set(multiprocessing.active_children())


def wait(page, holds):
    """Until it holds, a minute at most; a browser's own time goes on meanwhile."""
    for _ in range(600):
        if holds():
            return
        page.wait_for_timeout(100)
    assert holds()

"""The page of the models: what it shows, and how the champion is moved there."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from playwright.sync_api import expect

from model.decision import Version
from model.registry import CHAMPION, Champions, Note
from serving.console.model import view_of
from serving.models.cards import Bin
from serving.models.inputs import Inputs
from serving.models.live import Live
from serving.models.reading import read
from serving.models.registered import Shown
from serving.models.told import Told
from serving.models.way import Way
from serving.settings import Settings
from tests.serving.console.conftest import findings, overflow, serving
from tests.serving.models.shelf import GOOD, put, shelf

ZONE = "Asia/Shanghai"
NOW = datetime(2026, 3, 2, tzinfo=UTC)
LIVE = Live(
    NOW, NOW, 10, 2, risk=0.4, rate=0.3, ece=0.1, chance=0.2, spread=0.1,
    bins=(Bin(0.4, 0.3, 10.0),), weeks=(),
)  # fmt: skip


def told(registry, **changed) -> Told:
    champion = registry.aliased(CHAMPION)
    other = next(v for v in registry.versions() if v != champion)
    shown = Shown(registry.versions(), (), changed.pop("line", (champion.version,)))
    cards = read(registry, champion), read(registry, other)
    base = Told(
        Version("fendan-risk", 1),
        shown,
        *cards,
        LIVE,
        Inputs("no_reference"),
        (),
        Way("", "mlflow ui"),
        ZONE,
    )
    return replace(base, **changed)


def view(registry, language="en", *, may_move=True, limit=None, **changed):
    return view_of(told(registry, **changed), language, may_move=may_move, limit=limit)


@pytest.fixture
def registry(tmp_path):
    return shelf(tmp_path / "registry")


def test_champion_and_challenger_stand_side_by_side_with_their_intervals(registry):
    rows = {row.name: row.cells for row in view(registry).rows}
    assert rows["auc"] == ("0.810 (0.780 – 0.840)", "0.810 (0.780 – 0.840)")
    assert rows["tickets"] == ("2,000", "2,000")
    assert rows["until"][0] == "2026-03-01 08:00"
    assert "landmarks" not in rows  # no run told them


def test_what_the_gate_holds_against_a_promotion_is_said_in_the_readers_language(registry):
    assert view(registry).promotion.objections == ("calibrated: ECE 0.09 on 782 test tickets",)
    assert view(registry, "zh").promotion.objections == ("概率校准: 782 张测试工单上 ECE 0.09",)


def test_a_verdict_against_another_champion_is_an_objection_and_a_present_one_is_not(registry):
    number = put(registry, GOOD, 1)
    assert view(registry).promotion.objections == ()
    registry.note(registry.versions()[0], {"gate_against": "7"}, {})
    (objection,) = view(registry).promotion.objections
    assert "version 1 is champion now" in objection
    assert view(registry).promotion.version == number


def test_who_may_not_move_the_champion_is_offered_nothing(registry):
    shown = view(registry, may_move=False, line=(2, 1))
    assert (shown.promotion, shown.back_to) == (None, 0)
    assert view(registry, line=(2, 1)).back_to == 2


def test_the_live_curve_stands_beside_those_of_training(registry):
    drawn = view(registry)
    assert [s.name for s in drawn.reliability.series] == ["version 1", "version 2", "live"]
    assert drawn.reliability.series[2].points == ((0.4, 0.3),)
    assert (drawn.judged.risk, drawn.judged.rate) == (40.0, 30.0)


def test_the_level_that_follows_the_desk_is_shown_as_what_it_makes_of_an_even_chance(registry):
    assert view(registry).judged.even is None
    assert view(registry, live=replace(LIVE, level=-np.log(3))).judged.even == pytest.approx(25)


def test_a_long_list_of_versions_is_cut(registry):
    shown = view(registry, limit=1)
    assert ([v.version for v in shown.versions], shown.all_versions) == ([2], 2)


@pytest.fixture
def desk(world, tmp_path, registry):
    """A service with a master key and the registry of two versions."""
    master = "a-master-key-of-many-characters"
    settings = replace(Settings.from_env({"FENDAN_HOME": str(tmp_path)}), api_key=master)
    with serving(settings, world, master, models=lambda: registry) as running:
        running.refresh()
        yield running


def test_a_refused_version_is_promoted_by_force_with_a_reason_and_not_without(desk, tab, registry):
    page = tab(desk, "/console/model", key=desk.master)
    assert findings(page) == []
    page.get_by_role("button", name="Promote version 2").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("ECE 0.09 on 782 test tickets")
    dialog.get_by_label("Why (kept with the move)").fill("the old one\nis worse")
    dialog.get_by_role("button", name="Confirm").click()
    expect(dialog).to_be_visible()  # the gate is not overruled by silence
    assert findings(page) == []
    dialog.get_by_label("Overrule the gate").check()
    dialog.get_by_role("button", name="Confirm").click()
    expect(page.locator("#toasts")).to_contain_text("version 2 is champion")
    expect(page.locator("#moves")).to_contain_text("the old one is worse")
    expect(page.get_by_role("button", name="Roll back to version 1")).to_be_visible()
    assert registry.aliases[CHAMPION] == 2


def test_the_champion_is_rolled_back_in_chinese_from_a_small_screen(desk, tab, registry):
    Champions(registry).promote("2", Note("li", NOW, "try"), force=True)
    page = tab(desk, "/console/model?lang=zh", key=desk.master, width=360, height=800)
    assert overflow(page) == 0
    page.get_by_role("button", name="回滚到版本 1").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("原因（随变更记录保存）").fill("周一以来又变晚")
    dialog.get_by_role("button", name="确认").click()
    expect(page.locator("#toasts")).to_contain_text("版本 1 已成为现任")
    assert registry.aliases[CHAMPION] == 1


def test_who_may_only_read_sees_the_models_and_no_button(desk, tab):
    page = tab(desk, "/console/model", key=desk.key("read"))
    expect(page.locator("#model")).to_contain_text("The gate on version 2")
    expect(page.locator("#model").get_by_role("button")).to_have_count(0)


def test_an_unknown_version_is_told_where_the_list_is(desk, tab):
    page = tab(desk, "/console/model?version=99", key=desk.master, refused=(404,))
    expect(page.locator("main")).to_contain_text("no such version")


def test_without_a_registry_the_page_says_how_to_have_one(site, tab):
    page = tab(site, "/console/model")
    expect(page.locator("#model")).to_contain_text("started without one")
    assert findings(page) == []

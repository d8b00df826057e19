"""When an alarm is raised about the model, and when not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from model.decision import Version
from model.runs import ModelVersion
from serving.models.alarm import Seen
from serving.models.alarms import OLD_DAYS, alarms
from serving.models.cards import Card
from serving.models.live import Live
from serving.models.live_alarms import FEWEST
from serving.models.reading import read
from serving.models.registered import Shown
from tests.serving.models.shelf import shelf

UNTIL = datetime(2026, 3, 1, tzinfo=UTC)
WELL = Live(
    UNTIL, UNTIL, FEWEST, 0, risk=0.4, rate=0.4, ece=0.01, chance=0.08, spread=0.02,
    bins=(), weeks=(),
)  # fmt: skip


@pytest.fixture
def seen(tmp_path) -> Seen:
    """A champion that serves, learned a day ago and does well; nothing else is registered."""
    registry = shelf(tmp_path)
    champion = registry.versions()[1]
    shown = Shown((champion,), (), (1,))
    served = Version("fendan-risk", 1)
    now = UNTIL + timedelta(days=1)
    return Seen(now, served, {}, {}, shown, read(registry, champion), None, WELL)


def codes(seen: Seen) -> list[str]:
    found = alarms(seen)
    assert all(alarm.said.en and alarm.said.zh for alarm in found)
    return [alarm.code for alarm in found]


def test_nothing_is_wrong_with_a_young_champion_that_serves_and_comes_true(seen):
    assert codes(seen) == []


@pytest.mark.parametrize(("days", "told"), [(OLD_DAYS, []), (OLD_DAYS + 1, ["old"])])
def test_a_champion_that_learned_nothing_for_a_month_is_old(seen, days, told):
    assert codes(replace(seen, now=UNTIL + timedelta(days=days))) == told


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"ece": 0.07}, []),  # by chance alone
        ({"ece": 0.09}, ["live_ece"]),
        ({"ece": 0.09, "tickets": FEWEST - 1}, []),
        ({"ece": 0.06, "chance": 0.01}, ["live_ece"]),
        ({"risk": 0.46}, ["live_bias"]),
        ({"risk": 0.46, "spread": 0.04}, []),
        ({"risk": 0.34}, ["live_bias"]),
    ],
)
def test_live_figures_are_held_to_the_gates_limit_and_to_chance(seen, changed, told):
    assert codes(replace(seen, live=replace(WELL, **changed))) == told


def test_a_service_without_a_model_or_behind_its_events_presses_most(seen):
    missing = {"model": "no such model is registered", "history": "behind"}
    aged = replace(seen, missing=missing, now=UNTIL + timedelta(days=99))
    assert codes(aged) == ["no_model", "history_behind", "old"]


def test_a_champion_that_was_not_taken_up_is_told_with_its_reason(seen):
    assert codes(replace(seen, served=Version("fendan-risk", 9))) == ["not_served"]
    refused = replace(seen, notes={"model": "version 1 was not taken up: all risks are 0"})
    assert codes(refused) == ["not_taken_up"]
    assert "all risks are 0" in alarms(refused)[0].said.zh


def test_a_challenger_waits_or_is_blocked_in_the_readers_language(seen, tmp_path):
    registry = shelf(tmp_path / "other")
    blocked = replace(seen, shown=Shown(registry.versions(), (), (1,)))
    assert codes(blocked) == ["challenger_blocked"]
    card: Card = read(registry, registry.versions()[0])
    (alarm,) = alarms(replace(blocked, other=card))
    assert "ECE 0.09 on 782 test tickets" in alarm.said.en
    assert "782 张测试工单上 ECE 0.09" in alarm.said.zh
    passed: ModelVersion = replace(
        registry.versions()[0],
        tags={"gate": "passed", "gate_against": "1"},
    )
    waiting = Shown((passed, registry.versions()[1]), (), (1,))
    assert codes(replace(seen, shown=waiting)) == ["challenger_waiting"]


def test_a_champion_that_the_gate_had_refused_is_told(seen, tmp_path):
    registry = shelf(tmp_path / "other")
    card = read(registry, registry.versions()[0])
    assert codes(replace(seen, champion=card)) == ["champion_refused"]

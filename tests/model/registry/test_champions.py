"""Promotion and rollback over a registry in memory."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from features.errors import ModelError
from model.registry import CHALLENGER, CHAMPION, Champions, Note
from model.registry.telling import told
from tests.model.memory_registry import MemoryRegistry
from tests.model.tiny_bundle import tiny_bundle

NOTE = Note("li", datetime(2026, 3, 2, 8, tzinfo=UTC), "fewer late")
BUNDLE, _ = tiny_bundle()


@pytest.fixture
def registry(tmp_path):
    """Four versions: the first is champion, each later one was held against the one before."""
    made = MemoryRegistry(tmp_path)
    for against in range(4):
        made.put(BUNDLE, gate="passed", gate_words="", gate_against=str(against))
    made.set_alias(CHAMPION, 1)
    made.set_alias(CHALLENGER, 4)
    return made


def champion(registry):
    return registry.aliased(CHAMPION).version


def test_a_version_that_passed_against_the_champion_is_promoted_and_the_move_is_kept(registry):
    move = Champions(registry).promote("2", NOTE)
    assert champion(registry) == 2
    assert Champions(registry).moves() == (move,)
    assert (move.before, move.version, move.who, move.why, move.forced) == (
        1, 2, "li", "fewer late", False,
    )  # fmt: skip
    assert move.when == "2026-03-02T08:00:00+00:00"


def test_rolling_back_twice_goes_two_back_and_no_further(registry):
    champions = Champions(registry)
    champions.promote("2", NOTE)
    champions.promote("3", NOTE)
    assert champions.line() == (1, 2, 3)
    assert champions.rollback(NOTE).version == 2
    assert champions.rollback(NOTE).version == 1
    with pytest.raises(ModelError, match="version 1 is the first champion"):
        champions.rollback(NOTE)
    assert champion(registry) == 1


def test_promote_rollback_promote_leaves_the_line_as_one_promotion_does(registry):
    champions = Champions(registry)
    champions.promote("2", NOTE)
    champions.rollback(NOTE)
    champions.promote("2", NOTE)
    assert champions.line() == (1, 2)
    assert [m.kind for m in champions.moves()] == ["promote", "rollback", "promote"]


def test_the_challenger_is_promoted_by_name(registry):
    registry.note(registry.versions()[0], {"gate_against": "1"}, {})
    assert Champions(registry).promote(CHALLENGER, NOTE).version == 4


def test_a_refused_version_is_refused_with_the_gates_reasons(registry):
    refused = {"gate": "refused", "gate_words": "calibrated: ECE 0.09"}
    registry.note(registry.versions()[2], refused, {})
    with pytest.raises(ModelError, match=r"refused version 2: calibrated: ECE 0\.09.*--force"):
        Champions(registry).promote("2", NOTE)
    assert champion(registry) == 1
    assert Champions(registry).moves() == ()


def test_by_force_and_with_a_reason_a_refused_version_is_promoted_and_that_is_kept(registry):
    registry.note(registry.versions()[2], {"gate": "refused"}, {})
    champions = Champions(registry)
    with pytest.raises(ModelError, match="needs a reason"):
        champions.promote("2", replace(NOTE, why=""), force=True)
    assert champions.promote("2", NOTE, force=True).forced
    assert "promote, forced, by li: fewer late" in told(champions.moves(), champions.line())


def test_force_that_was_not_needed_is_not_called_so(registry):
    assert not Champions(registry).promote("2", NOTE, force=True).forced


def test_a_version_that_no_gate_has_judged_is_refused(registry):
    registry.put(BUNDLE)
    with pytest.raises(ModelError, match="no gate has judged version 5"):
        Champions(registry).promote("5", NOTE)


def test_a_verdict_against_a_champion_of_the_past_does_not_count(registry):
    with pytest.raises(ModelError, match="against version 2, but version 1 is champion now"):
        Champions(registry).promote("3", NOTE)


def test_a_model_for_other_features_is_refused_even_by_force(registry):
    registry.put(replace(BUNDLE, info=replace(BUNDLE.info, fingerprint="another")), gate="passed")
    with pytest.raises(ModelError, match="other features"):
        Champions(registry).promote("5", NOTE, force=True)
    assert champion(registry) == 1


@pytest.mark.parametrize("wanted", ["9", "best"])
def test_a_version_that_is_not_there_is_named_with_those_that_are(registry, wanted):
    with pytest.raises(ModelError, match=rf"no version '{wanted}'.*4, 3, 2, 1"):
        Champions(registry).promote(wanted, NOTE)


def test_the_champion_cannot_be_promoted_again(registry):
    with pytest.raises(ModelError, match="version 1 is champion already"):
        Champions(registry).promote("1", NOTE)


def test_without_a_champion_there_is_nothing_to_roll_back(registry):
    registry.aliases.clear()
    with pytest.raises(ModelError, match="no champion to roll back"):
        Champions(registry).rollback(NOTE)


def test_a_crash_between_the_alias_and_its_move_loses_no_champion(registry):
    champions = Champions(registry)
    champions.promote("2", NOTE)
    registry.set_alias(CHAMPION, 3)  # and then the process was killed
    assert champions.line() == (1, 2, 3)
    assert champions.rollback(NOTE).version == 2
    assert champions.line() == (1, 2)


def test_a_champion_set_back_by_hand_in_mlflow_is_a_rollback(registry):
    champions = Champions(registry)
    champions.promote("2", NOTE)
    champions.promote("3", NOTE)
    registry.set_alias(CHAMPION, 1)
    assert champions.line() == (1,)


def test_an_earlier_champion_may_come_again_and_lead_back_to_the_one_it_replaced(registry):
    champions = Champions(registry)
    champions.promote("2", NOTE)
    champions.promote("1", NOTE, force=True)
    assert champions.line() == (1, 2, 1)
    assert champions.rollback(NOTE).version == 2


def test_the_moves_are_told_newest_first_with_where_a_rollback_leads(registry):
    champions = Champions(registry)
    champions.promote("2", NOTE)
    champions.promote("3", NOTE)
    lines = told(champions.moves(), champions.line()).splitlines()
    assert "version 2 -> 3" in lines[1]
    assert lines[-1].strip() == "a rollback leads to version 2, then 1"


class SlowRegistry(MemoryRegistry):
    """Takes its time between reading the moves and writing the next."""

    def tags(self):
        found = super().tags()
        time.sleep(0.05)
        return found


def test_of_two_promotions_at_once_the_second_sees_the_first(tmp_path):
    registry = SlowRegistry(tmp_path)
    for _ in range(3):
        registry.put(BUNDLE)
    registry.set_alias(CHAMPION, 1)
    with ThreadPoolExecutor(2) as pool:
        both = pool.map(lambda v: Champions(registry).promote(v, NOTE, force=True), ("2", "3"))
        assert len({move.version for move in both}) == 2
    first, second = Champions(registry).moves()
    assert (first.before, second.before) == (1, first.version)
    assert Champions(registry).line() == (1, first.version, second.version)

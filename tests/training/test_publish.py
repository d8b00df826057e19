import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from features.errors import ModelError
from model.registry import CHALLENGER, CHAMPION, Champions, Note
from model.risk import Forest
from model.rows import asked
from tests.model.memory_registry import MemoryRegistry
from tests.training.desk_log import SMALL, busy_log
from training.config import config_of
from training.gate.reproduce import NEEDED
from training.publish import publish
from training.run import train

CONFIG = config_of({**SMALL, "gate": {"max_ece": 0.2}})  # on so few tickets any model is off
WHEN = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def trained():
    return train(busy_log(), CONFIG, clock=lambda: 0.0)


@pytest.fixture(scope="module")
def story(tmp_path_factory, trained):
    """Three runs: the first model, the same once more, and one that knows nothing."""
    registry = MemoryRegistry(tmp_path_factory.mktemp("home"))
    blank = replace(trained.backtest.risk, timeout=Forest(constant=0.0))
    worse = replace(trained, backtest=replace(trained.backtest, risk=blank))
    reports, aliases = [], []
    for run in (trained, trained, worse):
        reports.append(
            publish(run, CONFIG, registry, who="cron", now=lambda: WHEN, clock=lambda: 0.0)
        )
        aliases.append(dict(registry.aliases))
    return registry, reports, aliases


def test_the_first_model_becomes_challenger_and_champion(story):
    _, reports, aliases = story
    assert aliases[0] == {CHALLENGER: 1, CHAMPION: 1}
    assert "registered as fendan-risk version 1 (challenger, champion)" in reports[0].text()
    assert "no champion yet" in reports[0].gate


def test_a_model_that_is_not_worse_takes_the_champions_place(story):
    _, reports, aliases = story
    assert aliases[1] == {CHALLENGER: 2, CHAMPION: 2}
    assert "not worse" in reports[1].gate


def test_a_worse_model_is_registered_but_only_as_challenger(story):
    _, reports, aliases = story
    assert aliases[2] == {CHALLENGER: 3, CHAMPION: 2}
    assert reports[2].aliases == (CHALLENGER,)
    assert "worse on" in reports[2].gate


def test_the_run_holds_settings_figures_pictures_and_an_example(story):
    registry, reports, _ = story
    record = registry.records[0]
    assert record.params["forest.trees"] == 25
    assert record.metrics["timeout.assigned.auc"] > 0.8
    assert record.tags["data_fingerprint"] == reports[0].facts.data_fingerprint
    assert {"reliability_timeout.png", "curves_timeout.png", "importance_timeout.png"} < set(
        registry.files[0]
    )
    assert registry.files[0]["curves_timeout.png"].startswith(b"\x89PNG")
    assert json.loads(registry.files[0]["config.json"])["seed"] == CONFIG.seed
    assert json.loads(registry.files[0]["calibration.json"])["timeout"]["bins"]
    assert json.loads(registry.files[0]["drift.json"])["features"]
    told = json.loads(registry.files[0]["inputs.json"])
    assert len(told["features"]) == record.params["features"]
    assert len(asked(record.example)) == 3


def test_the_verdict_stands_beside_the_run_and_in_the_tags_of_the_version(story):
    registry, reports, _ = story
    refused = registry.known[2]
    assert (refused.tags["gate"], refused.tags["gate_against"]) == ("refused", "2")
    assert refused.tags["gate.not_worse"] == "fail"
    assert "worse on 108 tickets" in refused.tags["gate_words"]
    assert "worse on 108 tickets" in registry.text(refused, "gate.txt")
    assert json.loads(registry.text(refused, "gate.json"))["passed"] is False
    for name in ("auc", "ece"):  # of the same looks: those that the gate judges by
        figure = reports[2].metrics()[f"timeout.assigned.{name}"]
        assert float(refused.tags[name]) == pytest.approx(figure, abs=1e-4)


def test_the_line_of_champions_says_who_trained_when_and_why(story):
    registry, _, _ = story
    champions = Champions(registry)
    assert champions.line() == (1, 2)
    assert [(m.kind, m.who, m.when) for m in champions.moves()] == [
        ("train", "cron", "2026-03-02T08:00:00+00:00")
    ] * 2
    assert "not worse on" in champions.moves()[1].why


def test_what_was_registered_is_what_was_logged(story):
    registry, _, _ = story
    logged = registry.logged(registry.known[0])
    assert set(NEEDED) <= set(logged.tags)
    assert registry.known[0].tags["gate.reproducible"] == "pass"


class KilledError(Exception):
    """As a process that ends between two steps."""


class FallingRegistry(MemoryRegistry):
    """Is stopped after the version is registered, before anything is said of it."""

    def note(self, *_):
        raise KilledError


def test_a_run_that_ends_before_its_alias_leaves_the_champion_and_a_version_nobody_judged(
    trained, tmp_path
):
    registry = FallingRegistry(tmp_path)
    registry.put(trained.bundle, gate="passed")
    registry.set_alias(CHAMPION, 1)
    with pytest.raises(KilledError):
        publish(trained, CONFIG, registry, clock=lambda: 0.0)
    assert registry.aliases == {CHAMPION: 1}
    with pytest.raises(ModelError, match="no gate has judged version 2"):
        Champions(registry).promote("2", Note("li", WHEN))


class TrippingRegistry(MemoryRegistry):
    """Is stopped at the last step, when the champion is set and the challenger is not."""

    def set_alias(self, alias, number):
        if alias == CHALLENGER:
            raise KilledError
        super().set_alias(alias, number)


def test_a_run_that_ends_between_two_aliases_leaves_a_champion_with_its_line(trained, tmp_path):
    registry = TrippingRegistry(tmp_path)
    with pytest.raises(KilledError):
        publish(trained, CONFIG, registry, clock=lambda: 0.0)
    assert registry.aliases == {CHAMPION: 1}
    assert Champions(registry).line() == (1,)


class HastyRegistry(MemoryRegistry):
    """While a model is being registered, somebody else's becomes champion."""

    def publish(self, bundle, record):
        made = super().publish(bundle, record)
        self.set_alias(CHAMPION, self.put(bundle, gate="passed"))
        return made


def test_the_champion_that_is_there_in_the_end_is_the_one_judged_against(trained, tmp_path):
    registry = HastyRegistry(tmp_path)
    report = publish(trained, CONFIG, registry, clock=lambda: 0.0)
    assert "against version 2" in report.gate
    assert registry.known[0].tags["gate_against"] == "2"


def test_a_first_model_that_fails_a_limit_is_champion_all_the_same_and_says_so(trained, tmp_path):
    strict = replace(CONFIG, gate=replace(CONFIG.gate, max_trees=1))
    registry = MemoryRegistry(tmp_path)
    report = publish(trained, strict, registry, clock=lambda: 0.0)
    assert registry.aliases == {CHALLENGER: 1, CHAMPION: 1}
    assert "trees of 1" in report.gate
    assert "champion all the same" in report.gate

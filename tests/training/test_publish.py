import json
from dataclasses import replace

import pytest

from model.registry import CHALLENGER, CHAMPION
from model.risk import Forest
from model.rows import asked
from tests.model.memory_registry import MemoryRegistry
from tests.training.desk_log import busy_log
from training.config import config_of
from training.publish import publish
from training.run import train

CONFIG = config_of(
    {
        "threads": 1,
        "forest": {"trees": 15, "min_rows_per_leaf": 10},
        "eta_forest": {"trees": 5, "min_rows_per_leaf": 10},
    }
)


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """Three runs: the first model, the same once more, and one that knows nothing."""
    registry = MemoryRegistry(tmp_path_factory.mktemp("home"))
    trained = train(busy_log(), CONFIG, clock=lambda: 0.0)
    blank = replace(trained.backtest.risk, timeout=Forest(constant=0.0))
    worse = replace(trained, backtest=replace(trained.backtest, risk=blank))
    reports, aliases = [], []
    for run in (trained, trained, worse):
        reports.append(publish(run, CONFIG, registry, clock=lambda: 0.0))
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
    assert record.params["forest.trees"] == 15
    assert record.metrics["timeout.assigned.auc"] > 0.8
    assert record.tags["data_fingerprint"] == reports[0].facts.data_fingerprint
    assert {"reliability_timeout.png", "curves_timeout.png", "importance_timeout.png"} < set(
        registry.files[0]
    )
    assert registry.files[0]["curves_timeout.png"].startswith(b"\x89PNG")
    assert json.loads(registry.files[0]["config.json"])["seed"] == CONFIG.seed
    assert len(asked(record.example)) == 3

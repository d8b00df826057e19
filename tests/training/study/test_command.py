from dataclasses import replace

import pytest

from features.errors import FendanError
from model.runs import Loaded, ModelVersion
from tests.training.desk_log import busy_log
from tests.training.study.small import small_config
from training.backtest import AllSeenError
from training.run import train
from training.study.command import Asked, study_model
from training.study.discrimination import discrimination


class ShelfRegistry:
    """One registered model with its backtest; keeps what is logged."""

    def __init__(self, bundle=None, backtested=None):
        self.bundle, self.backtested, self.logged = bundle, backtested, []

    def load(self, _uri, _fingerprint):
        return Loaded(self.bundle, None)

    def versions(self):
        return (ModelVersion(3, "run3", (), 0, {}),)

    def backtest(self, _version):
        return self.backtested

    def log_study(self, record, run_id=""):
        self.logged.append((run_id, record.metrics, [path.name for path in record.files]))
        return run_id or "own"


@pytest.fixture(scope="module")
def trained():
    return train(busy_log(), small_config(), clock=lambda: 0.0)


@pytest.fixture(autouse=True)
def _one_section(monkeypatch):
    monkeypatch.setattr("training.study.sections.SECTIONS", (discrimination,))


def numbered(bundle, version=3):
    return replace(bundle, info=replace(bundle.info, version=version))


def test_without_a_model_the_recipe_is_studied_in_a_run_of_its_own(tmp_path):
    registry = ShelfRegistry()
    asked = Asked(None, None, tmp_path / "report.html")
    told = study_model(busy_log(), asked, small_config(), registry)
    assert told.run_id == "own"
    assert "timeout AUC at first assignment" in told.text
    (run_id, figures, files) = registry.logged[0]
    assert run_id == ""
    assert figures["discrimination.timeout.assigned.auc"] > 0.8
    assert {"report.html", "curves_timeout.svg"} < set(files)
    assert told.page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_where_the_log_ends_with_the_model_its_backtest_stands_for_it(trained, tmp_path):
    registry = ShelfRegistry(numbered(trained.bundle), trained.backtest)
    asked = Asked("models:/fendan-risk@champion", None, tmp_path / "report.html")
    told = study_model(busy_log(), asked, small_config(), registry)
    assert (told.run_id, told.stood_in) == ("run3", True)
    expected = trained.report.evaluation.find("timeout", "assigned").auc
    found = registry.logged[0][1]["discrimination.timeout.assigned.auc"]
    assert found == pytest.approx(expected, abs=0.01)  # without the boundary's second


def test_a_model_is_tested_on_tickets_younger_than_its_last_lesson(trained, tmp_path):
    registry = ShelfRegistry(numbered(trained.backtest))
    asked = Asked("models:/fendan-risk/3", None, tmp_path / "report.html")
    assert not study_model(busy_log(), asked, small_config(), registry).stood_in
    expected = trained.report.evaluation.find("timeout", "assigned").auc
    found = registry.logged[0][1]["discrimination.timeout.assigned.auc"]
    assert found == pytest.approx(expected, abs=0.01)  # without the boundary's second


def test_a_model_that_has_seen_everything_cannot_be_tested(trained, tmp_path):
    registry = ShelfRegistry(numbered(trained.bundle, version=0))  # from a folder: no backtest
    asked = Asked("folder", None, tmp_path / "report.html")
    with pytest.raises(AllSeenError, match="were created after the model's last lesson"):
        study_model(busy_log(), asked, small_config(), registry)


def test_a_folder_that_is_not_there_is_named_before_the_work_begins(tmp_path):
    asked = Asked(None, None, tmp_path / "nowhere" / "report.html")
    with pytest.raises(FendanError, match="no such folder"):
        study_model(busy_log(), asked, small_config(), ShelfRegistry(), pytest.fail)

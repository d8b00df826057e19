"""One MLflow store on SQLite for all of these tests: making it takes seconds."""

import shutil
from dataclasses import replace

import mlflow
import pandas as pd
import pytest

from features.errors import ModelError
from features.history import History
from features.replay import snapshot_at
from model.bundle import MANIFEST, save
from model.cache import ModelCache, Pointer
from model.pyfunc import OUTPUT, predict_rows
from model.registry import CHAMPION, DEFAULT_URI, Champions, Note, Registry
from model.rows import asked, frame_of
from model.runs import RunRecord, StudyRecord, requirements
from tests.builders import at, random_log
from tests.model.tiny_bundle import tiny_bundle


def example(seed=1):
    snapshot = snapshot_at(History.of(random_log(seed)), at(20))
    return frame_of(snapshot.as_of, snapshot.tickets[:3])


@pytest.fixture(scope="module")
def registry(tmp_path_factory, empty_store):
    """Two versions; the champion is the first."""
    home = tmp_path_factory.mktemp("home")
    shutil.copy(empty_store, home)
    made = Registry.of({"FENDAN_HOME": str(home)})
    with pytest.raises(ModelError, match=r"no such model is registered.*fendan train"):
        made.load()
    note = home / "report.txt"
    note.write_text("a report")
    bundle, _ = tiny_bundle()
    record = RunRecord({"seed": 1}, {"auc": 0.8}, {"until": "now"}, [note], example(), bundle)
    for _ in range(2):
        made.publish(bundle, record)
    made.set_alias(CHAMPION, 1)
    return made


def test_versions_are_listed_newest_first_with_their_aliases(registry):
    assert [(v.version, v.aliases) for v in registry.versions()] == [(2, ()), (1, (CHAMPION,))]
    assert registry.aliased(CHAMPION).version == 1
    assert registry.aliased("nobody") is None


def test_the_figures_and_tags_of_a_versions_run_are_read_without_its_files(registry):
    found = registry.figures(registry.versions()[0])
    assert (found.metrics["auc"], found.tags["until"]) == (0.8, "now")
    assert found.experiment_id.isdigit()


def test_the_champion_is_loaded_by_alias_and_knows_its_name_and_version(registry):
    loaded = registry.load()
    assert (loaded.bundle.info.name, loaded.bundle.info.version) == ("fendan-risk", 1)
    assert loaded.message == ""
    assert registry.load("models:/fendan-risk/2").bundle.info.version == 2


def test_a_registry_that_is_down_does_not_tell_who_signs_in_there(registry):
    """The words reach pages, logs and whoever asks whether the service is ready."""
    down = replace(registry, uri="http://li:secret@127.0.0.1:9")
    with pytest.raises(ModelError) as refused:
        down.versions()
    assert "secret" not in str(refused.value)
    assert "http://***@127.0.0.1:9" in str(refused.value)


def test_when_the_registry_is_down_the_last_champion_is_served_from_the_disk(registry):
    registry.load()
    cache = ModelCache(registry.home / "models")
    down = replace(registry, uri="http://127.0.0.1:9")
    known = cache.last(f"{registry.uri} {DEFAULT_URI}")
    cache.point(f"{down.uri} {DEFAULT_URI}", known)
    loaded = down.load()
    assert loaded.bundle.info.version == 1
    assert "cannot be reached" in loaded.message
    with pytest.raises(ModelError, match="registry cannot be used"):
        down.load("models:/fendan-risk/7")


def test_a_version_that_is_not_there_is_named(registry):
    with pytest.raises(ModelError, match="no version 99"):
        registry.set_alias(CHAMPION, 99)
    with pytest.raises(ModelError, match="no such model"):
        registry.load("models:/fendan-risk/99")
    with pytest.raises(ModelError, match="not a model URI"):
        registry.load("models:/fendan-risk/latest/two")


def test_a_cached_model_whose_bytes_changed_is_refused_once_and_then_fetched_anew(registry):
    folder = registry.load("models:/fendan-risk/2").folder
    (folder / "timeout.txt").write_text("tampered")
    with pytest.raises(ModelError, match="bytes have changed"):
        registry.load("models:/fendan-risk/2")
    assert registry.load("models:/fendan-risk/2").bundle.info.version == 2


def test_a_model_for_other_features_is_refused_with_a_remedy(registry):
    with pytest.raises(ModelError, match=r"other features.*train again"):
        registry.load(fingerprint="another")


def test_the_backtested_model_comes_back_with_its_version(registry):
    assert registry.backtest(registry.versions()[0]).info.data_fingerprint == "data"


def test_a_run_comes_back_with_its_tags_its_config_and_its_backtested_model(registry):
    version = registry.versions()[0]
    logged = registry.logged(version)
    assert logged.tags["until"] == "now"
    assert logged.config == ""
    assert logged.backtest is not None
    assert registry.text(version, "report.txt") == "a report"
    assert registry.text(version, "nothing.txt") == ""


def test_a_verdict_is_noted_on_the_version_and_beside_its_run(registry):
    version = registry.versions()[0]
    registry.note(version, {"gate": "passed"}, {"gate.txt": "all is well 通过"})
    assert registry.versions()[0].tags["gate"] == "passed"
    assert registry.text(version, "gate.txt") == "all is well 通过"


def test_champions_are_promoted_and_rolled_back_in_the_real_registry(registry):
    champions = Champions(registry)
    registry.note(registry.versions()[0], {"gate": "passed", "gate_against": "1"}, {})
    note = Note("li", at(0), "fewer late")
    move = champions.promote("2", note)
    assert registry.load().bundle.info.version == 2
    assert champions.moves() == (move,)
    assert champions.rollback(note).version == 1
    assert registry.load().bundle.info.version == 1
    assert champions.line() == (1,)


def test_a_study_is_kept_with_the_run_of_its_model_or_in_a_run_of_its_own(registry, tmp_path):
    page = tmp_path / "study.html"
    page.write_text("a study")
    record = StudyRecord({"eta.coverage_p90": 0.9}, [page])
    version = registry.versions()[-1]
    assert registry.log_study(record, version.run_id) == version.run_id
    alone = registry.log_study(record)
    client = mlflow.MlflowClient(registry.uri)
    for run_id, auc in ((version.run_id, 0.8), (alone, None)):
        run = client.get_run(run_id)
        assert run.data.metrics.get("study.eta.coverage_p90") == 0.9
        assert run.data.metrics.get("auc") == auc
        assert [f.path for f in client.list_artifacts(run_id, "study")] == ["study/study.html"]
    assert client.get_run(alone).info.run_name == "study"


def test_the_registered_pyfunc_gives_what_the_bundle_gives(registry):
    mlflow.set_tracking_uri(registry.uri)
    served = mlflow.pyfunc.load_model(DEFAULT_URI)
    rows = example()
    bundle = registry.load().bundle
    direct = predict_rows(bundle, History.of(bundle.events), asked(rows))
    pd.testing.assert_frame_equal(served.predict(rows), direct)
    assert tuple(direct.columns) == OUTPUT
    only = rows[["ticket_id", "category", "created_at", "state", "as_of"]]
    assert len(served.predict(only)) == len(rows)


def test_a_candidate_is_scored_in_the_place_of_the_owner():
    bundle, _ = tiny_bundle()
    rows = example().assign(candidate_agent_id="A2")
    found = predict_rows(bundle, History.of(bundle.events), asked(rows))
    assert found["agent_id"].tolist() == ["A2"] * len(rows)


def test_a_bundle_in_a_folder_needs_no_registry(tmp_path):
    bundle, _ = tiny_bundle()
    save(bundle, tmp_path / "b")
    loaded = Registry("http://127.0.0.1:9", tmp_path).load(str(tmp_path / "b"))
    assert loaded.bundle.info == bundle.info


def test_the_cache_keeps_a_bundle_once_and_forgets_pointers_that_are_torn(tmp_path):
    bundle, _ = tiny_bundle()
    save(bundle, tmp_path / "b")
    cache = ModelCache(tmp_path / "cache")
    place = cache.keep(tmp_path / "b")
    assert cache.keep(tmp_path / "b") == place
    assert (place / MANIFEST).is_file()
    cache.point("here", Pointer("fendan-risk", 3, place.name))
    assert cache.last("here") == Pointer("fendan-risk", 3, place.name)
    for torn in (tmp_path / "cache").glob("*.json"):
        torn.write_text("{")
    assert cache.last("here") is None
    assert sorted(p.name for p in cache.folder.iterdir() if p.is_dir()) == [place.name]


def test_the_requirements_of_a_served_model_are_pinned():
    assert all("==" in line for line in requirements())
    assert any(line.startswith("lightgbm==") for line in requirements())

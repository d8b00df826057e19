"""Training on a timetable: nothing new, something new, and two processes at once."""

import multiprocessing
import os
import shutil
import sys
import time
from datetime import timedelta

import pytest
from typer.testing import CliRunner

import fendan
from model.lock import RETRAIN
from model.registry import CHALLENGER, CHAMPION, Registry
from tests.model.memory_registry import MemoryRegistry
from tests.training.desk_log import START, busy_log
from training.config import config_of
from training.gate.params import GateParams
from training.logs.writers import write_events
from training.publish import publish
from training.retrain import made_already
from training.run import train

CONFIG = config_of(
    {
        "threads": 1,
        "forest": {"trees": 5, "min_rows_per_leaf": 10},
        "eta_forest": {"trees": 5, "min_rows_per_leaf": 10},
    }
)
UNTIL = (START + timedelta(days=38)).to_pydatetime()


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    """One version, made from the busy log as it was on its 38th day."""
    made = MemoryRegistry(tmp_path_factory.mktemp("home"))
    trained = train(busy_log(), CONFIG, until=UNTIL, clock=lambda: 0.0)
    publish(trained, CONFIG, made, clock=lambda: 0.0)
    return made


def test_the_same_events_and_settings_were_learned_already(registry):
    twin = made_already(registry, busy_log(), CONFIG, UNTIL)
    assert twin.version == 1
    assert set(twin.aliases) == {CHALLENGER, CHAMPION}


def test_the_order_of_the_rows_and_the_threads_are_nothing_new(registry):
    shuffled = busy_log().sample(frac=1.0, random_state=2).reset_index(drop=True)
    threads = config_of({**_settings(), "threads": 2})
    assert made_already(registry, shuffled, threads, UNTIL) is not None


def _settings():
    forest = {"trees": 5, "min_rows_per_leaf": 10}
    return {"forest": forest, "eta_forest": forest}


def test_one_more_event_another_setting_or_a_later_end_is_something_new(registry):
    log = busy_log()
    assert made_already(registry, log.iloc[1:], CONFIG, UNTIL) is None
    assert made_already(registry, log, config_of({**_settings(), "seed": 5}), UNTIL) is None
    assert made_already(registry, log, CONFIG, UNTIL + timedelta(hours=1)) is None
    assert made_already(registry, log, CONFIG, None) is None


def test_other_limits_of_the_gate_are_something_new_to_judge(registry):
    stricter = config_of({**_settings(), "gate": {"max_ece": 0.01}})
    assert stricter.gate == GateParams(max_ece=0.01)
    assert made_already(registry, busy_log(), stricter, UNTIL) is None


def test_a_version_that_no_alias_points_to_was_not_learned(registry, tmp_path):
    forgotten = MemoryRegistry(tmp_path)
    forgotten.put(registry.shelf[0][0], **registry.known[0].tags)
    assert made_already(forgotten, busy_log(), CONFIG, UNTIL) is None


ASKED = ("retrain", "e.parquet", "--config", "c.yaml")


def retraining(home):
    """`fendan retrain` as a process of its own."""
    os.chdir(home)
    os.environ["FENDAN_HOME"] = str(home)
    os.environ.pop("MLFLOW_TRACKING_URI", None)
    sys.argv = ["fendan", *ASKED]
    fendan.main()


@pytest.mark.slow
def test_of_two_retrainings_at_once_one_trains_and_the_other_leaves(
    tmp_path, empty_store, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FENDAN_HOME", str(tmp_path))
    shutil.copy(empty_store, tmp_path)
    write_events(busy_log(), tmp_path / "e.parquet")
    (tmp_path / "c.yaml").write_text("forest: {trees: 5}\neta_forest: {trees: 5}\nthreads: 1\n")
    first = multiprocessing.get_context("spawn").Process(target=retraining, args=(tmp_path,))
    first.start()
    wait_for(tmp_path / RETRAIN, first)
    second = CliRunner().invoke(fendan.app, list(ASKED), catch_exceptions=False)
    first.join()
    assert (first.exitcode, second.exit_code) == (0, 0)
    assert f"under way: process {first.pid}, since" in second.stderr
    (only,) = Registry.of({"FENDAN_HOME": str(tmp_path)}).versions()
    assert set(only.aliases) == {CHALLENGER, CHAMPION}


def wait_for(lock, holder):
    """Until the process has written its name into the lock."""
    while holder.is_alive() and not (lock.exists() and lock.read_bytes()):
        time.sleep(0.05)

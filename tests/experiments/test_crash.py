"""The crash test itself, made tiny: one kill of a service with forests of a tiny log."""

import os
import shutil
from pathlib import Path

import pytest

from experiments.benchmarks.crash.__main__ import CrashParams, run
from experiments.benchmarks.crash.check import stored_faults
from experiments.benchmarks.crash.load import Book
from model.registry import CHAMPION, Registry
from model.runs import RunRecord
from serving.answering import to_bytes
from serving.answers import RefreshOut
from serving.examples import REFRESHED
from serving.store import Store
from tests.builders import random_log
from tests.model.grown_bundle import grown_bundle
from tests.model.registry.test_registry import example


@pytest.fixture
def environment(tmp_path: Path, empty_store: Path) -> dict[str, str]:
    """A home whose registry holds small forests as the champion."""
    shutil.copy(empty_store, tmp_path)
    home = {"FENDAN_HOME": str(tmp_path)}
    bundle = grown_bundle(random_log(7, tickets=60))
    registry = Registry.of(home)
    registry.publish(bundle, RunRecord({}, {}, {}, [], example(), bundle))
    registry.set_alias(CHAMPION, 1)
    quiet = {"FENDAN_LOG_LEVEL": "warning", "MLFLOW_TRACKING_URI": ""}
    return {**os.environ, **home, **quiet, "FENDAN_API_KEY": "a-key-of-the-crash-test"}


@pytest.mark.slow
def test_a_service_that_is_killed_loses_nothing_and_does_nothing_twice(environment):
    assert run(CrashParams(kills=1, latest=1.0), environment, "sqlite") == []


def test_what_was_acknowledged_and_is_not_there_is_told(tmp_path):
    book = Book(
        events={"e1"},
        refreshes={"k1": RefreshOut.model_validate_json(to_bytes(REFRESHED))},
        policies={2: "mine"},
    )
    with Store.open(f"sqlite:///{tmp_path / 'fendan.db'}").transaction() as connection:
        told = stored_faults(connection, book)
    assert told == [
        "1 acknowledged events are gone",
        f"the acknowledged decision {REFRESHED['refresh_id']} is gone",
        "version 2 of the policy is None, not 'mine'",
    ]

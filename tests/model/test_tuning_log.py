import shutil

import pytest

from model.registry import Registry
from model.runs import TrialRecord
from model.tuning_log import TuningRuns

WHOLE = TrialRecord(
    number=0,
    state="complete",
    present=True,
    settings={"forest.leaves": 12, "forest.l2": 0.5},
    folds=(0.75, 0.625),
    scores=({"timeout": 0.8, "escalation": 0.6}, {"timeout": 0.625, "escalation": 0.625}),
)
PRUNED = TrialRecord(1, "pruned", False, {"forest.leaves": 7}, (0.5,), ({"timeout": 0.5},))
FAILED = TrialRecord(2, "failed", False, {}, (), ())


@pytest.fixture(scope="module")
def registry(tmp_path_factory, empty_store):
    home = tmp_path_factory.mktemp("home")
    shutil.copy(empty_store, home)
    return Registry.of({"FENDAN_HOME": str(home)})


@pytest.fixture(scope="module")
def children(registry):
    """The child runs of a search of three trials, told in two sittings, by number."""
    first = TuningRuns.open(registry, "a" * 64)
    first.record(WHOLE)
    first.conclude("nothing yet", {"trials": 1.0})
    again = TuningRuns.open(registry, "a" * 64)
    again.record(PRUNED)
    again.record(FAILED)
    again.conclude("tuning: 3 trials", {"trials": 3.0})
    assert again.parent == first.parent
    query = f"tags.`mlflow.parentRunId` = '{first.parent}'"
    found = first.client.search_runs([first.experiment], query)
    return sorted(found, key=lambda run: run.info.run_name)


def test_every_trial_is_a_child_run_with_its_state(children):
    assert [run.info.run_name for run in children] == ["trial 0", "trial 1", "trial 2"]
    assert [run.data.tags["state"] for run in children] == ["complete", "pruned", "failed"]
    assert [run.info.status for run in children] == ["FINISHED", "KILLED", "FAILED"]
    assert [run.data.tags["present"] for run in children] == ["true", "false", "false"]


def test_a_trial_keeps_its_settings_and_its_folds(registry, children):
    data = children[0].data
    assert data.params == {"forest.leaves": "12", "forest.l2": "0.5"}
    assert data.metrics["value"] == 0.6875
    client, _ = registry.tracking()
    steps = client.get_metric_history(children[0].info.run_id, "timeout.auc")
    assert [(m.step, m.value) for m in steps] == [(0, 0.8), (1, 0.625)]


def test_a_search_that_goes_on_keeps_its_run_and_its_last_outcome(registry, children):
    client, _ = registry.tracking()
    parent = client.get_run(children[0].data.tags["mlflow.parentRunId"])
    assert parent.data.metrics["trials"] == 3.0
    assert parent.data.tags["outcome"] == "tuning: 3 trials"
    assert parent.info.status == "FINISHED"


def test_another_search_has_another_run(registry):
    ours, other = (TuningRuns.open(registry, key * 64).parent for key in "ab")
    assert ours != other

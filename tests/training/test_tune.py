import sqlite3
from dataclasses import replace

import pytest

from features.errors import ModelError
from model.runs import TrialRecord
from tests.training.desk_log import busy_log
from training.backtest import prepare
from training.config import Tuned, config_of, load_config, to_yaml
from training.run import train
from training.trials import FILE, Trials
from training.tune import Budget, Surroundings, chosen, tune

CONFIG = config_of(
    {
        "threads": 1,
        "forest": {"trees": 8, "min_rows_per_leaf": 10},
        "eta_forest": {"trees": 3, "min_rows_per_leaf": 10},
    }
)


class Listener:
    """Hears of trials and outcomes, and keeps them."""

    def __init__(self):
        self.keys, self.trials, self.outcomes = [], [], []

    def __call__(self, key):
        self.keys.append(key)
        return self

    def record(self, trial):
        self.trials.append(trial)

    def conclude(self, words, metrics):
        self.outcomes.append((words, metrics))


@pytest.fixture(scope="module")
def made():
    return prepare(busy_log(), CONFIG)


def search(made, folder, budget, listener=None, clock=lambda: 0.0, config=CONFIG):
    around = Surroundings(folder, listener or Listener(), clock=clock)
    return tune(made.data, made.tested_from, config, budget, around)


def test_without_a_budget_nothing_is_tried_and_the_settings_stay(made, tmp_path):
    assert search(made, tmp_path, Budget()).config == CONFIG
    assert not (tmp_path / FILE).exists()


@pytest.fixture(scope="module")
def story(made, tmp_path_factory):
    """What was found in ten trials, and who listened."""
    listener = Listener()
    return search(made, tmp_path_factory.mktemp("home"), Budget(trials=10), listener), listener


def test_the_present_settings_are_tried_first(story):
    first, second, *_ = story[0].trials
    assert first.present
    assert not second.present
    assert first.settings["forest.min_rows_per_leaf"] == 10
    assert (len(first.folds), first.state) == (3, "complete")
    assert first.scores[0].keys() == {"timeout", "escalation"}


def test_every_trial_and_the_outcome_are_told(story):
    found, listener = story
    assert listener.trials == list(found.trials)
    [(words, metrics)] = listener.outcomes
    assert words == found.words
    assert metrics["present"] == found.trials[0].value <= metrics["best"]


def test_trials_that_fall_behind_are_given_up(story):
    pruned = [trial for trial in story[0].trials if trial.state == "pruned"]
    assert pruned
    assert all(1 <= len(trial.folds) < 3 for trial in pruned)


def test_the_same_seed_tries_the_same(made, story, tmp_path):
    again = search(made, tmp_path, Budget(trials=3)).trials
    assert again == story[0].trials[:3]
    other = search(made, tmp_path, Budget(trials=2), config=replace(CONFIG, seed=5)).trials
    assert other[1].settings != again[1].settings


def test_a_search_goes_on_where_it_ended(made, tmp_path):
    listener = Listener()
    first = search(made, tmp_path, Budget(trials=2), listener)
    second = search(made, tmp_path, Budget(trials=3), listener)
    assert second.trials[:2] == first.trials
    assert [trial.number for trial in second.trials] == [0, 1, 2, 3, 4]
    assert len({trial.settings["forest.l2"] for trial in second.trials}) == 5
    assert "5 tried" in second.words
    assert "2 of them in earlier runs" in second.words
    assert listener.keys[0] == listener.keys[1]


def test_other_settings_are_another_search(made, tmp_path):
    listener = Listener()
    for config in (CONFIG, replace(CONFIG, threads=2), replace(CONFIG, censoring_clip=2.0)):
        search(made, tmp_path, Budget(trials=1), listener, config=config)
    assert listener.keys[0] == listener.keys[1] != listener.keys[2]


def begun(folder, key):
    """The id of a trial that nobody will end."""
    study = Trials.open(folder, key, 1, lambda _: None).study
    return study._storage.create_new_trial(study._study_id)


def test_a_trial_of_a_killed_run_counts_as_failed(made, tmp_path):
    listener = Listener()
    search(made, tmp_path, Budget(trials=1), listener)
    killed = begun(tmp_path, listener.keys[0])
    with sqlite3.connect(tmp_path / FILE) as file:
        long_ago = "2020-01-01 00:00:00.000000"
        file.execute(
            "INSERT INTO trial_heartbeats (trial_id, heartbeat) VALUES (?, ?)",
            (killed, long_ago),
        )
    found = search(made, tmp_path, Budget(trials=1), listener)
    assert [trial.state for trial in found.trials] == ["complete", "failed", "complete"]
    assert [trial.number for trial in listener.trials] == [0, 1, 2]


def test_no_trial_starts_after_the_time_and_a_running_one_is_stopped(made, tmp_path):
    seconds = iter(range(10_000))
    found = search(made, tmp_path, Budget(minutes=0.5), clock=lambda: float(next(seconds)))
    assert [trial.state for trial in found.trials] == ["failed"]
    assert found.config == CONFIG
    assert "no time for one on all folds" in found.words


def test_present_settings_that_ran_out_of_time_are_tried_again(made, tmp_path):
    seconds = iter(range(10_000))
    search(made, tmp_path, Budget(minutes=0.5), clock=lambda: float(next(seconds)))
    found = search(made, tmp_path, Budget(trials=1))
    assert [(trial.present, trial.state) for trial in found.trials] == [
        (True, "failed"),
        (True, "complete"),
    ]


def test_a_file_that_cannot_be_kept_is_said(made, tmp_path):
    (tmp_path / FILE).write_text("no database")
    with pytest.raises(ModelError, match="cannot be kept"):
        search(made, tmp_path, Budget(trials=1))


def trial(number, folds, state="complete", leaves=12):
    scores = tuple({"timeout": auc} for auc in folds)
    return TrialRecord(number, state, number == 0, {"forest.leaves": leaves}, folds, scores)


def test_settings_that_win_on_every_fold_are_taken():
    found = chosen(CONFIG, (trial(0, (0.70, 0.72, 0.74)), trial(1, (0.75, 0.78, 0.79))), 0)
    assert found.config.forest.leaves == 12
    assert found.config.forest.trees == CONFIG.forest.trees
    assert found.words.endswith("taken")


def test_settings_that_win_by_less_than_the_folds_disagree_are_not_taken():
    found = chosen(CONFIG, (trial(0, (0.70, 0.72, 0.74)), trial(1, (0.80, 0.70, 0.74))), 0)
    assert found.config == CONFIG
    assert "no more than noise" in found.words


def test_a_pruned_trial_is_never_chosen():
    pruned = trial(1, (0.99,), state="pruned")
    assert chosen(CONFIG, (trial(0, (0.70, 0.72)), pruned), 0).config == CONFIG


def test_settings_written_are_the_settings_read(tmp_path):
    path = tmp_path / "tuned.yaml"
    path.write_text(to_yaml(CONFIG))
    assert load_config(path) == CONFIG


def test_training_takes_the_settings_of_its_tuner(made):
    better = replace(CONFIG, forest=replace(CONFIG.forest, leaves=5))
    asked = []

    def tuner(data, until_us, config):
        asked.append((len(data.landmarks), until_us, config))
        return Tuned(better, (), "tuning: found")

    trained = train(busy_log(), CONFIG, tuner=tuner, clock=lambda: 0.0)
    assert asked == [(len(made.data.landmarks), made.tested_from, CONFIG)]
    assert trained.config == better
    assert "[num_leaves: 5]" in trained.bundle.risk.timeout.text
    assert "tuning: found" in trained.report.text()

"""The search on a world that is a formula: late is least at a waiting price of 2."""

from dataclasses import fields, replace

import numpy as np
import pytest

from experiments.outcome import Figures
from experiments.play import PlayParams
from experiments.tune import study
from experiments.tune.evidence import verdict, write
from experiments.tune.goals import Aims
from experiments.tune.search import Around, SearchParams, chosen, search
from experiments.tune.study import Attempt, SearchError
from model.policy_reader import default, load
from training.space import Range
from training.tune import Budget

SPACE = (Range("prices.waiting", 0.2, 5.0, log=True), Range("prices.hand_over", 0.01, 0.5))
PARAMS = SearchParams(Aims(), seeds=(1, 2), held_out=(3, 4, 5), play=PlayParams(days=1))
FEW = Budget(trials=15)
NOTHING = {field.name: 0.1 for field in fields(Figures)}


class Formula:
    """A judge that remembers what it was asked; `on_held_out` is what counts there instead."""

    def __init__(self, on_held_out=1.0, unfair=0.0):
        self.asked, self.on_held_out, self.unfair = [], on_held_out, unfair

    def __call__(self, policy, seed):
        self.asked.append((policy.prices.waiting, seed))
        far = abs(np.log2(policy.prices.waiting) - 1)
        part = self.on_held_out if seed in PARAMS.held_out else 1.0
        late = 0.2 + 0.05 * part * far + 0.001 * seed + 0.0001 * (seed % 2) * far
        gini = 0.2 + self.unfair * (policy.prices.waiting > 1.0)
        return Figures(**(NOTHING | {"late": late, "gini": gini}))


def found_by(judge, folder, params=PARAMS, budget=FEW):
    return search(default(), judge, params, budget, Around(folder), SPACE)


def test_a_better_policy_is_found_and_shown_on_seeds_it_never_saw(tmp_path):
    judge = Formula()
    found = found_by(judge, tmp_path)
    assert found.better
    assert 1.0 < found.policy.prices.waiting < 4.0
    assert {seed for _, seed in judge.asked[:-6]} == {1, 2}
    assert [seed for _, seed in judge.asked[-6:]] == [3, 3, 4, 4, 5, 5]
    assert judge.asked[-6][0] == default().prices.waiting


def test_what_helps_on_training_seeds_alone_is_not_called_better(tmp_path):
    found = found_by(Formula(on_held_out=-0.1), tmp_path)
    assert found.policy is not None
    assert not found.better
    said = verdict(found)
    assert said.en.startswith("NOT shown to be better on 3 held-out seeds")
    assert "未显示更好" in said.zh


def test_the_present_policy_is_judged_first(tmp_path):
    found = found_by(Formula(), tmp_path, budget=Budget(trials=1))
    assert [each.present for each in found.attempts] == [True]
    assert (found.chosen, found.policy, found.held_out) == (None, None, None)
    assert verdict(found).en.startswith("Nothing to propose")


def test_a_search_goes_on_where_it_was(tmp_path):
    first = found_by(Formula(), tmp_path, budget=Budget(trials=2))
    second = found_by(Formula(), tmp_path, budget=Budget(trials=2))
    assert second.attempts[:2] == first.attempts
    assert [each.present for each in second.attempts] == [True, False, False, False]
    assert len({tuple(each.settings.values()) for each in second.attempts}) == 4


def test_another_question_is_another_search(tmp_path):
    found_by(Formula(), tmp_path, budget=Budget(trials=2))
    other = replace(PARAMS, aims=Aims("loss"))
    assert len(found_by(Formula(), tmp_path, other, Budget(trials=1)).attempts) == 1
    held_out = replace(PARAMS, held_out=(7,))  # judges the same attempts
    assert len(found_by(Formula(), tmp_path, held_out, Budget(trials=1)).attempts) == 3


def test_the_same_seed_tries_the_same(tmp_path):
    one, other = (found_by(Formula(), tmp_path / name, budget=Budget(trials=4)) for name in "ab")
    assert one.attempts == other.attempts


def test_no_seed_is_learned_on_and_held_out():
    with pytest.raises(SearchError, match="seed 2 is learned on and held out"):
        replace(PARAMS, held_out=(2, 3))
    with pytest.raises(SearchError, match="no seeds"):
        replace(PARAMS, seeds=())


def test_a_play_in_which_nothing_falls_due_is_too_short(tmp_path):
    def nothing(_policy, _seed):
        return Figures(**(NOTHING | {"late": np.nan}))

    with pytest.raises(SearchError, match="play more days"):
        found_by(nothing, tmp_path)


def attempt(number, *values, present=False):
    return Attempt(number, present, {}, values)


def test_of_the_front_the_best_that_is_about_as_fair_and_as_calm_is_chosen():
    now = attempt(0, 0.20, 0.30, 0.50, present=True)
    unfair = attempt(1, 0.10, 0.40, 0.40)
    restless = attempt(2, 0.11, 0.30, 0.80)
    fit = attempt(3, 0.15, 0.32, 0.54)
    worse = attempt(4, 0.25, 0.10, 0.10)
    front = (now, unfair, restless, fit, worse)
    assert chosen(front, front) == fit
    assert chosen((now, worse), (now, worse)) is None
    assert chosen((unfair, fit), (unfair, fit)) is None  # nothing to compare with


def test_a_file_that_is_no_study_is_refused(tmp_path):
    (tmp_path / study.FILE).write_text("no database", encoding="utf-8")
    with pytest.raises(SearchError, match="cannot be kept"):
        found_by(Formula(), tmp_path)


def test_the_front_holds_nothing_that_is_worse_in_every_aim(tmp_path):
    found = found_by(Formula(unfair=0.05), tmp_path)
    for each in found.front:
        worse_than = [all(np.less(other.values, each.values)) for other in found.attempts]
        assert not any(worse_than)


def test_a_proposal_is_written_with_its_evidence(tmp_path):
    found = found_by(Formula(), tmp_path / "search")
    paths = {path.name for path in write(found, tmp_path / "out")}
    assert paths == {"evidence.json", "report.md", "front.png", "policy.yaml"}
    policy = load(tmp_path / "out" / "policy.yaml")
    assert policy == found.policy
    text = (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    for words in ("Better on 3 held-out seeds", "留出种子", "Nothing is published", "不会自动发布"):
        assert words in text
    assert (tmp_path / "out" / "policy.yaml").read_text(encoding="utf-8").startswith("# Better on")


def test_without_a_proposal_no_policy_is_left_lying_about(tmp_path):
    (tmp_path / "policy.yaml").write_text("name: of a search before", encoding="utf-8")
    found = found_by(Formula(), tmp_path, budget=Budget(trials=1))
    assert "policy.yaml" not in {path.name for path in write(found, tmp_path)}
    assert not (tmp_path / "policy.yaml").exists()

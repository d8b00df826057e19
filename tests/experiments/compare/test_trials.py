import pickle
from dataclasses import fields, replace

import numpy as np
import pytest
from joblib.externals.loky.backend.reduction import dumps

from experiments.compare.comparison import Comparison, Plan, compare
from experiments.compare.load import Load
from experiments.compare.record import record
from experiments.compare.text import as_text
from experiments.compare.trials import FIRST_SEED, Setting, Trial, TrialError, run, trials
from experiments.contender import contender
from experiments.play import PlayParams
from experiments.scenarios import SCENARIOS
from experiments.simulator.run import SAMPLE_SEED
from features.errors import FendanError, ModelError
from tests.experiments.compare.small import SETTING, played, still, tiny

TWO = (contender("matrix"), contender("default"))
PLAN = Plan(TWO, "matrix", SETTING, (11, 12))


def assert_same(one, other):
    for field in fields(one.outcome):
        a, b = (getattr(each.outcome, field.name) for each in (one, other))
        if isinstance(a, np.ndarray):
            np.testing.assert_array_equal(a, b)
        else:
            assert a == b
    assert replace(one, outcome=other.outcome).figures == other.figures
    assert (one.policy, one.seed, one.load, one.arrived) == (
        other.policy, other.seed, other.load, other.arrived,
    )  # fmt: skip


@pytest.fixture(scope="module")
def todo():
    return trials(TWO, (11, 12), SETTING, (SETTING.usual,))


@pytest.fixture(scope="module")
def alone(todo):
    return run(todo, tiny, 1, clock=still)


def test_the_same_seeds_make_the_same_table(alone, todo):
    again = run(todo[-2:], tiny, 1, clock=still)
    for one, other in zip(alone[-2:], again, strict=True):
        assert_same(one, other)
    text = as_text(Comparison(PLAN, alone))
    assert text == as_text(Comparison(PLAN, (*alone[:2], *again)))


@pytest.mark.slow
def test_how_many_processes_there_are_changes_nothing(alone, todo):
    for one, other in zip(alone[:2], run(todo[:2], tiny, 2, clock=still), strict=True):
        assert_same(one, other)


def test_contenders_meet_the_same_world_and_seeds_another(alone):
    (matrix, default), (elsewhere, _) = alone[:2], alone[2:]
    np.testing.assert_array_equal(matrix.outcome.ticket_ids, default.outcome.ticket_ids)
    np.testing.assert_array_equal(matrix.outcome.created_us, default.outcome.created_us)
    np.testing.assert_array_equal(matrix.outcome.judged, default.outcome.judged)
    assert elsewhere.outcome.created_us.tolist() != matrix.outcome.created_us.tolist()


def test_what_was_played_is_told_as_it_goes(todo):
    heard = []
    run(todo[:1], tiny, tell=lambda stage, done, total: heard.append((stage, done, total)))
    assert heard == [("playing", 0, 1), ("playing (matrix, seed 11)", 1, 1)]


def test_the_bound_is_asked_of_every_world_for_the_judged_tickets():
    asked = []

    def bound(world, begin_s, end_s, every_s):
        asked.append((world.seed, begin_s, end_s, every_s))
        return 0.1 * world.seed

    found = compare(replace(PLAN, contenders=TWO[:1], seeds=(12,)), tiny, bound=bound)
    assert found.bounds == pytest.approx((1.2,))
    assert asked == [(12, SETTING.begin_s, SETTING.begin_s + 86_400, 14_400)]
    assert "hindsight bound" in as_text(found)
    assert record(found).bounds == found.bounds


def test_no_world_of_a_comparison_is_the_one_the_model_learned_in():
    assert SAMPLE_SEED not in Plan(TWO, "matrix").seeds
    assert Plan(TWO, "matrix").seeds[0] == FIRST_SEED


def test_the_usual_load_comes_first_and_once():
    usual, fewer = SETTING.usual, Load(40)
    assert replace(PLAN, others=(fewer, usual)).loads == (usual, fewer)


@pytest.mark.parametrize(
    ("play", "word"),
    [
        (PlayParams(days=0), "nothing to judge"),
        (PlayParams(days=2), "first 2"),
        (PlayParams(every_minutes=7), "come round"),
        (PlayParams(every_minutes=0), "come round"),
        (PlayParams(days=300), "world ends"),
    ],
)
def test_a_play_that_says_nothing_is_refused_with_a_remedy(play, word):
    with pytest.raises(TrialError, match=word) as fault:
        Setting(play=play)
    assert fault.value.remedy


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"baseline": "round_robin"}, "does not play"),
        ({"contenders": TWO[:1] * 2}, "twice"),
        ({"seeds": (11, 11)}, "twice"),
        ({"seeds": ()}, "nobody plays"),
    ],
)
def test_a_plan_that_compares_nothing_is_refused(changed, word):
    with pytest.raises(TrialError, match=word):
        replace(PLAN, **changed)


def test_an_error_comes_back_whole_from_a_worker_process():
    for error in (ModelError("gone", where="m", remedy="train"), FendanError("just so")):
        back = pickle.loads(pickle.dumps(error))
        assert (type(back), str(back), back.remedy) == (type(error), str(error), error.remedy)


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_can_be_sent_to_another_process(name):
    change = SCENARIOS[name]
    trial = Trial(change.contender(TWO[1]), 11, SETTING, SETTING.usual)
    back = pickle.loads(dumps(trial))
    assert (back.who.name, back.seed) == ("default", 11)


def test_the_speed_is_that_of_all_trials_of_a_policy():
    one = Comparison(PLAN, (played("matrix", 11, [True]), played("matrix", 12, [True])))
    assert one.speed("matrix") == (5.0, 0.5)  # 20 tickets in 4 s, 2 s of them in the policy

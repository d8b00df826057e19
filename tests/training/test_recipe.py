from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest

from features.errors import ModelError
from model.calibration import Outcomes
from model.risk import FORESTS
from tests.training.desk_log import SMALL, START, afterwards, busy_log
from training import recipe, run
from training.backtest import dataset, read_log
from training.config import config_of
from training.recipe import Bench, learn
from training.run import train
from training.splits import Slice

CONFIG = config_of(SMALL)
CUT = START + pd.Timedelta(days=30)
CUT_US = CUT.value // 1000


def bench_of(events: pd.DataFrame) -> Bench:
    """All landmarks of a log, encoded by what came before the cut."""
    log = read_log(events, CONFIG, None, lambda _: None)
    data, encoder = dataset(log, CUT_US)
    return Bench(data, encoder, log.history, CONFIG)


@pytest.fixture(scope="module")
def bench():
    return bench_of(busy_log())


class Watch:
    """Writes down what forests grow on, what they are asked, and what a choice is made by."""

    def __init__(self, monkeypatch):
        self.grown, self.asked, self.chosen = {}, [], []
        for name in ("grow_outcomes", "ask", "choose"):
            monkeypatch.setattr(recipe, name, getattr(self, name)(getattr(recipe, name)))
        monkeypatch.setattr(run, "ask", recipe.ask)

    def grow_outcomes(self, original):
        def watched(bench, part):
            forests = original(bench, part)
            self.grown[forests[0]] = part
            return forests

        return watched

    def ask(self, original):
        def watched(bench, risk, part):
            found = original(bench, risk, part)
            self.asked.append((self.grown[risk.timeout], part, found))
            return found

        return watched

    def choose(self, original):
        def watched(early, late, margin, live=None):
            self.chosen.append((early, late, live))
            return original(early, late, margin=margin, live=live)

        return watched


def test_calibrations_are_chosen_by_what_forests_say_of_tickets_they_never_saw(bench, monkeypatch):
    watch = Watch(monkeypatch)
    learned = learn(bench, CUT_US)
    created = bench.data.labels.created_us
    (grown_early, early, said_early), (grown_late, late, said_late) = watch.asked
    for grown, part in ((grown_early, early), (grown_late, late)):
        assert max(grown.end_us, grown.known_by_us) <= part.start_us
        assert part.has(created).sum() > 20
    assert early.end_us == late.start_us == grown_late.end_us
    timeout, escalation = watch.chosen
    assert (timeout[0], timeout[1]) == (said_early.timeout, said_late.timeout)
    assert (escalation[0], escalation[1]) == (said_early.escalation, said_late.escalation)
    raw, live = timeout[2]
    assert live.p.tolist() == [*said_early.live.p, *said_late.live.p]
    assert raw.p.tolist() == [*said_early.timeout.p, *said_late.timeout.p]
    assert learned.asked == (said_early, said_late)


def test_the_forests_that_are_kept_know_every_ticket_before_the_cut(bench, monkeypatch):
    watch = Watch(monkeypatch)
    learned = learn(bench, CUT_US)
    first = int(bench.data.labels.created_us.min())
    assert watch.grown[learned.risk.timeout] == Slice(first, CUT_US, CUT_US)
    assert learned.learned_from == Slice(first, CUT_US, CUT_US)
    ends = [part.end_us for part in watch.grown.values()]
    assert ends == sorted(ends)


def test_the_model_to_serve_knows_the_whole_log_and_is_calibrated_by_its_backtest(monkeypatch):
    watch = Watch(monkeypatch)
    trained = train(busy_log(), CONFIG, clock=lambda: 0.0)
    everything = watch.grown[trained.bundle.risk.timeout]
    assert everything.end_us == everything.known_by_us == trained.data.labels.end_us + 1
    grown, part, said = watch.asked[-1]
    assert (grown.end_us, part) == (trained.test.start_us, trained.test)
    timeout, escalation = watch.chosen[-2:]
    assert (timeout[1], escalation[1]) == (said.timeout, said.escalation)


def test_nothing_that_happens_after_the_cut_changes_what_is_learned(bench):
    other = learn(bench_of(afterwards(busy_log(), CUT)), CUT_US)
    ours = learn(bench, CUT_US)
    for name in FORESTS:
        assert getattr(other.risk, name).text == getattr(ours.risk, name).text
    assert other.risk.timeout_calibration == ours.risk.timeout_calibration
    assert other.risk.escalation_calibration == ours.risk.escalation_calibration
    assert (other.risk.eta_shifts, other.risk.live) == (ours.risk.eta_shifts, ours.risk.live)
    for field in fields(Outcomes):
        one, two = (getattr(found.asked[-1].live, field.name) for found in (ours, other))
        assert np.array_equal(one, two)


def test_too_few_tickets_before_the_cut_are_refused(bench):
    with pytest.raises(ModelError, match="too few to train on"):
        learn(bench, int(np.sort(bench.data.labels.created_us)[1]))


def test_each_step_of_learning_is_told(bench):
    told: list[str] = []
    learn(bench, CUT_US, told.append)
    assert told == ["growing forests", "calibrating", "growing forests on all tickets"]


def test_with_a_half_life_a_ticket_twice_as_old_teaches_a_quarter(bench):
    part = Slice(0, CUT_US, CUT_US)
    old = bench.lessons("timeout", part)
    config = replace(CONFIG, recency_half_life_days=10.0)
    new = replace(bench, config=config).lessons("timeout", part)
    created = bench.data.labels.created_us[bench.data.landmarks.ticket[old.row]]
    days = (CUT_US - created) / 86_400_000_000
    assert new.w / old.w == pytest.approx(0.5 ** (days / 10.0))

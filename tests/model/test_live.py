import gc
import weakref
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.catalog import fingerprint
from features.frame import Encoder
from features.history import History
from features.picture import micros_of
from features.replay import snapshot_at
from features.stream import DAY, HOUR
from model import live
from model.assess import Assessor
from model.bundle import Bundle, BundleInfo, load, save
from model.live import fitted_shift, shifts
from model.risk import Forest, RiskModel, log_odds, sigmoid
from tests.builders import assigned, at, closed, created, log, random_log, us
from tests.model.grown_bundle import grown_bundle
from training.predict import Moments, predict

MIDNIGHT = 71
"""Hours from Monday nine o'clock at the builders' desk to a midnight in UTC."""


def flat(events: pd.DataFrame, p: float, until: str = "2026-03-01T00:00:00Z") -> Bundle:
    """A live model that says the same of every ticket."""
    history = History.of(events)
    encoder = Encoder.learn(history, [], np.zeros(0, np.int64))
    hours = Forest(constant=1.0)
    risk = RiskModel(
        encoder.names, encoder.categorical, Forest(constant=log_odds(p)), hours, hours, hours,
        live=True,
    )  # fmt: skip
    return Bundle(BundleInfo(fingerprint(), "", until), risk, encoder, history.events)


def judged_log(missed: float, days: int = 8) -> pd.DataFrame:
    """Two tickets an hour, of which that share is late, each judged after an hour."""
    count = days * 48
    late = np.random.default_rng(1).permutation(count) < missed * count
    return log(
        *[created(i / 2, f"T{i:04d}") for i in range(count)],
        *[closed(i / 2 + 1, f"T{i:04d}", sla_met=not late[i]) for i in range(count)],
    )


def shift_at(bundle: Bundle, history: History, *hours: float) -> list[float]:
    return shifts(bundle, history, np.array([us(h) for h in hours], np.int64)).tolist()


def test_without_evidence_the_level_stays():
    events = log(created(0, "T1"), created(MIDNIGHT + 1, "T2"))
    history = History.of(events)
    assert fitted_shift(np.zeros(0), np.zeros(0), np.zeros(0)) == 0.0
    assert shift_at(flat(events, 0.4), history, 1, MIDNIGHT, MIDNIGHT + 24) == [0.0, 0.0, 0.0]


def test_tickets_that_the_model_has_learned_from_are_no_evidence():
    events = judged_log(missed=0.2)
    assert shift_at(flat(events, 0.4, "2026-03-20T00:00:00Z"), History.of(events), 191) == [0.0]


def test_nor_is_what_came_within_the_last_second_that_the_model_learned_from():
    events = log(created(0, "T1"), closed(2, "T1", sla_met=False), created(MIDNIGHT, "T2"))
    learned = flat(events, 0.4, at(0).isoformat())
    assert shift_at(learned, History.of(events), MIDNIGHT + 1) == [0.0]
    assert shift_at(flat(events, 0.4), History.of(events), MIDNIGHT + 1)[0] > 0.0


def test_a_model_that_is_not_live_is_not_shifted():
    events = judged_log(missed=0.2)
    bundle = flat(events, 0.4)
    still = replace(bundle, risk=replace(bundle.risk, live=False))
    assert shift_at(still, History.of(events), 191) == [0.0]
    assert live.as_of(still, History.of(events), us(191)) is still


@pytest.mark.parametrize(("said", "truth"), [(0.4, 0.2), (0.2, 0.4), (0.3, 0.3)])
def test_a_risk_that_is_twice_or_half_the_truth_is_shifted_until_its_mean_is_right(said, truth):
    events = judged_log(missed=truth)
    (shift,) = shift_at(flat(events, said), History.of(events), 191)
    assert sigmoid(np.array([log_odds(said) + shift]))[0] == pytest.approx(truth, abs=0.03)


def test_four_tickets_move_the_level_little_and_as_worked_out_by_hand():
    shift = fitted_shift(np.zeros(4), np.zeros(4), np.ones(4), prior=5.0)
    assert shift == pytest.approx(-0.334, abs=0.001)  # where 4 sigmoid(b) = -5 b


@given(st.integers(0, 1000), st.floats(-2, 2))
def test_a_risk_that_is_off_by_more_is_shifted_back_by_more(seed, off):
    rng = np.random.default_rng(seed)
    z, y = rng.normal(size=50), rng.integers(0, 2, 50).astype(float)
    assert fitted_shift(z + 1.0 + off, y, np.ones(50)) < fitted_shift(z + off, y, np.ones(50))


@pytest.fixture(scope="module")
def desk():
    """A busy desk and a live model with real forests that has seen its first day only."""
    events = random_log(3, tickets=60)
    grown = grown_bundle(events)
    info = replace(grown.info, trained_until="2026-03-03T00:00:00Z")
    return events, replace(grown, info=info, risk=replace(grown.risk, live=True))


def test_the_shift_is_the_same_at_every_moment_of_a_day_and_another_the_next(desk):
    events, bundle = desk
    history = History.of(events)
    day = shift_at(bundle, history, MIDNIGHT, MIDNIGHT + 12, MIDNIGHT + 23.99)
    assert day[0] == day[1] == day[2] != 0.0
    assert shift_at(bundle, history, MIDNIGHT + 24)[0] != day[0]


@given(st.integers(0, 1000), st.sampled_from([47, 71, 95, 119]))
@settings(max_examples=15)
def test_the_shift_of_a_day_reads_nothing_of_that_day(desk, seed, midnight):
    _, bundle = desk
    whole = random_log(seed)
    before = whole[whole["time"] < pd.Timestamp(at(midnight))]
    early, late = History.of(before), History.of(whole)
    assert shift_at(bundle, early, midnight) == pytest.approx(shift_at(bundle, late, midnight + 9))


def test_the_shift_of_a_day_does_not_hang_on_the_days_that_are_asked_about_with_it():
    events = log(
        created(2, "T1"), assigned(28, "T1", "A1"), closed(29, "T1", sla_met=False),
        created(800, "T2"),
    )  # fmt: skip
    far = 23 + 28 * 24  # for this midnight the arrival is too old, and the assignment is not
    alone = shift_at(flat(events, 0.4), History.of(events), far)
    among = shift_at(flat(events, 0.4), History.of(events), 100, far)
    assert alone == among[1:]
    assert alone[0] > 0.0


def test_a_desk_of_which_nothing_more_is_heard_keeps_its_level():
    still_open = [created(190 + i / 2, f"X{i}") for i in range(40)]
    events = pd.concat([judged_log(missed=0.2), log(*still_open)], ignore_index=True)
    events["event_id"] = [f"e{i}" for i in range(len(events))]
    history, bundle = History.of(events), flat(events, 0.4)
    end, *later = shift_at(bundle, history, MIDNIGHT + 6 * 24, 250, 300, 800)
    assert later == [end] * 3


def test_a_silent_weekend_has_one_level_whatever_comes_after_it():
    silent = judged_log(missed=0.2)
    heard = log(created(280, "Z", event_id="z"))
    after = pd.concat([silent, heard], ignore_index=True)
    bundle = flat(silent, 0.4)
    assert shift_at(bundle, History.of(silent), 260) == shift_at(bundle, History.of(after), 260)


def served(bundle: Bundle, events: pd.DataFrame, hours: float) -> dict[str, float]:
    """Ticket to risk, as a service that has heard of nothing later says it at that moment."""
    history = History.of(events[events["time"] <= pd.Timestamp(at(hours))])
    snapshot = snapshot_at(history, at(hours))
    risk = Assessor.of(bundle, history, snapshot).as_is().timeout
    return dict(zip([t.ticket_id for t in snapshot.tickets], risk.tolist(), strict=True))


def test_a_replay_and_the_service_say_the_same_on_both_sides_of_midnight(desk):
    events, bundle = desk
    found = predict(events, bundle, Moments.parse("every:2h"), at(MIDNIGHT - 1))
    for hours in (MIDNIGHT - 1, MIDNIGHT + 1):
        then = pd.to_datetime(found["as_of"], format="ISO8601") == pd.Timestamp(at(hours))
        replayed = dict(zip(found["ticket_id"][then], found["risk_timeout"][then], strict=True))
        assert len(replayed) > 5
        assert served(bundle, events, hours) == pytest.approx(replayed, abs=1e-12)


def test_the_level_of_the_day_is_what_the_service_adds(desk):
    events, bundle = desk
    history = History.of(events)
    (shift,) = shift_at(bundle, history, MIDNIGHT + 1)
    served = live.as_of(bundle, history, us(MIDNIGHT + 1))
    assert served.risk.shift == shift
    assert served.risk.timeout is bundle.risk.timeout


def test_a_live_bundle_saved_and_loaded_goes_on_being_live(desk, tmp_path):
    events, bundle = desk
    save(bundle, tmp_path / "live")
    again = load(tmp_path / "live", fingerprint())
    assert again.risk.live
    assert shift_at(again, History.of(again.events), MIDNIGHT) == pytest.approx(
        shift_at(bundle, History.of(events), MIDNIGHT)
    )


def test_shifts_are_found_once_and_forgotten_with_their_history(desk, monkeypatch):
    events, bundle = desk
    history = History.of(events)
    first = shift_at(bundle, history, MIDNIGHT)
    monkeypatch.delattr(live.Evidence, "gather")  # nothing is gathered for a day that is known
    assert shift_at(bundle, history, MIDNIGHT + 5) == first
    gone = weakref.ref(history)
    del history
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize("seed", range(4))
def test_the_level_of_a_day_outlives_new_events_and_is_what_it_would_be_anew(
    desk, seed, monkeypatch
):
    _, bundle = desk
    whole = random_log(seed)
    before = whole["time"] < pd.Timestamp(at(MIDNIGHT))
    history = History.of(whole[before])
    shift_at(bundle, history, MIDNIGHT)
    anew = shift_at(bundle, History.of(whole), MIDNIGHT + 9)
    monkeypatch.delattr(live.Evidence, "gather")
    assert shift_at(bundle, history.append(whole[~before]), MIDNIGHT + 9) == anew != [0.0]


def test_a_late_event_of_the_day_before_changes_the_level(desk):
    events, bundle = desk
    history = History.of(events)
    before = shift_at(bundle, history, MIDNIGHT)
    more = judged_log(missed=1.0, days=1).assign(event_id=lambda log: "late" + log["event_id"])
    longer = history.append(more[more["type"] != "agent.status"])
    assert shift_at(bundle, longer, MIDNIGHT) != before
    assert shift_at(bundle, longer, MIDNIGHT) == shift_at(
        bundle, History.of(longer.events), MIDNIGHT
    )


def test_a_day_begins_at_midnight_utc():
    day = micros_of(at(MIDNIGHT))
    assert day % DAY == 0
    assert live.day_of(np.array([day - 1, day, day + 23 * HOUR])).tolist() == [day - DAY, day, day]

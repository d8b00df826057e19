from dataclasses import replace

import numpy as np
import pytest

from features import frame
from features.catalog import BY_NAME, CATALOG, TERMS, fingerprint
from features.errors import ModelError
from features.frame import Encoder, Frame, landmark_frame, landmark_pairs, pair_frame
from features.history import History
from features.view import PairView, agents_at
from tests.builders import assigned, created, event, log, random_log, resolved, us, wordy_log

PLAIN = Encoder({s.name: () for s in CATALOG if s.categorical}, ())


def frame_of(events, tickets, hours) -> Frame:
    history = History.of(events)
    times = np.array([us(h) for h in hours])
    return landmark_frame(history, PLAIN, tickets, times)


def values(events, name, tickets, hours):
    return frame_of(events, tickets, hours).column(name).tolist()


def test_urgency_counts_down_the_promised_time():
    events = log(created(0, "T1", due_at=10))
    assert values(events, "hours_to_due", ["T1"] * 3, [0, 4, 12]) == [10, 6, -2]
    assert values(events, "due_share_left", ["T1"] * 3, [0, 4, 12]) == pytest.approx([1, 0.6, -0.2])


def test_a_ticket_without_a_promise_has_no_time_left_to_count():
    events = log(created(0, "T1"))
    assert np.isnan(values(events, "hours_to_due", ["T1"], [1])).all()


def test_three_contacts_in_72_hours_are_repeat_contacts_until_the_first_falls_out():
    contact = [event(h, "ticket.contact", ticket_id="T1", customer_id="C1") for h in (10, 71)]
    events = log(created(0, "T1", customer_id="C1"), *contact)
    assert values(events, "contacts_72h", ["T1"] * 4, [0, 10, 71, 72]) == [1, 2, 3, 2]
    assert values(events, "repeat_contacts", ["T1"] * 4, [0, 10, 71, 72]) == [0, 0, 1, 0]


def test_value_is_live_margin_of_the_last_90_days():
    bookings = [event(h, "customer.margin", customer_id="C1", amount=50.0) for h in (1, 2)]
    events = log(created(0, "T1", customer_id="C1"), *bookings)
    found = values(events, "margin_90d", ["T1"] * 4, [0, 1, 2, 24 * 90 + 1])
    assert found == pytest.approx([np.nan, 50, 100, 50], nan_ok=True)


def test_past_complaints_leave_the_present_one_out():
    events = log(created(0, "T1", customer_id="C1"), created(5, "T2", customer_id="C1"))
    assert values(events, "past_complaints", ["T1", "T2", "T1"], [0, 5, 6]) == [0, 1, 1]


def test_a_newcomer_has_the_rate_of_the_team_and_learns_from_outcomes():
    lives = []
    for i in range(30):
        lives += [
            created(i, f"T{i:02d}", due_at=i + 1),
            assigned(i, f"T{i:02d}", "slow"),
            resolved(i + 5, f"T{i:02d}"),
        ]
    events = log(*lives, created(40, "N1"), assigned(40, "N1", "new"), assigned(41, "N1", "slow"))
    new, slow = values(events, "agent_late_rate", ["N1", "N1"], [40, 41])
    assert slow > new > 0.9
    deviation = values(events, "agent_late_deviation", ["N1", "N1"], [40, 41])
    assert deviation[0] > deviation[1]


def test_a_ticket_does_not_weigh_on_itself_in_the_load_of_its_owner():
    events = log(
        created(0, "T1"), created(0, "T2"), assigned(1, "T1", "A1"), assigned(2, "T2", "A1")
    )
    assert values(events, "agent_open", ["T1", "T1"], [1, 2]) == [0, 1]


def test_features_of_an_agent_are_unknown_when_nobody_has_the_ticket():
    found = frame_of(log(created(0, "T1")), ["T1"], [1])
    for spec in CATALOG:
        if spec.scope == "agent":
            assert np.isnan(found.column(spec.name)).all(), spec.name


def test_a_hand_over_is_seen_before_it_happens():
    history = History.of(
        log(created(0, "T1"), assigned(1, "T1", "A1"), created(0, "T2"), assigned(2, "T2", "A2"))
    )
    own = landmark_pairs(history, ["T1", "T2"], np.full(2, us(3)))
    given = PairView(own.tickets, own.agents, np.array([0]), np.array([1]), np.array([True]))
    frame = pair_frame(history, PLAIN, given)
    assert frame.column("reassignments").tolist() == [1]
    assert frame.column("hours_with_owner").tolist() == [0]
    assert frame.column("agent_open").tolist() == [1]  # A2 has T2 already


def test_a_category_that_was_never_seen_is_safe():
    events = random_log(1)
    history = History.of(events)
    ids = list(history.names["ticket"].index)
    encoder = Encoder.learn(history, ids, np.full(len(ids), us(120)))
    newer = history.append(log(created(121, "NEW", category="a thing never heard of")))
    frame = landmark_frame(newer, encoder, ["NEW"], np.array([us(122)]))
    assert np.isnan(frame.column("category")).tolist() == [True]


def test_the_same_categories_have_the_same_codes_in_another_history():
    events = random_log(2)
    whole = History.of(events)
    ids = list(whole.names["ticket"].index)
    encoder = Encoder.learn(whole, ids, np.full(len(ids), us(150)))
    fewer = History.of(events[events["ticket_id"].isin(ids[:5]) | events["ticket_id"].isna()])
    times = np.full(5, us(150))
    for name in encoder.categorical:
        if name in ("agent", "team"):
            continue
        expected = landmark_frame(whole, encoder, ids[:5], times).column(name)
        found = landmark_frame(fewer, encoder, ids[:5], times).column(name)
        assert np.array_equal(found, expected, equal_nan=True)


def test_an_encoder_survives_the_way_through_json():
    history = History.of(random_log(3))
    ids = list(history.names["ticket"].index)
    encoder = Encoder.learn(history, ids, np.full(len(ids), us(150)))
    assert Encoder.from_json(encoder.to_json()) == encoder
    own = ("attribute:items", "attribute:store", "handling_hours:store", "late_share:store")
    assert encoder.names[len(CATALOG) :] == own


def test_what_customers_write_becomes_columns_that_see_no_later_text():
    events = wordy_log(6)
    history = History.of(events)
    ids = list(history.names["ticket"].index)
    encoder = Encoder.learn(history, ids, np.full(len(ids), us(900)))
    assert encoder.names[-2:] == ("wording_1", "wording_2")
    assert Encoder.from_json(encoder.to_json()) == encoder
    at = np.array([us(-1), us(4), us(5)])  # before it is written, before and after more is
    told = landmark_frame(history, encoder, ["T000"] * 3, at).values[:, -2:]
    first = History.of(events.drop_duplicates("ticket_id"))
    once = landmark_frame(first, encoder, ["T000"] * 3, at).values[:, -2:]
    assert np.isnan(told[0]).all()
    assert np.array_equal(told[:2], once[:2], equal_nan=True)
    assert (told[2] != once[2]).any()


def test_a_desk_that_keeps_no_texts_has_no_columns_of_wording():
    history = History.of(wordy_log(6).assign(text=None))
    ids = list(history.names["ticket"].index)
    encoder = Encoder.learn(history, ids, np.full(len(ids), us(900)))
    assert encoder.names == PLAIN.names


def test_an_encoder_for_another_catalog_is_refused():
    stored = PLAIN.to_json()
    del stored["categories"]["status"]
    with pytest.raises(ModelError, match="train it again"):
        Encoder.from_json(stored)


def test_every_feature_has_words_in_both_languages_and_a_place_in_the_fingerprint():
    assert len(BY_NAME) == len(CATALOG)
    for spec in CATALOG:
        assert spec.label
        assert any("\u4e00" <= letter <= "\u9fff" for letter in spec.label_zh), spec.name
    assert set(TERMS) | set(TERMS.values()) <= set(BY_NAME)
    assert len(fingerprint()) == 16


@pytest.mark.parametrize("spec", CATALOG, ids=lambda spec: spec.name)
def test_every_feature_keeps_the_contract(spec):
    history = History.of(random_log(4))
    ids = list(history.names["ticket"].index)
    times = np.full(len(ids), us(80))
    pairs = landmark_pairs(history, ids, times)
    view = {"ticket": pairs.tickets, "agent": pairs.agents, "pair": pairs}[spec.scope]
    found = np.asarray(spec.fn(history, view))
    assert found.shape == (len(ids),)
    assert not np.isinf(found.astype(float)).any()
    if spec.categorical:
        assert found.dtype.kind == "i"
    nothing = landmark_pairs(History.empty(), ["T1"], times[:1])
    view = {"ticket": nothing.tickets, "agent": nothing.agents, "pair": nothing}[spec.scope]
    assert np.asarray(spec.fn(History.empty(), view)).shape == (1,)


def test_what_hangs_on_the_agents_alone_has_no_codes_and_is_worked_out_once_a_view():
    assert not any(spec.categorical for spec in CATALOG if spec.scope == "agent")
    history = History.of(random_log(1))
    one, other = (agents_at(history, np.arange(n), np.full(n, us(90))) for n in (3, 2))
    found = frame._of_agents(history, one)
    np.testing.assert_array_equal(found[:2], frame._of_agents(history, other)[:2])
    assert frame._of_agents(history, one) is found
    assert not replace(one, at=np.full(3, us(400))).alone

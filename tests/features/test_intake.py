import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import LogError
from features.intake import _not_objects, check_rows, parse_times

NOON = "2026-03-02T12:00:00+08:00"


def row(**cells):
    return {"event_id": "e1", "time": NOON, "type": "ticket.created", "ticket_id": "T1"} | cells


def faults_of(*rows):
    """(position, code) of every refused row."""
    faults = check_rows(pd.DataFrame(list(rows)).astype("str")).faults
    return list(zip(faults["position"], faults["code"], strict=True))


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"event_id": None}, "missing_event_id"),
        ({"type": None}, "missing_type"),
        ({"type": "ticket.eaten"}, "unknown_type"),
        ({"time": None}, "missing_time"),
        ({"time": "yesterday"}, "bad_time"),
        ({"time": "2026-02-30T12:00:00Z"}, "bad_time"),
        ({"time": "2026-03-02T12:00:00"}, "time_without_zone"),
        ({"time": "2026-03-02"}, "time_without_zone"),
        ({"due_at": "2026-03-02T12:00:00"}, "due_at_without_zone"),
        ({"due_at": "soon"}, "bad_due_at"),
        ({"type": "ticket.state"}, "missing_state"),
        ({"type": "ticket.state", "state": "asleep"}, "unknown_state"),
        ({"type": "ticket.state", "state": "assigned"}, "unknown_state"),
        ({"type": "agent.status", "agent_id": "A", "state": "paused"}, "unknown_state"),
        ({"ticket_id": None}, "missing_ticket_id"),
        ({"type": "ticket.assigned"}, "missing_agent_id"),
        ({"type": "agent.status", "state": "busy"}, "missing_agent_id"),
        ({"type": "customer.margin", "amount": "1"}, "missing_customer_id"),
        ({"type": "customer.margin", "customer_id": "C"}, "missing_amount"),
        ({"type": "customer.margin", "customer_id": "C", "amount": "inf"}, "bad_amount"),
        ({"amount": "much"}, "bad_amount"),
        ({"sla_met": "maybe"}, "bad_sla_met"),
        ({"attributes": "[1]"}, "bad_attributes"),
        ({"attributes": '{"a": 1'}, "bad_attributes"),
        ({"attributes": '{"a": "x\ty"}'}, "bad_attributes"),
    ],
)
def test_a_bad_row_is_refused_for_its_reason_and_the_others_are_kept(cells, code):
    assert faults_of(row(event_id="e0"), row(**cells), row(event_id="e2")) == [(1, code)]


def test_the_detail_quotes_what_was_found():
    checked = check_rows(pd.DataFrame([row(time="yesterday")]))
    assert checked.faults["detail"][0] == "not an RFC 3339 time: 'yesterday'"


def test_of_two_rows_with_one_id_the_first_good_one_is_kept():
    rows = [row(time="x"), row(channel="phone"), row(channel="mail")]
    assert faults_of(*rows) == [(0, "bad_time"), (2, "duplicate_event_id")]


def test_a_good_row_comes_out_typed():
    cells = {"due_at": "2026-03-03T12:00:00Z", "sla_met": "False", "attributes": '{"a": [1]}'}
    events = check_rows(pd.DataFrame([row(**cells)])).events
    assert events["time"][0] == pd.Timestamp("2026-03-02T04:00:00Z")
    assert events["due_at"][0] == pd.Timestamp("2026-03-03T12:00:00Z")
    assert not events["sla_met"][0]
    assert events["attributes"][0] == '{"a": [1]}'


def test_a_missing_required_column_is_named():
    with pytest.raises(LogError, match="'type' is missing"):
        check_rows(pd.DataFrame({"event_id": ["1"], "time": [NOON]}))


def test_digits_past_microseconds_are_cut_and_far_years_stay():
    column = pd.Series(["2026-03-02T12:00:00.1234569Z", "9999-12-31T00:00:00Z"])
    times = parse_times(column).values
    assert times[0].isoformat() == "2026-03-02T12:00:00.123456+00:00"
    assert times[1].year == 9999


@pytest.mark.parametrize("text", ["2026-03-02 12:00:00+08", "2026-03-02T12:00:00+0800"])
def test_offsets_may_be_short(text):
    assert parse_times(pd.Series([text])).values[0] == pd.Timestamp(NOON)


def is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


TEXTS = st.one_of(
    st.dictionaries(
        st.text(max_size=3),
        st.one_of(
            st.text(max_size=4),
            st.integers(),
            st.floats(allow_nan=False, allow_infinity=False),
            st.none(),
            st.booleans(),
            st.lists(st.integers(), max_size=2),
        ),
        max_size=3,
    ).map(json.dumps),
    st.text(alphabet='{}[]":,0.e- a\\', min_size=1, max_size=8),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXTS.filter(lambda text: text.strip()), min_size=1, max_size=6))
def test_exactly_json_objects_pass_as_attributes(texts):
    refused = _not_objects(pd.Series(texts, dtype="str"))
    assert refused.tolist() == [not is_object(text) for text in texts]

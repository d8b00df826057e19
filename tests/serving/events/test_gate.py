"""The bodies of events and the gate to the store, without a store."""

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import LogError
from features.events import EVENT_COLUMNS
from features.history import History
from serving.events.bodies import MEDIA_TYPES, TooManyEventsError, parse_events
from serving.events.gate import admitted
from serving.schemas import InvalidBodyError, NotJsonError

TIME = "2026-03-02T10:00:00+08:00"


def contact(event_id: str = "e1", **more: object) -> dict:
    """A customer calls again."""
    return {"event_id": event_id, "time": TIME, "type": "ticket.contact", "ticket_id": "T", **more}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (contact(surprise=1), "unknown_field"),
        (contact(type="ticket.eaten"), "unknown_type"),
        ({"time": TIME, "type": "ticket.closed", "ticket_id": "T"}, "missing_event_id"),
        (contact(event_id="x" * 201), "bad_event_id"),
        (contact(event_id="a\0b"), "bad_event_id"),
        (contact(ticket_id="a\nb"), "bad_ticket_id"),
        (contact(ticket_id=True), "bad_ticket_id"),
        (contact(channel=["phone"]), "bad_channel"),
        (contact(category="x" * 201), "bad_category"),
        (contact(state="x" * 41), "bad_state"),
        (contact(time="2026-03-02T10:00:00"), "time_without_zone"),
        (contact(time="1969-12-31T23:59:59Z"), "bad_time"),
        (contact(time="2200-01-01T00:00:00Z"), "bad_time"),
        (contact(time=1772416800), "bad_time"),
        (contact(due_at="9999-12-31T23:59:59Z"), "bad_due_at"),
        (contact(amount=1e13), "bad_amount"),
        (contact(amount="NaN"), "bad_amount"),
        (contact(amount=True), "bad_amount"),
        (contact(sla_met="perhaps"), "bad_sla_met"),
        (contact(attributes=[1]), "bad_attributes"),
        (contact(attributes="[1]"), "bad_attributes"),
        (contact(attributes='{"a": NaN}'), "bad_attributes"),
        (contact(attributes='{"a": "\\ud800"}'), "bad_attributes"),
        (contact(attributes={"a": "x" * 20_000}), "bad_attributes"),
        (contact(attributes=json.loads('{"a":' * 300 + "1" + "}" * 300)), "bad_attributes"),
        ({"event_id": "m", "time": TIME, "type": "customer.margin", "customer_id": "C"},
         "missing_amount"),
    ],
)  # fmt: skip
def test_an_event_that_makes_no_sense_is_refused_for_its_reason(row, code):
    posted = parse_events(json.dumps([contact("before"), row, contact("after")]).encode(), "rows")
    checked = admitted(posted.rows)
    codes = [refused.code for refused in posted.refused] + checked.faults["code"].tolist()
    assert codes == [code]
    assert checked.events["event_id"].tolist() == ["before", "after"]


@pytest.mark.parametrize(
    ("body", "pointers"),
    [(b"{}", [""]), (b'"events"', [""]), (b"null", [""]), (b"[{}, 1, []]", ["/1", "/2"])],
)
def test_what_is_no_array_of_objects_is_refused_with_pointers(body, pointers):
    with pytest.raises(InvalidBodyError) as refused:
        parse_events(body, "rows")
    assert [fault.pointer for fault in refused.value.faults] == pointers


@pytest.mark.parametrize(
    "body", [b"", b"[", b"[NaN]", b'[{"text": "\\ud800"}]', b"\xff\xfe[", b"[" * 100_000]
)
def test_what_is_no_json_is_refused(body):
    with pytest.raises(NotJsonError):
        parse_events(body, "rows")


@pytest.mark.parametrize("kind", sorted(set(MEDIA_TYPES.values())))
def test_a_million_brackets_are_refused_before_they_are_read(kind):
    with pytest.raises(TooManyEventsError):
        parse_events(b"[" + b"{}," * 1_000_001 + b"{}]", kind)


def test_a_body_without_events_has_no_rows():
    assert len(admitted(parse_events(b"[]", "rows").rows).events) == 0


def test_a_column_that_is_no_event_s_is_named():
    with pytest.raises(LogError, match="surprise"):
        admitted(parse_events(json.dumps([contact()]).encode(), "rows").rows.assign(surprise=1))


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
_TREES = st.recursive(
    _SCALARS,
    lambda t: st.lists(t, max_size=2) | st.dictionaries(st.text(max_size=2), t, max_size=2),
)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.dictionaries(st.text("ab", max_size=2), _TREES, max_size=3).map(json.dumps)))
def test_no_attributes_that_pass_the_gate_can_spoil_a_history(texts):
    rows = [contact(f"e{i}", type="ticket.created", attributes=t) for i, t in enumerate(texts)]
    frame = pd.DataFrame(rows, columns=list(EVENT_COLUMNS), dtype="str")
    History.of(admitted(frame).events)

"""The door: what is let in, and how every fault is named."""

import json
from datetime import UTC, datetime, timedelta, timezone

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.snapshot import Party, Window
from serving.outgoing import refresh_body
from serving.schemas import (
    MAX_FAULTS,
    InvalidBodyError,
    NotJsonError,
    parse_refresh,
    parse_score,
)
from tests.serving.builders import body, ticket

SHANGHAI = timezone(timedelta(hours=8))
EVERYTHING = {
    "ticket_id": "T1",
    "customer_id": "C9",
    "category": "logistics",
    "subcategory": "late",
    "region": "east",
    "channel": "phone",
    "priority": "2",
    "language": "zh",
    "created_at": "2026-03-01T09:00:00+08:00",
    "due_at": "2026-03-02T12:00:00+08:00",
    "state": "assigned",
    "state_since": "2026-03-01T09:05:00+08:00",
    "agent_id": "A3",
    "assigned_at": "2026-03-01T09:05:00+08:00",
    "pinned": True,
    "excluded_agents": ["A9"],
    "reassignments": 1,
    "reopenings": 2,
    "contacts_72h": 3,
    "customer_margin_90d": 812.5,
    "customer_level": "gold",
    "text": "包裹",
    "parties": [
        {
            "party": "qc",
            "requested_at": "2026-03-01T10:00:00Z",
            "due_at": "2026-03-01T12:00:00Z",
            "done_at": None,
        }
    ],
    "attributes": {"vip": True, "boxes": 2, "weight": 1.5, "shop": "x", "gone": None},
}
AGENT = {
    "agent_id": "A3",
    "team": "frontline",
    "tier": 1,
    "region": "east",
    "languages": ["zh"],
    "skills": ["logistics", "invoice"],
    "capacity": 8,
    "status": "available",
    "availability": [{"start": "2026-03-02T10:00:00+08:00", "end": "2026-03-02T12:00:00+08:00"}],
    "queue": ["T1"],
    "working_on": None,
    "joined_at": "2024-05-01T00:00:00+08:00",
}


def faults(sent: object) -> list[tuple[str, str]]:
    with pytest.raises(InvalidBodyError) as refused:
        parse_refresh(json.dumps(sent).encode())
    return [(fault.pointer, fault.reason) for fault in refused.value.faults]


def pointers(sent: object) -> list[str]:
    return [pointer for pointer, _ in faults(sent)]


def test_every_field_of_the_contract_reaches_the_snapshot():
    sent = {
        "as_of": "2026-03-02T10:05:00+08:00",
        "tickets": [EVERYTHING],
        "agents": [AGENT],
        "options": {"top_k": 5, "explain": False, "deadline_ms": 100, "ruled_out": True},
    }
    snapshot, options = parse_refresh(json.dumps(sent).encode())
    (t,), (a,) = snapshot.tickets, snapshot.agents
    assert snapshot.as_of == datetime(2026, 3, 2, 10, 5, tzinfo=SHANGHAI)
    assert snapshot.as_of.utcoffset() == timedelta(hours=8)
    for name in EVERYTHING.keys() - {"parties", "excluded_agents"}:
        value = getattr(t, name)
        told = value.isoformat() if isinstance(value, datetime) else value
        assert told == EVERYTHING[name]
    assert t.excluded_agents == ("A9",)
    assert t.parties == (
        Party("qc", datetime(2026, 3, 1, 10, tzinfo=UTC), datetime(2026, 3, 1, 12, tzinfo=UTC)),
    )
    assert a.availability == (
        Window(
            datetime(2026, 3, 2, 10, tzinfo=SHANGHAI), datetime(2026, 3, 2, 12, tzinfo=SHANGHAI)
        ),
    )
    assert (a.skills, a.languages, a.queue) == (("logistics", "invoice"), ("zh",), ("T1",))
    assert (a.team, a.tier, a.region, a.capacity, a.working_on) == ("frontline", 1, "east", 8, None)
    assert (options.top_k, options.explain, options.deadline_ms) == (5, False, 100)
    assert options.ruled_out


def test_four_fields_of_a_ticket_and_two_of_an_agent_are_enough():
    snapshot, options = parse_refresh(json.dumps(body(ticket())).encode())
    assert snapshot.tickets[0].parties is None
    assert snapshot.tickets[0].pinned is False
    assert snapshot.agents[0].skills is None
    assert (options.top_k, options.explain, options.deadline_ms) == (3, True, 2000)


def test_agents_may_be_absent():
    sent = body(ticket())
    del sent["agents"]
    assert parse_refresh(json.dumps(sent).encode())[0].agents == ()


def test_null_means_not_sent():
    snapshot, _ = parse_refresh(json.dumps(body(ticket(text=None, pinned=None))).encode())
    assert snapshot == parse_refresh(json.dumps(body(ticket())).encode())[0]


@pytest.mark.parametrize("name", ["ticket_id", "category", "created_at", "state"])
def test_a_required_field_that_is_absent_is_named(name):
    sent = ticket()
    del sent[name]
    assert faults(body(sent)) == [(f"/tickets/0/{name}", "this field is required")]


def test_a_score_need_not_hold_all_open_tickets():
    sent = json.dumps(body(ticket())).encode()
    assert parse_refresh(sent)[0].complete
    assert not parse_score(sent)[0].complete


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        (body(ticket(), bogus=1), "/bogus"),
        (body(ticket(bogus=1)), "/tickets/0/bogus"),
        (body(ticket(parties=[{"party": "qc", "x": 1}])), "/tickets/0/parties/0/x"),
        (body(ticket(), agents=[{"agent_id": "A", "status": "busy", "x": 1}]), "/agents/0/x"),
        (body(ticket(), options={"top": 1}), "/options/top"),
        (body(ticket(**{"a/b~c": 1})), "/tickets/0/a~1b~0c"),
    ],
)
def test_an_unknown_field_is_refused_with_its_pointer(sent, pointer):
    assert faults(sent) == [(pointer, "unknown field")]


@pytest.mark.parametrize(
    "time",
    [
        "2026-03-02T10:05:00",
        "2026-03-02 10:05:00+08:00",
        "2026-03-02",
        "1772416000",
        1772416000,
        "2026-13-02T10:05:00Z",
        "2026-02-30T10:05:00Z",
        "0001-01-01T00:00:00+08:00",
        "9999-12-31T23:59:59-08:00",
        "2026-03-02T10:05:00+8",
        "2026-03-02T10:05Z",
        "now",
        "",
        True,
        "２０２６-03-02T10:05:00Z",
    ],
)
def test_a_time_without_an_offset_or_of_another_shape_is_refused(time):
    found = faults(body(ticket(due_at=time)) | {"as_of": time})
    assert [pointer for pointer, _ in found] == ["/as_of", "/tickets/0/due_at"]
    assert all("RFC 3339 time with an offset" in reason for _, reason in found)


@pytest.mark.parametrize("time", ["2026-03-02t10:05:00.123456789z", "2026-03-02T10:05:00-00:00"])
def test_every_way_that_rfc_3339_writes_a_time_is_read(time):
    snapshot, _ = parse_refresh(json.dumps(body(ticket()) | {"as_of": time}).encode())
    assert snapshot.as_of.replace(microsecond=0) == datetime(2026, 3, 2, 10, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("state", "sleeping"),
        ("ticket_id", ""),
        ("ticket_id", "x" * 201),
        ("ticket_id", 7),
        ("category", "a\x00b"),
        ("reassignments", -1),
        ("contacts_72h", 10**400),
        ("contacts_72h", 1.5),
        ("contacts_72h", "3"),
        ("customer_margin_90d", 1e300),
        ("pinned", "yes"),
        ("excluded_agents", "A1"),
        ("text", "x" * 20_001),
        ("parties", {}),
    ],
)
def test_a_value_outside_its_range_is_refused_at_its_place(name, value):
    assert pointers(body(ticket(**{name: value})))[0].startswith(f"/tickets/0/{name}")


@pytest.mark.parametrize("value", [[], {}, 1e300, 10**30, "x" * 2_001])
def test_an_attribute_is_one_short_value_and_its_fault_is_told_once(value):
    found = faults(body(ticket(attributes={"a/b": value, "fine": 1})))
    assert [pointer for pointer, _ in found] == ["/tickets/0/attributes/a~1b"]


def test_too_many_attributes_are_counted_and_not_read():
    sent = {str(each): [] for each in range(201)}
    ((pointer, reason),) = faults(body(ticket(attributes=sent)))
    assert pointer == "/tickets/0/attributes"
    assert "at most 200" in reason
    sent.popitem()
    assert len(faults(body(ticket(attributes=sent)))) == 100  # each is told, as far as any are


def test_very_many_unknown_fields_are_one_fault():
    unknown = {f"x{each}": 1 for each in range(6000)}
    (fault,) = faults(body(ticket(**unknown)))
    assert fault == ("/tickets/0", "more than 5,000 things are wrong in here")


def test_an_attribute_without_a_name_is_refused():
    assert "name" in faults(body(ticket(attributes={"": 1})))[0][1]


def test_three_bad_tickets_among_ten_thousand_are_each_listed():
    tickets = [ticket(f"T{i}") for i in range(10_000)]
    tickets[7]["state"] = "asleep"
    del tickets[4_321]["category"]
    tickets[9_999]["due_at"] = "2026-03-02T12:00:00"
    assert pointers(body(*tickets)) == [
        "/tickets/7/state",
        "/tickets/4321/category",
        "/tickets/9999/due_at",
    ]


def test_no_more_than_a_hundred_faults_are_listed():
    assert len(faults(body(*[{} for _ in range(1_000)]))) == MAX_FAULTS


def test_faults_of_envelope_tickets_and_agents_are_listed_together():
    sent = {"as_of": "x", "tickets": [3, ticket()], "agents": [{"agent_id": "A"}], "more": 1}
    assert pointers(sent) == ["/as_of", "/more", "/tickets/0", "/agents/0/status"]


@pytest.mark.parametrize("sent", [None, 3, "text", [], {}, {"tickets": 3, "as_of": []}])
def test_json_that_is_no_request_is_refused_with_faults(sent):
    assert faults(sent)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"{",
        b"tickets",
        b"\xff\xfe{\x00}\x00",
        b'{"as_of": "\xff"}',
        b"\xef\xbb\xbf{}",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"as_of": NaN}',
        b'{"x": Infinity}',
        b'{"x": "\\ud800"}',
        b'{"x": ' + b"9" * 10_000 + b"}",
        b"{} {}",
        b"null\x00",
    ],
    ids=lambda sent: repr(sent[:12]),
)
def test_what_is_not_json_is_told_apart(sent):
    with pytest.raises(NotJsonError):
        parse_refresh(sent)


def test_a_number_not_finite_is_not_json():
    sent = json.dumps(body(ticket(customer_margin_90d=float("nan")))).encode()
    with pytest.raises(NotJsonError):
        parse_refresh(sent)


def test_the_words_name_the_first_fault_its_place_and_the_remedy():
    with pytest.raises(InvalidBodyError, match=r"1 fault in the body.*required \(/as_of\); mend"):
        parse_refresh(b'{"tickets": []}')


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["as_of", "tickets", "agents", "ticket_id", "attributes", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(JSON)
def test_whatever_json_comes_it_is_read_or_refused_in_words(tree):
    refused: tuple = ()
    try:
        parse_refresh(json.dumps(tree).encode())
    except InvalidBodyError as error:
        refused = error.faults
    except NotJsonError:
        return
    assert len(refused) <= MAX_FAULTS
    assert all(fault.reason for fault in refused)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60))
def test_whatever_bytes_come_they_are_refused_in_words(sent):
    with pytest.raises((InvalidBodyError, NotJsonError)):
        parse_refresh(sent)


def test_skills_of_null_are_told_apart_from_skills_left_out():
    agents = [{"agent_id": "A1", "status": "busy", "skills": None},
              {"agent_id": "A2", "status": "busy"}]  # fmt: skip
    snapshot, _ = parse_refresh(json.dumps(body(ticket(), agents=agents)).encode())
    assert [a.skills for a in snapshot.agents] == [None, None]
    assert [a.skills_sent for a in snapshot.agents] == [True, False]
    again, _ = parse_refresh(orjson.dumps(refresh_body(snapshot)))
    assert again == snapshot

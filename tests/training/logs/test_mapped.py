"""Rules on tiny foreign logs: what fires, when, and what it carries."""

import pandas as pd
import pytest

from training.logs.importing import load_log
from training.logs.mapping import parse_mapping

HEAD = """\
name: tiny
source: a test
licence: none
missing: ["?"]
time_formats: ["%Y-%m-%d %H:%M"]
zone: America/New_York
shape: {shape}
ticket: id
time: at
{extra}
rules:
"""
CREATED = "  - {type: ticket.created, when: first_row}\n"


@pytest.fixture
def run(tmp_path):
    """Map a tiny log: rows of `id at ...` under the named columns, spaces for commas."""

    def run(columns, rows, rules, extra="", shape="updates"):
        lines = [columns, *rows]
        text = "".join(line.replace("T", " ").replace("|", ",") + "\n" for line in lines)
        (tmp_path / "log.csv").write_text(text)
        mapping = parse_mapping(HEAD.format(shape=shape, extra=extra) + rules)
        return load_log(tmp_path / "log.csv", mapping)

    return run


def said(result, *columns):
    """(event id, type without its prefix, the named columns) of every event."""
    events = result.events
    kinds = events["type"].str.removeprefix("ticket.")
    cells = [events[name].astype(object).where(events[name].notna(), None) for name in columns]
    return list(zip(events["event_id"], kinds, *cells, strict=True))


def refused(result):
    rejects = result.rejects
    return list(zip(rejects["line"], rejects["event_id"], rejects["code"], strict=True))


def test_events_of_one_minute_rise_by_a_microsecond_in_file_order(run):
    rules = CREATED + "  - {type: ticket.updated, when: {changed: [v], later: true}}\n"
    rows = ["a|2026-01-05T10:00|1", "a|2026-01-05T10:00|2", "a|2026-01-05T10:01|3"]
    result = run("id|at|v", rows, rules)
    start = pd.Timestamp("2026-01-05T15:00:00Z")
    ticks = (result.events["time"] - start) // pd.Timedelta(microseconds=1)
    assert ticks.tolist() == [0, 1, 60_000_000]
    assert result.events["event_id"].tolist() == ["a-0001", "a-0002", "a-0003"]


def test_a_clock_that_runs_back_within_a_ticket_is_held_and_counted(run):
    rules = CREATED + "  - {type: ticket.updated, when: nothing_else}\n"
    result = run("id|at", ["a|2026-01-05T10:05", "a|2026-01-05T10:00"], rules)
    assert result.events["time"].is_monotonic_increasing
    assert result.report.coming.out_of_order == 1


def test_rows_of_a_ticket_need_not_lie_together(run):
    rules = CREATED + "  - {type: ticket.updated, when: {changed: [v], later: true}}\n"
    rows = ["a|2026-01-05T10:00|1", "b|2026-01-05T10:01|9", "a|2026-01-05T10:02|2"]
    assert said(run("id|at|v", rows, rules)) == [
        ("a-0001", "created"),
        ("b-0001", "created"),
        ("a-0002", "updated"),
    ]


def test_row_order_time_sorts_the_rows_of_a_ticket_first(run):
    rows = ["a|2026-01-05T10:05|late", "a|2026-01-05T10:00|early"]
    rules = "  - {type: ticket.created, when: first_row, fields: {category: v}}\n"
    assert said(run("id|at|v", rows, rules, "row_order: time"), "category") == [
        ("a-0001", "created", "early")
    ]


def test_a_value_of_a_row_with_nothing_new_is_a_bare_update(run):
    rules = CREATED + (
        "  - {type: ticket.updated, when: {changed: [v], later: true}, only_changes: true,"
        " fields: {category: v}, attributes: {categorical: [w]}}\n"
        "  - {type: ticket.updated, when: nothing_else}\n"
    )
    rows = ["a|2026-01-05T10:00|x|1", "a|2026-01-05T10:01|x|1", "a|2026-01-05T10:02|y|?"]
    assert said(run("id|at|v|w", rows, rules), "category", "attributes") == [
        ("a-0001", "created", None, None),
        ("a-0002", "updated", None, None),
        ("a-0003", "updated", "y", '{"w":null}'),
    ]


def test_assigned_and_unassigned_follow_a_column_that_comes_and_goes(run):
    rules = CREATED + (
        "  - {type: ticket.assigned, when: {changed: who, becomes: present},"
        " fields: {agent_id: who}}\n"
        "  - {type: ticket.unassigned, when: {changed: who, becomes: missing}}\n"
    )
    whos = ["?", "A", "A", "B", "?"]
    rows = [f"a|2026-01-05T10:0{n}|{who}" for n, who in enumerate(whos)]
    assert said(run("id|at|who", rows, rules), "agent_id") == [
        ("a-0001", "created", None),
        ("a-0002", "assigned", "A"),
        ("a-0003", "assigned", "B"),
        ("a-0004", "unassigned", None),
    ]


STATES = CREATED + (
    "  - type: ticket.state\n"
    "    when: {changed: s}\n"
    "    state: {column: s, values: {New: ~, Work: in_progress,"
    " Ask: {state: internal_collaboration, party: lab}}}\n"
)


def test_states_map_with_their_party_and_null_is_no_event(run):
    rows = [f"a|2026-01-05T10:0{n}|{s}" for n, s in enumerate(["New", "Work", "Work", "Ask"])]
    assert said(run("id|at|s", rows, STATES), "state", "party") == [
        ("a-0001", "created", None, None),
        ("a-0002", "state", "in_progress", None),
        ("a-0003", "state", "internal_collaboration", "lab"),
    ]


def test_a_state_that_the_mapping_lacks_is_rejected_with_its_line_and_the_rest_is_used(run):
    rows = [f"a|2026-01-05T10:0{n}|{s}" for n, s in enumerate(["New", "Odd", "Work"])]
    result = run("id|at|s", rows, STATES)
    assert refused(result) == [(3, "a", "unknown_state")]
    assert [kind for _, kind in said(result)] == ["created", "state"]


def test_a_verdict_is_read_only_on_the_rows_where_it_is_known(run):
    extra = "known_when: [{column: ok, equals: s, values: [Shut]}]"
    rules = CREATED + (
        "  - {type: ticket.resolved, when: {changed: s, to: [Done]},"
        " sla_met: {column: ok, values: {'y': 'true', 'n': 'false'}}}\n"
        "  - {type: ticket.closed, when: {changed: s, to: [Shut]},"
        " sla_met: {column: ok, values: {'y': 'true', 'n': 'false'}}}\n"
    )
    rows = ["a|2026-01-05T10:00|New|n", "a|2026-01-05T10:01|Done|n", "a|2026-01-05T10:02|Shut|n"]
    assert said(run("id|at|s|ok", rows, rules, extra), "sla_met") == [
        ("a-0001", "created", None),
        ("a-0002", "resolved", None),
        ("a-0003", "closed", False),
    ]


def test_an_escalation_counts_from_the_first_row_with_an_owner(run):
    rules = CREATED + (
        "  - {type: ticket.escalated, when: {reaches: n, by: 2, since: who},"
        " attributes: {constant: {to: hand_overs}}}\n"
    )
    cells = [("5", "?"), ("7", "?"), ("7", "A"), ("8", "A"), ("9", "?"), ("12", "A")]
    rows = [f"a|2026-01-05T10:0{i}|{n}|{who}" for i, (n, who) in enumerate(cells)]
    result = run("id|at|n|who", rows, rules)
    assert said(result, "attributes")[1:] == [("a-0002", "escalated", '{"to":"hand_overs"}')]
    assert result.events["time"][1] == pd.Timestamp("2026-01-05T15:04:00Z")


def test_a_raised_priority_is_one_whose_text_sorts_lower(run):
    rules = CREATED + "  - {type: ticket.escalated, when: {lowered: p}}\n"
    rows = [f"a|2026-01-05T10:0{i}|{p}" for i, p in enumerate(["3", "4", "?", "4", "2", "1"])]
    times = run("id|at|p", rows, rules).events["time"].dt.minute.tolist()
    assert times == [0, 4, 5]


def test_a_team_is_told_when_an_agent_is_first_seen_and_when_it_changes_in_time(run):
    rules = CREATED + (
        "  - {type: ticket.assigned, when: {changed: who, becomes: present},"
        " fields: {agent_id: who}}\n"
        "  - {type: agent.status, when: {new: team, per: who, on: ticket.assigned},"
        " fields: {agent_id: who}, constants: {state: available},"
        " attributes: {categorical: {team: team}}}\n"
    )
    rows = ["a|2026-01-05T10:03|A|red", "b|2026-01-05T10:01|A|red", "c|2026-01-05T10:02|A|blue"]
    result = run("id|at|who|team", rows, rules)
    staff = result.events[result.events["type"] == "agent.status"]
    assert staff["event_id"].tolist() == ["b-0002-02", "c-0002-02", "a-0002-02"]
    assert staff["attributes"].tolist() == ['{"team":"red"}', '{"team":"blue"}', '{"team":"red"}']
    assert staff["ticket_id"].isna().all()
    assigned = result.events[result.events["type"] == "ticket.assigned"]
    assert staff["time"].tolist() == assigned["time"].tolist()


def test_a_promise_that_makes_no_sense_is_trimmed_and_recorded(run):
    rules = "  - {type: ticket.created, when: first_row, fields: {due_at: due}}\n"
    dues = ["2026-01-06T00:00", "2026-01-05T09:59", "2030-01-01T00:00", "", "soon"]
    rows = [f"t{n}|2026-01-05T10:00|{due}" for n, due in enumerate(dues)]
    result = run("id|at|due", rows, rules, "due_within_days: 100", shape="tickets")
    assert result.events["due_at"].notna().tolist() == [True, False, False, False, False]
    assert refused(result) == [
        (3, "t1", "due_trimmed"),
        (4, "t2", "due_trimmed"),
        (6, "t4", "bad_due_at"),
    ]


def test_a_promise_can_be_a_number_of_days_from_the_event(run):
    rules = "  - {type: ticket.created, when: first_row, due_after_days: 1.5}\n"
    result = run("id|at", ["a|2026-01-05T10:00"], rules, shape="tickets")
    assert result.events["due_at"].tolist() == [pd.Timestamp("2026-01-07T03:00:00Z")]


def test_messages_in_chinese_become_complaints_with_their_words_and_fifteen_days(tmp_path):
    """Made-up rows: of the official reply nothing but its time is read."""
    rows = [
        "留言编号,留言用户,留言主题,留言时间,留言详情,答复意见,答复时间",
        '7,U1,路灯,2019-04-24 16:03:40,"路灯坏了,\n没人修",网友您好,2019/5/9 9:49:10',
        "8,U2,噪音,2019-04-25 08:00:00,工地夜里施工,,",
    ]
    (tmp_path / "log.csv").write_text("\n".join(rows), "utf-8")
    result = load_log(tmp_path / "log.csv", "zh_messages")
    assert said(result, "customer_id", "text") == [
        ("7-0001", "created", "U1", "路灯坏了,\n没人修"),
        ("8-0001", "created", "U2", "工地夜里施工"),
        ("7-0002", "resolved", None, None),
    ]
    day = pd.Timestamp("2019-04-24T08:03:40Z")
    events = result.events
    assert events["due_at"].iloc[0] == day + pd.Timedelta(days=15)
    assert events["time"].iloc[2] == pd.Timestamp("2019-05-09T01:49:10Z")
    assert result.rejects.empty
    assert result.report.coming.never_read_present == ("答复意见",)


def test_an_end_before_the_beginning_or_unreadable_costs_only_that_event(run):
    rules = CREATED + "  - {type: ticket.resolved, when: {present: end}, time: end}\n"
    ends = ["2026-01-05T11:00", "2026-01-04T11:00", "?", "never"]
    rows = [f"t{n}|2026-01-05T10:00|{end}" for n, end in enumerate(ends)]
    result = run("id|at|end", rows, rules, shape="tickets")
    assert refused(result) == [(3, "t1", "before_created"), (5, "t3", "bad_time")]
    assert (result.events["type"] == "ticket.resolved").sum() == 1


def test_rows_without_ticket_or_time_and_second_rows_of_a_ticket_are_rejected(run):
    rows = ["a|2026-01-05T10:00", "?|2026-01-05T10:00", "b|5.1.2026", "c|", "a|2026-01-05T11:00"]
    result = run("id|at", rows, CREATED, shape="tickets")
    assert refused(result) == [
        (3, "", "missing_ticket_id"),
        (4, "b", "bad_time"),
        (5, "c", "missing_time"),
        (6, "a", "duplicate_ticket"),
    ]
    assert result.report.coming.rows == 5
    assert result.report.coming.refused == 4


def test_attributes_are_numbers_or_texts_as_declared_and_lags_in_minutes(run):
    rules = (
        "  - {type: ticket.created, when: first_row, attributes: {categorical: {ward: w},"
        " numeric: [x], minutes_since: {lag: opened}}}\n"
    )
    rows = ["a|2026-01-05T10:00|07|1.50|2026-01-05T09:54", "b|2026-01-05T10:00|?|one|?"]
    result = run("id|at|w|x|opened", rows, rules)
    assert result.events["attributes"].tolist()[0] == '{"ward":"07","x":1.5,"lag":6}'
    assert result.events["attributes"].isna().tolist() == [False, True]
    assert refused(result) == [(3, "b", "bad_number")]


def test_local_times_around_changes_of_the_clock_are_placed_and_counted(run):
    rows = ["a|2026-11-01T01:30", "b|2026-03-08T02:30", "c|2026-06-01T10:00"]
    result = run("id|at", rows, CREATED)
    assert (result.report.coming.ambiguous, result.report.coming.nonexistent) == (1, 1)
    assert result.events["time"].tolist() == [
        pd.Timestamp("2026-03-08T07:00:00Z"),
        pd.Timestamp("2026-06-01T14:00:00Z"),
        pd.Timestamp("2026-11-01T05:30:00Z"),
    ]


def test_an_event_that_lacks_its_agent_is_rejected_by_the_gate(run):
    rules = CREATED + "  - {type: ticket.assigned, when: every_row, fields: {agent_id: who}}\n"
    result = run("id|at|who", ["a|2026-01-05T10:00|?"], rules)
    assert refused(result) == [(2, "a", "missing_agent_id")]

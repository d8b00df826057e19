import pytest

from features.errors import LogError
from training.logs.conditions import Changed, Reaches
from training.logs.mapping import SHIPPED, load_mapping, parse_mapping

TINY = """\
name: tiny
source: a test
licence: none
time_formats: ["%Y-%m-%d %H:%M"]
zone: Asia/Shanghai
shape: updates
ticket: id
time: at
never_read: [closed]
rules:
  - type: ticket.created
    when: first_row
    fields: {category: kind}
"""


def broken(old, new):
    """The error of the tiny mapping with one text replaced by another."""
    assert old in TINY
    with pytest.raises(LogError) as caught:
        parse_mapping(TINY.replace(old, new), "tiny.yaml")
    return str(caught.value)


def test_only_the_columns_that_rules_use_are_to_be_loaded():
    assert parse_mapping(TINY).columns == ("id", "at", "kind")


@pytest.mark.parametrize("name", ["uci_incident", "boston311", "zh_messages"])
def test_a_shipped_mapping_is_found_by_its_name_and_by_its_path(name):
    assert load_mapping(name) == load_mapping(SHIPPED / f"{name}.yaml")
    assert load_mapping(name).name == name


def test_conditions_are_read_with_their_options():
    rules = load_mapping("uci_incident").rules
    reopened = next(rule for rule in rules if rule.type == "ticket.reopened").when
    both = ("Resolved", "Closed")
    assert reopened == Changed(("incident_state",), origin=both, not_to=both)
    escalated = next(rule for rule in rules if rule.type == "ticket.escalated").when
    assert escalated == Reaches("reassignment_count", 2.0, "assigned_to")


def test_an_unknown_name_lists_the_shipped_ones():
    with pytest.raises(LogError, match=r"no such mapping .*boston311, uci_incident, zh_messages"):
        load_mapping("jira")


def test_a_rule_that_reads_a_never_read_column_is_refused_where_it_stands():
    told = broken("{category: kind}", "{category: closed}")
    assert "reads 'closed', which is declared never_read" in told
    assert "tiny.yaml, line 11, rules[0] (ticket.created)" in told


def test_the_clock_of_the_rows_may_not_be_never_read_either():
    assert "'at' is used and declared never_read" in broken("[closed]", "[at]")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("shape: updates", "shape: tree", "'tree' is not known (tiny.yaml, line 6, shape)"),
        ("shape: updates", "shapes: updates", "the key 'shape' is missing"),
        ("licence: none", "licence: none\nlicense: x", "unknown key 'license' (tiny.yaml, line 4"),
        ("licence: none", "licence: none\nname: x", "'name' is given twice (tiny.yaml, line 4"),
        ("Asia/Shanghai", "Mars/Base", "unknown time zone 'Mars/Base' (tiny.yaml, line 5, zone)"),
        ("%Y-%m-%d %H:%M", "iso", "'iso' is no time format"),
        ("ticket.created", "ticket.eaten", "'ticket.eaten' is not known (tiny.yaml, line 11, rul"),
        ("first_row", "last_row", "'last_row' is not known (tiny.yaml, line 12, rules[0].when)"),
        ("first_row", "{changed: a, equals: b}", "`when` needs exactly one condition"),
        ("first_row", "{changed: a, sometimes: b}", "unknown key 'sometimes'"),
        ("first_row", "{reaches: a, since: b}", "the key 'by' is missing"),
        ("first_row", "{reaches: a, since: b, by: two}", "'two' is not a number"),
        ("{category: kind}", "{mood: kind}", "'mood' is no field of an event"),
        ("first_row", "first_row\n    due_after_days: 0", "a promise takes more than 0 days"),
        (
            "{category: kind}",
            "{due_at: kind}\n    due_after_days: 2",
            "the promised time is given twice (tiny.yaml, line 14, rules[0].due_after_days)",
        ),
        ("{category: kind}", "{category: [a]}", "'category' must be a plain value"),
        ("rules:", "rules: []\nother:", "'rules' must be a list"),
        ("[closed]", "[closed", "not YAML"),
        (
            "    fields",
            "    state: {column: s, values: {a: sleeping}}\n    fields",
            "'sleeping' is not known (tiny.yaml, line 13, rules[0].state.values.a)",
        ),
    ],
)
def test_a_fault_is_told_with_its_key_and_its_line(old, new, words):
    assert words in broken(old, new)


def test_a_document_that_is_no_mapping_is_refused():
    with pytest.raises(LogError, match="a mapping file is a list of"):
        parse_mapping("- a\n- b\n")

"""Schema and reader say the same of one value; of several together the reader knows more."""

import copy
import json
from dataclasses import fields

import jsonschema_rs
import pytest

from model.policy import Policy
from model.policy_check import PolicyFaultsError
from model.policy_reader import default, of
from model.policy_schema import DIALECT, policy_schema

SCHEMA = jsonschema_rs.Draft202012Validator(policy_schema())
DOCUMENT = {
    **default().document(),
    "alerts": {
        "watch": 0.2,
        "warn": {"per_day": 60, "otherwise": 0.5},
        "red": {"precision": 0.8},
        "rules": [{"categories": ["late"], "weekdays": ["mon"], "start": "10:00", "end": "11:30"}],
    },
}
STRANGE = (
    None, True, "", "x", " ", "mon", "24:00", "25:00", "\x00", "名" * 201, -1, 0, 0.5, 1.0, 1.5, 3,
    10**6, 10**30, [], ["x"], ["mon"], [1], {}, {"x": 1}, [{}],
)  # fmt: skip
FIELDS_TOGETHER = (
    "watch <", "graver", "starts when", "starts where", "every weight", "empty list", "target",
    "near-ties", "take back", "no team", "this route", "never", "ladder rise", "earlier step",
    "to nobody", "whole number of blocks", "urgent category", "no time zone",
)  # fmt: skip
"""Of what is refused beside other values, or by what only the machine knows."""


def places(document, path=()):
    """Every place of a document below its root."""
    items = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in items:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))


def with_value(path, value):
    document = copy.deepcopy(DOCUMENT)
    inner = document
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return document


def refused_for_one_value(document):
    """Whether the reader refuses a value for itself, and not beside others."""
    try:
        of(document)
    except PolicyFaultsError as refused:
        told = [f"{fault.reason}; {fault.remedy}" for fault in refused.faults]
        return any(not any(word in each for word in FIELDS_TOGETHER) for each in told)
    return False


def test_the_shipped_policy_and_a_rich_one_are_valid():
    assert SCHEMA.is_valid(default().document())
    assert SCHEMA.is_valid(DOCUMENT)
    of(DOCUMENT)


@pytest.mark.parametrize("value", STRANGE, ids=lambda value: json.dumps(value)[:20])
def test_schema_and_reader_agree_on_any_value_anywhere(value):
    disagreed = [
        path
        for path in places(DOCUMENT)
        for document in [with_value(path, value)]
        if SCHEMA.is_valid(document) == refused_for_one_value(document)
    ]
    assert disagreed == []


def test_an_unknown_key_is_invalid_everywhere():
    for path in [(), *places(DOCUMENT)]:
        inner = DOCUMENT
        for key in path:
            inner = inner[key]
        if isinstance(inner, dict):
            assert not SCHEMA.is_valid(with_value((*path, "unknwon"), 1))


def test_a_document_needs_a_name():
    assert not SCHEMA.is_valid({})
    assert SCHEMA.is_valid({"name": "mine"})


def test_every_place_has_titles_in_both_languages_and_groups_are_described():
    def check(schema):
        for told in schema.get("properties", {}).values():
            assert told["title"]
            assert told["x-title-zh"]
            check(told)
        for part in (*schema.get("anyOf", ()), *filter(None, [schema.get("items")])):
            check(part)
        if schema.get("type") == "object":
            assert len(schema["description"]) > 10
            assert ">>>" not in schema["description"]

    check(policy_schema())


def test_every_field_of_the_policy_is_in_the_schema_with_its_default():
    told = policy_schema()["properties"]
    assert list(told) == [each.name for each in fields(Policy)]
    assert told["candidates_per_ticket"]["default"] == 16
    ladder = told["tiers"]["properties"]["ladder"]["default"]
    assert ladder[0] == {"after_minutes": 0.0, "to": "duty_manager"}


def test_the_schema_is_one_of_its_dialect():
    jsonschema_rs.meta.validate({"$schema": DIALECT, **policy_schema()})

"""A registry into which somebody else has written: the rest is shown, and in words what is not."""

import json
from dataclasses import replace

import pytest

from model.registry import CHAMPION
from serving.desks import Making
from serving.models.files import MOST_CHARACTERS, MOST_ITEMS, CalibrationShape, file_read
from serving.models.shapes import ModelOut
from tests.serving.builders import FakeDesk
from tests.serving.models.shelf import CURVE, DRIFT, GOOD, put, shelf

HUGE = "9" * 5000
TIMES = ["yesterday", "2026-03-01", "2026-03-01T00:00:00", "", HUGE, "9999-12-31T23:59:59Z", "\x00"]
COLUMN = {
    "name": "priority", "en": "priority", "zh": "优先级", "usual": 0.02,
    "cuts": [1.0, 2.0], "exact": True, "shares": [0.5, 0.5, 0.0, 0.0],
}  # fmt: skip
INPUTS = {"until": "2026-03-01T00:00:00Z", "tickets": 700, "features": [COLUMN]}
GATE_FILE = {"passed": True, "against": 0, "rulings": []}
NESTED = "[" * 100_000


@pytest.fixture
def registry(tmp_path):
    return shelf(tmp_path)


@pytest.fixture
def ask(service, registry):
    """What is told of the registry as it is when asked: the answer, and the page in words."""
    client = service(desk_factory=Making(FakeDesk, models=lambda: registry)).client

    def told():
        answer = client.get("/v1/model")
        assert answer.status_code == 200, answer.text
        pages = [client.get("/console/model", params={"lang": lang}) for lang in ("en", "zh")]
        assert [page.status_code for page in pages] == [200, 200]
        return ModelOut.model_validate_json(answer.content), *(page.text for page in pages)

    return told


def spoil_run(registry, **tags):
    record = registry.records[0]
    registry.records[0] = replace(record, tags={**record.tags, **tags})


def codes(answer):
    return {alarm.code for alarm in answer.alarms}


@pytest.mark.parametrize("text", TIMES)
def test_a_run_whose_until_is_no_time_is_shown_and_its_age_not_watched(ask, registry, text):
    spoil_run(registry, until=text)
    answer, page, _ = ask()
    champion = answer.cards[0]
    assert "until" not in champion.facts
    assert [each.name for each in champion.unread] == ["until"]
    assert {"age_unknown", "unread"} <= codes(answer)
    assert champion.facts["tickets"] == 2000
    assert "cannot be read" in page
    assert HUGE not in page


def test_a_run_without_an_until_says_that_its_age_is_not_watched(ask, registry):
    record = registry.records[0]
    registry.records[0] = replace(record, tags={})
    answer, _, page = ask()
    assert "age_unknown" in codes(answer)
    assert answer.cards[0].unread == []
    assert "不监视其时效" in page


@pytest.mark.parametrize("text", TIMES)
def test_the_list_of_versions_says_that_an_until_is_unreadable(ask, registry, text):
    registry.note(registry.versions()[1], {"until": text, "auc": "nan", "ece": HUGE}, {})
    answer, page, chinese = ask()
    line = answer.versions[1]
    assert (line.until, line.auc, line.ece) == (None, None, None)
    assert line.unread == ["until", "auc", "ece"]
    assert page.count("<td>unreadable</td>") == 1
    assert "无法读取" in chinese


@pytest.mark.parametrize(
    ("name", "value"),
    [("tested_from", "spring"), ("seed", HUGE), ("data_fingerprint", HUGE)],
)
def test_any_other_tag_that_is_not_as_expected_is_named(ask, registry, name, value):
    spoil_run(registry, **{name: value})
    answer, page, _ = ask()
    assert [each.name for each in answer.cards[0].unread] == [name]
    assert f"`{name}` cannot be read" in page.replace("&#34;", '"')


def test_counts_and_figures_that_are_none_are_named_and_the_others_stay(ask, registry):
    record = registry.records[0]
    params = {**record.params, "tickets": "many", "events": "-1"}
    metrics = {**record.metrics, "timeout.assigned.auc": float("nan")}
    registry.records[0] = replace(record, params=params, metrics=metrics)
    champion = ask()[0].cards[0]
    assert {each.name for each in champion.unread} == {"tickets", "events", "timeout.assigned.auc"}
    assert [figure.name for figure in champion.figures] == ["ece", "eta_p50"]


def changed(told, path, value):
    """A copy of a file with one value changed, as text."""
    copy = json.loads(json.dumps(told))
    place = copy
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return json.dumps(copy)


@pytest.mark.parametrize("name", ["gate.json", "calibration.json", "drift.json", "inputs.json"])
@pytest.mark.parametrize(
    "text",
    ["{", "[]", "7", "null", NESTED, "\x00", " " * (MOST_CHARACTERS + 1)],
    ids=["broken", "list", "number", "null", "nested", "control", "huge"],
)
def test_a_file_that_is_no_json_object_is_named_and_the_others_stay(ask, registry, name, text):
    registry.note(registry.versions()[1], {}, {name: text})
    answer, page, _ = ask()
    champion = answer.cards[0]
    assert [each.name for each in champion.unread] == [name]
    assert "unread" in codes(answer)
    assert (champion.gate is None) == (name == "gate.json")
    assert (champion.calibration == []) == (name == "calibration.json")
    assert (champion.features == []) == (name == "drift.json")
    assert ("What the gate found cannot be read" in page) == (name == "gate.json")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("calibration.json", changed(CURVE, ("timeout", "bins", 0, "risk"), "a lot")),
        ("calibration.json", changed(CURVE, ("timeout", "bins", 0, "rate"), 1e300)),
        ("calibration.json", changed(CURVE, ("timeout", "bins", 0), {})),
        ("calibration.json", changed(CURVE, ("timeout",), 3)),
        ("calibration.json", '{"timeout": {"figures": {}, "bins": [{"risk": NaN}]}}'),
        ("drift.json", changed(DRIFT, ("features", 0, "psi"), None)),
        ("drift.json", changed(DRIFT, ("weeks", "timeout", 0, "week"), "<script>")),
        ("inputs.json", changed(INPUTS, ("features", 0, "shares"), [1.0])),
        ("inputs.json", changed(INPUTS, ("features", 0, "cuts"), [2.0, 1.0])),
        ("drift.json", changed(DRIFT, ("weeks", "timeout", 0, "tickets"), 10**30)),
        ("drift.json", changed(DRIFT, ("features",), [1] * 100_000)),
        ("drift.json", changed(DRIFT, ("features",), DRIFT["features"] * (MOST_ITEMS + 1))),
        ("calibration.json", changed(CURVE, ("timeout", "bins"), [1] * 100_000)),
        ("inputs.json", changed(INPUTS, ("features", 0, "cuts"), ["x"] * 100_000)),
        ("inputs.json", changed(INPUTS, ("tickets",), 10**400)),
        ("gate.json", changed(GATE_FILE, ("against",), 10**30)),
        ("gate.json", '{"passed": "yes", "against": 0, "rulings": []}'),
        ("gate.json", '{"passed": true, "against": 0, "rulings": [{"name": "x"}]}'),
    ],
)
def test_a_file_with_one_wrong_value_is_named_with_its_place(ask, registry, name, text):
    registry.note(registry.versions()[1], {}, {name: text})
    answer, page, _ = ask()
    (found,) = answer.cards[0].unread
    assert found.name == name
    assert "is not what is expected there" in found.text
    assert "<script>alert" not in page


def test_files_that_could_not_be_had_once_are_read_the_next_time(ask, registry, monkeypatch):
    with monkeypatch.context() as outage:
        outage.setattr(registry, "text", lambda *_: "")
        assert [card.gate for card in ask()[0].cards] == [None, None]
    assert [card.gate.passed for card in ask()[0].cards] == [True, False]


@pytest.mark.parametrize("faults", [1, 60_000])
def test_a_file_with_very_many_wrong_values_is_named_without_listing_them(faults):
    """Each in the list of all fills a kilobyte; a file has room for half a million."""
    figures = ",".join(f'"{each}":1' for each in range(faults))
    found = file_read("x", f'{{"timeout":{{"figures":{{{figures}}}}}}}', CalibrationShape)
    assert ("`timeout.figures.0`" in found.said.en) == (faults == 1)


def test_a_week_that_could_not_be_measured_is_left_out_and_is_no_fault(ask, registry):
    text = changed(DRIFT, ("weeks", "timeout", 0, "ece"), None)
    registry.note(registry.versions()[1], {}, {"drift.json": text})
    champion = ask()[0].cards[0]
    assert (champion.weeks, champion.unread) == ([], [])


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"kind": "promote"}', HUGE])
def test_a_move_that_cannot_be_read_is_named_and_rollback_still_works(ask, registry, service, text):
    number = put(registry, GOOD, 1)
    client = service(desk_factory=Making(FakeDesk, models=lambda: registry)).client
    registry.set_tag("move.000001", text)
    asked = {"version": number, "why": "fewer late"}
    assert client.post("/v1/model/promote", json=asked).status_code == 200
    answer, page, _ = ask()
    assert "moves_unread" in codes(answer)
    assert "move.000001" in page
    assert registry.model_tags["move.000001"] == text  # and not written over
    assert client.post("/v1/model/rollback", json={"why": "worse"}).status_code == 200
    assert registry.aliases[CHAMPION] == 1


def test_a_move_whose_time_is_none_stays_in_the_line(ask, registry):
    move = {"kind": "train", "version": 1, "before": 0, "who": "li", "when": "noon", "why": ""}
    registry.set_tag("move.000001", json.dumps(move))
    answer, _, _ = ask()
    assert [(m.version, m.when) for m in answer.moves] == [(1, None)]


def test_a_challenger_that_is_broken_throughout_leaves_the_champion_as_it_is(ask, registry):
    registry.records[1] = replace(
        registry.records[1],
        tags=dict.fromkeys(("until", "tested_from", "seed"), HUGE),
        params={"tickets": "?"},
        metrics={"timeout.assigned.auc": float("inf")},
    )
    newest = registry.versions()[0]
    files = dict.fromkeys(("gate.json", "calibration.json", "drift.json"), "{")
    registry.note(newest, {"until": "?", "auc": "?", "gate_words": HUGE}, files)
    answer, page, _ = ask()
    assert len(answer.cards[1].unread) == 8
    assert answer.cards[0].unread == []
    assert "unread" not in codes(answer)
    assert HUGE not in page


def test_a_file_of_inputs_that_is_as_it_should_be_is_no_fault(ask, registry):
    registry.note(registry.versions()[1], {}, {"inputs.json": json.dumps(INPUTS)})
    assert ask()[0].cards[0].unread == []

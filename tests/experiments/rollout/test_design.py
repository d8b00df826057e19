import json

import pytest

from experiments.rollout.design import Guardrail, Holdout, Team
from experiments.rollout.errors import RolloutError
from experiments.rollout.reader import design_of, load_design
from tests.experiments.rollout.releases import MIDNIGHT, NEW, OLD, release

DOCUMENT = {
    "name": "gold first",
    "salt": "s",
    "start": "2026-03-03T00:00:00+08:00",
    "days": 28,
    "control": {"name": "default", "version": 1},
    "treatment": {"name": "default", "version": 2},
}


def test_a_design_is_read_from_yaml_and_from_json(tmp_path):
    text = (
        "name: gold first\nsalt: s\nstart: 2026-03-03T00:00:00+08:00\ndays: 28\n"
        "control: {name: default, version: 1}\ntreatment: {name: default, version: 2}\n"
        "teams: [{name: n, column: region, values: [north, east]}]\n"
        "holdout: {share: 0.1}\nguardrails: [{metric: degraded, margin: 0.01}]\nwashout_hours: 2\n"
    )
    (tmp_path / "d.yaml").write_text(text, "utf-8")
    found = load_design(tmp_path / "d.yaml")
    assert (found.start, found.control, found.treatment) == (MIDNIGHT, OLD, NEW)
    assert found.teams == (Team("n", "region", ("north", "east")),)
    assert found.holdout == Holdout(0.1)
    assert found.guardrails == (Guardrail("degraded", 0.01),)
    (tmp_path / "d.json").write_text(json.dumps(DOCUMENT), "utf-8")
    assert load_design(tmp_path / "d.json").start == MIDNIGHT


@pytest.mark.parametrize(
    ("change", "where", "what"),
    [
        ({"salty": 1}, "/", "unknown key 'salty'"),
        ({"days": "28"}, "/days", "is no int"),
        ({"days": True}, "/days", "is no int"),
        ({"teams": {"name": "n"}}, "/teams", "not a list"),
        ({"teams": [{"name": "n"}]}, "/teams/0", "column is missing"),
        ({"control": 7}, "/control", "not a group"),
        ({"start": "soon"}, "/start", "no RFC 3339"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(change, where, what):
    with pytest.raises(RolloutError, match=what) as caught:
        design_of({**DOCUMENT, **change})
    assert caught.value.where == where


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"treatment": OLD}, "same policy version"),
        ({"start": MIDNIGHT.replace(tzinfo=None)}, "offset"),
        ({"metric": "lateness"}, "unknown metric 'lateness'"),
        ({"block_hours": 5}, "no whole number of blocks"),
        ({"alpha": 0.7}, "alpha"),
        ({"guardrails": (Guardrail("slow", 0.1), Guardrail("slow", 0.2))}, "comes twice"),
        (
            {"teams": (Team("a", "region", ("x",)), Team("b", "region", ("x",)))},
            "value of a team",
        ),
    ],
)
def test_a_release_that_cannot_be_run_is_refused(change, what):
    with pytest.raises(RolloutError, match=what):
        release(**change)


def test_a_team_goes_by_what_is_known_on_creation():
    with pytest.raises(RolloutError, match="unknown column 'agent_id'"):
        Team("n", "agent_id", ("A1",))


def test_a_file_that_is_not_there_is_a_named_error(tmp_path):
    with pytest.raises(RolloutError, match="cannot be read"):
        load_design(tmp_path / "none.yaml")
